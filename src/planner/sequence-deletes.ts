import type { ObjectChange } from '../plan/change.ts'
import type { RecordedObject } from '../plan/recorded-state.ts'
import { barrierMembers } from './order-objects.ts'

/** The barrier that all deletes wait for: everything else that the plan does. */
export const PRUNE_BARRIER = 'prune'

/**
 * Puts deletes in the reverse of the order things were applied in: what leaned on an object goes before it, and all of them after
 * everything else, so that nothing that is still wanted loses what it stands on.
 */
export function sequenceDeletes(changes: readonly ObjectChange[], leaving: ReadonlyMap<string, RecordedObject>) {
  const removed = new Set(changes.filter((change) => change.action === 'delete').map((change) => change.id))
  const kept = changes.filter((change) => change.action !== 'delete' && change.action !== 'forget')
  const barriers: Record<string, readonly string[]> = Object.fromEntries(barrierMembers(kept))
  const waitsFor = new Map<string, string[]>()
  const released = new Map<string, string[]>()
  const removedAddresses = new Set<string>()
  for (const id of removed) removedAddresses.add(leaving.get(id)?.address ?? '')
  for (const id of removed) {
    for (const dependency of leaving.get(id)?.dependencies ?? []) {
      if (removed.has(dependency)) push(waitsFor, dependency, id)
      else if (dependency.startsWith('component:') && removedAddresses.has(dependency.slice('component:'.length))) {
        push(released, `released:${dependency.slice('component:'.length)}`, id)
      }
    }
  }
  for (const [barrier, members] of released) barriers[barrier] = members
  const upserts = kept.filter((change) => change.action !== 'no-op').map((change) => change.id)
  if (removed.size > 0 && upserts.length > 0) barriers[PRUNE_BARRIER] = upserts
  const sequenced = changes.map((change) => {
    if (!removed.has(change.id)) return change
    const release = `released:${change.address}`
    const dependencies = [
      ...(waitsFor.get(change.id) ?? []),
      ...(released.has(release) ? [release] : []),
      ...(upserts.length > 0 ? [PRUNE_BARRIER] : []),
    ]
    return { ...change, dependencies: dependencies.sort() }
  })
  return { sequenced, barriers }
}

function push(map: Map<string, string[]>, key: string, value: string): void {
  const list = map.get(key)
  if (list === undefined) map.set(key, [value])
  else list.push(value)
}
