import type { ObjectKey } from '../plan/manifest.ts'
import type { LiveObject } from './contract.ts'
import { conditionsOf } from './health/conditions.ts'
import { healthOf } from './health/health.ts'
import { objectOf } from './json-fields.ts'
import type { SharedWatches, WatchedObject } from './shared-watch.ts'
import { unwatched, type WaitResult } from './wait-result.ts'

/** How an object's end is waited for. */
export interface DeletedOptions {
  readonly timeoutMs: number
  /** The one that is meant: another of that name is no reason to wait. */
  readonly uid?: string | undefined
  /** Called with each new reason why it is still there. */
  readonly onProgress?: (reason: string) => void
  /** Ends this wait soon: most deletes are over in a moment, and then nothing is left open. */
  readonly stop?: AbortSignal
}

/** How long a delete still gets once its wait was told to stop, in milliseconds. */
const GRACE_MS = 5000

/** Waits until an object is gone, by watch. `healthy` says that it is. */
export function waitDeleted(
  watches: SharedWatches,
  key: ObjectKey,
  apiVersion: string,
  options: DeletedOptions,
  signal: AbortSignal,
): Promise<WaitResult> {
  return new Promise((resolve) => {
    let reason = 'it is still there'
    let leave: (() => void) | undefined
    let ended = false
    let grace: ReturnType<typeof setTimeout> | undefined
    const end = (result: WaitResult) => {
      if (ended) return
      ended = true
      clearTimeout(timer)
      clearTimeout(grace)
      options.stop?.removeEventListener('abort', onStop)
      signal.removeEventListener('abort', onAbort)
      leave?.()
      resolve(result)
    }
    const gone = () => end({ healthy: true, timedOut: false, reason: '' })
    const onAbort = () => end({ healthy: false, timedOut: false, reason: `the wait was stopped: ${reason}` })
    const onStop = () => {
      grace = setTimeout(() => end({ healthy: false, timedOut: false, reason, stopped: true }), GRACE_MS)
    }
    const timer = setTimeout(() => end({ healthy: false, timedOut: true, reason }), options.timeoutMs)
    const onState = (state: WatchedObject) => {
      if (ended) return
      if (state.error !== undefined) {
        // Objects go with their kind.
        if (state.error.kind === 'not-served') return gone()
        return end(unwatched(state.error))
      }
      if (state.object === undefined) return state.listed ? gone() : undefined
      const { uid } = objectOf(state.object.metadata)
      if (options.uid !== undefined && options.uid !== '' && uid !== options.uid) return state.listed ? gone() : undefined
      const why = whyStillThere(state.object)
      if (why === reason) return
      reason = why
      options.onProgress?.(why)
    }
    if (signal.aborted) return onAbort()
    signal.addEventListener('abort', onAbort, { once: true })
    if (options.stop?.aborted === true) onStop()
    else options.stop?.addEventListener('abort', onStop, { once: true })
    // What keeps a namespace stands in its status; of all else the metadata tells enough.
    const metadataOnly = key.kind !== 'Namespace'
    leave = watches.follow({ apiVersion, kind: key.kind, namespace: key.namespace, name: key.name, metadataOnly }, onState)
    if (ended) leave()
  })
}

function whyStillThere(object: LiveObject): string {
  const { status, reason } = healthOf(object, [])
  if (status !== 'terminating') return 'it is still there'
  const kept = conditionsOf(objectOf(object.status).conditions).filter(
    (condition) => condition.status === 'True' && condition.message !== '',
  )
  return [reason, ...kept.map((condition) => condition.message)].join(': ')
}
