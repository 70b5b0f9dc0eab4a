import type { ObjectKey } from '../plan/manifest.ts'
import type { HealthRule } from '../providers/rules.ts'
import type { LiveObject, Target } from './contract.ts'
import { explainPods } from './explain-pods.ts'
import { type Health, healthOf, isUnblocked } from './health/health.ts'
import { objectOf } from './json-fields.ts'
import { SharedWatches, type WatchedObject } from './shared-watch.ts'
import { type DeletedOptions, waitDeleted } from './wait-deleted.ts'
import { unwatched, type WaitResult } from './wait-result.ts'

/** How an object's health is waited for. */
export interface HealthyOptions {
  readonly timeoutMs: number
  readonly rules: readonly HealthRule[]
  /** The object as the write answered it: when it is healthy already, nothing is watched. */
  readonly written?: LiveObject
  /** Called when others may go on although this is not over. */
  readonly onUnblocked?: () => void
  /** Called with each new reason why it is not there yet. */
  readonly onProgress?: (reason: string) => void
  /** Ends this wait at once. */
  readonly stop?: AbortSignal
}

/** Waits for objects of one target, with one watch a kind and namespace however many are waited for. */
export interface Waiter {
  healthy(key: ObjectKey, apiVersion: string, options: HealthyOptions): Promise<WaitResult>
  deleted(key: ObjectKey, apiVersion: string, options: DeletedOptions): Promise<WaitResult>
  /** Ends every watch. The signal's abort does the same. */
  close(): void
}

/** A failure told by a status that has not changed since our write may be about what was there before: it gets this long to change. */
const STALE_FAILURE_MS = 5000

/** A waiter for a target. `labelSelector` narrows its watches to objects that bear it, as all that are waited for must. */
export function createWaiter(target: Target, signal: AbortSignal, labelSelector?: string): Waiter {
  const watches = new SharedWatches(target, signal, labelSelector)
  return {
    healthy: (key, apiVersion, options) => waitHealthy(target, watches, key, apiVersion, options, signal),
    deleted: (key, apiVersion, options) => waitDeleted(watches, key, apiVersion, options, signal),
    close: () => watches.close(),
  }
}

async function waitHealthy(
  target: Target,
  watches: SharedWatches,
  key: ObjectKey,
  apiVersion: string,
  options: HealthyOptions,
  signal: AbortSignal,
): Promise<WaitResult> {
  const { written, rules } = options
  if (written !== undefined && healthOf(written, rules).status === 'current')
    return { healthy: true, timedOut: false, reason: '' }
  if (written !== undefined && isUnblocked(written, rules)) options.onUnblocked?.()
  const ended = await follow(watches, key, apiVersion, options, signal)
  if (ended.result.healthy || ended.object === undefined || ended.result.stopped === true || signal.aborted) return ended.result
  const pods = await explainPods(target, ended.object, signal)
  return pods === '' ? ended.result : { ...ended.result, reason: `${ended.result.reason}\n${pods}` }
}

function follow(
  watches: SharedWatches,
  key: ObjectKey,
  apiVersion: string,
  options: HealthyOptions,
  signal: AbortSignal,
): Promise<{ readonly result: WaitResult; readonly object: LiveObject | undefined }> {
  return new Promise((resolve) => {
    let last: LiveObject | undefined = options.written
    let reason = 'it has not been seen yet'
    let stale: ReturnType<typeof setTimeout> | undefined
    let leave: (() => void) | undefined
    let ended = false
    const end = (result: WaitResult) => {
      if (ended) return
      ended = true
      clearTimeout(timer)
      clearTimeout(stale)
      signal.removeEventListener('abort', onAbort)
      options.stop?.removeEventListener('abort', onStop)
      leave?.()
      resolve({ result, object: last })
    }
    const fail = (why: string) => end({ healthy: false, timedOut: false, reason: why })
    const onAbort = () => fail(`the wait was stopped: ${reason}`)
    const onStop = () => end({ healthy: false, timedOut: false, reason, stopped: true })
    const timer = setTimeout(() => end({ healthy: false, timedOut: true, reason }), options.timeoutMs)
    const progress = (why: string) => {
      if (why === reason) return
      reason = why
      options.onProgress?.(why)
    }
    const judge = (health: Health, object: LiveObject) => {
      clearTimeout(stale)
      switch (health.status) {
        case 'current':
          end({ healthy: true, timedOut: false, reason: '', seen: object })
          break
        case 'failed':
          if (versionOf(object) !== versionOf(options.written)) fail(health.reason)
          else {
            progress(health.reason)
            stale = setTimeout(() => fail(health.reason), Math.min(STALE_FAILURE_MS, options.timeoutMs))
          }
          break
        case 'in-progress':
        case 'terminating':
        case 'unknown':
          progress(health.reason)
          break
      }
    }
    if (signal.aborted) return onAbort()
    signal.addEventListener('abort', onAbort, { once: true })
    if (options.stop?.aborted === true) return onStop()
    options.stop?.addEventListener('abort', onStop, { once: true })
    leave = watches.follow(
      { apiVersion, kind: key.kind, namespace: key.namespace, name: key.name, metadataOnly: false },
      (state: WatchedObject) => {
        if (ended) return
        if (state.error !== undefined) return end(unwatched(state.error))
        if (state.object !== undefined) {
          last = state.object
          if (isUnblocked(state.object, options.rules)) options.onUnblocked?.()
          judge(healthOf(state.object, options.rules), state.object)
        } else if (state.listed) progress('it is not there')
      },
    )
    // What was known already may have ended the wait while it began.
    if (ended) leave()
  })
}

function versionOf(object: LiveObject | undefined): unknown {
  return objectOf(object?.metadata).resourceVersion
}
