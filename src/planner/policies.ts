import type { Design } from '../design/design.ts'
import { compileExpression, isProblem } from '../design/expression/cel.ts'
import { evaluateExpression } from '../design/expression.ts'
import type { ObjectChange } from '../plan/change.ts'
import type { Diagnostic } from '../plan/diagnostic.ts'
import { formatFieldPath } from '../plan/field-text.ts'
import type { JsonObject } from '../plan/json.ts'
import { describeObject } from '../plan/manifest.ts'
import { type Plan, type PlannedCondition, summarize } from '../plan/plan.ts'
import { type FollowMoves, isWithin } from './moves.ts'

/** A rule in CEL over a plan, from the design, a pattern or a file. */
export type Policy = Design['policies'][number]

/** What came of one policy. */
export interface PolicyVerdict {
  readonly policy: Policy
  readonly status: 'pass' | 'fail' | 'error'
  readonly diagnostics: readonly Diagnostic[]
}

/** Violations of one policy that are told one by one. */
const SHOWN = 10

/**
 * Holds every policy against a plan. A rule that speaks of `change` is asked about each change, any other once about `plan`. What is
 * not true is an error, or a warning where the policy is advisory; a rule that can't be evaluated is always an error. Policies of a
 * pattern see what changes in their own use of it, whatever address that was recorded under: `follow` leads to the one of today.
 */
export function checkPolicies(plan: Plan, policies: readonly Policy[], follow: FollowMoves): readonly PolicyVerdict[] {
  const views = new Map<string, PlanView>()
  const viewOf = (scope: string): PlanView => {
    const view = views.get(scope) ?? viewWithin(scope === '' ? plan : planWithin(plan, scope, follow))
    views.set(scope, view)
    return view
  }
  const verdictOf = (policy: Policy, status: PolicyVerdict['status'], diagnostics: readonly Diagnostic[]) => {
    return { policy, status, diagnostics }
  }
  return policies.map((policy): PolicyVerdict => {
    const { changes, planned } = viewOf(policy.scope)
    const expression = compileExpression(policy.rule)
    if (isProblem(expression)) return verdictOf(policy, 'error', [brokenRule(policy, expression.summary)])
    if (!expression.references.some(({ root }) => root === 'change')) {
      const verdict = ask(policy, withPlan({}, planned))
      if (typeof verdict !== 'boolean') return verdictOf(policy, 'error', [verdict])
      return verdict ? verdictOf(policy, 'pass', []) : verdictOf(policy, 'fail', [violation(policy, undefined)])
    }
    const found: Diagnostic[] = []
    for (const change of changes) {
      const verdict = ask(policy, withPlan({ change: changeScope(change) }, planned))
      if (verdict === true) continue
      // A rule that is wrong for one change is as a rule wrong for all.
      if (verdict !== false) return verdictOf(policy, 'error', [verdict])
      found.push(violation(policy, change))
    }
    const more = found.length - SHOWN
    const told = more > 0 ? [...found.slice(0, SHOWN), andMore(policy, more)] : found
    return verdictOf(policy, found.length > 0 ? 'fail' : 'pass', told)
  })
}

/** How policies stand in a plan that is made; `verdicts` is undefined where the plan has errors, and nobody asked. */
export function plannedPolicies(
  policies: readonly Policy[],
  verdicts: readonly PolicyVerdict[] | undefined,
): readonly PlannedCondition[] {
  return policies.map(({ name, scope }, index) => {
    const { status = 'unknown', diagnostics = [] } = verdicts?.[index] ?? {}
    const address = scope === '' ? `policies.${name}` : `${scope}.policies.${name}`
    return { kind: 'policy', address, status, problems: diagnostics.map(({ summary }) => summary) }
  })
}

function ask(policy: Policy, scope: JsonObject): boolean | Diagnostic {
  const result = evaluateExpression(policy.rule, scope)
  if (!result.ok) return brokenRule(policy, result.problem.summary, result.problem.hint)
  if (typeof result.value === 'boolean') return result.value
  return brokenRule(policy, `It comes to ${JSON.stringify(result.value)?.slice(0, 60)} and not to true or false`)
}

