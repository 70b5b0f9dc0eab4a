import type { Executed } from '../engine/execute-plan.ts'

/** Two plans carried out one after another, as one: counts added, the state and verdict of the later. */
export function addResults(before: Executed | undefined, now: Executed): Executed {
  if (before === undefined) return now
  const summary: Record<string, number> = { ...before.result.summary }
  for (const [action, count] of Object.entries(now.result.summary)) summary[action] = (summary[action] ?? 0) + count
  return {
    ...now,
    result: {
      ...now.result,
      done: before.result.done + now.result.done,
      failed: before.result.failed + now.result.failed,
      unhealthy: before.result.unhealthy + now.result.unhealthy,
      skipped: before.result.skipped + now.result.skipped,
      unawaited: before.result.unawaited + now.result.unawaited,
      diagnostics: [...before.result.diagnostics, ...now.result.diagnostics],
      summary,
      clusters: Object.keys(now.result.clusters).length > 0 ? now.result.clusters : before.result.clusters,
    },
  }
}
