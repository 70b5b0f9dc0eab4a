import Type from 'typebox'
import type { JsonObject, JsonValue } from '../../../plan/json.ts'
import { closed, freeObject, mapOf, oneOf, port, text } from '../../schema/scalars.ts'
import { given } from './given.ts'
import { changeAt, changeContainers, changePods, mergeNamed, mergePatch } from './patch.ts'
import { environment, firstOf, flagOr, hostAliases, open, probe, textOr, texts } from './pod-parameters.ts'
import type { RenderScope } from './render-scope.ts'
import { applied, changed, type TraitType, WITH_PODS } from './trait-type.ts'

const expressions = Type.Optional(
  Type.Array(open({ key: text('Key.'), operator: textOr('In', 'How it is compared.') }, 'An expression.'), {
    description: 'Expressions.',
  }),
)
const labelSelector = open({ matchExpressions: expressions }, 'A selector of labels.')
const podTerm = open(
  {
    topologyKey: text('Label of nodes that makes them one place.'),
    labelSelector: Type.Optional(labelSelector),
    namespaceSelector: Type.Optional(labelSelector),
  },
  'Pods, and what makes nodes one place.',
)
const nodeTerm = open({ matchExpressions: expressions, matchFields: expressions }, 'Nodes.')
const weight = Type.Integer({ minimum: 1, maximum: 100, description: 'Weight.' })
const podRules = Type.Optional(
  closed(
    {
      required: Type.Optional(Type.Array(podTerm, { description: 'What must hold.' })),
      preferred: Type.Optional(
        Type.Array(closed({ weight, podAffinityTerm: podTerm }, 'A preference.'), { description: 'What is preferred.' }),
      ),
    },
    'Rules about other pods.',
  ),
)

const handler = Type.Optional(
  open(
    {
      httpGet: Type.Optional(
        open({ port: port('Port.'), scheme: firstOf(['HTTP', 'HTTPS'], 'HTTP or HTTPS.') }, 'A request of HTTP.'),
      ),
      tcpSocket: Type.Optional(open({ port: port('Port.') }, 'A connection of TCP.')),
    },
    'What is done.',
  ),
)

const profile = Type.Optional(
  open({ type: oneOf(['RuntimeDefault', 'Unconfined', 'Localhost'], 'Kind of the profile.') }, 'A profile.'),
)

