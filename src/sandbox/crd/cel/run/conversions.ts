import { checkedInt, checkedUint } from './operators.ts'
import { checkedTimestamp, durationText, floorSeconds, parsedDuration, parsedTimestamp, timestampText } from './times.ts'
import { CelFailure, type CelValue, Duration, Timestamp, typeNameOf, Uint } from './values.ts'

function unconvertible(value: CelValue, type: string): CelFailure {
  return new CelFailure(`type conversion error from '${typeNameOf(value)}' to '${type}'`)
}

/** A real number as text. */
export function doubleText(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf'
  if (value === 0) return Object.is(value, -0) ? '-0' : '0'
  const exponent = Number(value.toExponential().split('e')[1])
  if (exponent >= -4 && exponent < 6) return String(value)
  return value.toExponential().replace(/e([+-])(\d)$/, 'e$10$2')
}

function toInt(value: CelValue): CelValue {
  if (typeof value === 'bigint') return value
  if (value instanceof Uint) return checkedInt(value.value)
  if (value instanceof Duration) return value.nanos
  if (value instanceof Timestamp) return floorSeconds(value.nanos)
  if (typeof value === 'number') {
    if (!(value > -(2 ** 63) && value < 2 ** 63)) throw new CelFailure('integer overflow')
    return BigInt(Math.trunc(value))
  }
  if (typeof value !== 'string' || !/^[+-]?\d+$/.test(value)) throw unconvertible(value, 'int')
  const parsed = BigInt(value.replace(/^\+/, ''))
  if (parsed < -(2n ** 63n) || parsed >= 2n ** 63n) throw unconvertible(value, 'int')
  return parsed
}

function toUint(value: CelValue): CelValue {
  if (value instanceof Uint) return value
  if (typeof value === 'bigint') return checkedUint(value)
  if (typeof value === 'number') {
    if (!(value >= 0 && value < 2 ** 64)) throw new CelFailure('unsigned integer overflow')
    return new Uint(BigInt(Math.trunc(value)))
  }
  if (typeof value !== 'string' || !/^\d+$/.test(value) || BigInt(value) >= 2n ** 64n) throw unconvertible(value, 'uint')
  return new Uint(BigInt(value))
}

function toDouble(value: CelValue): CelValue {
  if (typeof value === 'number') return value
  if (typeof value === 'bigint') return Number(value)
  if (value instanceof Uint) return Number(value.value)
  if (typeof value !== 'string') throw unconvertible(value, 'double')
  if (/^[+-]?(?:inf|infinity)$/i.test(value)) return value.startsWith('-') ? -Infinity : Infinity
  if (/^nan$/i.test(value)) return Number.NaN
  if (!/^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(value)) throw unconvertible(value, 'double')
  return Number(value)
}

const yes: ReadonlySet<string> = new Set(['1', 't', 'T', 'TRUE', 'true', 'True'])
const no: ReadonlySet<string> = new Set(['0', 'f', 'F', 'FALSE', 'false', 'False'])

function toBool(value: CelValue): CelValue {
  if (typeof value === 'boolean') return value
  if (typeof value === 'string' && (yes.has(value) || no.has(value))) return yes.has(value)
  throw unconvertible(value, 'bool')
}

function toText(value: CelValue): CelValue {
  if (typeof value === 'string') return value
  if (typeof value === 'bigint' || typeof value === 'boolean') return String(value)
  if (typeof value === 'number') return doubleText(value)
  if (value instanceof Uint) return String(value.value)
  if (value instanceof Duration) return durationText(value)
  if (value instanceof Timestamp) return timestampText(value)
  if (!(value instanceof Uint8Array)) throw unconvertible(value, 'string')
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(value)
  } catch {
    throw new CelFailure('invalid UTF-8 in bytes, cannot convert to string')
  }
}

function toBytes(value: CelValue): CelValue {
  if (value instanceof Uint8Array) return value
  if (typeof value === 'string') return new Uint8Array(Buffer.from(value))
  throw unconvertible(value, 'bytes')
}

function toDuration(value: CelValue): CelValue {
  if (value instanceof Duration) return value
  const parsed = typeof value === 'string' ? parsedDuration(value) : undefined
  if (parsed === undefined) throw unconvertible(value, 'google.protobuf.Duration')
  return parsed
}

function toTimestamp(value: CelValue): CelValue {
  if (value instanceof Timestamp) return value
  if (typeof value === 'bigint') return checkedTimestamp(value * 1_000_000_000n)
  if (typeof value !== 'string') throw unconvertible(value, 'google.protobuf.Timestamp')
  const parsed = parsedTimestamp(value)
  if (parsed === undefined) throw new CelFailure(`invalid RFC 3339 timestamp ${JSON.stringify(value)}`)
  return checkedTimestamp(parsed.nanos)
}

/** Functions that make a value of another type. */
export const conversions: { readonly [name: string]: (value: CelValue) => CelValue } = {
  int: toInt,
  uint: toUint,
  double: toDouble,
  bool: toBool,
  string: toText,
  bytes: toBytes,
  duration: toDuration,
  timestamp: toTimestamp,
}
