import type { JsonValue } from '../../../../plan/json.ts'
import { CelFailure, CelList, CelMap, type CelValue, typeNameOf, Uint } from './values.ts'

/** A value as JSON has it. Throws `CelFailure` for what JSON has no form of. */
export function plainValue(value: CelValue): JsonValue {
  if (value === null || typeof value === 'string' || typeof value === 'boolean' || typeof value === 'number') return value
  if (typeof value === 'bigint') return Number(value)
  if (value instanceof Uint) return Number(value.value)
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64')
  if (value instanceof CelList) return value.items.map(plainValue)
  if (!(value instanceof CelMap)) throw new CelFailure(`unsupported conversion from '${typeNameOf(value)}' to JSON`)
  return Object.fromEntries(value.keys.map((key) => [String(key), plainValue(value.find(key) ?? null)]))
}
