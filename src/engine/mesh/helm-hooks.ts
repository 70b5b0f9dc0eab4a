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

/**
 * Where an object of a chart stands around the others, as a part of a stage: what helm runs before an installation comes before
 * them, by its weight, and what it runs afterwards after them.
 */
export function hookOffset(manifest: Manifest): number {
  const { annotations } = manifest.metadata
  const moments = (annotations?.['helm.sh/hook'] ?? '').split(',').map((moment) => moment.trim())
  const weight = Number.parseInt(annotations?.['helm.sh/hook-weight'] ?? '0', 10)
  // Weights are small whole numbers; beyond a thousand they no longer tell hooks apart.
  const share = Math.max(-1000, Math.min(1000, Number.isNaN(weight) ? 0 : weight)) / 8000
  if (moments.includes('pre-install')) return share - 0.5
  if (moments.includes('post-install')) return share + 0.25
  return 0
}
