import Type from 'typebox'
import type { JsonObject } from '../../../plan/json.ts'
import { closed, type Evaluated, freeObject, stringMap, text } from '../../schema/scalars.ts'
import { given } from './given.ts'
import { changeContainers, mergeNamed } from './patch.ts'
import { amount, firstOf, flagOr, items, open, textOr, wholeOr } from './pod-parameters.ts'
import { configMapVolume, onePerName, secretVolume } from './pod-spec.ts'
import { withNamed } from './pod-traits.ts'
import type { Rendered, RenderScope } from './render-scope.ts'
import { applied, beside, changed, type TraitType, WITH_PODS } from './trait-type.ts'

const name = text('Name.')
const mountPath = text('Where it is mounted.')
const subPath = Type.Optional(text('The part of it that is mounted.'))
const mountOnly = flagOr(false, 'It is there already.')
const defaultMode = wholeOr(420, 'Mode of the files.')
const readOnly = flagOr(false, 'Mounted to be read only.')

const claim = {
  volumeMode: textOr('Filesystem', 'Filesystem or Block.'),
  volumeName: Type.Optional(text('The volume.')),
  accessModes: Type.Array(Type.String(), { description: 'How it is used.', default: ['ReadWriteOnce'] }),
  storageClassName: Type.Optional(text('Class of the storage.')),
  resources: Type.Optional(
    closed(
      {
        requests: Type.Optional(closed({ storage: amount('How much.') }, 'At least.')),
        limits: Type.Optional(closed({ storage: amount('How much.') }, 'At most.')),
      },
      'How much.',
    ),
  ),
  dataSourceRef: Type.Optional(freeObject('What it begins with.')),
  dataSource: Type.Optional(freeObject('What it begins with.')),
  selector: Type.Optional(freeObject('Which volumes it may have.')),
}

function asVariable(key: string) {
  return closed({ envName: text('The variable.'), [key]: text('The key.') }, 'A key as a variable.')
}

const toEnvironment = (key: string) => ({
  mountToEnv: Type.Optional(asVariable(key)),
  mountToEnvs: Type.Optional(Type.Array(asVariable(key))),
})

/** A ConfigMap or Secret that is mounted. */
const mountedData = {
  name,
  mountOnly,
  mountPath: Type.Optional(mountPath),
  subPath,
  defaultMode,
  readOnly,
  items: Type.Optional(items),
}

const storage = closed(
  {
    pvc: Type.Optional(Type.Array(closed({ name, mountOnly, mountPath, subPath, ...claim }, 'A claim.'))),
    configMap: Type.Optional(
      Type.Array(
        closed(
          {
            ...mountedData,
            data: Type.Optional(freeObject('Its data.')),
            ...toEnvironment('configMapKey'),
          },
          'A ConfigMap.',
        ),
      ),
    ),
    secret: Type.Optional(
      Type.Array(
        closed(
          {
            ...mountedData,
            data: Type.Optional(freeObject('Its data, in base64.')),
            stringData: Type.Optional(freeObject('Its data.')),
            ...toEnvironment('secretKey'),
          },
          'A Secret.',
        ),
      ),
    ),
    emptyDir: Type.Optional(
      Type.Array(
        closed({ name, mountPath, subPath, medium: firstOf(['', 'Memory'], 'What it is kept on.') }, 'An empty folder.'),
      ),
    ),
    hostPath: Type.Optional(
      Type.Array(
        closed(
          {
            name,
            path: text('Path on the node.'),
            mountPath,
            type: firstOf(
              ['Directory', 'DirectoryOrCreate', 'FileOrCreate', 'File', 'Socket', 'CharDevice', 'BlockDevice'],
              'What must be there.',
            ),
          },
          'A path on the node.',
        ),
      ),
    ),
  },
  'What is stored.',
)

type Storage = Evaluated<typeof storage>

