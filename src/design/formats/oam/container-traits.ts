import Type from 'typebox'
import { isJsonObject, type JsonObject, type JsonValue } from '../../../plan/json.ts'
import { closed, type Evaluated, freeObject, oneOf, stringMap } from '../../schema/scalars.ts'
import { given } from './given.ts'
import { changeContainers, containersOf, mergePatch } from './patch.ts'
import { flagOr, open, probe, textOr, texts, transport } from './pod-parameters.ts'
import type { Rendered, RenderScope } from './render-scope.ts'
import { applied, changed, type TraitType, WITH_PODS } from './trait-type.ts'

const containerName = textOr('', 'The container; default: that of the component.')

/** What a trait changes of one container, whose parameters stand at a path in `properties`. */
type ContainerChange<One> = (
  container: JsonObject,
  parameters: One,
  scope: RenderScope,
  path: readonly (string | number)[],
) => JsonObject

/** A trait that takes the parameters of one container, or a list with those of several. */
function containerTrait<Properties extends Type.TProperties>(
  does: string,
  properties: Properties,
  change: ContainerChange<Evaluated<Type.TObject<Properties>>>,
  list = 'containers',
): TraitType {
  type One = Evaluated<Type.TObject<Properties>> & { readonly containerName: string }
  const one = closed({ containerName, ...properties }, 'The container.')
  const several = Type.Object(
    { [list]: Type.Array(one, { description: 'Several containers, each with its `containerName`.' }) },
    { additionalProperties: false },
  )
  const parameters = Type.Unsafe<JsonObject>(Type.Union([several, one]))
  return applied(does, WITH_PODS, parameters, (value, before, scope) => {
    const listed = value[list]
    if (!Array.isArray(listed)) return changeNamed(value as unknown as One, [], before, scope, change)
    return (listed as unknown as readonly One[]).reduce(
      (rendered, each, index) => changeNamed(each, [list, index], rendered, scope, change),
      before,
    )
  })
}

function changeNamed<One extends { readonly containerName: string }>(
  parameters: One,
  path: readonly (string | number)[],
  before: Rendered,
  scope: RenderScope,
  change: ContainerChange<One>,
): Rendered {
  const name = parameters.containerName === '' && path.length === 0 ? scope.component : parameters.containerName
  if (name === '') {
    scope.refuse(path, { summary: 'containerName is missing', detail: 'Each of several containers must be named.' })
    return before
  }
  const names = containersOf(before.output).map((container) => String(container.name))
  if (!names.includes(name)) {
    scope.refuse(parameters.containerName === '' ? path : [...path, 'containerName'], {
      summary: `There is no container ${name}`,
      hint: names.length === 0 ? 'The workload has no containers.' : `Containers are ${names.join(', ')}.`,
    })
    return before
  }
  const output = changeContainers(
    before.output,
    scope.places,
    (container) => container.name === name,
    (container) => change(container, parameters, scope, path),
  )
  return changed(before, output)
}

function namedItems(value: JsonValue | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : []
}

