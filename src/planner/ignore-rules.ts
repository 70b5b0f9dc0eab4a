import type { Component, ComponentOf } from '../design/component.ts'
import type { IgnoreRuleSpec } from '../design/schema/rules.ts'
import type { MeshProvider } from '../providers/contract.ts'
import type { IgnoreRule } from '../providers/rules.ts'

/** The rules for fields that others write on a mesh: those its provider ships, without what the design takes back, and its own. */
export function ignoreRulesOf(
  mesh: ComponentOf<'meshes'>,
  provider: MeshProvider,
  design: readonly IgnoreRuleSpec[],
): readonly IgnoreRule[] {
  const told = mesh.spec.ignore ?? []
  const taken = [...told, ...design].filter((rule) => rule.ours === true)
  const shipped = provider.rules.ignore.map((rule) => without(rule, taken)).filter((rule) => rule.paths.length > 0)
  return [...shipped, ...saidRules(told)]
}

/**
 * The rules for webhooks by the names that meshes give them. The manifests of a mesh may be plain resources of a design that knows no
 * mesh, and what the mesh writes into its webhooks is the same then.
 */
export function webhookRulesOf(providers: Iterable<MeshProvider>, design: readonly IgnoreRuleSpec[]): readonly IgnoreRule[] {
  const taken = design.filter((rule) => rule.ours === true)
  return [...providers]
    .flatMap(({ rules }) => rules.ignore)
    .filter(({ group, names }) => group === 'admissionregistration.k8s.io' && names !== undefined)
    .map((rule) => without(rule, taken))
    .filter((rule) => rule.paths.length > 0)
}

/** The rules that a design says for the objects of all its clusters, or of a mesh. */
export function saidRules(told: readonly IgnoreRuleSpec[]): readonly IgnoreRule[] {
  return told
    .filter((rule) => rule.ours !== true)
    .map(({ kinds, group, paths, managers, where, reason }) => ({
      group: group ?? '*',
      kinds,
      paths: paths ?? [],
      ...(managers === undefined ? {} : { managers }),
      ...(where === undefined ? {} : { where }),
      reason: reason ?? 'said by the design',
      keeps: true as const,
    }))
}

/** The rules of `lifecycle.ignoreChanges` of a component. */
export function lifecycleRules(component: Component | undefined): readonly IgnoreRule[] {
  const told = component?.spec.lifecycle?.ignoreChanges
  if (told === undefined) return []
  const items = told === 'all' ? ['all'] : told
  if (items.includes('all')) {
    return [{ group: '*', kinds: ['*'], paths: [], everything: true, reason: 'lifecycle.ignoreChanges', keeps: true }]
  }
  const paths = items.filter((item): item is string => typeof item === 'string')
  const more = items.flatMap((item) =>
    typeof item === 'string' ? [] : [{ reason: 'lifecycle.ignoreChanges', ...item, kinds: ['*'] }],
  )
  const plain =
    paths.length === 0 ? [] : [{ group: '*', kinds: ['*'], paths, reason: 'lifecycle.ignoreChanges', keeps: true as const }]
  return [...plain, ...saidRules(more)]
}

/** A shipped rule without the paths that are taken back for any of its kinds. */
function without(rule: IgnoreRule, taken: readonly IgnoreRuleSpec[]): IgnoreRule {
  const back = new Set(
    taken
      .filter(({ group, kinds }) => (group === undefined || group === rule.group) && overlap(kinds, rule.kinds))
      .flatMap(({ paths }) => paths ?? []),
  )
  return back.size === 0 ? rule : { ...rule, paths: rule.paths.filter((path) => !back.has(path)) }
}

function overlap(left: readonly string[], right: readonly string[]): boolean {
  return left.includes('*') || right.includes('*') || left.some((kind) => right.includes(kind))
}
