import type { Component } from '../design/component.ts'
import type { RulePlace } from '../design/design.ts'

/** The rules that hold for a component: those of the design, and of the patterns that it comes from. */
export function rulesAround<Rule extends RulePlace>(rules: readonly Rule[], component: Component | undefined): readonly Rule[] {
  const from = component?.scope ?? ''
  return rules.filter(({ scope }) => scope === '' || scope === from || from.startsWith(`${scope}.`))
}
