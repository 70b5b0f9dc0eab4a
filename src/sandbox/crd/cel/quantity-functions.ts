import { type Environment, EvaluationError } from '@marcbachmann/cel-js'
import { compareQuantities, formatQuantity, parseQuantity, type Quantity } from '../../builtin/quantity.ts'

const malformed = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"

/** A quantity as CEL handles it. */
class QuantityValue {
  readonly quantity: Quantity

  constructor(quantity: Quantity) {
    this.quantity = quantity
  }

  static parse(text: string): QuantityValue {
    const quantity = parseQuantity(text)
    if (quantity === undefined) throw new EvaluationError(malformed)
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

  toString(): string {
    return formatQuantity(this.quantity)
  }
}

function digitsAt(quantity: Quantity, exponent: number): bigint {
  return quantity.digits * 10n ** BigInt(quantity.exponent - exponent)
}

/** `quantity(...)` and what can be asked of one. */
export function registerQuantityFunctions(environment: Environment): void {
  const type = 'kubernetes.Quantity'
  environment.registerType(type, QuantityValue)
  environment.registerFunction(`quantity(string): ${type}`, (text: string) => QuantityValue.parse(text))
  environment.registerFunction('isQuantity(string): bool', (text: string) => parseQuantity(text) !== undefined)
  environment.registerFunction(`string(${type}): string`, (value: QuantityValue) => value.toString())
  environment.registerFunction(`sign(${type}): int`, (value: QuantityValue) => value.compare(QuantityValue.ofInteger(0n)))
  environment.registerFunction(`${type}.isInteger(): bool`, (value: QuantityValue) => value.whole() !== undefined)
  environment.registerFunction(`${type}.asInteger(): int`, (value: QuantityValue) => {
    const whole = value.whole()
    if (whole === undefined) throw new EvaluationError('cannot convert value to integer')
    return whole
  })
  environment.registerFunction(
    `${type}.asApproximateFloat(): double`,
    (value: QuantityValue) => Number(value.quantity.digits) * 10 ** value.quantity.exponent,
  )
  for (const [name, sign] of [
    ['add', 1n],
    ['sub', -1n],
  ] as const) {
    environment.registerFunction(`${type}.${name}(${type}): ${type}`, (left: QuantityValue, right: QuantityValue) =>
      left.plus(right, sign),
    )
    environment.registerFunction(`${type}.${name}(int): ${type}`, (left: QuantityValue, right: bigint) =>
      left.plus(QuantityValue.ofInteger(right), sign),
    )
  }
  const compare = (name: string, result: string, of: (order: bigint) => bigint | boolean): void => {
    environment.registerFunction(`${type}.${name}(${type}): ${result}`, (left: QuantityValue, right: QuantityValue) =>
      of(left.compare(right)),
    )
  }
  compare('isGreaterThan', 'bool', (order) => order > 0n)
  compare('isLessThan', 'bool', (order) => order < 0n)
  compare('compareTo', 'int', (order) => order)
  environment.registerOperator(`${type} == ${type}`, (left: QuantityValue, right: QuantityValue) => left.compare(right) === 0n)
}