/** Traits that give the first container of a workload what it keeps its data on. */
export const STORAGE_TRAITS: { readonly [type: string]: TraitType } = {
  storage: applied(
    'volumes, and the claims, ConfigMaps and Secrets that they are made of',
    WITH_PODS,
    storage,
    (parameters, before, scope) => {
      const volumes = onePerName(volumesOf(parameters))
      const mounted = inFirstContainer(before, scope, {
        env: variablesOf(parameters),
        volumeDevices: (parameters.pvc ?? [])
          .filter(({ volumeMode }) => volumeMode === 'Block')
          .map((each) => ({ name: `pvc-${each.name}`, devicePath: each.mountPath })),
        volumeMounts: mountsOf(parameters),
      })
      return beside(changed(mounted, withNamed(mounted.output, 'volumes', volumes, scope)), objectsOf(parameters, scope))
    },
  ),
  pvc: applied(
    'a claim and its volumes, in the older form',
    WITH_PODS,
    closed(
      {
        ...claim,
        claimName: text('Name of the claim.'),
        volumesToMount: Type.Array(
          open({ name, mountPath: Type.Optional(mountPath), devicePath: Type.Optional(text('The device.')) }, 'A volume.'),
        ),
      },
      'A claim.',
    ),
    (parameters, before, scope) => {
      const { claimName, volumesToMount } = parameters
      const isBlock = parameters.volumeMode === 'Block'
      const mounts = volumesToMount.map((each) =>
        given({ name: each.name, ...(isBlock ? { devicePath: each.devicePath } : { mountPath: each.mountPath }) }),
      )
      const mounted = inFirstContainer(before, scope, { [isBlock ? 'volumeDevices' : 'volumeMounts']: mounts })
      const volumes = volumesToMount.map((each) => ({ name: each.name, persistentVolumeClaim: { claimName } }))
      const output = withNamed(mounted.output, 'volumes', volumes, scope)
      return beside(changed(mounted, output), { [claimName]: claimObject(claimName, parameters) })
    },
  ),
  configmap: applied(
    'ConfigMaps and their volumes, in the older form',
    WITH_PODS,
    closed(
      {
        volumes: Type.Array(closed({ name, mountPath, readOnly, data: Type.Optional(stringMap('Its data.')) }, 'A ConfigMap.')),
      },
      'ConfigMaps.',
    ),
    ({ volumes }, before, scope) => {
      const mounts = volumes.map((each) => ({ name: `volume-${each.name}`, mountPath: each.mountPath, readOnly: each.readOnly }))
      const mounted = inFirstContainer(before, scope, { volumeMounts: mounts })
      const made = volumes.map((each) => ({ name: `volume-${each.name}`, configMap: { name: each.name } }))
      const outputs = volumes.flatMap((each) =>
        each.data === undefined ? [] : [[each.name, dataObject('ConfigMap', each.name, { data: each.data })] as const],
      )
      return beside(changed(mounted, withNamed(mounted.output, 'volumes', made, scope)), Object.fromEntries(outputs))
    },
  ),
}

function inFirstContainer(
  before: Rendered,
  { places }: RenderScope,
  lists: { readonly [field: string]: readonly JsonObject[] },
): Rendered {
  const output = changeContainers(
    before.output,
    places,
    (_container, index) => index === 0,
    (container) => {
      const made = Object.entries(lists)
        .filter(([, added]) => added.length > 0)
        .map(([field, added]) => [
          field,
          mergeNamed(container[field], added, places, field === 'volumeMounts' ? 'mountPath' : 'name'),
        ])
      return { ...container, ...(Object.fromEntries(made) as JsonObject) }
    },
  )
  return changed(before, output)
}

function volumesOf({ pvc = [], configMap = [], secret = [], emptyDir = [], hostPath = [] }: Storage): readonly JsonObject[] {
  return [
    ...pvc.map((each) => ({ name: `pvc-${each.name}`, persistentVolumeClaim: { claimName: each.name } })),
    ...configMap.filter((each) => each.mountPath !== undefined).map((each) => configMapVolume(`configmap-${each.name}`, each)),
    ...secret.filter((each) => each.mountPath !== undefined).map((each) => secretVolume(`secret-${each.name}`, each)),
    ...emptyDir.map((each) => ({ name: `emptydir-${each.name}`, emptyDir: { medium: each.medium } })),
    ...hostPath.map((each) => ({ name: `hostpath-${each.name}`, hostPath: { path: each.path, type: each.type } })),
  ]
}

