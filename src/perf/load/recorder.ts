import type { FailureKind } from '../wire/failure.ts'
import { encodeHistogram, type LatencyHistogram } from './histogram.ts'
import { LatencyCounter, toMicroseconds } from './latency-counter.ts'

/** Coarse slices of a run, for charts and for finding where it settles: at most this many. */
const SLICE_LIMIT = 240
/** The shortest slice, in milliseconds. */
const SLICE_SHORTEST_MS = 100
/** Parts in which full histograms are kept when the warm-up is to be found afterwards: the first half of the run in so many. */
export const WARMUP_PARTS = 20

/** Statuses of HTTP and gRPC have at most four digits as the drivers read them. */
const STATUS_LIMIT = 10_000

interface Slice {
  readonly responses: LatencyCounter
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

/** One stretch of a run. Response counts from the planned time, service from sending, lag is between. */
interface Part {
  readonly response: LatencyCounter
  readonly service: LatencyCounter
  readonly lag: LatencyCounter
  answered: number
  errors: number
  maxResponse: number
}

function createPart(): Part {
  return {
    response: new LatencyCounter(),
    service: new LatencyCounter(),
    lag: new LatencyCounter(),
    answered: 0,
    errors: 0,
    maxResponse: 0,
  }
}

function encoded(counter: LatencyCounter): string {
  return encodeHistogram(counter.toHistogram())
}

/**
 * Records what became of each request of one generator. Times are `performance.now()` milliseconds; a request belongs to the
 * stretch in which it was planned.
 */
export class Recorder {
  private readonly failureTime = new LatencyCounter()
  private readonly pacing = new LatencyCounter()
  private readonly parts: Part[] = []
  private readonly partMs: number
  private readonly origin: number
  private readonly slices: Slice[] = []
  private slice: Slice | undefined = undefined
  private sliceFrom = 0
  private sliceUntil = 0
  private readonly sliceMs: number
  private readonly byRequest: { name: string; response: LatencyCounter; errors: number }[]
  private readonly statuses = new Float64Array(STATUS_LIMIT)
  private readonly failures = new Map<FailureKind, number>()
  private readonly examples = new Map<FailureKind, string>()
  private bytes = 0
  answered = 0
  errors = 0

  constructor(origin: number, seconds: number, dropFrontMs: number | 'auto', names: readonly string[]) {
    this.origin = origin
    this.partMs = dropFrontMs === 'auto' ? (seconds * 1000) / 2 / WARMUP_PARTS : dropFrontMs
    const count = dropFrontMs === 'auto' ? WARMUP_PARTS + 1 : dropFrontMs > 0 ? 2 : 1
    for (let index = 0; index < count; index += 1) this.parts.push(createPart())
    this.sliceMs = Math.max(SLICE_SHORTEST_MS, Math.ceil((seconds * 1000) / SLICE_LIMIT / 100) * 100)
    this.byRequest = names.length > 1 ? names.map((name) => ({ name, response: new LatencyCounter(), errors: 0 })) : []
  }

  private partAt(planned: number): Part {
    const last = this.parts.length - 1
    const position = last === 0 ? 0 : Math.min(last, Math.max(0, Math.floor((planned - this.origin) / this.partMs)))
    return this.parts[position] as Part
  }

  private sliceAt(planned: number): Slice {
    // Requests come nearly in the order of their planned times, so the slice is mostly the last one's.
    if (this.slice !== undefined && planned >= this.sliceFrom && planned < this.sliceUntil) return this.slice
    const position = Math.min(SLICE_LIMIT, Math.max(0, Math.floor((planned - this.origin) / this.sliceMs)))
    while (this.slices.length <= position) this.slices.push({ responses: new LatencyCounter(2), requests: 0, errors: 0 })
    const slice = this.slices[position] as Slice
    this.slice = slice
    this.sliceFrom = this.origin + position * this.sliceMs
    this.sliceUntil = this.sliceFrom + this.sliceMs
    return slice
  }

  /** How late a request left for which a connection was free: the generator's own share of the lag. */
  paced(lateMs: number): void {
    this.pacing.record(toMicroseconds(lateMs))
  }

  /** A whole answer with an expected status. */
  success(request: number, planned: number, sent: number, now: number): void {
    const part = this.partAt(planned)
    const responseMs = now - planned
    const response = toMicroseconds(responseMs)
    part.response.record(response)
    part.service.record(sent === planned ? response : toMicroseconds(now - sent))
    part.lag.record(toMicroseconds(sent - planned))
    if (responseMs > part.maxResponse) part.maxResponse = responseMs
    part.answered += 1
    this.answered += 1
    const slice = this.sliceAt(planned)
    slice.responses.record(response)
    slice.requests += 1
    const own = this.byRequest[request]
    if (own !== undefined) own.response.record(response)
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
    this.failureTime.record(toMicroseconds(now - planned))
    this.failures.set(kind, (this.failures.get(kind) ?? 0) + 1)
    if (detail !== '' && !this.examples.has(kind)) this.examples.set(kind, detail)
    const own = this.byRequest[request]
    if (own !== undefined) own.errors += 1
  }

  status(status: number, bytes: number): void {
    this.bytes += bytes
    this.statuses[status] = (this.statuses[status] ?? 0) + 1
  }

  /** The last whole second's view for a progress line: the newest slices together. */
  recent(): LatencyHistogram {
    const newest = this.slices.slice(-Math.max(1, Math.round(1000 / this.sliceMs)))
    const merged = new LatencyCounter(2)
    for (const slice of newest) merged.add(slice.responses)
    return merged.toHistogram()
  }

  finish(): Recording {
    return {
      parts: this.parts.map((part) => ({
        response: encoded(part.response),
        service: encoded(part.service),
        lag: encoded(part.lag),
        answered: part.answered,
        errors: part.errors,
        maxResponse: part.maxResponse,
      })),
      failureTime: encoded(this.failureTime),
      pacing: encoded(this.pacing),
      sliceMs: this.sliceMs,
      slices: this.slices.map((slice) => ({
        response: encoded(slice.responses),
        requests: slice.requests,
        errors: slice.errors,
      })),
      requests: this.byRequest.map((own) => ({ name: own.name, response: encoded(own.response), errors: own.errors })),
      statuses: this.statusCounts(),
      failures: Object.fromEntries(this.failures),
      examples: Object.fromEntries(this.examples),
      bytes: this.bytes,
    }
  }

  private statusCounts(): Record<string, number> {
    const counts: Record<string, number> = {}
    for (const [status, count] of this.statuses.entries()) if (count > 0) counts[status] = count
    return counts
  }
}
