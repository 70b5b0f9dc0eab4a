import type { ObjectChange } from '../plan/change.ts'
import type { Diagnostic } from '../plan/diagnostic.ts'
import { describeObject } from '../plan/manifest.ts'
import type { HealthRule } from '../providers/rules.ts'
import type { LiveObject } from '../targets/contract.ts'
import { type Health, healthOf } from '../targets/health/health.ts'
import type { Waiter } from '../targets/wait-healthy.ts'
import type { WaitResult } from '../targets/wait-result.ts'
import type { Emit } from './events.ts'
import { type Reminding, remindAgain } from './reminders.ts'

/** What waiting needs of an apply. */
export interface WaitRequest {
  readonly waiters: ReadonlyMap<string, Waiter>
  /** Rules of each object, by id. */
  readonly rules: ReadonlyMap<string, { readonly health: readonly HealthRule[] }>
  readonly emit: Emit
  readonly now: () => number
  /** First Ctrl-C: what is written and recorded is not waited for any longer. */
  readonly stop: AbortSignal
}

/** How waiting for a change ended: all is well, something is not, or nobody wants to know any more. */
export type Waited =
  | { readonly kind: 'done' /** The object as it was then, where a watch showed it. */; readonly seen?: LiveObject }
  | { readonly kind: 'stopped'; readonly reason: string }
  | { readonly kind: 'failed'; readonly diagnostic: Diagnostic }

const DONE: Waited = { kind: 'done' }

/** Waits until an object that was written is healthy. `onUnblocked`: others may go on before that. */
export async function waitUntilHealthy(
  change: ObjectChange,
  request: WaitRequest,
  written: LiveObject,
  onUnblocked: () => void,
): Promise<Waited> {
  const waiter = request.waiters.get(change.key.cluster)
  if (waiter === undefined) return DONE
  const health = await reminding(change, request, (onProgress) =>
    waiter.healthy(change.key, change.apiVersion, {
      timeoutMs: change.applyTimeout,
      rules: request.rules.get(change.id)?.health ?? [],
      written,
      stop: request.stop,
      onUnblocked,
      onProgress,
    }),
  )
  if (health.healthy) return health.seen === undefined ? DONE : { kind: 'done', seen: health.seen }
  if (health.stopped === true) return { kind: 'stopped', reason: health.reason }
  return { kind: 'failed', diagnostic: unhealthy(change, health) }
}

/**
 * Whether an object that is as designed has to be waited for all the same: an earlier apply gave up waiting, or was interrupted. What
 * depends on it must not begin sooner than it would have then.
 */
export function isAmiss(change: ObjectChange, request: WaitRequest, live: LiveObject | undefined): boolean {
  return live !== undefined && isAmissNow(healthNow(change, request, live))
}

/** The same of a health that is known. */
export function isAmissNow(status: Health['status']): boolean {
  return status !== 'current' && status !== 'unknown'
}

/** How an object is as it was answered; what is never waited for is well. */
export function healthNow(change: ObjectChange, { rules, waiters }: WaitRequest, live: LiveObject): Health['status'] {
  if (!change.wait || !waiters.has(change.key.cluster)) return 'current'
  return healthOf(live, rules.get(change.id)?.health ?? []).status
}

/** Waits until an object that was deleted is gone. */
export async function waitUntilGone(change: ObjectChange, request: WaitRequest): Promise<Diagnostic | undefined> {
  const waiter = request.waiters.get(change.key.cluster)
  if (waiter === undefined) return undefined
  const gone = await reminding(change, request, (onProgress) =>
    waiter.deleted(change.key, change.apiVersion, {
      timeoutMs: change.deleteTimeout,
      uid: change.uid,
      stop: request.stop,
      onProgress,
    }),
  )
  return gone.healthy ? undefined : stillThere(change, gone)
}

/** Tells every reason why it is not over yet, and the last one again and again. */
async function reminding(
  { id, key, address }: ObjectChange,
  request: WaitRequest,
  wait: (onProgress: (reason: string) => void) => Promise<WaitResult>,
): Promise<WaitResult> {
  const started = request.now()
  let reason: string | undefined
  const tell = () => {
    if (reason === undefined) return
    request.emit({ type: 'apply-progress', id, key, address, reason, elapsedMs: request.now() - started })
  }
  let reminding: Reminding | undefined
  try {
    return await wait((why) => {
      reminding ??= remindAgain(tell)
      reason = why
      reminding.told()
      tell()
    })
  } finally {
    reminding?.end()
  }
}

const WATCH_RIGHTS = 'Waiting takes the right to list the kind, and better to watch it too. Ask for it, and run again.'

function unhealthy(change: ObjectChange, health: WaitResult): Diagnostic {
  return {
    severity: 'error',
    code: health.timedOut ? 'MF4003' : 'MF4002',
    summary: `${describeObject(change.key)} is not healthy${health.timedOut ? ' in time' : ''}`,
    detail: health.reason,
    address: change.address,
    ...(change.origin === undefined ? {} : { location: change.origin }),
    hint: health.unwatched
      ? WATCH_RIGHTS
      : health.timedOut
        ? 'It is applied and recorded. Look at the cause, then run apply again: it waits for it again. `timeouts.apply` on the component gives it longer.'
        : 'It is applied and recorded. Mend the cause and run apply again: it waits for it again.',
  }
}

function stillThere(change: ObjectChange, gone: WaitResult): Diagnostic {
  return {
    severity: 'error',
    code: 'MF4004',
    summary: `${describeObject(change.key)} is still there after its delete`,
    detail: gone.reason,
    address: change.address,
    hint:
      gone.unwatched === true
        ? WATCH_RIGHTS
        : gone.stopped === true
          ? 'It is being deleted. The next run looks whether it is gone.'
          : 'A finalizer that nobody serves is the usual cause: look at `metadata.finalizers` of the object. `timeouts.delete` on the component gives it longer.',
  }
}

/** What was written and not waited for to the end, told once. */
export function notWaitedFor(reasons: readonly string[]): readonly Diagnostic[] {
  if (reasons.length === 0) return []
  const more = reasons.length > 10 ? [`and ${reasons.length - 10} more`] : []
  return [
    {
      severity: 'warning',
      code: 'MF4012',
      summary: `${reasons.length === 1 ? '1 object was' : `${reasons.length} objects were`} not waited for any longer`,
      detail: [...reasons.slice(0, 10), ...more].join('\n'),
      hint: 'What was written is recorded. The next apply waits for what is not healthy by then.',
    },
  ]
}
