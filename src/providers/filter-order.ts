import type { ComponentOf } from '../design/component.ts'
import type { Scope } from './contract.ts'
import { addressIn } from './references.ts'

type Filter = ComponentOf<'filters'>

/** Phases in the order in which requests meet them. */
const PHASES = ['authn', 'authz', 'stats', 'unspecified'] as const

const ranks = new WeakMap<Scope, ReadonlyMap<string, number>>()

/** Addresses of what a filter is attached to, those of workloads written out by an expression among them. */
function targetsOf(filter: Filter, scope: Scope): readonly string[] {
  const { workloads = [], gateways = [] } = filter.spec
  const whole = (section: 'workloads' | 'gateways', name: string): string => {
    const address = addressIn(section, name, filter.scope)
    return scope[section].has(address) ? address : name
  }
  return [...workloads.map((name) => whole('workloads', name)), ...gateways.map((name) => whole('gateways', name))]
}

/**
 * How many filters without a priority of their own stand before each, where they share a target: what makes the order of the design
 * the order of the chain. Linear in filters and targets, found once for a scope.
 */
function ranksOf(scope: Scope): ReadonlyMap<string, number> {
  const known = ranks.get(scope)
  if (known !== undefined) return known
  const found = new Map<string, number>()
  const next = new Map<string, number>()
  for (const filter of scope.filters.values()) {
    if (filter.spec.priority !== undefined) continue
    const targets = targetsOf(filter, scope)
    const rank = Math.max(0, ...targets.map((target) => next.get(target) ?? 0))
    found.set(filter.address, rank)
    for (const target of targets) next.set(target, rank + 1)
  }
  ranks.set(scope, found)
  return found
}

/** A filter's priority, higher first: its own, or by its place among those of the design that share a target with it. */
export function filterPriority(filter: Filter, scope: Scope): number {
  return filter.spec.priority ?? 0 - (ranksOf(scope).get(filter.address) ?? 0)
}

/** The filter with a priority said out, where its place in the design would otherwise be lost. */
export function withOrder(filter: Filter, scope: Scope): Filter {
  const priority = filterPriority(filter, scope)
  if (filter.spec.priority !== undefined || priority === 0) return filter
  return { ...filter, spec: { ...filter.spec, priority } }
}

/**
 * What each of several filters does, as annotations of the object that they share; undefined when nobody says. A filter that has an
 * object of its own is annotated by the planner.
 */
export function behaviourAnnotations(filters: readonly Filter[]): Readonly<Record<string, string>> | undefined {
  const told = filters.flatMap(({ name, spec }) =>
    spec.behaviour === undefined ? [] : [[`filter.meshform.dev/${name}`, spec.behaviour] as const],
  )
  return told.length === 0 ? undefined : Object.fromEntries(told)
}

/**
 * All filters attached to a workload or gateway, given by its address, in the order that requests meet them: by phase, then by
 * priority, then as the design has them.
 */
export function filtersAt(target: string, scope: Scope): readonly Filter[] {
  const phase = ({ spec }: Filter): number => PHASES.indexOf(spec.phase ?? 'unspecified')
  return [...scope.filters.values()]
    .filter((filter) => targetsOf(filter, scope).includes(target))
    .sort((left, right) => phase(left) - phase(right) || filterPriority(right, scope) - filterPriority(left, scope))
}
