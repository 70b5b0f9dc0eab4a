import { Optional } from '@marcbachmann/cel-js'
import { isJsonObject, type JsonValue } from '../../plan/json.ts'

const converted = new WeakMap<object, unknown>()

/** A JSON value as CEL sees it: whole numbers become int (BigInt), other numbers double, the rest stays. */
export function toCel(value: JsonValue): unknown {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value
  if (typeof value !== 'object' || value === null) return value
  const known = converted.get(value)
  if (known !== undefined) return known
  const result = Array.isArray(value)
    ? value.map(toCel)
    : Object.fromEntries(Object.entries(value).map(([key, item]) => [key, toCel(item)]))
  converted.set(value, result)
  return result
}

/** A result of CEL that JSON cannot say. */
export class NotJson extends Error {}

/** A CEL value as JSON: int becomes a number, bytes base64, timestamps RFC 3339. Throws NotJson for types and functions. */
export function fromCel(value: unknown): JsonValue {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value
    case 'bigint':
      return wholeNumber(value)
    case 'number':
      if (Number.isFinite(value)) return value
      throw new NotJson('The result is not a finite number')
    case 'object':
      return fromCelObject(value)
    default:
      throw new NotJson(`The result is a ${typeof value}`)
  }
}

function wholeNumber(value: bigint): number {
  const number = Number(value)
  if (Number.isSafeInteger(number)) return number
  throw new NotJson(`The number ${value} is too large to be exact`)
}

function fromCelObject(value: object | null): JsonValue {
  if (value === null) return null
  if (Array.isArray(value)) return value.map(fromCel)
  if (value instanceof Set) return [...value].map(fromCel)
  if (value instanceof Map) return objectOf([...value])
  if (value instanceof Date) return value.toISOString()
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64')
  if (value instanceof Optional) return value.hasValue() ? fromCel(value.value()) : null
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype === null || prototype === Object.prototype) return objectOf(Object.entries(value))
  return fromCelType(value)
}

function objectOf(entries: readonly (readonly [unknown, unknown])[]): JsonValue {
  return Object.fromEntries(entries.map(([key, item]) => [String(key), fromCel(item)]))
}

/** CEL's own types, told by what they can do: uint is a whole number, a duration becomes seconds as protobuf writes it. */
function fromCelType(value: object): JsonValue {
  if ('verify' in value || value.constructor.name === 'UnsignedInt') return wholeNumber(BigInt(String(value.valueOf())))
  if ('seconds' in value && 'nanos' in value) {
    const nanos = Number(value.nanos)
    const fraction = nanos === 0 ? '' : `.${String(nanos).padStart(9, '0').replace(/0+$/, '')}`
    return `${String(value.seconds)}${fraction}s`
  }
  throw new NotJson('The result is a type, not a value')
}

/** The value inside text: only scalars can stand there. */
export function textOf(value: JsonValue): string | undefined {
  if (value === null || Array.isArray(value) || isJsonObject(value)) return undefined
  return String(value)
}
