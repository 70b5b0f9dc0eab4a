import type { JsonObject } from '../plan/json.ts'

/** When an object of these kinds is healthy. Kinds without a rule use the built-in ones. */
export type HealthRule = ConditionRule | StatedRule

/** Healthy by what a design states of an object. */
export interface StatedRule {
  /** API group, or '*'. */
  readonly group: string
  readonly kinds: readonly string[]
  /** Undefined: what is known of its kind counts. */
  readonly healthy: Statement | undefined
  /** It will not get healthy without a change. */
  readonly failed: Statement | undefined
  /** Others may go on, although it is still waited for. */
  readonly unblocks: Statement | undefined
}

/** What can be true of an object. */
export interface Statement {
  /** As the design says it. */
  readonly text: string
  /** A text says why it can't be told, as while a status is empty. */
  readonly holds: (object: JsonObject) => boolean | string
}

/** Healthy by a condition that must have a status. */
export interface ConditionRule {
  readonly group: string
  readonly kinds: readonly string[]
  /** Condition type whose status must be `status`. */
  readonly condition: string
  readonly status: 'True' | 'False'
  /** A condition that means failure when True. */
  readonly failedCondition?: string
  /** An object without the condition is healthy: nobody has looked at it, or nobody does (as in the sandbox). */
  readonly optional?: boolean
}

/** Fields that somebody else writes. Changes there are neither drift nor a reason to apply, and never make a plan stale. */
export interface IgnoreRule {
  /** API group, or '*'. */
  readonly group: string
  readonly kinds: readonly string[]
  /** Field paths: `webhooks[*].clientConfig.caBundle`, `metadata.annotations["x/y"]`. With managers or `where`, none means all fields. */
  readonly paths: readonly string[]
  /** Only while one of these field managers owns the field; none: whoever does. */
  readonly managers?: readonly string[]
  /** Only fields for which this is true: CEL over `field` and `object`. */
  readonly where?: string
  /** All of an object but its name and our marks on it. */
  readonly everything?: true
  /** What an object has there stays, whatever the design says by now: said by whoever wrote the design. */
  readonly keeps?: true
  /** Names the objects it holds for; none: all of those kinds. A trailing * matches the rest. */
  readonly names?: readonly string[]
  readonly reason: string
}

/** Kinds that must be applied before others, beyond what references tell. Deletes go the other way. */
export interface OrderRule {
  readonly before: { readonly group: string; readonly kinds: readonly string[] }
  readonly after: { readonly group: string; readonly kinds: readonly string[] }
  readonly reason: string
}

/** Fields that a mesh takes once and for all: objects whose field changes are made anew, or the change is refused. */
export interface UnchangeableRule {
  readonly group: string
  readonly kinds: readonly string[]
  /** Names with dots between them: `spec.awsName`. */
  readonly paths: readonly string[]
  /** Why, as the end of a sentence. */
  readonly reason: string
  /** The field may be set where there was none. */
  readonly mayBeSet?: true
  /** The field may be taken away. */
  readonly mayBeRemoved?: true
  /** The object can't be made anew either; says what to do. */
  readonly otherwise?: string
}
