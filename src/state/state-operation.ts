import { canonicalJson } from '../plan/canonical-json.ts'
import { isJsonObject, type JsonValue } from '../plan/json.ts'
import type { DeployRecord, PendingEffect, RecordedState } from '../plan/recorded-state.ts'
import type { JournalAppender } from './backend.ts'
import { type Clock, timestamp } from './clock.ts'
import { GroupCommit } from './group-commit.ts'
import { type EffectResult, encodeLine, type JournalEnd, type JournalEntry, type JournalHeader } from './journal-entry.ts'
import type { Lock } from './lock.ts'
import type { Sealer } from './sealed-text.ts'
import { StateProgress } from './state-progress.ts'
import { ok, type StateResult } from './state-result.ts'
import type { JournalMark } from './stored-state.ts'

/** How often a snapshot with news is written during an operation whose journal stays on this machine, in milliseconds. */
const CHECKPOINT_MS = 30_000
/** How often it is looked whether one is due, in milliseconds, where nothing makes it due sooner. */
const LOOK_MS = 5_000

/** An effect about to be had: what the journal says before it. */
export type Effect = Omit<PendingEffect, 'operation' | 'since'>

/** What an operation is. */
export interface OperationMeta {
  readonly operation: DeployRecord['operation']
  readonly author: string
  readonly planDigest: string
  readonly designDigest: string
  /** All effects that the plan may have: written into the snapshot beforehand where the journal stays on this machine. */
  readonly effects: readonly Effect[]
  /** Whether it lasts although it may have no effect: there are perf-checks to run. */
  readonly measures: boolean
}

/** How an operation ended, by whoever carried it out. */
export type Conclusion = Omit<JournalEnd, 'durationMs'>

/** What an operation needs of its session. */
export interface OperationContext {
  readonly base: RecordedState
  readonly lineage: string
  readonly journalId: string
  readonly lock: Lock
  readonly clock: Clock
  readonly sealer: Sealer | undefined
  /** The snapshot lists the effects before they begin, and is rewritten now and then. */
  readonly announces: boolean
  /** Set where the state carries the heartbeat of its lock: it is rewritten this often, news or not. */
  readonly heartbeatEveryMs: number | undefined
  createJournal(id: string): Promise<StateResult<JournalAppender>>
  removeJournal(id: string): Promise<StateResult<void>>
  write(state: RecordedState, journal: JournalMark | undefined): Promise<StateResult<void>>
}

/**
 * One operation on a state: intents before effects, results after them, one snapshot at the end. Everything is in the journal
 * first, so that the process may end at any moment.
 */
export class StateOperation {
  readonly #context: OperationContext
  readonly #meta: OperationMeta
  readonly #startedAt: number
  readonly #progress: StateProgress
  #serial: number
  #journal: Promise<StateResult<GroupCommit>> | undefined = undefined
  #lines: GroupCommit | undefined = undefined
  #checkpointAt: number
  #hasNews = false
  #stopLooking = () => {}
  #checkpoint: Promise<void> | undefined = undefined
  #failure: StateResult<never> | undefined = undefined

  private constructor(meta: OperationMeta, context: OperationContext) {
    this.#meta = meta
    this.#context = context
    this.#startedAt = context.clock.now()
    this.#checkpointAt = this.#startedAt
    this.#progress = new StateProgress(context.base)
    this.#serial = context.base.serial
  }

  /** Begins; called by the session. */
  static async begin(meta: OperationMeta, context: OperationContext): Promise<StateResult<StateOperation>> {
    const operation = new StateOperation(meta, context)
    if (!context.announces) return ok(operation)
    if (meta.effects.length > 0 || (meta.measures && context.heartbeatEveryMs !== undefined)) {
      const written = await operation.#writeCheckpoint(undefined)
      if (!written.ok) return written
    }
    const every = Math.min(LOOK_MS, (context.heartbeatEveryMs ?? LOOK_MS) / 3)
    operation.#stopLooking = context.clock.every(every, () => operation.#checkpointIfDue())
    return ok(operation)
  }

