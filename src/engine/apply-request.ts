import type { Diagnostic } from '../plan/diagnostic.ts'
import type { Manifest } from '../plan/manifest.ts'
import type { Plan } from '../plan/plan.ts'
import type { RecordedObject } from '../plan/recorded-state.ts'
import type { FieldManagers } from '../planner/field-managers.ts'
import type { HealthRule, IgnoreRule } from '../providers/rules.ts'
import type { EffectResult } from '../state/journal-entry.ts'
import type { Effect } from '../state/state-operation.ts'
import type { StateResult } from '../state/state-result.ts'
import type { LiveObject } from '../targets/contract.ts'
import type { Waiter } from '../targets/wait-healthy.ts'
import type { Emit } from './events.ts'
import type { Connection } from './refresh.ts'
import type { ServerWarnings } from './server-warnings.ts'

/** Where intents and results go: the journal of an operation on the state. */
export interface EffectJournal {
  /** Durable when it resolves; when it is refused the effect must not happen. */
  intent(effect: Effect): Promise<StateResult<void>>
  /** Refused when the lock is lost: intents are announced ahead, and the process may have been paused since. */
  allowed(): StateResult<void>
  result(result: EffectResult): void
}

/** What applying a plan needs. Everything that could be decided has been. */
export interface ApplyRequest {
  readonly plan: Plan
  /** Values that the state must not hold. */
  readonly sensitiveValues: readonly string[]
  /** The objects with their secrets, by id: a plan on disk holds none. */
  readonly manifests: ReadonlyMap<string, Manifest>
  /** Rules of each object, by id. */
  readonly rules: ReadonlyMap<string, { readonly ignore: readonly IgnoreRule[]; readonly health: readonly HealthRule[] }>
  readonly recorded: ReadonlyMap<string, RecordedObject>
  /** Live objects as the plan found them, by id. */
  readonly live: ReadonlyMap<string, LiveObject>
  readonly connections: ReadonlyMap<string, Connection>
  readonly waiters: ReadonlyMap<string, Waiter>
  readonly journal: EffectJournal
  readonly managers: FieldManagers
  readonly parallelism: number
  readonly onError: 'stop' | 'continue'
  readonly emit: Emit
  readonly now: () => number
  /** First Ctrl-C: begin nothing new. */
  readonly stop: AbortSignal
  /** Second Ctrl-C or the end: give up what is running. */
  readonly signal: AbortSignal
}

/** What the nodes of an apply share. */
export interface ApplyWork extends ApplyRequest {
  /** What to call a node that others wait for, by id. */
  readonly names: ReadonlyMap<string, string>
  readonly diagnostics: Diagnostic[]
  readonly summary: Record<string, number>
  /** Announced and never begun: it is being written down that it has surely not happened. */
  readonly withdrawn: Promise<void>[]
  /** Written, recorded and not waited for to the end since the run was stopped: what was still amiss, by id. */
  readonly unawaited: Map<string, string>
  /** Ids of what was written and recorded, or needed nothing, and did not get healthy. */
  readonly unhealthy: Set<string>
  readonly warnings: ServerWarnings
}
