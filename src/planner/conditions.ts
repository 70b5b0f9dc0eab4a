import type { Component } from '../design/component.ts'
import { designScope } from '../design/console-scope.ts'
import type { Design } from '../design/design.ts'
import { evaluateExpression } from '../design/expression.ts'
import type { Diagnostic } from '../plan/diagnostic.ts'
import type { JsonObject } from '../plan/json.ts'

/** The preconditions of every component that do not hold: told at plan time, before anything is asked or done. */
export function checkPreconditions(design: Design): readonly Diagnostic[] {
  const guarded = design.components.filter(({ spec }) => (spec.lifecycle?.preconditions?.length ?? 0) > 0)
  if (guarded.length === 0) return []
  const scope = designScope(design)
  return guarded.flatMap((component) => failing(component, 'preconditions', scope))
}

/** Components that say something of their objects after they are applied. */
export function componentsWithPostconditions(design: Design): readonly Component[] {
  return design.components.filter(({ spec }) => (spec.lifecycle?.postconditions?.length ?? 0) > 0)
}

/**
 * The postconditions of one component that its live objects do not fulfil. In scope are the design, `objects` (all live objects of
 * the component) and `self` (the first of them).
 */
export function checkPostconditions(component: Component, design: Design, objects: readonly JsonObject[]): readonly Diagnostic[] {
  return failing(component, 'postconditions', { ...designScope(design), objects: [...objects], self: objects[0] ?? null })
}

function failing(component: Component, list: 'preconditions' | 'postconditions', scope: JsonObject): readonly Diagnostic[] {
  const what = list === 'preconditions' ? 'precondition' : 'postcondition'
  return (component.spec.lifecycle?.[list] ?? []).flatMap(({ condition, message }, index): readonly Diagnostic[] => {
    const place = { address: component.address, location: component.locate(['lifecycle', list, index]) }
    const result = typeof condition === 'boolean' ? { ok: true as const, value: condition } : evaluateExpression(condition, scope)
    if (result.ok && result.value === true) return []
    if (result.ok && result.value === false) {
      return [
        { severity: 'error', code: 'MF2011', summary: `A ${what} of ${component.address} does not hold: ${message}`, ...place },
      ]
    }
    const problem = result.ok ? `It comes to ${JSON.stringify(result.value)}, not to true or false` : result.problem.summary
    const hint = result.ok ? undefined : result.problem.hint
    return [
      {
        severity: 'error',
        code: 'MF2011',
        summary: `A ${what} of ${component.address} can not be evaluated`,
        detail: `${problem}.`,
        ...place,
        ...(hint === undefined ? {} : { hint }),
      },
    ]
  })
}
