import type { RecordedObject, RecordedState } from '../plan/recorded-state.ts'
import { type LiveView, uidOf, versionOf } from './assess.ts'

/** A state brought up to what is live. */
export interface RefreshedState {
  readonly state: RecordedState
  /** Objects that are gone. */
  readonly forgotten: readonly RecordedObject[]
  /** Objects that were written since, by whomever, without a change of our fields. */
  readonly touched: number
  /** Whether there is anything to write. */
  readonly changed: boolean
}

/**
 * Forgets objects that are gone and takes down the versions of those that are as they were recorded. An object whose fields others
 * changed keeps its record, so that the next plan shows and mends it: refreshing never hides drift. What a selection left out stays
 * as it is recorded.
 */
export function refreshedState(state: RecordedState, live: LiveView, leftOut: ReadonlySet<string>): RefreshedState {
  const forgotten: RecordedObject[] = []
  const objects = new Map<string, RecordedObject>()
  let touched = 0
  for (const [id, recorded] of state.objects) {
    if (leftOut.has(id)) {
      objects.set(id, recorded)
      continue
    }
    const found = live.objects.get(id)
    if (found === undefined) {
      if (live.unknown.has(id)) objects.set(id, recorded)
      else forgotten.push(recorded)
      continue
    }
    const isSame = live.ownedDigests.get(id) === recorded.ownedDigest
    if (isSame && recorded.resourceVersion !== versionOf(found)) {
      touched++
      objects.set(id, { ...recorded, resourceVersion: versionOf(found), uid: uidOf(found) })
    } else objects.set(id, recorded)
  }
  const pending = (state.pending ?? []).filter(({ id }) => leftOut.has(id) || live.objects.has(id) || live.unknown.has(id))
  const changed = forgotten.length > 0 || touched > 0 || pending.length !== (state.pending ?? []).length
  return { state: { ...state, objects, pending }, forgotten, touched, changed }
}
