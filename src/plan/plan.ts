import type { ObjectChange } from './change.ts'
import type { Diagnostic } from './diagnostic.ts'
import type { JsonObject, JsonValue } from './json.ts'

/** A cluster as the plan saw it: enough to recognise it, never a credential. */
export interface PlannedCluster {
  readonly name: string
  readonly kind: 'sandbox' | 'kubernetes' | 'consul' | 'offline'
  readonly context: string | undefined
  readonly server: string | undefined
  readonly version: string | undefined
}

/** The change of one output. */
export interface OutputChange {
  readonly name: string
  readonly before: JsonValue | undefined
  /** Undefined when it is removed or known only after apply. */
  readonly after: JsonValue | undefined
  readonly unknown: boolean
  readonly sensitive: boolean
}

/** What a plan is for. */
export type PlanMode = 'apply' | 'destroy' | 'refresh-only'

/** How a plan was asked for, so that a saved one is applied to the same things. */
export interface PlanOptions {
  readonly workspace: string
  /** The kubeconfig's context that stood in for the sandbox. */
  readonly context: string | undefined
  /** The state's address as `--state` gave it, without credentials. */
  readonly state: string | undefined
  readonly selection: {
    readonly target: readonly string[]
    readonly exclude: readonly string[]
    readonly replace: readonly string[]
    readonly confirm: readonly string[]
  }
  /** Serial of the deploy that a rollback leads back to. */
  readonly rollbackTo?: number
}

/** A perf-check that runs after what it measures. */
export interface PlannedCheck {
  readonly address: string
  readonly spec: JsonValue
  /** Ids of changes it runs after. */
  readonly dependencies: readonly string[]
}

/** Whether a condition or policy of the design holds, as far as a plan can tell. */
export interface PlannedCondition {
  /** `component`: its pre- and postconditions together. `policy`: a rule over the plan. */
  readonly kind: 'component' | 'policy'
  /** The component, or `policies.<name>`. */
  readonly address: string
  /** `unknown` until the apply, as postconditions are; `error` where it can not be evaluated. */
  readonly status: 'pass' | 'fail' | 'error' | 'unknown'
  readonly problems: readonly string[]
}

/**
 * What would be done, and all that is needed to do it. Deterministic: the same design, state and live objects give the same plan,
 * byte for byte once written.
 */
export interface Plan {
  readonly mode: PlanMode
  readonly design: {
    readonly name: string
    readonly version: string | undefined
    readonly digest: string
    readonly directory: string
    /** The files and folders it was read from, where there are several. */
    readonly paths?: readonly string[] | undefined
    /** Inputs as they were given, but for sensitive ones, which must be given again. */
    readonly inputs: { readonly [name: string]: JsonValue }
  }
  readonly options: PlanOptions
  /** The state it was made from. A plan is stale when either has moved. */
  readonly state: { readonly lineage: string; readonly serial: number }
  readonly clusters: readonly PlannedCluster[]
  /** Every object of design or state, no-ops included, in the order of the design; deletes first. */
  readonly changes: readonly ObjectChange[]
  /** What changed outside since the last apply, whether or not this plan does something about it. */
  readonly drift: readonly ObjectChange[]
  /** Nodes that stand for many: passed when every member is done. Named in the dependencies of changes and checks. */
  readonly barriers: { readonly [name: string]: readonly string[] }
  readonly outputs: readonly OutputChange[]
  readonly checks: readonly PlannedCheck[]
  /** Conditions of components and policies, in the order of the design; none in a plan that only looks or only deletes. */
  readonly conditions: readonly PlannedCondition[]
  readonly diagnostics: readonly Diagnostic[]
  /** What the design came to, so that a saved plan is carried out where its files are not. Only in plans that are saved. */
  readonly content?: PlanContent
}

/** An evaluated design inside a plan. Holds no secret in clear. */
export interface PlanContent {
  /** What `designToJson` gives, secrets taken out. */
  readonly design: JsonObject
  /** Declarations of the inputs that values may be given for, by name. */
  readonly inputs: { readonly [name: string]: { readonly type: string; readonly sensitive: boolean } }
  /** The secrets that sensitive inputs make, encrypted with these inputs; undefined when there are none. */
  readonly secrets?: JsonObject
  /** The secrets that the design has written, encrypted with the key of the plan; undefined when there are none, or no key. */
  readonly written?: JsonObject
  /** Files that perf-checks read, in base64, by name. */
  readonly files: { readonly [path: string]: string }
}

/** How many objects of each action. */
export interface PlanSummary {
  readonly create: number
  readonly update: number
  readonly replace: number
  readonly delete: number
  readonly forget: number
  readonly import: number
  readonly unchanged: number
}

/** Counts a plan's changes by action. */
export function summarize(plan: Pick<Plan, 'changes'>): PlanSummary {
  const counts = { create: 0, update: 0, replace: 0, delete: 0, forget: 0, import: 0, unchanged: 0 }
  for (const change of plan.changes) counts[change.action === 'no-op' ? 'unchanged' : change.action]++
  return counts
}

/** True when applying the plan would do anything to objects, state or outputs. */
export function hasChanges(plan: Plan): boolean {
  return (
    plan.changes.some((change) => change.action !== 'no-op') ||
    plan.outputs.some((output) => output.unknown || JSON.stringify(output.before) !== JSON.stringify(output.after))
  )
}
