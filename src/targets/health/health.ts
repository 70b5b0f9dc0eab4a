import type { JsonObject } from '../../plan/json.ts'
import { groupOf } from '../../plan/manifest.ts'
import type { ConditionRule, HealthRule, StatedRule, Statement } from '../../providers/rules.ts'
import type { LiveObject } from '../contract.ts'
import { objectOf, textOf } from '../json-fields.ts'
import { BUILT_IN_HEALTH } from './built-in.ts'
import { presentHealth } from './cluster-kinds.ts'
import { conditionOf, describeCondition, isCurrent } from './conditions.ts'
import { genericHealth, observedHealth } from './generic.ts'

/**
 * How an object fares, in the words of kstatus: `current` is as it should be, `in-progress` may get there by itself, `failed` will
 * not without a change, `terminating` is being deleted, `unknown` can't be told.
 */
export interface Health {
  readonly status: 'current' | 'in-progress' | 'failed' | 'terminating' | 'unknown'
  /** Why, in a few words a person can act on; '' when there is nothing to say. */
  readonly reason: string
}

/** How an object fares by what it says of itself. Rules of a design or a mesh go before what is known of built-in kinds. */
export function healthOf(object: LiveObject, rules: readonly HealthRule[]): Health {
  const metadata = objectOf(object.metadata)
  if (textOf(metadata.name) === undefined) return { status: 'unknown', reason: 'it has no name' }
  if (metadata.deletionTimestamp !== undefined) return { status: 'terminating', reason: terminatingReason(metadata) }
  const group = groupOf(textOf(object.apiVersion) ?? '')
  const kind = textOf(object.kind) ?? ''
  const [rule, ...others] = rulesFor(group, kind, rules)
  if (rule !== undefined) return isStated(rule) ? statedHealth(object, rule, others) : ruleHealth(object, rule)
  const builtIn = BUILT_IN_HEALTH.get(`${group}/${kind}`)
  return builtIn === undefined ? genericHealth(object) : builtIn(object)
}

/** True of kinds that tell by something in their status that they are well: the metadata of an untouched object does not say it. */
export function needsStatus(group: string, kind: string, rules: readonly HealthRule[]): boolean {
  const rule = rulesFor(group, kind, rules).find((one) => !isStated(one) || one.healthy !== undefined)
  if (rule !== undefined) return isStated(rule) || rule.optional !== true
  const builtIn = BUILT_IN_HEALTH.get(`${group}/${kind}`)
  return builtIn !== undefined && builtIn !== presentHealth
}

/** True when others may go on although the object is still waited for, by what the design states of it. */
export function isUnblocked(object: LiveObject, rules: readonly HealthRule[]): boolean {
  const group = groupOf(textOf(object.apiVersion) ?? '')
  const rule = rulesFor(group, textOf(object.kind) ?? '', rules).find((one) => isStated(one) && one.unblocks !== undefined)
  if (rule === undefined || !isStated(rule) || objectOf(object.metadata).deletionTimestamp !== undefined) return false
  return observedHealth(object) === undefined && rule.unblocks?.holds(object) === true
}

function rulesFor(group: string, kind: string, rules: readonly HealthRule[]): readonly HealthRule[] {
  return rules.filter(
    (rule) => (rule.group === group || rule.group === '*') && (rule.kinds.includes(kind) || rule.kinds.includes('*')),
  )
}

function isStated(rule: HealthRule): rule is StatedRule {
  return 'healthy' in rule
}

/** What the design states goes first; what it leaves out is told by the other rules, and by the kind. */
function statedHealth(object: LiveObject, { healthy, failed }: StatedRule, others: readonly HealthRule[]): Health {
  const outdated = observedHealth(object)
  if (outdated !== undefined) return outdated
  if (failed?.holds(object) === true) return { status: 'failed', reason: `\`failed\` of its rule is true: ${failed.text}` }
  return healthy === undefined ? healthOf(object, others) : toldBy(healthy, object)
}

function toldBy(healthy: Statement, object: LiveObject): Health {
  const told = healthy.holds(object)
  if (told === true) return { status: 'current', reason: '' }
  const why = told === false ? '' : ` (${told})`
  return { status: 'in-progress', reason: `\`healthy\` of its rule is not true yet: ${healthy.text}${why}` }
}

function terminatingReason(metadata: JsonObject): string {
  const finalizers = Array.isArray(metadata.finalizers) ? metadata.finalizers.filter((item) => typeof item === 'string') : []
  return finalizers.length === 0 ? 'it is being deleted' : `it is being deleted and waits for ${finalizers.join(', ')}`
}

function ruleHealth(object: LiveObject, rule: ConditionRule): Health {
  const outdated = observedHealth(object)
  if (outdated !== undefined) return outdated
  const failed = rule.failedCondition === undefined ? undefined : conditionOf(object, rule.failedCondition)
  if (failed !== undefined && failed.status === 'True' && isCurrent(object, failed)) {
    return { status: 'failed', reason: describeCondition(failed) }
  }
  const condition = conditionOf(object, rule.condition)
  if (condition === undefined) {
    if (rule.optional === true) return { status: 'current', reason: '' }
    return { status: 'in-progress', reason: `it has no condition ${rule.condition} yet` }
  }
  if (!isCurrent(object, condition))
    return { status: 'in-progress', reason: `condition ${rule.condition} is about an older generation` }
  if (condition.status !== rule.status) return { status: 'in-progress', reason: describeCondition(condition) }
  return { status: 'current', reason: '' }
}