function violation(policy: Policy, change: ObjectChange | undefined): Diagnostic {
  const whole = policy.scope === '' ? 'The plan' : `What changes in ${policy.scope}`
  const what = change === undefined ? whole : `${describeObject(change.key)} (${change.action})`
  return {
    severity: severityOf(policy),
    code: 'MF2011',
    summary: `${what} is against the policy ${titleOf(policy)}${policy.message === undefined ? '' : `: ${policy.message}`}`,
    detail: `Its rule is: ${policy.rule}`,
    ...addressOf(policy, change),
    location: change?.origin ?? policy.location,
  }
}

function andMore(policy: Policy, more: number): Diagnostic {
  return {
    severity: severityOf(policy),
    code: 'MF2011',
    ...addressOf(policy, undefined),
    summary: `And ${more} more changes are against the policy ${titleOf(policy)}`,
    location: policy.location,
  }
}

function brokenRule(policy: Policy, problem: string, hint?: string): Diagnostic {
  return {
    severity: 'error',
    code: 'MF2011',
    ...addressOf(policy, undefined),
    summary: `The rule of the policy ${titleOf(policy)} can not be evaluated: ${problem}`,
    detail: `Its rule is: ${policy.rule}`,
    location: policy.location,
    hint: hint ?? 'In scope are `change` (action, kind, namespace, name, cluster, address, before, after, fields) and `plan`.',
  }
}

function titleOf({ name, scope }: Policy): string {
  return scope === '' ? name : `${name} of ${scope}`
}

function addressOf({ scope }: Policy, change: ObjectChange | undefined): Pick<Diagnostic, 'address'> {
  const address = change?.address ?? scope
  return address === '' ? {} : { address }
}

function severityOf(policy: Policy): Diagnostic['severity'] {
  return policy.enforcement === 'advisory' ? 'warning' : 'error'
}

/** What rules may ask about. */
interface PlanView {
  readonly changes: readonly ObjectChange[]
  readonly planned: () => JsonObject
}

function viewWithin(plan: Plan): PlanView {
  return { changes: plan.changes.filter((change) => change.action !== 'no-op'), planned: lazily(() => planScope(plan)) }
}

/** The plan as it would be if there were nothing but one use of a pattern. */
function planWithin(plan: Plan, scope: string, follow: FollowMoves): Plan {
  const isInside = ({ address }: ObjectChange) => isWithin(address, scope) || isWithin(follow(address), scope)
  return { ...plan, changes: plan.changes.filter(isInside), drift: plan.drift.filter(isInside) }
}

/** A change as rules see it: secrets are masked in it as everywhere. */
function changeScope(change: ObjectChange): JsonObject {
  const { cluster, group, kind, namespace, name } = change.key
  return {
    action: change.action,
    reason: change.reason ?? '',
    certainty: change.certainty,
    address: change.address,
    cluster,
    group,
    apiVersion: change.apiVersion,
    kind,
    namespace,
    name,
    protect: change.protect,
    before: change.before ?? null,
    after: change.after ?? null,
    fields: change.fields.map(({ path }) => formatFieldPath(path)),
  }
}

function planScope(plan: Plan): JsonObject {
  return {
    mode: plan.mode,
    design: { name: plan.design.name, version: plan.design.version ?? '' },
    summary: { ...summarize(plan) },
    clusters: plan.clusters.map(({ name, kind, context }) => ({ name, kind, context: context ?? '' })),
    changes: plan.changes.filter((change) => change.action !== 'no-op').map(changeScope),
    drift: plan.drift.map(changeScope),
  }
}

/** A scope whose `plan` is made only when a rule asks for it. */
function withPlan(scope: JsonObject, plan: () => JsonObject): JsonObject {
  return Object.defineProperty({ ...scope }, 'plan', { enumerable: true, get: plan })
}

function lazily<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}
