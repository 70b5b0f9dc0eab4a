import type { Component } from '../design/component.ts'
import { evaluateExpression } from '../design/expression.ts'
import type { ComponentHealthSpec, HealthRuleSpec } from '../design/schema/rules.ts'
import type { JsonObject } from '../plan/json.ts'
import { groupOf, type Manifest } from '../plan/manifest.ts'
import type { StatedRule, Statement } from '../providers/rules.ts'

/** The rules that a design states for the health of an object: those of its component before those for all. */
export function healthRulesOf(
  component: Component | undefined,
  design: readonly HealthRuleSpec[],
  manifest: Manifest,
): readonly StatedRule[] {
  const own = component?.spec.health ?? []
  if (own.length + design.length === 0) return []
  return [...own, ...design].map(statedRule).filter(({ group, kinds }) => {
    if (group !== '*' && group !== groupOf(manifest.apiVersion)) return false
    return kinds.includes('*') || kinds.includes(manifest.kind)
  })
}

function statedRule({ group, kinds, healthy, failed, unblocks }: ComponentHealthSpec): StatedRule {
  return {
    group: group ?? '*',
    kinds: kinds ?? ['*'],
    healthy: statement(healthy),
    failed: statement(failed),
    unblocks: statement(unblocks),
  }
}

function statement(text: string | undefined): Statement | undefined {
  if (text === undefined) return undefined
  const holds = (object: JsonObject) => {
    const result = evaluateExpression(text, { object })
    if (!result.ok) return result.problem.summary
    if (typeof result.value === 'boolean') return result.value
    return `it comes to ${JSON.stringify(result.value)?.slice(0, 40)}, not to true or false`
  }
  return { text, holds }
}
