import type { LoadProgress } from '../load/generator.ts'
import type { LoadResult, RunEnvironment } from '../load/load-result.ts'
import type { LoadSpec } from '../load/load-spec.ts'
import { poolResults } from '../load/pool-results.ts'
import { constantRate } from '../load/rate-profile.ts'
import { runLoad } from '../load/run-load.ts'
import { COMPARISON_DEFAULTS, type Comparison, compareTrials } from '../statistics/compare-trials.ts'
import { type EvaluatedThreshold, evaluateThresholds, thresholdsPass } from '../thresholds/evaluate-thresholds.ts'
import type { PlaneUse } from '../thresholds/metric.ts'
import type { PerfCheckSpec } from './perf-check-spec.ts'
import { nextRate, type RateOutcome, type RateStep } from './search-rate.ts'

/** Processor and memory use of both planes while a check ran. */
export interface MeasuredOverhead {
  readonly dataplane?: PlaneUse
  readonly controlplane?: PlaneUse
  /** MeshMark's figures: the share of the nodes' processors and memory that the mesh leaves, and its score. */
  readonly meshMark?: { readonly cpu: number; readonly memory: number; readonly score: number }
  /** Answers of the check's own queries over the run, by name: means and maxima over time, summed over series. */
  readonly metrics?: Readonly<Record<string, { readonly mean: number; readonly max: number }>>
}

/** What a check says while it runs. */
export type PerfCheckEvent =
  | { readonly kind: 'trial'; readonly trial: number; readonly trials: number; readonly rate: number | null }
  | { readonly kind: 'progress'; readonly trial: number; readonly progress: LoadProgress }
  | { readonly kind: 'step'; readonly step: RateStep }

/** Puts one load on and reports it: `runLoad` in this process, or another engine, or Jobs inside clusters. */
export type LoadRunner = (
  spec: LoadSpec,
  options: {
    readonly signal: AbortSignal
    readonly name: string
    readonly environment: RunEnvironment
    readonly onProgress: (progress: LoadProgress) => void
  },
) => Promise<LoadResult>

/** What a check needs from outside. */
export interface PerfCheckOptions {
  readonly signal: AbortSignal
  /** The wall clock, milliseconds since the epoch: for the window that overhead is asked for. */
  readonly clock: () => number
  readonly onProgress?: (event: PerfCheckEvent) => void
  /** The trials of the check's baseline, when there is one. */
  readonly baseline?: readonly LoadResult[]
  readonly environment?: RunEnvironment
  /** Puts the load on; in this process by default. */
  readonly runner?: LoadRunner
  /** Script of generator threads, for the default runner. */
  readonly workerScript?: URL
  /** Awaited before the load: reads what is needed to tell later what the load used. */
  readonly prepare?: () => Promise<void>
  /** Asked once after the load: the use of processor and memory between two times (milliseconds since the epoch). */
  readonly overhead?: (window: { readonly from: number; readonly to: number }) => Promise<MeasuredOverhead>
}

/** `passed`: every threshold holds and nothing got worse; `invalid`: the run measured the generator, so nothing is known. */
export type PerfCheckVerdict = 'passed' | 'failed' | 'invalid'

/** What a check found. */
export interface PerfCheckResult {
  readonly name: string
  readonly verdict: PerfCheckVerdict
  /** In whole sentences, why it did not pass; empty when it did. */
  readonly reasons: readonly string[]
  readonly trials: readonly LoadResult[]
  /** All trials as one. */
  readonly result: LoadResult
  readonly thresholds: readonly EvaluatedThreshold[]
  /** Against the baseline, when there is one. Its regression fails the check; an inconclusive one only warns. */
  readonly comparison: Comparison | undefined
  readonly overhead: MeasuredOverhead | undefined
  readonly search:
    | { readonly steps: readonly RateStep[]; readonly rate: number | undefined; readonly limitedBy: string }
    | undefined
}

/** Runs a check to its verdict. Rejects only for what is no outcome: threads or engines that can't be started. */
export async function runPerfCheck(check: PerfCheckSpec, options: PerfCheckOptions): Promise<PerfCheckResult> {
  const runner = options.runner ?? ownRunner(options.workerScript)
  await options.prepare?.()
  const from = options.clock()
  const search = check.search === undefined ? undefined : await searchRate(check, options, runner)
  const trials = search === undefined ? await runTrials(check, options, runner) : search.results
  const [first, ...rest] = trials
  if (first === undefined) throw new Error('a check ran no load')
  const to = options.clock()
  const overhead = await options.overhead?.({ from, to })
  const result = poolResults([first, ...rest], false)
  return judge(check, options, { trials, result, overhead, search })
}

function ownRunner(workerScript: URL | undefined): LoadRunner {
  return (spec, options) => runLoad(spec, { ...options, ...(workerScript === undefined ? {} : { workerScript }) })
}

async function runTrials(check: PerfCheckSpec, options: PerfCheckOptions, runner: LoadRunner): Promise<LoadResult[]> {
  const results: LoadResult[] = []
  for (let trial = 1; trial <= check.trials && !(options.signal.aborted && trial > 1); trial += 1) {
    const { mode } = check.spec
    options.onProgress?.({
      kind: 'trial',
      trial,
      trials: check.trials,
      rate: mode.kind === 'open' ? (mode.profile.pieces[0]?.to ?? null) : null,
    })
    results.push(await runOnce(check, check.spec, trial, options, runner))
  }
  return results
}

