/** A resource quantity: `digits * 10^exponent`, exactly, and how it was written. */
export interface Quantity {
  readonly digits: bigint
  readonly exponent: number
  readonly form: 'decimal' | 'binary' | 'exponent'
}

/** What the API server answers for a quantity it can't read. */
export const quantityFormatMessage = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"

const decimalSuffixes: ReadonlyMap<string, number> = new Map([
  ['n', -9],
  ['u', -6],
  ['m', -3],
  ['', 0],
  ['k', 3],
  ['M', 6],
  ['G', 9],
  ['T', 12],
  ['P', 15],
  ['E', 18],
])
const binarySuffixes = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei']
const smallestExponent = -9
/** Longer numbers are refused before any arithmetic, so that nobody can ask for a number of a million digits. */
const longestText = 64

function divideRoundingAwayFromZero(value: bigint, divisor: bigint): bigint {
  const quotient = value / divisor
  if (value % divisor === 0n) return quotient
  return value > 0n ? quotient + 1n : quotient - 1n
}

/** Reads a quantity; undefined when it is none. Fractions below a billionth are rounded away from zero, as Kubernetes does. */
export function parseQuantity(text: string): Quantity | undefined {
  if (text.length > longestText) return undefined
  const match = /^([+-]?)(\d*)(?:\.(\d*))?([a-zA-Z]*)([+-]?\d*)$/.exec(text)
  if (match === null) return undefined
  const [, sign = '', whole = '', fraction = '', suffix = '', power = ''] = match
  if (whole === '' && fraction === '') return undefined
  let digits = BigInt(`${whole}${fraction}`) * (sign === '-' ? -1n : 1n)
  let exponent = -fraction.length
  let form: Quantity['form']
  const decimal = decimalSuffixes.get(suffix)
  const binary = binarySuffixes.indexOf(suffix)
  if ((suffix === 'e' || suffix === 'E') && power !== '') {
    const given = Number(power)
    if (!Number.isInteger(given) || Math.abs(given) > 40) return undefined
    exponent += given
    form = 'exponent'
  } else if (power !== '') {
    return undefined
  } else if (decimal !== undefined) {
    exponent += decimal
    form = 'decimal'
  } else if (binary > 0) {
    digits *= 1024n ** BigInt(binary)
    form = 'binary'
  } else {
    return undefined
  }
  if (exponent < smallestExponent) {
    digits = divideRoundingAwayFromZero(digits, 10n ** BigInt(smallestExponent - exponent))
    exponent = smallestExponent
  }
  return { digits, exponent, form }
}

function scaled(quantity: Quantity, exponent: number): bigint {
  return quantity.exponent >= exponent
    ? quantity.digits * 10n ** BigInt(quantity.exponent - exponent)
    : divideRoundingAwayFromZero(quantity.digits, 10n ** BigInt(exponent - quantity.exponent))
}

/** Less than zero, zero, or more than zero as `left` is below, equal to, or above `right`. */
export function compareQuantities(left: Quantity, right: Quantity): number {
  const difference = scaled(left, smallestExponent) - scaled(right, smallestExponent)
  return difference < 0n ? -1 : difference > 0n ? 1 : 0
}

/** The amount as a float, for ratios. */
export function quantityNumber({ digits, exponent }: Quantity): number {
  return Number(digits) * 10 ** exponent
}

/** Two amounts together, written as the first; as the second where the first is nothing. */
export function addQuantities(left: Quantity, right: Quantity): Quantity {
  if (left.digits === 0n) return right
  const exponent = Math.min(left.exponent, right.exponent)
  return { digits: scaled(left, exponent) + scaled(right, exponent), exponent, form: left.form }
}

/** True for an amount without a fraction. */
export function isWholeQuantity(quantity: Quantity): boolean {
  return quantity.exponent >= 0 || quantity.digits % 10n ** BigInt(-quantity.exponent) === 0n
}

/** True for a whole number of times the unit. */
export function isMultipleQuantity(quantity: Quantity, unit: Quantity): boolean {
  const [amount, size] = [scaled(quantity, smallestExponent), scaled(unit, smallestExponent)]
  return size > 0n && amount >= 0n && amount % size === 0n
}

function formatBinary(quantity: Quantity): string | undefined {
  const value = scaled(quantity, 0)
  const exact = scaled({ digits: value, exponent: 0, form: 'decimal' }, smallestExponent) === scaled(quantity, smallestExponent)
  if (!exact || (value > -1024n && value < 1024n)) return undefined
  let rest = value
  let step = 0
  while (rest % 1024n === 0n && step < binarySuffixes.length - 1) {
    rest /= 1024n
    step += 1
  }
  return `${rest}${binarySuffixes[step]}`
}

/** The quantity as Kubernetes writes it: the largest suffix that needs no fraction. */
export function formatQuantity(quantity: Quantity): string {
  if (quantity.digits === 0n) return '0'
  const binary = quantity.form === 'binary' ? formatBinary(quantity) : undefined
  if (binary !== undefined) return binary
  let { digits, exponent } = quantity
  while (digits % 10n === 0n) {
    digits /= 10n
    exponent += 1
  }
  while (exponent % 3 !== 0 || exponent > 18) {
    digits *= 10n
    exponent -= 1
  }
  if (quantity.form === 'exponent') return exponent === 0 ? `${digits}` : `${digits}e${exponent}`
  for (const [suffix, known] of decimalSuffixes) if (known === exponent) return `${digits}${suffix}`
  throw new Error(`quantity exponent ${exponent} has no suffix`)
}
