import type { PodFailure } from '../controllers/failure-switches.ts'

/** How requests can be made to fail. */
export type RequestFailureKind = 'throttle' | 'server-error' | 'slow' | 'drop-watches'

/** One way for the sandbox to fail, as a user switches it on. */
export interface FailureDefinition {
  readonly name: PodFailure | RequestFailureKind
  readonly concerns: 'pods' | 'requests'
  /** What follows `=`; undefined for failures of pods, which take a selection. */
  readonly amount: { readonly unit: 'percent' | 'milliseconds'; readonly default: number } | undefined
  readonly summary: string
}

/** Every failure that can be switched on. */
export const FAILURES: readonly FailureDefinition[] = [
  { name: 'image-pull', concerns: 'pods', amount: undefined, summary: 'images are never pulled: ImagePullBackOff' },
  { name: 'crash-loop', concerns: 'pods', amount: undefined, summary: 'containers crash again and again: CrashLoopBackOff' },
  {
    name: 'rollout-stall',
    concerns: 'pods',
    amount: undefined,
    summary: 'pods run and never become ready, so that rollouts stall',
  },
  {
    name: 'throttle',
    concerns: 'requests',
    amount: { unit: 'percent', default: 50 },
    summary: 'this share of requests is answered 429 with Retry-After',
  },
  {
    name: 'server-error',
    concerns: 'requests',
    amount: { unit: 'percent', default: 50 },
    summary: 'this share of requests is answered 500',
  },
  { name: 'slow', concerns: 'requests', amount: { unit: 'milliseconds', default: 200 }, summary: 'every answer comes this late' },
  {
    name: 'drop-watches',
    concerns: 'requests',
    amount: { unit: 'milliseconds', default: 500 },
    summary: 'every watch is cut off after this time',
  },
]