interface Mounted {
  readonly name: string
  readonly mountPath?: string
  readonly subPath?: string
  readonly readOnly?: boolean
}

function mountsOf({ pvc = [], configMap = [], secret = [], emptyDir = [], hostPath = [] }: Storage): readonly JsonObject[] {
  const mount = (kind: string) => (each: Mounted) =>
    each.mountPath === undefined
      ? []
      : [
          given({
            name: `${kind}-${each.name}`,
            mountPath: each.mountPath,
            subPath: each.subPath,
            readOnly: each.readOnly === true ? true : undefined,
          }),
        ]
  return [
    ...pvc.filter(({ volumeMode }) => volumeMode === 'Filesystem').flatMap(mount('pvc')),
    ...configMap.flatMap(mount('configmap')),
    ...secret.flatMap(mount('secret')),
    ...emptyDir.flatMap(mount('emptydir')),
    ...hostPath.flatMap(({ type: _type, ...each }) => mount('hostpath')(each)),
  ]
}

function variablesOf({ configMap = [], secret = [] }: Storage): readonly JsonObject[] {
  const of = (
    sources: readonly { readonly name: string; readonly mountToEnv?: object; readonly mountToEnvs?: readonly object[] }[],
    reference: string,
    keyName: string,
  ) =>
    sources.flatMap(({ name: source, mountToEnv, mountToEnvs = [] }) =>
      [...(mountToEnv === undefined ? [] : [mountToEnv]), ...mountToEnvs].map((each) => {
        const { envName = '', [keyName]: key = '' } = each as { readonly [field: string]: string }
        return { name: envName, valueFrom: { [reference]: { name: source, key } } }
      }),
    )
  return [...of(configMap, 'configMapKeyRef', 'configMapKey'), ...of(secret, 'secretKeyRef', 'secretKey')]
}

function objectsOf({ pvc = [], configMap = [], secret = [] }: Storage, { places }: RenderScope): Rendered['outputs'] {
  const made = <Each extends { readonly name: string; readonly mountOnly: boolean }>(
    kind: string,
    all: readonly Each[],
    object: (each: Each) => JsonObject,
  ) => all.filter((each) => !each.mountOnly).map((each) => [`${kind}-${each.name}`, places.copy(object(each), each)] as const)
  return Object.fromEntries([
    ...made('pvc', pvc, (each) => claimObject(each.name, each)),
    ...made('configmap', configMap, ({ name: own, data }) => dataObject('ConfigMap', own, { data })),
    ...made('secret', secret, ({ name: own, data, stringData }) => dataObject('Secret', own, { data, stringData })),
  ])
}

function dataObject(kind: 'ConfigMap' | 'Secret', own: string, fields: { readonly [key: string]: unknown }): JsonObject {
  return { apiVersion: 'v1', kind, metadata: { name: own }, ...given(fields) }
}

type Claim = Pick<
  NonNullable<Storage['pvc']>[number],
  'volumeMode' | 'volumeName' | 'accessModes' | 'storageClassName' | 'resources' | 'dataSourceRef' | 'dataSource' | 'selector'
>

function claimObject(own: string, wanted: Claim): JsonObject {
  const spec = given({
    accessModes: wanted.accessModes,
    volumeMode: wanted.volumeMode,
    volumeName: wanted.volumeName,
    storageClassName: wanted.storageClassName,
    resources: given({
      requests: { storage: wanted.resources?.requests?.storage ?? '8Gi' },
      limits: wanted.resources?.limits,
    }),
    dataSourceRef: wanted.dataSourceRef,
    dataSource: wanted.dataSource,
    selector: wanted.selector,
  })
  return { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: own }, spec }
}
