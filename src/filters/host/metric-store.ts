import { type MetricType, metricTypes, Status } from '../abi/constants.ts'

/** A metric's state. Counters and gauges have a value; a histogram has what was recorded. */
export interface MetricSnapshot {
  readonly name: string
  readonly type: MetricType
  /** A counter's or gauge's value; the number of a histogram's records. */
  readonly value: number
  /** A histogram's first records, in order. */
  readonly records?: readonly number[]
  readonly sum?: number
}

interface Metric {
  readonly name: string
  readonly type: MetricType
  value: bigint
  sum: bigint
  records: bigint[]
}

const maximumMetrics = 10_000
const maximumRecords = 1_000
const longestName = 4_096

/** The metrics that filters define: one of a name and type, however often and by whichever filter it is defined, as in Envoy. */
export class MetricStore {
  readonly #metrics: Metric[] = []
  readonly #ids = new Map<string, number>()

  /** The metric's number, from 1, or the status that refuses it. */
  define(typeNumber: number, name: string): { readonly id: number } | { readonly status: Status } {
    const type = metricTypes[typeNumber]
    if (type === undefined || name.length > longestName) return { status: Status.badArgument }
    const key = `${type} ${name}`
    const known = this.#ids.get(key)
    if (known !== undefined) return { id: known }
    if (this.#metrics.length >= maximumMetrics) return { status: Status.internalFailure }
    this.#metrics.push({ name, type, value: 0n, sum: 0n, records: [] })
    this.#ids.set(key, this.#metrics.length)
    return { id: this.#metrics.length }
  }

  /** Counters only grow; a histogram can't be incremented. */
  increment(id: number, offset: bigint): Status {
    const metric = this.#metrics[id - 1]
    if (metric === undefined) return Status.notFound
    if (metric.type === 'histogram' || (metric.type === 'counter' && offset <= 0n)) return Status.badArgument
    const value = metric.value + offset
    metric.value = value < 0n ? 0n : value
    return Status.ok
  }

  /** Adds to a counter, sets a gauge, records in a histogram. */
  record(id: number, value: bigint): Status {
    const metric = this.#metrics[id - 1]
    if (metric === undefined) return Status.notFound
    switch (metric.type) {
      case 'counter':
        metric.value += value
        break
      case 'gauge':
        metric.value = value
        break
      case 'histogram':
        metric.value += 1n
        metric.sum += value
        if (metric.records.length < maximumRecords) metric.records.push(value)
        break
    }
    return Status.ok
  }

  get(id: number): { readonly value: bigint } | { readonly status: Status } {
    const metric = this.#metrics[id - 1]
    if (metric === undefined) return { status: Status.notFound }
    return metric.type === 'histogram' ? { status: Status.badArgument } : { value: metric.value }
  }

  /** All metrics, in the order they were defined. */
  snapshot(): readonly MetricSnapshot[] {
    return this.#metrics.map((metric) => {
      const base = { name: metric.name, type: metric.type, value: Number(metric.value) }
      return metric.type === 'histogram' ? { ...base, records: metric.records.map(Number), sum: Number(metric.sum) } : base
    })
  }
}
