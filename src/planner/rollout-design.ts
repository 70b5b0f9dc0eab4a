import type { Component, ComponentOf } from '../design/component.ts'
import type { Design } from '../design/design.ts'
import { parseDuration } from '../plan/duration.ts'
import type { JsonValue } from '../plan/json.ts'
import type { Plan } from '../plan/plan.ts'

/** A traffic split that an apply walks to in steps. */
export interface PlannedRollout {
  /** Component and route: what the state remembers it by. */
  readonly id: string
  readonly address: string
  readonly route: number
  /** The version whose share grows. */
  readonly version: string
  /** The weights it ends with. */
  readonly to: { readonly [version: string]: number }
  /** Shares of the version in per cent, rising, the final one last; those already behind are left out. */
  readonly steps: readonly number[]
  /** Address of the check that judges each step. */
  readonly check: string
  readonly holdMs: number
}

/** What the state remembers of a rollout: the share that the version has, and the weights it went (or goes) to. */
export interface RolloutMark {
  readonly share: number
  readonly to: { readonly [version: string]: number }
}

/**
 * The rollouts that a plan begins or goes on with: those whose component it changes, with the steps still ahead. A share that falls
 * is no rollout. One that was interrupted begins with the share it got to.
 */
export function plannedRollouts(design: Design, plan: Plan, marks: ReadonlyMap<string, RolloutMark>): PlannedRollout[] {
  const changed = new Set(
    plan.changes
      .filter(({ action }) => action === 'create' || action === 'update' || action === 'replace' || action === 'import')
      .map((change) => change.address),
  )
  return design.components.flatMap((component) =>
    component.section === 'traffic' && changed.has(component.address) ? rolloutsOf(component, plan, marks) : [],
  )
}

function rolloutsOf(component: ComponentOf<'traffic'>, plan: Plan, marks: ReadonlyMap<string, RolloutMark>): PlannedRollout[] {
  return (component.spec.routes ?? []).flatMap((route, index): PlannedRollout[] => {
    const { rollout, to } = route
    const version = rollout?.version ?? Object.keys(to ?? {}).at(-1)
    if (rollout === undefined || to === undefined || version === undefined) return []
    const final = to[version] ?? 0
    const id = `${component.address}/${index}`
    const mark = marks.get(id)
    const current = mark?.share ?? 0
    if (final <= current) return []
    const resumed = mark !== undefined && sameWeights(mark.to, to)
    const ahead = rollout.steps.filter((step) => step < final && (step > current || (resumed && step === current)))
    const steps = [...ahead, final]
    const scoped = component.scope === '' ? rollout.check : `${component.scope}.${rollout.check}`
    const check = plan.checks.find(({ address }) => address === scoped)?.address ?? rollout.check
    const holdMs = rollout.hold === undefined ? 0 : (parseDuration(rollout.hold) ?? 0)
    return [{ id, address: component.address, route: index, version, to, steps, check, holdMs }]
  })
}

function sameWeights(left: RolloutMark['to'], right: RolloutMark['to']): boolean {
  const keys = Object.keys(left)
  return keys.length === Object.keys(right).length && keys.every((key) => left[key] === right[key])
}

/** The weights with which a version has a share: the others divide the rest as they do in the end, or the first takes it all. */
export function weightsAt(
  to: { readonly [version: string]: number },
  version: string,
  share: number,
): { readonly [version: string]: number } {
  const others = Object.keys(to).filter((name) => name !== version)
  const sum = others.reduce((total, name) => total + (to[name] ?? 0), 0)
  let rest = 100 - share
  const weights: Record<string, number> = {}
  for (const [index, name] of others.entries()) {
    const part = sum === 0 ? (index === 0 ? rest : 0) : Math.round(((100 - share) * (to[name] ?? 0)) / sum)
    const given = index === others.length - 1 && sum > 0 ? rest : Math.min(part, rest)
    weights[name] = given
    rest -= given
  }
  return Object.fromEntries(Object.keys(to).map((name) => [name, name === version ? share + rest : (weights[name] ?? 0)]))
}

/** The design with each rollout at a share of its version. */
export function designAt(
  design: Design,
  shares: readonly { readonly rollout: PlannedRollout; readonly share: number }[],
): Design {
  return { ...design, components: design.components.map((component) => componentAt(component, shares)) }
}

function componentAt(
  component: Component,
  shares: readonly { readonly rollout: PlannedRollout; readonly share: number }[],
): Component {
  const own = shares.filter(({ rollout }) => rollout.address === component.address)
  if (component.section !== 'traffic' || own.length === 0) return component
  const routes = (component.spec.routes ?? []).map((route, index) => {
    const found = own.find(({ rollout }) => rollout.route === index)
    if (found === undefined) return route
    return { ...route, to: { ...weightsAt(found.rollout.to, found.rollout.version, found.share) } }
  })
  return { ...component, spec: { ...component.spec, routes } }
}

const MARK = 'rollout/'

/** What a state keeps once every split of a design is at its final weights. */
export function withFinalMarks(
  kept: { readonly [key: string]: JsonValue },
  design: Design,
): { readonly [key: string]: JsonValue } {
  const next: Record<string, JsonValue> = { ...kept }
  for (const component of design.components) {
    if (component.section !== 'traffic') continue
    for (const [index, route] of (component.spec.routes ?? []).entries()) {
      const version = route.rollout?.version ?? Object.keys(route.to ?? {}).at(-1)
      if (route.rollout === undefined || route.to === undefined || version === undefined) continue
      next[`${MARK}${component.address}/${index}`] = { share: route.to[version] ?? 0, to: { ...route.to } }
    }
  }
  return next
}

/** What a state keeps, with the marks of these rollouts as they were before. */
export function withMarksOf(
  kept: { readonly [key: string]: JsonValue },
  before: { readonly [key: string]: JsonValue },
  rollouts: readonly PlannedRollout[],
): { readonly [key: string]: JsonValue } {
  const next: Record<string, JsonValue> = { ...kept }
  for (const { id } of rollouts) {
    const old = before[MARK + id]
    if (old === undefined) delete next[MARK + id]
    else next[MARK + id] = old
  }
  return next
}

/** The rollouts under way that a state remembers, by id. */
export function rolloutMarks(kept: { readonly [key: string]: JsonValue }): ReadonlyMap<string, RolloutMark> {
  return new Map(
    Object.entries(kept).flatMap(([key, value]) => {
      const mark = markOf(value)
      return key.startsWith(MARK) && mark !== undefined ? [[key.slice(MARK.length), mark] as const] : []
    }),
  )
}

function markOf(value: JsonValue): RolloutMark | undefined {
  if (typeof value !== 'object' || value === null || !('share' in value) || !('to' in value)) return undefined
  const { share, to } = value
  if (typeof share !== 'number' || typeof to !== 'object' || to === null || Array.isArray(to)) return undefined
  const weights = Object.entries(to).flatMap(([name, weight]) => (typeof weight === 'number' ? [[name, weight] as const] : []))
  return { share, to: Object.fromEntries(weights) }
}

/** What a state keeps, with how far rollouts are. */
export function withMarks(
  kept: { readonly [key: string]: JsonValue },
  shares: readonly { readonly rollout: PlannedRollout; readonly share: number }[],
): { readonly [key: string]: JsonValue } {
  const marks = shares.map(({ rollout, share }) => [MARK + rollout.id, { share, to: { ...rollout.to } }] as const)
  return { ...kept, ...Object.fromEntries(marks) }
}
