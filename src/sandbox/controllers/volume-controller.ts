import type { JsonObject } from '../../plan/json.ts'
import { volumeProtection } from '../admission/storage-protection.ts'
import { objectAt, textAt } from '../builtin/json-tree.ts'
import { writeStatus } from './conditions.ts'
import type { Controller, ControllerWorld } from './controller.ts'
import { isTerminating, nameOf, uidOf } from './object-cache.ts'
import { releaseFinalizer } from './release-finalizer.ts'

/** The kind of volumes. */
export const volumes = '/PersistentVolume'
const claims = '/PersistentVolumeClaim'

/** Whether a volume is free, bound or left over. */
export function phaseOf(volume: JsonObject): string {
  return textAt(objectAt(volume, 'status'), 'phase')
}

/** The claim that a volume belongs to. */
export function claimRefOf(volume: JsonObject): JsonObject | undefined {
  return objectAt(objectAt(volume, 'spec'), 'claimRef')
}

/** A volume whose claim is gone goes with it or is left over, as it says. */
function letGo(volume: JsonObject, world: ControllerWorld): void {
  if (textAt(objectAt(volume, 'spec'), 'persistentVolumeReclaimPolicy') === 'Delete') {
    if (phaseOf(volume) === 'Bound') writeStatus(world.host, volumes, volume, { phase: 'Released' })
    world.host.delete(volumes, '', nameOf(volume).name)
  } else if (phaseOf(volume) !== 'Released') writeStatus(world.host, volumes, volume, { phase: 'Released' })
}

/** Frees volumes, and takes them away with their claims. */
export function volumeController(): Controller {
  return {
    name: 'persistentvolumes',
    watches: [volumes, claims],
    concerned: (kind, object, cache) => {
      if (kind === volumes) return [nameOf(object)]
      const { namespace, name } = nameOf(object)
      const own = [...cache.all(volumes)].filter((volume) => {
        const reference = claimRefOf(volume)
        return textAt(reference, 'namespace') === namespace && textAt(reference, 'name') === name
      })
      return own.map(nameOf)
    },
    reconcile: (name, world) => {
      const volume = world.cache.get(volumes, name)
      if (volume === undefined) return
      const reference = claimRefOf(volume)
      const uid = textAt(reference, 'uid')
      const claim =
        reference === undefined
          ? undefined
          : world.cache.get(claims, { namespace: textAt(reference, 'namespace'), name: textAt(reference, 'name') })
      const isClaimed = claim !== undefined && (uid === '' || uid === uidOf(claim))
      if (isTerminating(volume)) {
        if (!isClaimed || phaseOf(volume) !== 'Bound') releaseFinalizer(volumes, volume, volumeProtection, world)
      } else if (reference === undefined || uid === '') {
        if (phaseOf(volume) === 'Pending') writeStatus(world.host, volumes, volume, { phase: 'Available' })
      } else if (!isClaimed) letGo(volume, world)
    },
  }
}