  /**
   * Says what is about to be done, durably. Call it before the effect and wait for it; when it is refused (the lock is lost, the disk
   * is full) the effect must not happen.
   */
  async intent(effect: Effect): Promise<StateResult<void>> {
    const allowed = this.allowed()
    if (!allowed.ok) return allowed
    const lines = await this.#open()
    if (!lines.ok) return lines
    const intent: PendingEffect = { ...effect, operation: this.#meta.operation, since: timestamp(this.#context.clock.now()) }
    const entry: JournalEntry = { type: 'intent', intent }
    this.#progress.add(entry)
    this.#hasNews = true
    return lines.value.commit(this.#maker(entry))
  }

  /** Whether an effect may still begin. Ask right before it: a process that was paused meanwhile may have lost its lock. */
  allowed(): StateResult<void> {
    return this.#failure ?? this.#context.lock.check()
  }

  /** Says how the effect of an intent ended. Durable with the next intent or soon after; a problem shows there or in `finish`. */
  result(result: EffectResult): void {
    const entry: JournalEntry = { type: 'result', result }
    this.#progress.add(entry)
    this.#lines?.add(this.#maker(entry))
    this.#hasNews = true
  }

  /** Objects as they are recorded so far. */
  get state(): RecordedState {
    return this.#progress.current(this.#context.lineage, this.#serial)
  }

  /**
   * Ends the operation: its end goes to the journal, then the new snapshot is written, then the journal is removed. When nothing was
   * done and nothing differs, nothing is written. A refusal after the first step loses nothing: the next command folds the journal in.
   */
  async finish(conclusion: Conclusion): Promise<StateResult<RecordedState>> {
    const { context, base } = { context: this.#context, base: this.#context.base }
    this.#stopLooking()
    await this.#checkpoint
    if (this.#progress.untouched && !this.#changes(conclusion)) return this.#finishUnchanged()
    const durationMs = Math.max(0, Math.round(context.clock.now() - this.#startedAt))
    const lines = await this.#open()
    if (!lines.ok) return lines
    const entry: JournalEntry = { type: 'end', end: { ...conclusion, durationMs } }
    this.#progress.add(entry)
    void lines.value.commit(this.#maker(entry))
    const closed = await lines.value.close()
    if (!closed.ok) return closed
    if (this.#failure !== undefined) return this.#failure
    const next = this.#progress.concluded(this.#header(base.serial), this.#serial + 1, 0)
    const written = await context.write(next, { id: context.journalId, entry: lines.value.last })
    if (!written.ok) return written
    // The snapshot knows the journal by its mark, so leaving it behind is untidy and nothing more.
    await context.removeJournal(context.journalId)
    return ok(next)
  }

  /** Stops without an end: what was done stays in the journal, as after a crash, and the next command recovers it. */
  async abandon(): Promise<void> {
    this.#stopLooking()
    await this.#checkpoint
    await this.#lines?.close()
  }

  async #finishUnchanged(): Promise<StateResult<RecordedState>> {
    if (this.#serial === this.#context.base.serial) return ok(this.#context.base)
    // What was announced did not happen: take it back.
    const next = this.#progress.current(this.#context.lineage, this.#serial + 1)
    const written = await this.#context.write(next, undefined)
    return written.ok ? ok(next) : written
  }

  #changes({ outputs, design, baselines, settled, result }: Conclusion): boolean {
    const { base } = this.#context
    const open = new Set((base.pending ?? []).map(({ id }) => id))
    return (
      result !== 'succeeded' ||
      settled.some((id) => open.has(id)) ||
      !sameJson(
        toJson({ ...design, version: design.version ?? null }),
        toJson({ ...base.design, version: base.design.version ?? null }),
      ) ||
      !sameJson(toJson(outputs), toJson(base.outputs)) ||
      !sameJson(toJson(baselines), toJson(base.baselines))
    )
  }

  /** Opens the journal with its header, once. */
  #open(): Promise<StateResult<GroupCommit>> {
    this.#journal ??= this.#context.createJournal(this.#context.journalId).then((appender) => {
      if (!appender.ok) return appender
      const lines = new GroupCommit(appender.value, () => this.#context.lock.check())
      const header: JournalEntry = { type: 'header', header: this.#header(this.#serial) }
      lines.add(this.#maker(header))
      this.#lines = lines
      return ok(lines)
    })
    return this.#journal
  }

  #maker(entry: JournalEntry): (number: number, batch: number) => string {
    const { journalId, sealer, clock } = this.#context
    const at = clock.now()
    return (number, batch) => encodeLine(journalId, { number, batch, at, entry }, sealer)
  }

  #header(serial: number): JournalHeader {
    const { lineage, lock } = this.#context
    const { operation, author, planDigest, designDigest } = this.#meta
    const startedAt = timestamp(this.#startedAt)
    return { lineage, serial, lockId: lock.info.id, operation, author, startedAt, planDigest, designDigest }
  }

  #checkpointIfDue(): void {
    const { clock, heartbeatEveryMs, lock } = this.#context
    const since = clock.now() - this.#checkpointAt
    const isDue = (this.#hasNews && since >= CHECKPOINT_MS) || (heartbeatEveryMs !== undefined && since >= heartbeatEveryMs)
    if (this.#checkpoint !== undefined || this.#failure !== undefined || !isDue || !lock.check().ok) return
    this.#checkpointAt = clock.now()
    this.#hasNews = false
    const mark = { id: this.#context.journalId, entry: this.#lines?.last ?? 0 }
    this.#checkpoint = this.#writeCheckpoint(mark).then((written) => {
      // Unreachable for a while is no reason to stop; someone else's write is.
      if (!written.ok && (written.error.kind === 'moved' || written.error.kind === 'lock-lost')) this.#failure = written
      this.#checkpoint = undefined
    })
  }

  async #writeCheckpoint(mark: JournalMark | undefined): Promise<StateResult<void>> {
    const since = timestamp(this.#startedAt)
    const { operation, effects } = this.#meta
    const current = this.#progress.current(this.#context.lineage, this.#serial + 1)
    const pending = new Map(
      effects.filter(({ id }) => !this.#progress.isDone(id)).map((effect) => [effect.id, { ...effect, operation, since }]),
    )
    for (const effect of current.pending ?? []) pending.set(effect.id, effect)
    const written = await this.#context.write(
      { ...current, objects: new Map(current.objects), pending: [...pending.values()] },
      mark,
    )
    if (written.ok) this.#serial++
    return written
  }
}

function sameJson(a: JsonValue, b: JsonValue): boolean {
  return canonicalJson(a) === canonicalJson(b)
}

function toJson(map: {
  readonly [key: string]: JsonValue | { readonly value: JsonValue; readonly sensitive: boolean }
}): JsonValue {
  return isJsonObject(map) ? map : {}
}