function runOnce(
  check: PerfCheckSpec,
  spec: LoadSpec,
  trial: number,
  options: PerfCheckOptions,
  runner: LoadRunner,
): Promise<LoadResult> {
  return runner(spec, {
    signal: options.signal,
    name: check.name,
    environment: { ...check.written.environment, ...options.environment },
    onProgress: (progress) => options.onProgress?.({ kind: 'progress', trial, progress }),
  })
}

interface Searched {
  readonly steps: readonly RateStep[]
  readonly rate: number | undefined
  readonly limitedBy: string
  /** The runs at the rate found, or the last one tried when none was. */
  readonly results: readonly LoadResult[]
}

async function searchRate(check: PerfCheckSpec, options: PerfCheckOptions, runner: LoadRunner): Promise<Searched> {
  const range = check.search
  if (range === undefined) throw new Error('a check without a search was searched')
  const steps: RateStep[] = []
  const results = new Map<number, LoadResult>()
  for (;;) {
    const state = nextRate(steps, range)
    if (state.kind === 'found' || options.signal.aborted) {
      const rate = state.kind === 'found' ? state.rate : undefined
      const result = rate === undefined ? [...results.values()].at(-1) : results.get(rate)
      return {
        steps,
        rate,
        limitedBy: state.kind === 'found' ? state.limitedBy : 'aborted',
        results: result === undefined ? [] : [result],
      }
    }
    const arrival = check.spec.mode.kind === 'open' ? check.spec.mode.arrival : 'uniform'
    const mode = { kind: 'open', arrival, profile: constantRate(state.rate, range.holdSeconds) } as const
    const result = await runOnce(check, { ...check.spec, mode, seconds: range.holdSeconds }, steps.length + 1, options, runner)
    results.set(state.rate, result)
    const step = { rate: state.rate, outcome: rateOutcome(check, result, options.baseline) }
    steps.push(step)
    options.onProgress?.({ kind: 'step', step })
  }
}

function rateOutcome(check: PerfCheckSpec, result: LoadResult, baseline: readonly LoadResult[] | undefined): RateOutcome {
  if (!result.valid && result.requests > 0) return 'limited'
  const planned = result.load.rate ?? 0
  const met =
    result.achievedRate >= 0.99 * planned &&
    thresholdsPass(evaluateThresholds(check.thresholds, { result }, pooledBaseline(baseline)))
  return met ? 'met' : 'missed'
}

function pooledBaseline(baseline: readonly LoadResult[] | undefined): { readonly result: LoadResult } | undefined {
  const [first, ...rest] = baseline ?? []
  return first === undefined ? undefined : { result: poolResults([first, ...rest], false) }
}

interface Outcome {
  readonly trials: readonly LoadResult[]
  readonly result: LoadResult
  readonly overhead: MeasuredOverhead | undefined
  readonly search: Searched | undefined
}

function judge(check: PerfCheckSpec, options: PerfCheckOptions, outcome: Outcome): PerfCheckResult {
  const { trials, result, overhead, search } = outcome
  const baseline = pooledBaseline(options.baseline)
  const thresholds = evaluateThresholds(check.thresholds, { result, ...(overhead === undefined ? {} : { overhead }) }, baseline)
  const comparison =
    options.baseline === undefined || options.baseline.length === 0
      ? undefined
      : compareWithBaseline(check, options.baseline, trials)
  const reasons: string[] = []
  if (!result.valid) reasons.push(...result.invalidReasons.map((reason) => `The run is invalid: ${reason}.`))
  for (const threshold of thresholds) {
    if (threshold.outcome === 'failed')
      reasons.push(`\`${threshold.text}\` does not hold: ${threshold.left} against ${threshold.right}.`)
    if (threshold.outcome === 'unmeasured' && result.valid)
      reasons.push(`\`${threshold.text}\` can't be told: ${threshold.note ?? 'not measured'}.`)
  }
  if (result.valid && result.requests > 0 && result.errors === result.requests && check.thresholds.length === 0) {
    reasons.push(`Every request failed (${Object.keys(result.failures).join(', ')}).`)
  }
  if (comparison?.verdict === 'regression') {
    const worse = comparison.metrics.filter((metric) => metric.verdict === 'regression').map((metric) => metric.name)
    reasons.push(`Worse than the baseline in ${worse.join(', ')}.`)
  }
  if (search !== undefined && search.rate === undefined) reasons.push('No rate that was tried meets the thresholds.')
  return {
    name: check.name,
    verdict: result.valid ? (reasons.length === 0 ? 'passed' : 'failed') : 'invalid',
    reasons,
    trials,
    result,
    thresholds,
    comparison,
    overhead,
    search: search === undefined ? undefined : { steps: search.steps, rate: search.rate, limitedBy: search.limitedBy },
  }
}

function compareWithBaseline(check: PerfCheckSpec, baseline: readonly LoadResult[], trials: readonly LoadResult[]): Comparison {
  return compareTrials(baseline, trials, {
    ...COMPARISON_DEFAULTS,
    ...(check.spec.mode.kind === 'closed' ? { metrics: [{ kind: 'rate' }, ...COMPARISON_DEFAULTS.metrics] } : {}),
    relativeMargin: check.relativeMargin,
    absoluteMarginMs: check.absoluteMarginMs,
  })
}
