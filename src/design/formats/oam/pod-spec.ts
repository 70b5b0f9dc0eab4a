import Type from 'typebox'
import type { JsonObject } from '../../../plan/json.ts'
import type { Evaluated } from '../../schema/scalars.ts'
import { given, unlessEmpty } from './given.ts'
import { containerParameters, hostAliases, mountParameters, podMarks, texts } from './pod-parameters.ts'
import { APPLICATION_LABEL, COMPONENT_LABEL, type RenderScope } from './render-scope.ts'

/** Limits that differ from requests. */
export const limitParameter = Type.Optional(
  Type.Object(
    {
      cpu: Type.Optional(Type.String({ description: 'Limit of CPU.' })),
      memory: Type.Optional(Type.String({ description: 'Limit of memory.' })),
    },
    { additionalProperties: false, description: 'Limits, where they are not the requests.' },
  ),
)

/** Everything that the pods of some component type take. */
const podParameters = Type.Object({
  ...containerParameters,
  ...mountParameters,
  ...podMarks,
  args: Type.Optional(texts('Arguments of the container.')),
  limit: limitParameter,
  hostAliases: Type.Optional(hostAliases),
})

/** The parameters of pods, checked and with their defaults. */
export type PodParameters = Evaluated<typeof podParameters>

type Mounts = NonNullable<PodParameters['volumeMounts']>

/** The labels that every pod of a component bears. */
export function ownLabels({ application, component }: RenderScope): JsonObject {
  return { [APPLICATION_LABEL]: application, [COMPONENT_LABEL]: component }
}

/** The template of a component's pods. */
export function podTemplate(
  parameters: PodParameters,
  scope: RenderScope,
  more: JsonObject,
  ports?: readonly JsonObject[],
): JsonObject {
  const { volumeMounts, volumes, imagePullSecrets } = parameters
  const mounts = volumeMounts === undefined ? undefined : mountsOf(volumeMounts)
  return {
    metadata: podMetadata(parameters, scope),
    spec: given({
      ...more,
      containers: [container(parameters, scope, mounts ?? volumes?.map(({ name, mountPath }) => ({ name, mountPath })), ports)],
      hostAliases: parameters.hostAliases,
      imagePullSecrets: imagePullSecrets?.map((name) => ({ name })),
      volumes: volumeMounts === undefined ? volumes?.map(olderVolume) : unlessEmpty(volumesOf(volumeMounts)),
    }),
  }
}

/** Labels and annotations of pods. */
export function podMetadata({ labels, annotations }: PodParameters, scope: RenderScope): JsonObject {
  return given({ labels: { ...labels, ...ownLabels(scope) }, annotations })
}

function container(
  parameters: PodParameters,
  scope: RenderScope,
  mounts: readonly JsonObject[] | undefined,
  ports: readonly JsonObject[] | undefined,
): JsonObject {
  return scope.places.copy(
    given({
      name: scope.component,
      image: parameters.image,
      imagePullPolicy: parameters.imagePullPolicy,
      command: parameters.cmd,
      args: parameters.args,
      ports,
      env: parameters.env,
      resources: resourcesOf(parameters),
      volumeMounts: mounts === undefined ? undefined : unlessEmpty(mounts),
      livenessProbe: parameters.livenessProbe,
      readinessProbe: parameters.readinessProbe,
    }),
    parameters,
  )
}

function resourcesOf({ cpu, memory, limit }: PodParameters): JsonObject | undefined {
  if (cpu === undefined && memory === undefined) return undefined
  return {
    requests: given({ cpu, memory }),
    limits: given({
      cpu: cpu === undefined ? undefined : (limit?.cpu ?? cpu),
      memory: memory === undefined ? undefined : (limit?.memory ?? memory),
    }),
  }
}

function mountsOf(mounts: Mounts): readonly JsonObject[] {
  const plain = [...(mounts.pvc ?? []), ...(mounts.configMap ?? []), ...(mounts.secret ?? []), ...(mounts.emptyDir ?? [])]
  return [
    ...plain.map(({ name, mountPath, subPath }) => given({ name, mountPath, subPath })),
    ...(mounts.hostPath ?? []).map(({ name, mountPath, subPath, mountPropagation, readOnly }) =>
      given({ name, mountPath, subPath, mountPropagation, readOnly }),
    ),
  ]
}

/** A volume that is mounted twice is there once. */
function volumesOf(mounts: Mounts): readonly JsonObject[] {
  const all = [
    ...(mounts.pvc ?? []).map(({ name, claimName }) => ({ name, persistentVolumeClaim: { claimName } })),
    ...(mounts.configMap ?? []).map((each) => configMapVolume(each.name, { ...each, name: each.cmName })),
    ...(mounts.secret ?? []).map((each) => secretVolume(each.name, { ...each, name: each.secretName })),
    ...(mounts.emptyDir ?? []).map(({ name, medium }) => ({ name, emptyDir: { medium } })),
    ...(mounts.hostPath ?? []).map(({ name, path }) => ({ name, hostPath: { path } })),
  ]
  return onePerName(all)
}

/** Of several items of the same name, the first. */
export function onePerName(list: readonly JsonObject[]): readonly JsonObject[] {
  const seen = new Set<unknown>()
  return list.filter(({ name }) => !seen.has(name) && seen.add(name))
}

interface KeysAsFiles {
  readonly name: string
  readonly defaultMode: number
  readonly items?: readonly unknown[]
}

/** A volume of a ConfigMap. */
export function configMapVolume(volume: string, { name, defaultMode, items }: KeysAsFiles): JsonObject {
  return { name: volume, configMap: given({ defaultMode, name, items }) }
}

/** A volume of a Secret. */
export function secretVolume(volume: string, { name, defaultMode, items }: KeysAsFiles): JsonObject {
  return { name: volume, secret: given({ defaultMode, secretName: name, items }) }
}

function olderVolume(volume: NonNullable<PodParameters['volumes']>[number]): JsonObject {
  const { name, type, medium = '', claimName = '', cmName = '', secretName = '' } = volume
  switch (type) {
    case 'pvc':
      return { name, persistentVolumeClaim: { claimName } }
    case 'configMap':
      return configMapVolume(name, { ...volume, name: cmName })
    case 'secret':
      return secretVolume(name, { ...volume, name: secretName })
    case 'emptyDir':
      return { name, emptyDir: { medium } }
  }
}
