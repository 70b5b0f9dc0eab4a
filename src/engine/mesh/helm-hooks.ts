import type { Manifest } from '../../plan/manifest.ts'

/** Moments of a release at which there is nothing to install: tests, and what helm does on delete, upgrade and rollback alone. */
const OTHER_MOMENTS = new Set([
  'test',
  'test-success',
  'test-failure',
  'pre-delete',
  'post-delete',
  'pre-upgrade',
  'post-upgrade',
  'pre-rollback',
  'post-rollback',
])

/** False for objects of a chart that only run at other moments than its installation (helm.sh/docs/topics/charts_hooks). */
export function isWanted(manifest: Manifest): boolean {
  const hook = manifest.metadata.annotations?.['helm.sh/hook']
  if (hook === undefined) return true
  return hook.split(',').some((moment) => !OTHER_MOMENTS.has(moment.trim()))
}
