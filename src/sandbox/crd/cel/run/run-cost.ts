import { CelList, CelMap, type CelValue, LibraryValue, OptionalValue } from './values.ts'

const traversal = 0.1
const pattern = 0.25

/** How large a value is to whoever goes through it. */
export function sizeOf(value: CelValue | undefined): number {
  if (value === undefined) return 1
  if (typeof value === 'string') return lengthOf(value)
  if (value instanceof Uint8Array) return value.length
  if (value instanceof CelList || value instanceof CelMap) return value.size
  return value instanceof OptionalValue && value.value !== undefined ? sizeOf(value.value) : 1
}

/** Characters of a text; most have one unit each. */
export function lengthOf(text: string): number {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: plain characters are what it looks for
  return /^[\u0000-\uffff]*$/.test(text) && !/[\ud800-\udfff]/.test(text) ? text.length : [...text].length
}

type Cost = (args: readonly CelValue[], result: CelValue) => number

const walk =
  (factor: number, argument = 0): Cost =>
  (args) =>
    Math.ceil(sizeOf(args[argument]) * factor)
const whole: Cost = ([first]) => sizeOf(first)
const search: Cost = ([text, regex]) => Math.ceil((1 + sizeOf(text)) * traversal) * Math.ceil(sizeOf(regex) * pattern)
const lesser: Cost = ([left, right]) =>
  left instanceof LibraryValue ? 1 : Math.ceil(Math.min(sizeOf(left), sizeOf(right)) * traversal)
const together: Cost = ([left, right]) => {
  const isText = typeof left === 'string' || left instanceof Uint8Array
  return isText ? Math.ceil((sizeOf(left) + sizeOf(right)) * traversal) : 1
}
const crossed: Cost = ([left, right]) => sizeOf(left) * sizeOf(right)
const longestFormatPattern = 128

function each(names: string, cost: Cost): readonly (readonly [string, Cost])[] {
  return names.split(' ').map((name) => [name, cost])
}

/** What calls cost beside their arguments; all others cost one unit. */
const costs: ReadonlyMap<string, Cost> = new Map([
  ...each('isSorted sum max min indexOf lastIndexOf', whole),
  ...each('url lowerAscii upperAscii substring trim cidr isIP isCIDR ip quantity isQuantity semver isSemver', walk(traversal)),
  ...each('replace split ip.isCanonical', walk(2 * traversal)),
  ['join', (_args, result) => Math.ceil(sizeOf(result) * 2 * traversal)],
  ...each('find findAll matches', search),
  ['contains', ([text, part]) => Math.ceil(sizeOf(text) * traversal) * Math.ceil(sizeOf(part) * traversal)],
  ...each('startsWith endsWith', walk(traversal, 1)),
  ...each('format strings.quote', walk(traversal)),
  ['@in', ([, container]) => (container instanceof CelList ? container.size : 1)],
  ...each('_==_ _!=_ _<_ _<=_ _>_ _>=_', lesser),
  ['_+_', together],
  ...each('sets.contains sets.intersects', crossed),
  ['sets.equivalent', (args, result) => 2 * crossed(args, result)],
  ['validate', ([, text]) => Math.ceil((1 + sizeOf(text)) * traversal) * Math.ceil(longestFormatPattern * pattern)],
  ...each('sort reverse distinct flatten slice @sortByAssociatedKeys', whole),
  ['string', ([value]) => (value instanceof Uint8Array ? Math.ceil(value.length * traversal) : 1)],
  ['bytes', ([value]) => (typeof value === 'string' ? Math.ceil(sizeOf(value) * traversal) : 1)],
])

/** What a call costs beside its arguments, in the API server's units. */
export function costOfRun(name: string, args: readonly CelValue[], result: CelValue): number {
  return costs.get(name)?.(args, result) ?? 1
}
