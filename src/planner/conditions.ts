import type { Component } from '../design/component.ts'
import { designScope } from '../design/console-scope.ts'
import type { Design } from '../design/design.ts'
import { evaluateExpression } from '../design/expression.ts'
import type { Diagnostic } from '../plan/diagnostic.ts'
import type { JsonObject } from '../plan/json.ts'
import type { PlannedCondition } from '../plan/plan.ts'

/** A condition of a component that does not hold, or can't be evaluated. */
export interface UnmetCondition {
  readonly address: string
  readonly status: 'fail' | 'error'
  readonly diagnostic: Diagnostic
}

/** The preconditions of every component that do not hold: told at plan time, before anything is asked or done. */
export function checkPreconditions(design: Design): readonly UnmetCondition[] {
  const guarded = design.components.filter(({ spec }) => (spec.lifecycle?.preconditions?.length ?? 0) > 0)
  const scopes = new Map<string, JsonObject>()
  return guarded.flatMap((component) => {
    const scope = scopes.get(component.scope) ?? designScope(design, component.scope)
    scopes.set(component.scope, scope)
    return failing(component, 'preconditions', { ...scope, ...itemScope(component) })
  })
}

/** Components that say something of their objects after they are applied. */
export function componentsWithPostconditions(design: Design): readonly Component[] {
  return design.components.filter(({ spec }) => (spec.lifecycle?.postconditions?.length ?? 0) > 0)
}

/**
 * The postconditions of one component that its live objects do not fulfil. In scope are the design, or the pattern that the component
 * is in, its item (`each`), `objects` (all live objects of the component) and `self` (the first of them).
 */
export function checkPostconditions(component: Component, design: Design, objects: readonly JsonObject[]): readonly Diagnostic[] {
  const around = { ...designScope(design, component.scope), ...itemScope(component) }
  const scope = { ...around, objects: [...objects], self: objects[0] ?? null }
  return failing(component, 'postconditions', scope).map(({ diagnostic }) => diagnostic)
}

/** How the conditions of components stand when a plan is made: what is said of objects after the apply can't be known yet. */
export function plannedConditions(design: Design, unmet: readonly UnmetCondition[]): readonly PlannedCondition[] {
  return design.components.flatMap(({ address, spec }): readonly PlannedCondition[] => {
    const { preconditions = [], postconditions = [] } = spec.lifecycle ?? {}
    if (preconditions.length + postconditions.length === 0) return []
    const found = unmet.filter((condition) => condition.address === address)
    const worst = found.find(({ status }) => status === 'fail') ?? found[0]
    const status = worst?.status ?? (postconditions.length > 0 ? 'unknown' : 'pass')
    return [{ kind: 'component', address, status, problems: found.map(({ diagnostic }) => diagnostic.summary) }]
  })
}

function itemScope({ key, each }: Component): JsonObject {
  return key === undefined ? {} : { each: { key, value: each ?? null } }
}

function failing(component: Component, list: 'preconditions' | 'postconditions', scope: JsonObject): readonly UnmetCondition[] {
  const what = list === 'preconditions' ? 'precondition' : 'postcondition'
  return (component.spec.lifecycle?.[list] ?? []).flatMap(({ condition, message }, index): readonly UnmetCondition[] => {
    const { address } = component
    const place = { address, location: component.locate(['lifecycle', list, index, 'condition']) }
    const result = typeof condition === 'boolean' ? { ok: true as const, value: condition } : evaluateExpression(condition, scope)
    if (result.ok && result.value === true) return []
    if (result.ok && result.value === false) {
      const summary = `A ${what} of ${address} does not hold: ${message}`
      return [{ address, status: 'fail', diagnostic: { severity: 'error', code: 'MF2011', summary, ...place } }]
    }
    const problem = result.ok ? `It comes to ${JSON.stringify(result.value)}, not to true or false` : result.problem.summary
    const hint = result.ok ? undefined : result.problem.hint
    return [
      {
        address,
        status: 'error',
        diagnostic: {
          severity: 'error',
          code: 'MF2011',
          summary: `A ${what} of ${address} can not be evaluated`,
          detail: `${problem}.`,
          ...place,
          ...(hint === undefined ? {} : { hint }),
        },
      },
    ]
  })
}
