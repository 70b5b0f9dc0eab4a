import type { FieldConflict } from '../plan/change.ts'
import { matchesFieldPath, removeFieldPath, resolveFieldPath } from '../plan/field-path.ts'
import type { Manifest } from '../plan/manifest.ts'
import type { IgnoreRule } from '../providers/rules.ts'
import type { Candidate } from './assess.ts'

interface Conflict {
  /** As servers or plans write it. */
  readonly field: string
}

interface ManagedConflict extends Conflict {
  readonly manager: string
}

/** What becomes of conflicts: taken from whom the object is taken over from, else as the component's policy says. Sorted by field. */
export function settleConflicts(
  conflicts: readonly ManagedConflict[],
  candidate: Extract<Candidate, { kind: 'create' | 'update' }>,
): readonly FieldConflict[] {
  const { conflict } = candidate.desired
  const takesFrom = candidate.kind === 'update' ? candidate.takesFrom : []
  const forced = conflict === 'force' || candidate.reason === 'take_from_other_design'
  return conflicts
    .map((one): FieldConflict => {
      const taken = forced || takesFrom.includes(one.manager)
      const outcome = taken ? 'taken' : conflict === 'leave' ? 'left' : 'refused'
      return { field: pathOf(one), manager: one.manager, outcome }
    })
    .sort((left, right) => (left.field < right.field ? -1 : left.field > right.field ? 1 : 0))
}

/** True of conflicts over one of these fields with the same manager. */
export function isAmong(settled: readonly FieldConflict[]): (conflict: ManagedConflict) => boolean {
  return (conflict) => settled.some(({ field, manager }) => field === pathOf(conflict) && manager === conflict.manager)
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
    return paths.some((path) => matchesFieldPath(path, place, manifest))
  })
}
