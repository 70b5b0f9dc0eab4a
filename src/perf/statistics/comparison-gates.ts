import type { LoadResult } from '../load/load-result.ts'

/** How alike two sides must be before their figures are compared. */
export const GATE_LIMITS = {
  /** Relative difference of planned rate and of duration. */
  rate: 0.01,
  duration: 0.1,
  /** An open loop must have achieved this share of its plan. */
  achieved: 0.99,
  /** Difference of the error shares. */
  errorShare: 0.001,
  /** Late departures: this many milliseconds, or this share of the median latency, whichever is more. */
  pacingMs: 1,
  pacingShare: 0.1,
  busy: 0.9,
} as const

/** Everything that speaks against comparing these sides, in whole sentences; empty when nothing does. */
export function comparisonProblems(baseline: readonly LoadResult[], candidate: readonly LoadResult[]): string[] {
  const one = baseline[0]
  const other = candidate[0]
  if (one === undefined || other === undefined) return ['A side has no trials.']
  const problems = [...loadProblems(one, other)]
  const shareOf = (trials: readonly LoadResult[]): number =>
    trials.reduce((sum, trial) => sum + trial.errors, 0) /
    Math.max(
      1,
      trials.reduce((sum, trial) => sum + trial.requests, 0),
    )
  const [left, right] = [shareOf(baseline), shareOf(candidate)]
  if (Math.abs(left - right) > GATE_LIMITS.errorShare) {
    problems.push(
      `The error shares differ (${percent(left)} and ${percent(right)}); latencies of the answers that were left can't be compared.`,
    )
  }
  for (const [name, trials] of [
    ['baseline', baseline],
    ['candidate', candidate],
  ] as const) {
    trials.forEach((trial, index) => {
      for (const problem of trialProblems(trial)) problems.push(`Trial ${index + 1} of the ${name} ${problem}.`)
    })
  }
  return problems
}

function loadProblems(one: LoadResult, other: LoadResult): string[] {
  const problems: string[] = []
  const same = (what: string, left: unknown, right: unknown): void => {
    if (left !== right) problems.push(`The sides differ in ${what}: ${String(left)} and ${String(right)}.`)
  }
  const left = one.load
  const right = other.load
  same('protocol', left.protocol, right.protocol)
  same('loop', left.mode, right.mode)
  same('connections', left.connections, right.connections)
  same('streams per connection', left.streams, right.streams)
  same('keep-alive', left.keepAlive, right.keepAlive)
  same('TLS at the generator', left.tls, right.tls)
  same('payload bytes', left.requestBytes, right.requestBytes)
  if (left.rate !== null && right.rate !== null && relative(left.rate, right.rate) > GATE_LIMITS.rate) {
    problems.push(`The sides differ in planned rate: ${left.rate}/s and ${right.rate}/s.`)
  }
  if (relative(left.seconds, right.seconds) > GATE_LIMITS.duration) {
    problems.push(`The sides differ in duration: ${left.seconds} s and ${right.seconds} s.`)
  }
  const nodes = [one.environment.node, other.environment.node]
  if (nodes[0] !== undefined && nodes[1] !== undefined) same('node class', nodes[0], nodes[1])
  return problems
}

function trialProblems(trial: LoadResult): string[] {
  if (!trial.valid) return [`is invalid: ${trial.invalidReasons.join('; ')}`]
  const problems: string[] = []
  const { load, generator } = trial
  if (load.rate !== null && trial.achievedRate < GATE_LIMITS.achieved * load.rate) {
    problems.push(`achieved ${trial.achievedRate.toFixed(1)}/s of ${load.rate.toFixed(1)}/s`)
  }
  if (load.mode === 'open' && generator.pacingP99 > Math.max(GATE_LIMITS.pacingMs, GATE_LIMITS.pacingShare * trial.latency.p50)) {
    problems.push(
      `was sent up to ${generator.pacingP99} ms late by its generator (p99), too much beside a median of ${trial.latency.p50} ms`,
    )
  }
  if (load.mode === 'open' && generator.busy > GATE_LIMITS.busy)
    problems.push(`had a generator that was busy ${percent(generator.busy)} of the time`)
  return problems
}

function relative(left: number, right: number): number {
  return Math.abs(left - right) / Math.max(left, right, Number.MIN_VALUE)
}

function percent(share: number): string {
  return `${Number((share * 100).toPrecision(3))} %`
}
