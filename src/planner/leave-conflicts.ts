import { matchesFieldPath, removeFieldPath, resolveFieldPath } from '../plan/field-path.ts'
import type { Manifest } from '../plan/manifest.ts'
import type { IgnoreRule } from '../providers/rules.ts'

interface Conflict {
  readonly field: string
}

/** The field as paths are written here; servers lead it with a dot. */
function pathOf(conflict: Conflict): string {
  return conflict.field.replace(/^\./, '')
}

/** The manifest without the fields that other managers own: `conflict: leave` lets them be. */
export function withoutConflicts(manifest: Manifest, conflicts: readonly Conflict[]): Manifest {
  let left: Manifest = manifest
  for (const conflict of conflicts) left = removeFieldPath(left, pathOf(conflict)) as Manifest
  return left
}

/** The conflicts over fields that others are known to write: theirs once they took them, whatever the manifest began with. */
export function expectedConflicts<Any extends Conflict>(
  manifest: Manifest,
  conflicts: readonly Any[],
  ignore: readonly IgnoreRule[],
): readonly Any[] {
  const paths = ignore.flatMap((rule) => rule.paths)
  return conflicts.filter((conflict) => {
    const place = resolveFieldPath(manifest, pathOf(conflict))
    return paths.some((path) => matchesFieldPath(path, place))
  })
}
