import type { MetricFamily } from './metric-samples.ts'

/*
 * Prometheus remote write 1.0: a protobuf WriteRequest {timeseries = 1 {labels = 1 {name = 1, value = 2}, samples = 2 {value = 1
 * double, timestamp = 2 int64 milliseconds}}} in a snappy block. Source: prometheus.io/docs/specs/prw/remote_write_spec.
 */

/** The body of a remote write of these metrics at one time, compressed. */
export function encodeRemoteWrite(families: readonly MetricFamily[], timestampMs: number): Uint8Array {
  const request = new ByteSink()
  for (const family of families) {
    for (const sample of family.samples) {
      const series = new ByteSink()
      const labels = Object.entries({ ...sample.labels, __name__: sample.name }).sort(([left], [right]) =>
        left < right ? -1 : left > right ? 1 : 0,
      )
      for (const [name, value] of labels) {
        const label = new ByteSink()
        label.text(1, name)
        label.text(2, value)
        series.bytes(1, label.take())
      }
      const point = new ByteSink()
      point.double(1, sample.value)
      point.integer(2, timestampMs)
      series.bytes(2, point.take())
      request.bytes(1, series.take())
    }
  }
  return snappyBlock(request.take())
}

/** The headers that go with it. */
export const REMOTE_WRITE_HEADERS = {
  'Content-Type': 'application/x-protobuf',
  'Content-Encoding': 'snappy',
  'X-Prometheus-Remote-Write-Version': '0.1.0',
} as const

/** Protobuf's wire format, as far as a WriteRequest needs it. */
class ByteSink {
  readonly #bytes: number[] = []

  text(field: number, value: string): void {
    this.bytes(field, Buffer.from(value, 'utf8'))
  }

  bytes(field: number, value: Uint8Array): void {
    this.#varint((field << 3) | 2)
    this.#varint(value.length)
    for (const byte of value) this.#bytes.push(byte)
  }

  double(field: number, value: number): void {
    this.#varint((field << 3) | 1)
    const buffer = Buffer.alloc(8)
    buffer.writeDoubleLE(value)
    for (const byte of buffer) this.#bytes.push(byte)
  }

  integer(field: number, value: number): void {
    this.#varint(field << 3)
    this.#varint(value)
  }

  #varint(value: number): void {
    pushVarint(this.#bytes, value)
  }

  take(): Uint8Array {
    return Uint8Array.from(this.#bytes)
  }
}

function pushVarint(bytes: number[], value: number): void {
  let rest = value
  while (rest >= 128) {
    bytes.push((rest % 128) | 128)
    rest = Math.floor(rest / 128)
  }
  bytes.push(rest)
}

/** Literals hold at most this many bytes, so that their length takes two bytes. */
const LITERAL_LIMIT = 65_536

/**
 * A valid snappy block that holds the bytes as literals: the format demands no compression, and a report of some kilobytes needs
 * none. Source: google/snappy format_description.txt.
 */
export function snappyBlock(bytes: Uint8Array): Uint8Array {
  const head: number[] = []
  pushVarint(head, bytes.length)
  const parts: Uint8Array[] = [Uint8Array.from(head)]
  for (let start = 0; start < bytes.length; start += LITERAL_LIMIT) {
    const literal = bytes.subarray(start, start + LITERAL_LIMIT)
    const length = literal.length - 1
    // Tag 61 << 2: a literal whose length less one follows in two bytes.
    parts.push(Uint8Array.from([61 << 2, length & 0xff, length >> 8]), literal)
  }
  return Buffer.concat(parts)
}
