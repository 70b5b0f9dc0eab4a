import { isJsonObject, type JsonObject, type JsonValue } from '../../plan/json.ts'
import { readNumber } from '../formats/json-fields.ts'
import type { LoadResult } from '../load/load-result.ts'
import { readResult } from '../load/read-result.ts'
import type { PerfCheckResult } from './run-perf-check.ts'

/** What a state keeps of perf-checks, by key: baselines by name, and for each check its history with its last trials. */
export type RecordedRuns = { readonly [key: string]: JsonValue }

const BASELINE = 'baseline/'
const HISTORY = 'history/'
/** Runs of a check that are remembered; older ones are dropped. */
const HISTORY_LENGTH = 50

/** A baseline as it is kept. */
export interface Baseline {
  readonly name: string
  /** RFC 3339. */
  readonly setAt: string
  readonly check: string
  readonly trials: readonly LoadResult[]
}

/** One run in the history of a check: figures and environment, without histograms. */
export interface RecordedRun {
  /** RFC 3339. */
  readonly at: string
  readonly verdict: string
  readonly environment: Readonly<Record<string, string>>
  /** Milliseconds. */
  readonly p50: number
  readonly p90: number
  readonly p99: number
  readonly max: number
  /** Answers a second, and the share of errors. */
  readonly rate: number
  readonly errorShare: number
  /** Cores and bytes, where they were measured. */
  readonly dataplaneCpu?: number
  readonly dataplaneMemory?: number
  readonly controlplaneCpu?: number
  readonly controlplaneMemory?: number
}

/** True for a name that a baseline may have. */
export function isBaselineName(name: string): boolean {
  return /^[A-Za-z0-9][\w."[\]-]{0,199}$/.test(name)
}

/** The state with a baseline set. Charts over time are left out: nothing is compared with them. */
export function withBaseline(runs: RecordedRuns, baseline: Baseline): RecordedRuns {
  return { ...runs, [BASELINE + baseline.name]: toJson({ ...baseline, trials: baseline.trials.map(slim) }) }
}

/** The state without a baseline. */
export function withoutBaseline(runs: RecordedRuns, name: string): RecordedRuns {
  const { [BASELINE + name]: _removed, ...rest } = runs
  return rest
}

/** A baseline by name. */
export function baselineOf(runs: RecordedRuns, name: string): Baseline | undefined {
  const value = runs[BASELINE + name]
  if (!isJsonObject(value)) return undefined
  const trials = readTrials(value.trials)
  return trials.length === 0 ? undefined : { name, setAt: String(value.setAt ?? ''), check: String(value.check ?? name), trials }
}

/** Every baseline, by name. */
export function allBaselines(runs: RecordedRuns): Baseline[] {
  return Object.keys(runs)
    .filter((key) => key.startsWith(BASELINE))
    .sort()
    .flatMap((key) => baselineOf(runs, key.slice(BASELINE.length)) ?? [])
}

/** The state with a run recorded: its figures at the end of the check's history, its trials as the last ones if it was valid. */
export function withRun(runs: RecordedRuns, check: PerfCheckResult): RecordedRuns {
  const key = HISTORY + check.name
  const before = runs[key]
  const entries = [...runsOf(runs, check.name), entryOf(check)].slice(-HISTORY_LENGTH)
  const kept = isJsonObject(before) ? before.trials : undefined
  const good = check.verdict === 'passed'
  const trials = good ? check.trials.map(slim) : (kept ?? [])
  return { ...runs, [key]: toJson({ runs: entries, trials }) }
}

/** The runs of a check, oldest first. */
export function runsOf(runs: RecordedRuns, check: string): RecordedRun[] {
  const value = runs[HISTORY + check]
  const list = isJsonObject(value) ? value.runs : undefined
  return (Array.isArray(list) ? list : []).flatMap((item: JsonValue) => (isJsonObject(item) ? [runOf(item)] : []))
}

/** The checks that have a history. */
export function recordedChecks(runs: RecordedRuns): string[] {
  return Object.keys(runs)
    .filter((key) => key.startsWith(HISTORY))
    .map((key) => key.slice(HISTORY.length))
    .sort()
}

/** The trials of the last run of a check that passed; empty when none has. */
export function lastTrials(runs: RecordedRuns, check: string): LoadResult[] {
  const value = runs[HISTORY + check]
  return isJsonObject(value) ? readTrials(value.trials) : []
}

/** What a check is compared with: the baseline it names, else the one of its own name, else its last run that passed. */
export function comparedTrials(runs: RecordedRuns, check: string, named: string | undefined): LoadResult[] {
  if (named !== undefined) return [...(baselineOf(runs, named)?.trials ?? [])]
  const own = baselineOf(runs, check)
  return own === undefined ? lastTrials(runs, check) : [...own.trials]
}

function entryOf(check: PerfCheckResult): RecordedRun {
  const { result, overhead } = check
  return {
    at: result.startedAt,
    verdict: check.verdict,
    environment: Object.fromEntries(
      Object.entries(result.environment).flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const])),
    ),
    p50: result.latency.p50,
    p90: result.latency.p90,
    p99: result.latency.p99,
    max: result.latency.max,
    rate: result.achievedRate,
    errorShare: result.errorShare,
    ...(overhead?.dataplane === undefined
      ? {}
      : { dataplaneCpu: overhead.dataplane.cpu, dataplaneMemory: overhead.dataplane.memory }),
    ...(overhead?.controlplane === undefined
      ? {}
      : { controlplaneCpu: overhead.controlplane.cpu, controlplaneMemory: overhead.controlplane.memory }),
  }
}

const OPTIONAL_FIGURES = ['dataplaneCpu', 'dataplaneMemory', 'controlplaneCpu', 'controlplaneMemory'] as const

function runOf(item: JsonObject): RecordedRun {
  const number = (name: string): number => readNumber(item[name]) ?? 0
  const environment = isJsonObject(item.environment) ? item.environment : {}
  const optional = Object.fromEntries(
    OPTIONAL_FIGURES.flatMap((name) => {
      const value = readNumber(item[name])
      return value === undefined ? [] : [[name, value] as const]
    }),
  )
  return {
    at: String(item.at ?? ''),
    verdict: String(item.verdict ?? ''),
    environment: Object.fromEntries(Object.entries(environment).map(([key, value]) => [key, String(value)])),
    p50: number('p50'),
    p90: number('p90'),
    p99: number('p99'),
    max: number('max'),
    rate: number('rate'),
    errorShare: number('errorShare'),
    ...optional,
  }
}

function readTrials(value: JsonValue | undefined): LoadResult[] {
  return (Array.isArray(value) ? value : []).flatMap((item: JsonValue) => {
    const read = readResult(item)
    return read.ok ? [read.result] : []
  })
}

function slim(result: LoadResult): LoadResult {
  return { ...result, overTime: [], failureExamples: {} }
}

/** Plain JSON of a value that has only plain data. */
function toJson(value: unknown): JsonValue {
  return JSON.parse(JSON.stringify(value))
}
