import { checkedDuration, checkedTimestamp } from './times.ts'
import {
  CelFailure,
  CelList,
  CelMap,
  type CelValue,
  Duration,
  LibraryValue,
  noSuchOverload,
  OptionalValue,
  Timestamp,
  TypeValue,
  typeNameOf,
  Uint,
} from './values.ts'

const least = -(2n ** 63n)
const most = 2n ** 63n - 1n

/** A signed number, if it fits. */
export function checkedInt(value: bigint): bigint {
  if (value < least || value > most) throw new CelFailure('integer overflow')
  return value
}

/** An unsigned number, if it fits. */
export function checkedUint(value: bigint): Uint {
  if (value < 0n || value >= 2n ** 64n) throw new CelFailure('unsigned integer overflow')
  return new Uint(value)
}

function isNumber(value: CelValue): value is bigint | number | Uint {
  return typeof value === 'bigint' || typeof value === 'number' || value instanceof Uint
}

function plainNumber(value: bigint | number | Uint): bigint | number {
  return value instanceof Uint ? value.value : value
}

/** Equality as CEL has it. */
export function celEqual(left: CelValue, right: CelValue): boolean {
  if (left === null || right === null) return left === right
  if (isNumber(left)) {
    // biome-ignore lint/suspicious/noDoubleEquals: the loose comparison is the exact one between the kinds of number
    return isNumber(right) && plainNumber(left) == plainNumber(right)
  }
  if (typeof left !== 'object') return left === right
  if (left instanceof CelList || left instanceof CelMap) return left.equals(right, celEqual)
  return equalObjects(left, right)
}

function equalObjects(
  left: Exclude<CelValue, boolean | bigint | number | string | null | CelList | CelMap>,
  right: CelValue,
): boolean {
  if (left instanceof Uint8Array) return right instanceof Uint8Array && Buffer.compare(left, right) === 0
  if (left instanceof Duration) return right instanceof Duration && left.nanos === right.nanos
  if (left instanceof Timestamp) return right instanceof Timestamp && left.nanos === right.nanos
  if (left instanceof TypeValue) return right instanceof TypeValue && left.name === right.name
  if (left instanceof LibraryValue) {
    if (!(right instanceof LibraryValue) || right.typeName !== left.typeName) throw noSuchOverload()
    return left.equals(right)
  }
  if (!(left instanceof OptionalValue)) return false
  if (!(right instanceof OptionalValue)) return false
  if (left.value === undefined || right.value === undefined) return left.value === right.value
  return celEqual(left.value, right.value)
}

/** The order of two values; a failure where they have none. */
export function compareValues(left: CelValue, right: CelValue): number {
  if (isNumber(left) && isNumber(right)) {
    const [first, second] = [plainNumber(left), plainNumber(right)]
    if (Number.isNaN(first) || Number.isNaN(second)) throw new CelFailure('NaN values cannot be ordered')
    return first < second ? -1 : first > second ? 1 : 0
  }
  if (typeof left === 'string' && typeof right === 'string') return compareTexts(left, right)
  if (typeof left === 'boolean' && typeof right === 'boolean') return Number(left) - Number(right)
  if (left instanceof Uint8Array && right instanceof Uint8Array) return Buffer.compare(left, right)
  const spans = left instanceof Duration && right instanceof Duration
  const moments = left instanceof Timestamp && right instanceof Timestamp
  if (!spans && !moments) throw noSuchOverload()
  return left.nanos < right.nanos ? -1 : left.nanos > right.nanos ? 1 : 0
}

/** Texts in the order of their characters, not of JavaScript's units. */
function compareTexts(left: string, right: string): number {
  return left === right ? 0 : Buffer.compare(Buffer.from(left), Buffer.from(right))
}

type Operation = (left: CelValue, right: CelValue) => CelValue

