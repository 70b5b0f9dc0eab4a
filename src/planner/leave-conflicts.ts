import { removeFieldPath } from '../plan/field-path.ts'
import type { Manifest } from '../plan/manifest.ts'

/** The manifest without the fields that other managers own: `conflict: leave` lets them be. */
export function withoutConflicts(manifest: Manifest, conflicts: readonly { readonly field: string }[]): Manifest {
  let left: Manifest = manifest
  for (const conflict of conflicts) left = removeFieldPath(left, conflict.field.replace(/^\./, '')) as Manifest
  return left
}
