import { createHash } from 'node:crypto'
import { canonicalJson } from './canonical-json.ts'
import type { ObjectChange } from './change.ts'
import type { Plan } from './plan.ts'

/**
 * sha256 of what a plan does and to what, as lower-case hex: the same for a plan that was saved and read back. Objects stand in it by
 * their own digests, so that a plan of many is not written out for it.
 */
export function planDigest(plan: Plan): string {
  const { mode, design, state, outputs, checks } = plan
  const hash = createHash('sha256')
  hash.update(canonicalJson([mode, design.name, design.version ?? null, design.digest, state.lineage, state.serial]))
  for (const change of plan.changes) hash.update(lineOf(change))
  for (const { name, after, sensitive, unknown } of outputs) hash.update(canonicalJson([name, after ?? null, sensitive, unknown]))
  for (const check of checks) hash.update(check.address)
  return hash.digest('hex')
}

function lineOf(change: ObjectChange): string {
  return JSON.stringify([
    change.id,
    change.apiVersion,
    change.address,
    change.previousAddress ?? null,
    change.action,
    change.reason ?? null,
    change.desiredDigest ?? null,
    change.liveDigest ?? null,
    change.uid ?? null,
    change.dependencies,
    change.wait,
    change.applyTimeout,
    change.deleteTimeout,
    change.conflict,
    change.takesFrom,
    change.protect,
    change.createBeforeDestroy,
  ])
}
