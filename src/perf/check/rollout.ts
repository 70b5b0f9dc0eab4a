/** A progressive rollout as a traffic split gives it: shares in percent, the check that decides, and how long each is held. */
export interface Rollout {
  readonly steps: readonly number[]
  readonly check: string
  readonly holdSeconds: number
}

/** What a step's measurement said. */
export type StepVerdict = 'passed' | 'failed' | 'invalid'

/** What to do next in a rollout. `share` is the percentage that the new version gets. */
export type RolloutMove =
  | { readonly kind: 'shift'; readonly share: number; readonly step: number }
  | { readonly kind: 'measure'; readonly share: number; readonly step: number }
  | { readonly kind: 'done'; readonly share: number }
  | { readonly kind: 'back'; readonly share: number; readonly reason: string }

/** What has happened so far: one entry for each step shifted to, with its verdicts, first measured first. */
export interface RolloutHistory {
  readonly startShare: number
  readonly verdicts: readonly (readonly StepVerdict[])[]
}

/** An invalid measurement may be repeated so often before the rollout goes back: it says nothing, but nothing is no pass. */
export const INVALID_REPEATS = 2

/**
 * The next move of a rollout, from what has happened: shift to the next step, measure it, go back to where it began after a
 * failure (or measurements that never became valid), or done. Pure; the caller shifts traffic, waits and measures.
 */
export function nextMove(rollout: Rollout, history: RolloutHistory): RolloutMove {
  for (const [step, share] of rollout.steps.entries()) {
    const verdicts = history.verdicts[step]
    if (verdicts === undefined) return { kind: 'shift', share, step }
    const last = verdicts.at(-1)
    if (last === 'passed') continue
    if (last === 'failed') return { kind: 'back', share: history.startShare, reason: `the check failed at ${share} %` }
    if (verdicts.length > INVALID_REPEATS) {
      return {
        kind: 'back',
        share: history.startShare,
        reason: `no valid measurement at ${share} % in ${verdicts.length} attempts`,
      }
    }
    return { kind: 'measure', share, step }
  }
  return { kind: 'done', share: rollout.steps.at(-1) ?? history.startShare }
}

/** What is wrong with the steps of a rollout; empty when nothing is. */
export function rolloutProblems(steps: readonly number[]): string[] {
  const problems: string[] = []
  if (steps.length === 0) problems.push('at least one step is needed')
  if (steps.some((step) => !(step > 0 && step <= 100))) problems.push('steps are percentages above 0 and up to 100')
  if (steps.some((step, index) => index > 0 && step <= (steps[index - 1] ?? 0)))
    problems.push('each step must be larger than the one before')
  return problems
}
