import type { ComponentOf } from '../design/component.ts'
import type { IgnoreRuleSpec } from '../design/schema/mesh.ts'
import type { MeshProvider } from '../providers/contract.ts'
import type { IgnoreRule } from '../providers/rules.ts'

/** The rules for fields that others write on a mesh: those its provider ships, without what the design takes back, and its own. */
export function ignoreRulesOf(mesh: ComponentOf<'meshes'>, provider: MeshProvider): readonly IgnoreRule[] {
  const told = mesh.spec.ignore ?? []
  const taken = told.filter((rule) => rule.ours === true)
  const shipped = provider.rules.ignore.map((rule) => without(rule, taken)).filter((rule) => rule.paths.length > 0)
  const own = told
    .filter((rule) => rule.ours !== true)
    .map(
      (rule): IgnoreRule => ({
        group: rule.group ?? '*',
        kinds: rule.kinds,
        paths: rule.paths,
        reason: rule.reason ?? 'said by the design',
      }),
    )
  return [...shipped, ...own]
}

/** A shipped rule without the paths that are taken back for any of its kinds. */
function without(rule: IgnoreRule, taken: readonly IgnoreRuleSpec[]): IgnoreRule {
  const back = new Set(
    taken
      .filter(({ group, kinds }) => (group === undefined || group === rule.group) && overlap(kinds, rule.kinds))
      .flatMap(({ paths }) => paths),
  )
  return back.size === 0 ? rule : { ...rule, paths: rule.paths.filter((path) => !back.has(path)) }
}

function overlap(left: readonly string[], right: readonly string[]): boolean {
  return left.includes('*') || right.includes('*') || left.some((kind) => right.includes(kind))
}