/** Traits that change single containers. */
export const CONTAINER_TRAITS: { readonly [type: string]: TraitType } = {
  command: containerTrait(
    'command and arguments of a container',
    {
      command: Type.Optional(texts('The command.')),
      args: Type.Optional(texts('The arguments.')),
      addArgs: Type.Optional(texts('Arguments that are added.')),
      delArgs: Type.Optional(texts('Arguments that are taken away.')),
    },
    (container, { command = container.command, args, addArgs, delArgs }, scope, path) => {
      if (args !== undefined && (addArgs !== undefined || delArgs !== undefined)) {
        scope.refuse([...path, 'args'], { summary: 'args cannot stand beside addArgs and delArgs' })
        return container
      }
      const base = args ?? (Array.isArray(container.args) ? container.args.map(String) : [])
      const all = [...base, ...(addArgs ?? []).filter((each) => !base.includes(each))]
      const wanted = all.filter((each) => delArgs?.includes(each) !== true)
      return { ...container, ...given({ command, args: wanted.length === 0 && base.length === 0 ? undefined : wanted }) }
    },
  ),
  'container-image': containerTrait(
    'image of a container',
    {
      image: Type.String({ description: 'The image.' }),
      imagePullPolicy: Type.Optional(oneOf(['', 'IfNotPresent', 'Always', 'Never'], 'When it is pulled.')),
    },
    (container, { image, imagePullPolicy = '' }) => ({
      ...container,
      image,
      ...(imagePullPolicy === '' ? {} : { imagePullPolicy }),
    }),
  ),
  'container-ports': containerTrait(
    'ports of a container, also on its node',
    {
      ports: Type.Optional(
        Type.Array(
          open({ containerPort: Type.Integer({ description: 'Port of the container.' }), protocol: transport }, 'A port.'),
          { description: 'The ports.' },
        ),
      ),
    },
    (container, { ports = [] }, { places }) => {
      const known = namedItems(container.ports)
      const wanted = ports as readonly JsonObject[]
      const kept = known.map((each) => {
        const { hostPort, hostIP } = wanted.find((port) => isSamePort(port, each)) ?? {}
        return places.copy({ ...each, ...given({ hostPort, hostIP }) }, each)
      })
      return { ...container, ports: [...kept, ...wanted.filter((port) => !known.some((each) => isSamePort(port, each)))] }
    },
  ),
  env: containerTrait(
    'environment of a container',
    {
      replace: flagOr(false, 'Put these in the place of all others.'),
      env: Type.Optional(stringMap('Variables by name.')),
      unset: Type.Optional(texts('Variables that are taken away.')),
    },
    (container, { env = {}, unset = [], replace }) => {
      const known = namedItems(container.env)
      const kept = replace ? [] : known.filter(({ name }) => !unset.includes(String(name)))
      const isNew = (name: string) => !unset.includes(name) && (replace || !known.some((each) => each.name === name))
      const made = [
        ...kept.map((each) => {
          const value = env[String(each.name)]
          return value === undefined ? each : { name: String(each.name), value }
        }),
        ...Object.entries(env).flatMap(([name, value]) => (isNew(name) ? [{ name, value }] : [])),
      ]
      return { ...container, env: made }
    },
  ),
  'startup-probe': containerTrait(
    'startup probe of a container',
    {
      ...probe.properties,
      terminationGracePeriodSeconds: Type.Optional(Type.Integer({ description: 'Seconds that the pod has to end in.' })),
      exec: Type.Optional(freeObject('A command.')),
      httpGet: Type.Optional(freeObject('A request of HTTP.')),
      grpc: Type.Optional(freeObject('A request of gRPC.')),
      tcpSocket: Type.Optional(freeObject('A connection of TCP.')),
    },
    (container, parameters, { places }) => {
      const { containerName: _name, ...wanted } = parameters as unknown as JsonObject
      return { ...container, startupProbe: places.copy(wanted, parameters) }
    },
    'probes',
  ),
  securitycontext: containerTrait(
    'security context of a container',
    {
      addCapabilities: Type.Optional(texts('Capabilities that are added.')),
      dropCapabilities: Type.Optional(texts('Capabilities that are dropped.')),
      allowPrivilegeEscalation: flagOr(false, 'Processes may gain more rights than their parents.'),
      privileged: flagOr(false, 'The container runs privileged.'),
      readOnlyRootFilesystem: flagOr(false, 'The root file system is read only.'),
      runAsNonRoot: flagOr(true, 'The container must not run as root.'),
      runAsUser: Type.Optional(Type.Integer({ description: 'User.' })),
      runAsGroup: Type.Optional(Type.Integer({ description: 'Group.' })),
    },
    (container, one, { places }) => {
      const { addCapabilities: add, dropCapabilities: drop } = one
      const wanted = given({
        capabilities: add === undefined && drop === undefined ? undefined : given({ add, drop }),
        runAsUser: one.runAsUser,
        runAsGroup: one.runAsGroup,
        allowPrivilegeEscalation: one.allowPrivilegeEscalation,
        readOnlyRootFilesystem: one.readOnlyRootFilesystem,
        privileged: one.privileged,
        runAsNonRoot: one.runAsNonRoot,
      })
      return { ...container, securityContext: mergePatch(container.securityContext, wanted, places) }
    },
  ),
}

function isSamePort(left: JsonObject, right: JsonObject): boolean {
  return left.containerPort === right.containerPort && (left.protocol ?? 'TCP') === (right.protocol ?? 'TCP')
}