function whole(operate: (left: bigint, right: bigint) => bigint, real?: (left: number, right: number) => number): Operation {
  return (left, right) => {
    if (typeof left === 'bigint' && typeof right === 'bigint') return checkedInt(operate(left, right))
    if (left instanceof Uint && right instanceof Uint) return checkedUint(operate(left.value, right.value))
    if (typeof left === 'number' && typeof right === 'number' && real !== undefined) return real(left, right)
    throw noSuchOverload()
  }
}

const addNumbers = whole(
  (left, right) => left + right,
  (left, right) => left + right,
)

/** Types whose values can be added to others. */
const adders: ReadonlySet<string> = new Set(['bool', 'null_type', 'map', 'type', 'optional_type'])

function add(left: CelValue, right: CelValue): CelValue {
  if (typeof left === 'string' && typeof right === 'string') return left + right
  if (left instanceof CelList && right instanceof CelList) return left.plus(right)
  if (left instanceof Uint8Array && right instanceof Uint8Array) return new Uint8Array(Buffer.concat([left, right]))
  if (left instanceof Duration && right instanceof Duration) return checkedDuration(left.nanos + right.nanos)
  if (left instanceof Timestamp && right instanceof Duration) return checkedTimestamp(left.nanos + right.nanos)
  if (left instanceof Duration && right instanceof Timestamp) return checkedTimestamp(left.nanos + right.nanos)
  if (adders.has(typeNameOf(left))) throw noSuchOverload('_+_')
  return addNumbers(left, right)
}

const subtractNumbers = whole(
  (left, right) => left - right,
  (left, right) => left - right,
)

function subtract(left: CelValue, right: CelValue): CelValue {
  if (left instanceof Duration && right instanceof Duration) return checkedDuration(left.nanos - right.nanos)
  if (left instanceof Timestamp && right instanceof Duration) return checkedTimestamp(left.nanos - right.nanos)
  if (left instanceof Timestamp && right instanceof Timestamp) return checkedDuration(left.nanos - right.nanos)
  if (typeof left === 'string' || left instanceof CelList) throw noSuchOverload('_-_')
  return subtractNumbers(left, right)
}

const multiply = whole(
  (left, right) => left * right,
  (left, right) => left * right,
)
const divideNumbers = whole(
  (left, right) => {
    if (right === 0n) throw new CelFailure('division by zero')
    return left / right
  },
  (left, right) => left / right,
)
const moduloNumbers = whole((left, right) => {
  if (right === 0n) throw new CelFailure('modulus by zero')
  return left % right
})

/** An operator that strings and lists don't have at all, which is told with its name. */
function named(name: string, operation: Operation): Operation {
  return (left, right) => {
    if (!isNumber(left)) throw noSuchOverload(name)
    return operation(left, right)
  }
}

function isIn(element: CelValue, container: CelValue): boolean {
  if (container instanceof CelMap) return container.find(element) !== undefined
  if (!(container instanceof CelList)) throw noSuchOverload('@in')
  let failure: CelFailure | undefined
  for (const item of container.items) {
    try {
      if (celEqual(item, element)) return true
    } catch (error) {
      if (!(error instanceof CelFailure)) throw error
      failure ??= noSuchOverload()
    }
  }
  if (failure !== undefined) throw failure
  return false
}

/** Operators between two values. */
export const operators: { readonly [name: string]: Operation } = {
  '_+_': add,
  '_-_': subtract,
  '_*_': named('_*_', multiply),
  '_/_': named('_/_', divideNumbers),
  '_%_': named('_%_', moduloNumbers),
  '_==_': celEqual,
  '_!=_': (left, right) => !celEqual(left, right),
  '_<_': (left, right) => compareValues(left, right) < 0,
  '_<=_': (left, right) => compareValues(left, right) <= 0,
  '_>_': (left, right) => compareValues(left, right) > 0,
  '_>=_': (left, right) => compareValues(left, right) >= 0,
  '@in': isIn,
}

/** The value with its sign turned. */
export function negated(value: CelValue): CelValue {
  if (typeof value === 'bigint') return checkedInt(-value)
  if (typeof value === 'number') return -value
  if (value instanceof Duration) return checkedDuration(-value.nanos)
  throw noSuchOverload('-_')
}