/** Traits that change the spec of the pods. */
export const POD_TRAITS: { readonly [type: string]: TraitType } = {
  sidecar: applied(
    'a further container',
    WITH_PODS,
    closed(
      {
        name: text('Name of the container.'),
        image: text('Its image.'),
        cmd: Type.Optional(texts('Its command.')),
        args: Type.Optional(texts('Its arguments.')),
        env: Type.Optional(environment),
        volumes: Type.Optional(
          Type.Array(closed({ name: text('Name of the volume.'), path: text('Where it is mounted.') }, 'A volume.')),
        ),
        livenessProbe: Type.Optional(probe),
        readinessProbe: Type.Optional(probe),
      },
      'The container.',
    ),
    (parameters, before, scope) => {
      const { name, image, cmd, args, env, volumes, livenessProbe, readinessProbe } = parameters
      const volumeMounts = volumes?.map(({ path, name: volume }) => ({ mountPath: path, name: volume }))
      const container = given({ name, image, command: cmd, args, env, volumeMounts, livenessProbe, readinessProbe })
      return changed(before, withNamed(before.output, 'containers', [scope.places.copy(container, parameters)], scope))
    },
  ),
  'init-container': applied(
    'an init container that shares a volume with the container',
    WITH_PODS,
    closed(
      {
        name: text('Name of the container.'),
        image: text('Its image.'),
        imagePullPolicy: firstOf(['IfNotPresent', 'Always', 'Never'], 'When it is pulled.'),
        cmd: Type.Optional(texts('Its command.')),
        args: Type.Optional(texts('Its arguments.')),
        env: Type.Optional(environment),
        mountName: textOr('workdir', 'Name of the volume.'),
        appMountPath: text('Where the container has it.'),
        initMountPath: text('Where the init container has it.'),
        extraVolumeMounts: Type.Optional(
          Type.Array(closed({ name: text('Name of the volume.'), mountPath: text('Where it is mounted.') }, 'A mount.')),
        ),
      },
      'The init container.',
    ),
    (parameters, before, scope) => {
      const { name, image, imagePullPolicy, cmd, args, env, mountName, extraVolumeMounts = [] } = parameters
      const volumeMounts = [{ name: mountName, mountPath: parameters.initMountPath }, ...extraVolumeMounts]
      const container = given({ name, image, imagePullPolicy, command: cmd, args, env, volumeMounts })
      const mounted = changeContainers(
        before.output,
        scope.places,
        (each) => each.name === scope.component,
        (each) => ({
          ...each,
          volumeMounts: mergeNamed(each.volumeMounts, [{ name: mountName, mountPath: parameters.appMountPath }], scope.places),
        }),
      )
      const initialized = withNamed(mounted, 'initContainers', [scope.places.copy(container, parameters)], scope)
      return changed(before, withNamed(initialized, 'volumes', [{ name: mountName, emptyDir: {} }], scope))
    },
  ),
  affinity: applied(
    'affinity and tolerations of the pods',
    WITH_PODS,
    closed(
      {
        podAffinity: podRules,
        podAntiAffinity: podRules,
        nodeAffinity: Type.Optional(
          closed(
            {
              required: Type.Optional(closed({ nodeSelectorTerms: Type.Array(nodeTerm) }, 'What must hold.')),
              preferred: Type.Optional(Type.Array(closed({ weight, preference: nodeTerm }, 'A preference.'))),
            },
            'Rules about nodes.',
          ),
        ),
        tolerations: Type.Optional(
          Type.Array(open({ operator: firstOf(['Equal', 'Exists'], 'How the value is compared.') }, 'A taint tolerated.')),
        ),
      },
      'Rules.',
    ),
    ({ podAffinity, podAntiAffinity, nodeAffinity, tolerations }, before, scope) => {
      const affinity = given({
        podAffinity: scheduling(podAffinity),
        podAntiAffinity: scheduling(podAntiAffinity),
        nodeAffinity: scheduling(nodeAffinity),
      })
      const wanted = given({ affinity: Object.keys(affinity).length === 0 ? undefined : affinity, tolerations })
      return changed(before, patchPods(before.output, wanted, scope))
    },
  ),
  hostalias: applied(
    'names for addresses',
    WITH_PODS,
    closed({ hostAliases }, 'Names for addresses.'),
    (parameters, before, scope) =>
      changed(before, withNamed(before.output, 'hostAliases', parameters.hostAliases as readonly JsonObject[], scope, 'ip')),
  ),
  topologyspreadconstraints: applied(
    'how the pods are spread over places',
    WITH_PODS,
    closed(
      {
        constraints: Type.Array(
          open(
            {
              maxSkew: Type.Integer({ description: 'How uneven pods may be spread.' }),
              topologyKey: text('Label of nodes that makes them one place.'),
              whenUnsatisfiable: firstOf(['DoNotSchedule', 'ScheduleAnyway'], 'What to do when it cannot be.'),
              labelSelector,
            },
            'A constraint.',
          ),
        ),
      },
      'Constraints.',
    ),
    ({ constraints }, before, scope) =>
      changed(before, patchPods(before.output, given({ topologySpreadConstraints: constraints }), scope)),
  ),
  lifecycle: applied(
    'what is done when containers start and stop',
    WITH_PODS,
    closed({ postStart: handler, preStop: handler }, 'What is done.'),
    ({ postStart, preStop }, before, scope) =>
      changed(
        before,
        changeContainers(
          before.output,
          scope.places,
          () => true,
          (each) => ({ ...each, lifecycle: mergePatch(each.lifecycle, given({ postStart, preStop }), scope.places) }),
        ),
      ),
  ),
  podsecuritycontext: applied(
    'security context of the pods',
    WITH_PODS,
    closed(
      {
        appArmorProfile: profile,
        seccompProfile: profile,
        fsGroup: Type.Optional(Type.Integer({ description: 'Group of the volumes.' })),
        runAsGroup: Type.Optional(Type.Integer({ description: 'Group.' })),
        runAsUser: Type.Optional(Type.Integer({ description: 'User.' })),
        runAsNonRoot: flagOr(true, 'Containers must not run as root.'),
      },
      'The security context.',
    ),
    (parameters, before, scope) => changed(before, patchPods(before.output, given({ securityContext: parameters }), scope)),
  ),
  'service-binding': applied(
    'variables from Secrets',
    WITH_PODS,
    closed(
      {
        envMappings: mapOf(
          closed(
            { secret: text('The Secret.'), key: Type.Optional(text('Its key; default: the variable.')) },
            'A key of a Secret.',
          ),
          'Keys of Secrets by variable.',
        ),
      },
      'Variables.',
    ),
    ({ envMappings }, before, scope) => {
      const env = Object.entries(envMappings).map(([name, { secret, key = name }]) => ({
        name,
        valueFrom: { secretKeyRef: { name: secret, key } },
      }))
      const output = changeContainers(
        before.output,
        scope.places,
        (each) => each.name === scope.component,
        (each) => ({ ...each, env: mergeNamed(each.env, env, scope.places) }),
      )
      return changed(before, output)
    },
  ),
  'json-merge-patch': applied('a JSON merge patch of the workload', undefined, freeObject('The patch.'), (patch, before, scope) =>
    changed(before, mergePatch(before.output, patch as JsonObject, scope.places) as JsonObject),
  ),
}

type Rules = { readonly required?: unknown; readonly preferred?: unknown } | undefined

function scheduling(rules: Rules): JsonObject | undefined {
  if (rules === undefined) return undefined
  return given({
    requiredDuringSchedulingIgnoredDuringExecution: rules.required,
    preferredDuringSchedulingIgnoredDuringExecution: rules.preferred,
  })
}

function patchPods(workload: JsonObject, patch: JsonObject, { places }: RenderScope): JsonObject {
  return changePods(workload, places, (spec) => mergePatch(spec, patch, places) as JsonObject)
}

/** A workload with items put into a list of its pods. */
export function withNamed(
  workload: JsonObject,
  list: string,
  items: readonly JsonObject[],
  { places }: RenderScope,
  key = 'name',
): JsonObject {
  if (items.length === 0) return workload
  return changePods(
    workload,
    places,
    (spec) =>
      changeAt(spec, [list], places, (before: JsonValue | undefined) => mergeNamed(before, items, places, key)) as JsonObject,
  )
}
