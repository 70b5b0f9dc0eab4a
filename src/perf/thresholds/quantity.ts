/** What kind of quantity a number is; only like can be added to or compared with like. `number` is dimensionless. */
export type Dimension = 'time' | 'share' | 'rate' | 'count' | 'bytes' | 'cores' | 'number'

/** A number with what it measures: milliseconds, a share of 1, per second, bytes, processor cores. */
export interface Quantity {
  readonly value: number
  readonly dimension: Dimension
}

/** Every unit a threshold may use, as a factor to the dimension's own unit. */
export const UNITS: Readonly<Record<string, Quantity>> = {
  ns: { value: 1e-6, dimension: 'time' },
  us: { value: 1e-3, dimension: 'time' },
  µs: { value: 1e-3, dimension: 'time' },
  ms: { value: 1, dimension: 'time' },
  s: { value: 1_000, dimension: 'time' },
  m: { value: 60_000, dimension: 'time' },
  h: { value: 3_600_000, dimension: 'time' },
  '%': { value: 0.01, dimension: 'share' },
  '/s': { value: 1, dimension: 'rate' },
  '/m': { value: 1 / 60, dimension: 'rate' },
  '/h': { value: 1 / 3_600, dimension: 'rate' },
  B: { value: 1, dimension: 'bytes' },
  kB: { value: 1_000, dimension: 'bytes' },
  MB: { value: 1_000_000, dimension: 'bytes' },
  GB: { value: 1_000_000_000, dimension: 'bytes' },
  Ki: { value: 2 ** 10, dimension: 'bytes' },
  Mi: { value: 2 ** 20, dimension: 'bytes' },
  Gi: { value: 2 ** 30, dimension: 'bytes' },
  cores: { value: 1, dimension: 'cores' },
  mcores: { value: 0.001, dimension: 'cores' },
}

/** The quantity as a person reads it. */
export function formatQuantity(quantity: Quantity): string {
  const { value, dimension } = quantity
  switch (dimension) {
    case 'time':
      return formatMilliseconds(value)
    case 'share':
      return `${digits(value * 100)}%`
    case 'rate':
      return `${digits(value)}/s`
    case 'bytes':
      return formatBytes(value)
    case 'cores':
      return value < 1 ? `${digits(value * 1000)} mcores` : `${digits(value)} cores`
    case 'count':
    case 'number':
      return digits(value)
  }
}

/** Milliseconds in the unit that suits them. */
export function formatMilliseconds(value: number): string {
  const size = Math.abs(value)
  if (size >= 10_000) return `${digits(value / 1000)}s`
  return size >= 1 || size === 0 ? `${digits(value)}ms` : `${digits(value * 1000)}µs`
}

/** Bytes in the unit that suits them. */
export function formatBytes(value: number): string {
  const size = Math.abs(value)
  if (size >= 2 ** 30) return `${digits(value / 2 ** 30)}Gi`
  if (size >= 2 ** 20) return `${digits(value / 2 ** 20)}Mi`
  return size >= 2 ** 10 ? `${digits(value / 2 ** 10)}Ki` : `${digits(value)}B`
}

function digits(value: number): string {
  return Math.abs(value) >= 1000 ? value.toFixed(0) : String(Number(value.toPrecision(4)))
}
