import type { FailureKind } from '../wire/failure.ts'
import { createHistogram, encodeHistogram, type LatencyHistogram, recordMilliseconds } from './histogram.ts'

/** Coarse slices of a run, for charts and for finding where it settles: at most this many. */
const SLICE_LIMIT = 240
/** The shortest slice, in milliseconds. */
const SLICE_SHORTEST_MS = 100
/** Parts in which full histograms are kept when the warm-up is to be found afterwards: the first half of the run in so many. */
export const WARMUP_PARTS = 20

/** The three histograms of one stretch of a run. Response counts from the planned time, service from sending, lag is between. */
export interface HistogramTrio {
  readonly response: LatencyHistogram
  readonly service: LatencyHistogram
  readonly lag: LatencyHistogram
}

interface Slice {
  readonly histogram: LatencyHistogram
  requests: number
  errors: number
}

/** Counts of a run part that the recorder hands on, plain data. */
export interface RecordedPart {
  readonly response: string
  readonly service: string
  readonly lag: string
  readonly answered: number
  readonly errors: number
  readonly maxResponse: number
}

/** What one generator recorded, plain data that crosses threads and machines; histograms as text. */
export interface Recording {
  /** One part, or with automatic warm-up one for each twentieth of the first half and one for the rest. */
  readonly parts: readonly RecordedPart[]
  readonly failureTime: string
  readonly pacing: string
  readonly sliceMs: number
  readonly slices: readonly { readonly response: string; readonly requests: number; readonly errors: number }[]
  readonly requests: readonly { readonly name: string; readonly response: string; readonly errors: number }[]
  readonly statuses: Readonly<Record<string, number>>
  readonly failures: Readonly<Record<string, number>>
  readonly examples: Readonly<Record<string, string>>
  readonly bytes: number
}

function createTrio(): HistogramTrio {
  return { response: createHistogram(), service: createHistogram(), lag: createHistogram() }
}

interface Part extends HistogramTrio {
  answered: number
  errors: number
  maxResponse: number
}

/**
 * Records what became of each request of one generator. Times are `performance.now()` milliseconds; a request belongs to the
 * stretch in which it was planned.
 */
export class Recorder {
  readonly failureTime = createHistogram()
  /** How late requests left for which a connection was free: the generator's own share of the lag. */
  readonly pacing = createHistogram()
  private readonly parts: Part[] = []
  private readonly partMs: number
  private readonly origin: number
  private readonly slices: Slice[] = []
  private readonly sliceMs: number
  private readonly byRequest: { name: string; response: LatencyHistogram; errors: number }[]
  private readonly statuses = new Map<number, number>()
  private readonly failures = new Map<FailureKind, number>()
  private readonly examples = new Map<FailureKind, string>()
  private bytes = 0
  answered = 0
  errors = 0

  constructor(origin: number, seconds: number, dropFrontMs: number | 'auto', names: readonly string[]) {
    this.origin = origin
    this.partMs = dropFrontMs === 'auto' ? (seconds * 1000) / 2 / WARMUP_PARTS : dropFrontMs
    const count = dropFrontMs === 'auto' ? WARMUP_PARTS + 1 : dropFrontMs > 0 ? 2 : 1
    for (let index = 0; index < count; index += 1) this.parts.push({ ...createTrio(), answered: 0, errors: 0, maxResponse: 0 })
    this.sliceMs = Math.max(SLICE_SHORTEST_MS, Math.ceil((seconds * 1000) / SLICE_LIMIT / 100) * 100)
    this.byRequest = names.length > 1 ? names.map((name) => ({ name, response: createHistogram(), errors: 0 })) : []
  }

  private partAt(planned: number): Part {
    const last = this.parts.length - 1
    const position = last === 0 ? 0 : Math.min(last, Math.max(0, Math.floor((planned - this.origin) / this.partMs)))
    return this.parts[position] as Part
  }

  private sliceAt(planned: number): Slice {
    const position = Math.min(SLICE_LIMIT, Math.max(0, Math.floor((planned - this.origin) / this.sliceMs)))
    while (this.slices.length <= position) this.slices.push({ histogram: createHistogram(2), requests: 0, errors: 0 })
    return this.slices[position] as Slice
  }

  /** A whole answer with an expected status. */
  success(request: number, planned: number, sent: number, now: number): void {
    const part = this.partAt(planned)
    recordMilliseconds(part.response, now - planned)
    recordMilliseconds(part.service, now - sent)
    recordMilliseconds(part.lag, sent - planned)
    if (now - planned > part.maxResponse) part.maxResponse = now - planned
    part.answered += 1
    this.answered += 1
    const slice = this.sliceAt(planned)
    recordMilliseconds(slice.histogram, now - planned)
    slice.requests += 1
    const own = this.byRequest[request]
    if (own !== undefined) recordMilliseconds(own.response, now - planned)
  }

  /** A request that failed, with a word of what was seen; `whole` when an answer came all the same. */
  failure(request: number, planned: number, now: number, kind: FailureKind, detail: string, whole: boolean): void {
    const part = this.partAt(planned)
    part.errors += 1
    if (whole) part.answered += 1
    this.errors += 1
    const slice = this.sliceAt(planned)
    slice.requests += 1
    slice.errors += 1
    recordMilliseconds(this.failureTime, now - planned)
    this.failures.set(kind, (this.failures.get(kind) ?? 0) + 1)
    if (detail !== '' && !this.examples.has(kind)) this.examples.set(kind, detail)
    const own = this.byRequest[request]
    if (own !== undefined) own.errors += 1
  }

  status(status: number, bytes: number): void {
    this.bytes += bytes
    this.statuses.set(status, (this.statuses.get(status) ?? 0) + 1)
  }

  /** Everything of one kind at once: requests that could not be sent any more. */
  failMany(kind: FailureKind, count: number, planned: number, now: number): void {
    for (let index = 0; index < count; index += 1) this.failure(-1, planned, now, kind, '', false)
  }

  /** The last whole second's view for a progress line: the newest slices together. */
  recent(): LatencyHistogram {
    const newest = this.slices.slice(-Math.max(1, Math.round(1000 / this.sliceMs)))
    const merged = createHistogram(2)
    for (const slice of newest) merged.add(slice.histogram)
    return merged
  }

  finish(): Recording {
    return {
      parts: this.parts.map((part) => ({
        response: encodeHistogram(part.response),
        service: encodeHistogram(part.service),
        lag: encodeHistogram(part.lag),
        answered: part.answered,
        errors: part.errors,
        maxResponse: part.maxResponse,
      })),
      failureTime: encodeHistogram(this.failureTime),
      pacing: encodeHistogram(this.pacing),
      sliceMs: this.sliceMs,
      slices: this.slices.map((slice) => ({
        response: encodeHistogram(slice.histogram),
        requests: slice.requests,
        errors: slice.errors,
      })),
      requests: this.byRequest.map((own) => ({ name: own.name, response: encodeHistogram(own.response), errors: own.errors })),
      statuses: Object.fromEntries(this.statuses),
      failures: Object.fromEntries(this.failures),
      examples: Object.fromEntries(this.examples),
      bytes: this.bytes,
    }
  }
}
