import type { JsonObject } from '../../plan/json.ts'
import { listAt, objectAt, textAt } from '../builtin/json-tree.ts'
import { writeStatus } from './conditions.ts'
import type { Controller, ControllerWorld } from './controller.ts'
import { isTerminating, nameOf, uidOf } from './object-cache.ts'

const claims = '/PersistentVolumeClaim'
const volumes = '/PersistentVolume'

function volumeFor(claim: JsonObject, name: string): JsonObject {
  const spec = objectAt(claim, 'spec')
  const { namespace, name: claimName } = nameOf(claim)
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name, annotations: { 'pv.kubernetes.io/provisioned-by': 'sandbox.meshform.dev/volumes' } },
    spec: {
      accessModes: listAt(spec, 'accessModes'),
      capacity: objectAt(objectAt(spec, 'resources'), 'requests') ?? {},
      claimRef: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace, name: claimName, uid: uidOf(claim) },
      hostPath: { path: `/sandbox/${name}`, type: '' },
      persistentVolumeReclaimPolicy: 'Delete',
      ...(textAt(spec, 'storageClassName') === '' ? {} : { storageClassName: textAt(spec, 'storageClassName') }),
      volumeMode: textAt(spec, 'volumeMode') || 'Filesystem',
    },
  }
}

function bind(claim: JsonObject, world: ControllerWorld): void {
  const spec = objectAt(claim, 'spec') ?? {}
  const name = textAt(spec, 'volumeName') || `pvc-${uidOf(claim)}`
  const known = world.cache.get(volumes, { namespace: '', name })
  const volume = known ?? world.host.create(volumes, volumeFor(claim, name))
  if (volume === undefined) return
  if (textAt(objectAt(volume, 'status'), 'phase') !== 'Bound') writeStatus(world.host, volumes, volume, { phase: 'Bound' })
  const bound =
    textAt(spec, 'volumeName') === name ? claim : world.host.update(claims, { ...claim, spec: { ...spec, volumeName: name } })
  if (bound === undefined) return
  const volumeSpec = objectAt(volume, 'spec')
  writeStatus(world.host, claims, bound, {
    phase: 'Bound',
    accessModes: listAt(volumeSpec, 'accessModes'),
    capacity: objectAt(volumeSpec, 'capacity') ?? {},
  })
}

/** Gives every claim a volume, and takes the volume away with it. */
export function volumeClaimController(): Controller {
  return {
    name: 'persistentvolumeclaims',
    watches: [claims, volumes],
    concerned: (kind, object) => {
      if (kind === claims) return [nameOf(object)]
      const claim = objectAt(objectAt(object, 'spec'), 'claimRef')
      return [{ namespace: textAt(claim, 'namespace'), name: textAt(claim, 'name') }]
    },
    reconcile: (name, world) => {
      const claim = world.cache.get(claims, name)
      if (claim !== undefined) {
        if (!isTerminating(claim) && textAt(objectAt(claim, 'status'), 'phase') !== 'Bound') bind(claim, world)
        return
      }
      for (const volume of [...world.cache.all(volumes)]) {
        const spec = objectAt(volume, 'spec')
        const reference = objectAt(spec, 'claimRef')
        if (textAt(reference, 'namespace') !== name.namespace || textAt(reference, 'name') !== name.name) continue
        if (textAt(spec, 'persistentVolumeReclaimPolicy') === 'Delete') world.host.delete(volumes, '', nameOf(volume).name)
        else writeStatus(world.host, volumes, volume, { phase: 'Released' })
      }
    },
  }
}
