/** When an object of these kinds is healthy: a condition that must have a status. Kinds without a rule use the built-in ones. */
export interface HealthRule {
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
  /** Field paths: `webhooks[*].clientConfig.caBundle`, `metadata.annotations["x/y"]`. */
  readonly paths: readonly string[]
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
