import type { JsonObject } from '../../plan/json.ts'
import { claimProtection } from '../admission/storage-protection.ts'
import { listAt, objectAt, objectsAt, textAt } from '../builtin/json-tree.ts'
import { compareQuantities, parseQuantity } from '../builtin/quantity.ts'
import { writeStatus } from './conditions.ts'
import type { Controller, ControllerWorld } from './controller.ts'
import { isTerminating, nameOf, type ObjectCache, type ObjectName, uidOf } from './object-cache.ts'
import { podPhase } from './pod-status.ts'
import { releaseFinalizer } from './release-finalizer.ts'
import { claimRefOf, phaseOf, volumes } from './volume-controller.ts'

const claims = '/PersistentVolumeClaim'
const pods = '/Pod'

function referenceTo(claim: JsonObject): JsonObject {
  const { namespace, name } = nameOf(claim)
  return { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace, name, uid: uidOf(claim) }
}

function volumeFor(claim: JsonObject, name: string): JsonObject {
  const spec = objectAt(claim, 'spec')
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name, annotations: { 'pv.kubernetes.io/provisioned-by': 'sandbox.meshform.dev/volumes' } },
    spec: {
      accessModes: listAt(spec, 'accessModes'),
      capacity: objectAt(objectAt(spec, 'resources'), 'requests') ?? {},
      claimRef: referenceTo(claim),
      hostPath: { path: `/sandbox/${name}`, type: '' },
      persistentVolumeReclaimPolicy: 'Delete',
      ...(textAt(spec, 'storageClassName') === '' ? {} : { storageClassName: textAt(spec, 'storageClassName') }),
      volumeMode: textAt(spec, 'volumeMode') || 'Filesystem',
    },
  }
}

function capacityOf(volume: JsonObject): string {
  return textAt(objectAt(objectAt(volume, 'spec'), 'capacity'), 'storage')
}

/** True for a free volume that has what a claim asks for. */
function suits(volume: JsonObject, claim: JsonObject): boolean {
  const [spec, wanted] = [objectAt(volume, 'spec'), objectAt(claim, 'spec')]
  if (phaseOf(volume) !== 'Available' || isTerminating(volume)) return false
  if (textAt(spec, 'storageClassName') !== textAt(wanted, 'storageClassName')) return false
  if (textAt(spec, 'volumeMode') !== textAt(wanted, 'volumeMode')) return false
  const modes = listAt(spec, 'accessModes')
  if (!listAt(wanted, 'accessModes').every((mode) => modes.includes(mode))) return false
  const size = parseQuantity(textAt(objectAt(objectAt(wanted, 'resources'), 'requests'), 'storage'))
  const capacity = parseQuantity(capacityOf(volume))
  return size !== undefined && capacity !== undefined && compareQuantities(capacity, size) >= 0
}

function smallest(candidates: readonly JsonObject[]): JsonObject | undefined {
  const size = (volume: JsonObject) => parseQuantity(capacityOf(volume)) ?? { digits: 0n, exponent: 0, form: 'decimal' }
  return [...candidates].sort((left, right) => compareQuantities(size(left), size(right)))[0]
}

/** True for a claim that asks for no class, and so for no volume to be made. */
function refusesClasses(claim: JsonObject): boolean {
  return objectAt(claim, 'spec')?.storageClassName === ''
}

/** The volume that a claim names, else the smallest free one that suits it, else a new one. */
function volumeOf(claim: JsonObject, world: ControllerWorld): JsonObject | undefined {
  const named = textAt(objectAt(claim, 'spec'), 'volumeName')
  if (named !== '') return world.cache.get(volumes, { namespace: '', name: named }) ?? undefined
  const name = `pvc-${uidOf(claim)}`
  const made = world.cache.get(volumes, { namespace: '', name })
  const free = made ?? smallest([...world.cache.all(volumes)].filter((volume) => suits(volume, claim)))
  if (free !== undefined || refusesClasses(claim)) return free
  return world.host.create(volumes, volumeFor(claim, name))
}

function bind(claim: JsonObject, world: ControllerWorld): void {
  const volume = volumeOf(claim, world)
  if (volume === undefined) return
  const reference = claimRefOf(volume)
  const isOthers = reference !== undefined && textAt(reference, 'uid') !== uidOf(claim) && textAt(reference, 'uid') !== ''
  if (isOthers) return
  const spec = objectAt(claim, 'spec') ?? {}
  const volumeSpec = objectAt(volume, 'spec') ?? {}
  const owned =
    textAt(reference, 'uid') === uidOf(claim)
      ? volume
      : world.host.update(volumes, { ...volume, spec: { ...volumeSpec, claimRef: referenceTo(claim) } })
  if (owned === undefined) return
  if (phaseOf(owned) !== 'Bound') writeStatus(world.host, volumes, owned, { phase: 'Bound' })
  const { name } = nameOf(volume)
  const bound =
    textAt(spec, 'volumeName') === name ? claim : world.host.update(claims, { ...claim, spec: { ...spec, volumeName: name } })
  if (bound === undefined) return
  writeStatus(world.host, claims, bound, {
    phase: 'Bound',
    accessModes: listAt(volumeSpec, 'accessModes'),
    capacity: objectAt(volumeSpec, 'capacity') ?? {},
  })
}

function claimNames(pod: JsonObject): readonly string[] {
  return objectsAt(objectAt(pod, 'spec'), 'volumes')
    .map((volume) => textAt(objectAt(volume, 'persistentVolumeClaim'), 'claimName'))
    .filter((name) => name !== '')
}

function isInUse(claim: ObjectName, world: ControllerWorld): boolean {
  return [...world.cache.all(pods)].some((pod) => {
    const isRunning = !['Succeeded', 'Failed'].includes(podPhase(pod))
    return isRunning && nameOf(pod).namespace === claim.namespace && claimNames(pod).includes(claim.name)
  })
}

/** Claims that a new volume may be for. */
function waitingClaims(cache: ObjectCache): readonly ObjectName[] {
  return [...cache.all(claims)].filter((claim) => phaseOf(claim) === 'Pending').map(nameOf)
}

/** Gives every claim a volume, and keeps claims that pods use. */
export function volumeClaimController(): Controller {
  return {
    name: 'persistentvolumeclaims',
    watches: [claims, pods, volumes],
    concerned: (kind, object, cache) => {
      if (kind === claims) return [nameOf(object)]
      if (kind === volumes) return waitingClaims(cache)
      return claimNames(object).map((name) => ({ namespace: nameOf(object).namespace, name }))
    },
    reconcile: (name, world) => {
      const claim = world.cache.get(claims, name)
      if (claim === undefined) return
      if (isTerminating(claim)) {
        if (!isInUse(name, world)) releaseFinalizer(claims, claim, claimProtection, world)
      } else if (textAt(objectAt(claim, 'status'), 'phase') !== 'Bound') bind(claim, world)
    },
  }
}
