import { compareQuantities, parseQuantity, type Quantity } from '../../../builtin/quantity.ts'
import type { CelFunctions } from './overloads.ts'
import { CelFailure, type CelValue, LibraryValue } from './values.ts'

const malformed = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"

/** A quantity as CEL handles it. */
class QuantityValue extends LibraryValue {
  readonly typeName = 'kubernetes.Quantity'
  readonly quantity: Quantity

  constructor(quantity: Quantity) {
    super()
    this.quantity = quantity
  }

  static parse(text: string): QuantityValue {
    const quantity = parseQuantity(text)
    if (quantity === undefined) throw new CelFailure(malformed)
    return new QuantityValue(quantity)
  }

  static ofInteger(value: bigint): QuantityValue {
    return new QuantityValue({ digits: value, exponent: 0, form: 'decimal' })
  }

  plus(other: QuantityValue, sign: 1n | -1n): QuantityValue {
    const exponent = Math.min(this.quantity.exponent, other.quantity.exponent)
    const digits = digitsAt(this.quantity, exponent) + sign * digitsAt(other.quantity, exponent)
    return new QuantityValue({ digits, exponent, form: this.quantity.form })
  }

  compare(other: QuantityValue): bigint {
    return BigInt(Math.sign(compareQuantities(this.quantity, other.quantity)))
  }

  /** The value when it is a whole number of 64 bits. */
  whole(): bigint | undefined {
    const { digits, exponent } = this.quantity
    const divisor = exponent < 0 ? 10n ** BigInt(-exponent) : 1n
    if (digits % divisor !== 0n) return undefined
    const value = exponent < 0 ? digits / divisor : digits * 10n ** BigInt(exponent)
    return value >= -(2n ** 63n) && value < 2n ** 63n ? value : undefined
  }

  equals(other: LibraryValue): boolean {
    return other instanceof QuantityValue && this.compare(other) === 0n
  }
}

function digitsAt(quantity: Quantity, exponent: number): bigint {
  return quantity.digits * 10n ** BigInt(quantity.exponent - exponent)
}

type Pair = (left: QuantityValue, right: QuantityValue) => CelValue

function ofTwo(call: Pair): CelFunctions[string] {
  return (left, right) => (left instanceof QuantityValue && right instanceof QuantityValue ? call(left, right) : undefined)
}

function ofOne(call: (value: QuantityValue) => CelValue): CelFunctions[string] {
  return (value) => (value instanceof QuantityValue ? call(value) : undefined)
}

function changed(sign: 1n | -1n): CelFunctions[string] {
  return (left, right) => {
    const other = typeof right === 'bigint' ? QuantityValue.ofInteger(right) : right
    return left instanceof QuantityValue && other instanceof QuantityValue ? left.plus(other, sign) : undefined
  }
}

/** `quantity(...)` and what can be asked of one. */
export const quantityFunctions: CelFunctions = {
  quantity: (text) => (typeof text === 'string' ? QuantityValue.parse(text) : undefined),
  isQuantity: (text) => (typeof text === 'string' ? parseQuantity(text) !== undefined : undefined),
  sign: ofOne((value) => value.compare(QuantityValue.ofInteger(0n))),
  isInteger: ofOne((value) => value.whole() !== undefined),
  asInteger: ofOne((value) => {
    const whole = value.whole()
    if (whole === undefined) throw new CelFailure('cannot convert value to integer')
    return whole
  }),
  asApproximateFloat: ofOne((value) => Number(value.quantity.digits) * 10 ** value.quantity.exponent),
  add: changed(1n),
  sub: changed(-1n),
  isGreaterThan: ofTwo((left, right) => left.compare(right) > 0n),
  isLessThan: ofTwo((left, right) => left.compare(right) < 0n),
  compareTo: ofTwo((left, right) => left.compare(right)),
}
