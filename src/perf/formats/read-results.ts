import { parse } from 'yaml'
import { isJsonObject, type JsonObject } from '../../plan/json.ts'
import { isNestedTooDeep } from '../../plan/nested-text.ts'
import { type PerfRecord, readRecord } from '../check/perf-record.ts'
import { RESULT_FORMAT } from '../load/load-result.ts'
import { foreignResult } from './foreign-result.ts'
import { isFortioResult, readFortio } from './fortio-read.ts'
import { readHgrm, readHlog } from './hdr-text.ts'
import { isSmpResult, readSmpResult } from './smp-result-read.ts'

/** The results of a file, or why there are none. */
export type ReadResults =
  | { readonly ok: true; readonly records: readonly PerfRecord[]; readonly warnings: readonly string[] }
  | { readonly ok: false; readonly problems: readonly string[] }

/** Larger texts are no result files. */
const SIZE_LIMIT = 256 * 1024 * 1024

/**
 * Reads results of any format we know, told by what is in the text: our own JSON (one, or a list), fortio's JSON (also as Meshery
 * keeps it), SMP results, and the text forms of HdrHistogram.
 */
export function readResults(text: string, name: string): ReadResults {
  if (text.length > SIZE_LIMIT) return { ok: false, problems: [`${name} is larger than 256 MiB`] }
  if (/^#\[|"StartTimestamp"/m.test(text) && /HISTF/.test(text)) return fromHlog(text, name)
  if (/^\s*Value\s+Percentile\s+TotalCount/m.test(text)) return fromHgrm(text, name)
  const value = parseText(text)
  const items: readonly unknown[] = Array.isArray(value) ? value : [value]
  const records: PerfRecord[] = []
  const warnings: string[] = []
  for (const item of items) {
    const read = isJsonObject(item) ? readOne(item) : { ok: false as const, problems: ['it is no object'] }
    if (!read.ok) return { ok: false, problems: read.problems.slice(0, 5).map((problem) => `${name}: ${problem}`) }
    records.push(...read.records)
    warnings.push(...read.warnings)
  }
  return { ok: true, records, warnings }
}

function readOne(value: JsonObject): ReadResults {
  if (value.format === RESULT_FORMAT) {
    const read = readRecord(value)
    return read.ok ? { ok: true, records: [read.record], warnings: [] } : read
  }
  if (isFortioResult(value)) {
    const result = readFortio(value)
    return result === undefined
      ? { ok: false, problems: ['it is not a whole result of fortio'] }
      : { ok: true, records: [result], warnings: [] }
  }
  if (isSmpResult(value)) {
    const read = readSmpResult(value)
    return read === undefined
      ? { ok: false, problems: ['it is not a whole SMP result'] }
      : { ok: true, records: [read.result], warnings: read.warnings }
  }
  return {
    ok: false,
    problems: ['it is of no format known here: our JSON, fortio’s JSON, an SMP result, .hgrm or .hlog'],
  }
}

function parseText(text: string): unknown {
  if (isNestedTooDeep(text)) return undefined
  try {
    return /^\s*[[{]/.test(text) ? JSON.parse(text) : parse(text, { maxAliasCount: 100, logLevel: 'error' })
  } catch {
    return undefined
  }
}

const UNKNOWN_RUN = {
  target: '',
  protocol: 'http1',
  rate: undefined,
  connections: 1,
  threads: 1,
  keepAlive: true,
  tls: 'none',
  requestBytes: 0,
  environment: {},
  errors: 0,
  failures: {},
  statuses: {},
  bytes: 0,
} as const

function fromHlog(text: string, name: string): ReadResults {
  let parts: ReturnType<typeof readHlog>
  try {
    parts = readHlog(text)
  } catch {
    return { ok: false, problems: [`${name} has a line that is no HdrHistogram`] }
  }
  const records = parts
    .filter((part) => part.tag !== 'service' && part.tag !== 'lag')
    .map((part) => {
      const count = part.histogram.totalCount
      return foreignResult({
        ...UNKNOWN_RUN,
        engine: 'hlog',
        name: part.tag === '' ? name : part.tag,
        seconds: part.seconds,
        elapsedSeconds: part.seconds,
        startedAt: new Date(part.start * 1000).toISOString(),
        achievedRate: part.seconds > 0 ? count / part.seconds : 0,
        requests: count,
        latency: part.histogram,
        warnings: ['an interval log says nothing of errors and load'],
      })
    })
  return records.length === 0
    ? { ok: false, problems: [`${name} has no interval`] }
    : { ok: true, records, warnings: ['an interval log says nothing of errors and load'] }
}

function fromHgrm(text: string, name: string): ReadResults {
  const histogram = readHgrm(text)
  if (histogram === undefined) return { ok: false, problems: [`${name} has no percentiles`] }
  const warning = 'a percentile distribution says nothing of time, errors and load, and is coarse between its rows'
  const result = foreignResult({
    ...UNKNOWN_RUN,
    engine: 'hgrm',
    name,
    seconds: 0,
    elapsedSeconds: 0,
    startedAt: new Date(0).toISOString(),
    achievedRate: 0,
    requests: histogram.totalCount,
    latency: histogram,
    warnings: [warning],
  })
  return { ok: true, records: [result], warnings: [warning] }
}

/** The trials of records: the single runs where a record has several, else the record itself as one run. */
export function trialsOf(records: readonly PerfRecord[]): PerfRecord[] {
  return records.flatMap((record) => record.trials ?? [record])
}
