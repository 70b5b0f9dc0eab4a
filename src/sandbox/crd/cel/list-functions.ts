import { type Environment, EvaluationError } from '@marcbachmann/cel-js'

type Ordered = bigint | number | string | boolean | Date

function isOrdered(value: unknown): value is Ordered {
  return ['bigint', 'number', 'string', 'boolean'].includes(typeof value) || value instanceof Date || isDuration(value)
}

/** Durations of the library compare by their number of milliseconds. */
function isDuration(value: unknown): value is Date {
  return typeof value === 'object' && value !== null && 'nanos' in value && 'seconds' in value
}

function orderedItems(list: readonly unknown[]): readonly Ordered[] {
  const items = list.filter(isOrdered)
  if (items.length !== list.length) throw new EvaluationError('no such overload')
  return items
}

/** The order of two items that have one. */
export function compareOrdered(left: unknown, right: unknown): number {
  if (!isOrdered(left) || !isOrdered(right)) throw new EvaluationError('no such overload')
  return left < right ? -1 : left > right ? 1 : 0
}

function extreme(list: readonly unknown[], name: string, isBetter: (candidate: Ordered, best: Ordered) => boolean): Ordered {
  const [first, ...rest] = orderedItems(list)
  if (first === undefined) throw new EvaluationError(`${name} called on empty list`)
  return rest.reduce((best, item) => (isBetter(item, best) ? item : best), first)
}

function sum(list: readonly unknown[]): bigint | number {
  let whole = 0n
  let real = 0
  let isReal = false
  for (const item of list) {
    if (typeof item === 'bigint') whole += item
    else if (typeof item === 'number') {
      real += item
      isReal = true
    } else throw new EvaluationError('no such overload')
  }
  return isReal ? real + Number(whole) : whole
}

/** Equality as CEL has it: whole numbers equal reals, lists and maps by content. */
export function celEquals(left: unknown, right: unknown): boolean {
  if (left === right) return true
  if ((typeof left === 'bigint' && typeof right === 'number') || (typeof left === 'number' && typeof right === 'bigint')) {
    // biome-ignore lint/suspicious/noDoubleEquals: the loose comparison is the exact one between the two kinds of number
    return left == right
  }
  if (Array.isArray(left)) {
    return Array.isArray(right) && left.length === right.length && left.every((item, index) => celEquals(item, right[index]))
  }
  if (left instanceof Date) return right instanceof Date && left.getTime() === right.getTime()
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null || Array.isArray(right))
    return false
  const entries = Object.entries(left)
  const other = new Map<string, unknown>(Object.entries(right))
  return entries.length === other.size && entries.every(([name, value]) => other.has(name) && celEquals(value, other.get(name)))
}

function holds(list: readonly unknown[], item: unknown): boolean {
  return list.some((each) => celEquals(each, item))
}

/** What stands before the dot in `sets.contains(...)`. */
class SetsNamespace {}

function registerSets(environment: Environment): void {
  environment.registerType('SetsNamespace', SetsNamespace)
  environment.registerConstant('sets', 'SetsNamespace', new SetsNamespace())
  const contains = (left: readonly unknown[], right: readonly unknown[]): boolean => right.every((item) => holds(left, item))
  const register = (name: string, test: (left: readonly unknown[], right: readonly unknown[]) => boolean): void => {
    environment.registerFunction(
      `SetsNamespace.${name}(list, list): bool`,
      (_namespace: SetsNamespace, left: readonly unknown[], right: readonly unknown[]) => test(left, right),
    )
  }
  register('contains', contains)
  register('equivalent', (left, right) => contains(left, right) && contains(right, left))
  register('intersects', (left, right) => right.some((item) => holds(left, item)))
}

/** Sums, extremes, order and positions in lists, and lists as sets. */
export function registerListFunctions(environment: Environment): void {
  environment.registerFunction('list.isSorted(): bool', (list: readonly unknown[]) => {
    const items = orderedItems(list)
    return items.every((item, index) => index === 0 || (items[index - 1] as Ordered) <= item)
  })
  environment.registerFunction('list.sum(): dyn', sum)
  environment.registerFunction('list.min(): dyn', (list: readonly unknown[]) => extreme(list, 'min', (item, best) => item < best))
  environment.registerFunction('list.max(): dyn', (list: readonly unknown[]) => extreme(list, 'max', (item, best) => item > best))
  environment.registerFunction('list.indexOf(dyn): int', (list: readonly unknown[], item: unknown) =>
    BigInt(list.findIndex((each) => celEquals(each, item))),
  )
  environment.registerFunction('list.lastIndexOf(dyn): int', (list: readonly unknown[], item: unknown) =>
    BigInt(list.findLastIndex((each) => celEquals(each, item))),
  )
  registerSets(environment)
}
