import { type Estimate, either, fixed, product, scaled, sum, unknownEstimate } from './estimate.ts'
import type { Expression } from './expression.ts'
import type { CelType } from './types.ts'

/** What the cost of a call depends on, of its target or one of its arguments. */
export interface CostNode {
  readonly expression: Expression
  readonly type: CelType
  /** Undefined when nothing is known of it. */
  readonly size: Estimate | undefined
  readonly cost: Estimate
  /** The size of what it is a list of, looked up in the schema. */
  readonly elementSize: () => Estimate | undefined
}

/** The cost of a call beside its target's, and the size of its result where that follows from the call. */
export interface CallCost {
  readonly cost: Estimate
  readonly size?: Estimate
}

/** A call that is to be estimated. */
export interface CostedCall {
  readonly name: string
  readonly overload: string
  readonly target: CostNode | undefined
  readonly args: readonly CostNode[]
}

/** Units a character that is read. */
const traversal = 0.1
/** Units a character of a pattern. */
const pattern = 0.25
const longestFormatPattern = 128

const sizeOf = (node: CostNode | undefined): Estimate => node?.size ?? unknownEstimate

type Rule = (call: CostedCall) => CallCost | undefined

const nominal: Rule = () => ({ cost: fixed(1) })
const firstArgument =
  (factor: number): Rule =>
  ({ args: [first] }) => ({ cost: scaled(sizeOf(first), factor) })
const ofTarget: Rule = ({ target }) =>
  target === undefined ? undefined : { cost: scaled(sizeOf(target), traversal), size: sizeOf(target) }

const overItems: Rule = ({ target }) => {
  if (target === undefined) return undefined
  const [element] = target.type.parameters
  if (element === undefined) return { cost: scaled(sizeOf(target), traversal) }
  const isText = element.kind === 'string' || element.kind === 'bytes'
  const each = isText ? sum(fixed(1), scaled(target.elementSize() ?? unknownEstimate, traversal)) : fixed(1)
  return { cost: product(sizeOf(target), each) }
}

const find: Rule = ({ target, args: [first] }) => {
  if (target === undefined) return undefined
  const text = scaled(sum(sizeOf(target), fixed(1)), traversal)
  const size = { min: 0, max: sizeOf(target).max }
  return { cost: product(text, scaled(sizeOf(first), pattern)), size }
}

const join: Rule = ({ target, args: [separator] }) => {
  if (target === undefined) return undefined
  const items = sizeOf(target)
  let size = product(items, target.elementSize() ?? unknownEstimate)
  if (separator !== undefined) {
    const count = { min: Math.max(0, items.min - 1), max: Math.max(0, items.max - 1) }
    size = sum(size, product(sizeOf(separator), count))
  }
  return { cost: scaled(size, traversal), size }
}

const replace: Rule = ({ target, args: [from, to] }) => {
  if (target === undefined || to === undefined) return undefined
  const size = sizeOf(target)
  const [old, fresh] = [sizeOf(from), sizeOf(to)]
  const most =
    old.min === 0
      ? { count: size.max + 1, kept: size.max }
      : fresh.max <= old.min
        ? { count: 0, kept: size.max }
        : { count: Math.ceil(size.max / old.min), kept: 0 }
  const least =
    old.max === 0
      ? { count: size.min + 1, kept: size.min }
      : old.max <= fresh.min
        ? { count: 0, kept: size.min }
        : { count: Math.ceil(size.min / old.max), kept: 0 }
  const replaced = product({ min: least.count, max: most.count }, fresh)
  return { cost: scaled(size, 2 * traversal), size: sum(replaced, { min: least.kept, max: most.kept }) }
}

const split: Rule = ({ target, args: [, limit] }) => {
  if (target === undefined) return undefined
  const literal = limit?.expression.kind === 'literal' ? limit.expression.literal : undefined
  const max = literal?.type === 'int' ? Number(literal.value) : sizeOf(target).max
  return { cost: scaled(sizeOf(target), 2 * traversal), size: { min: 0, max } }
}

const contained =
  (isBlock: boolean): Rule =>
  ({ overload, args: [first] }) => {
    const bytes = { min: 4, max: 16 }
    const compared = scaled(sum(bytes, bytes), traversal)
    const masked = isBlock ? sum(scaled(bytes, traversal), fixed(1)) : fixed(0)
    const parsed = overload.endsWith('_string') ? scaled(sizeOf(first), traversal) : fixed(0)
    return { cost: sum(compared, masked, parsed) }
  }

const sets =
  (factor: number): Rule =>
  ({ args: [left, right] }) => ({ cost: sum(scaled(product(sizeOf(left), sizeOf(right)), factor), fixed(1)) })

/** A new list of the size of the target, or of what a literal says. */
const newList: Rule = ({ target, args: [first] }) => {
  const literal = first?.expression.kind === 'literal' ? first.expression.literal : undefined
  const size = target === undefined ? (literal?.type === 'int' ? fixed(Number(literal.value)) : unknownEstimate) : sizeOf(target)
  return { cost: sum(size, fixed(11)), size }
}

const slice: Rule = ({ target, args }) => {
  const [from = 0, to = sizeOf(target).max] = args.map(({ expression }) =>
    expression.kind === 'literal' && expression.literal.type === 'int' ? Number(expression.literal.value) : undefined,
  )
  const size = fixed(Math.max(0, to - from))
  return { cost: sum(size, fixed(11)), size }
}

/** Every item against every other, twice. A real server takes the result for as long as there are pairs. */
const pairwise: Rule = ({ name, target, args: [keys] }) => {
  const compared = name === '@sortByAssociatedKeys' ? keys : target
  const element = compared?.type.parameters[0]?.kind
  const size = product(sizeOf(compared), sizeOf(compared))
  const each = element === 'string' || element === 'bytes' ? 2 + traversal : 2
  return { cost: sum(scaled(size, each), fixed(11)), size }
}

const cheapEquality: ReadonlySet<string> = new Set([
  'net.IP',
  'net.CIDR',
  'kubernetes.Quantity',
  'kubernetes.Semver',
  'kubernetes.authorization.Authorizer',
])

/** The size of a format that is compared with another. */
const longestFormat = 64

const equality: Rule = ({ args: [left, right] }) => {
  if (left === undefined || left.type.name !== right?.type.name) return undefined
  if (cheapEquality.has(left.type.name)) return { cost: fixed(1) }
  if (left.type.name === 'kubernetes.NamedFormat') return { cost: scaled({ min: 1, max: longestFormat }, traversal) }
  if (left.type.name !== 'kubernetes.URL') return undefined
  return { cost: scaled({ min: 1, max: right.size?.max ?? 1 }, traversal) }
}

const named: readonly (readonly [names: string, rule: Rule])[] = [
  ['check', () => ({ cost: fixed(350_000) })],
  ['serviceAccount path group resource subresource namespace name allowed reason error errored', nominal],
  ['isSorted sum max min indexOf lastIndexOf', overItems],
  ['lowerAscii upperAscii substring trim', ofTarget],
  ['url', ({ args: [first] }) => ({ cost: scaled(sizeOf(first), traversal), size: sizeOf(first) })],
  ['replace', replace],
  ['split', split],
  ['join', join],
  ['find findAll', find],
  ['cidr isIP isCIDR quantity isQuantity semver isSemver', firstArgument(traversal)],
  ['ip', (call) => (call.overload === 'cidr_ip' ? { cost: fixed(1) } : firstArgument(traversal)(call))],
  ['ip.isCanonical', firstArgument(2 * traversal)],
  ['masked prefixLength family isUnspecified isLoopback isLinkLocalMulticast isLinkLocalUnicast isGlobalUnicast', nominal],
  ['containsIP', contained(false)],
  ['containsCIDR', contained(true)],
  ['validate', ({ args: [first] }) => ({ cost: scaled(scaled(sizeOf(first), traversal), longestFormatPattern * pattern) })],
  ['format.named sign asInteger isInteger asApproximateFloat isGreaterThan isLessThan compareTo add sub', nominal],
  ['major minor patch getScheme getHostname getHost getPort getEscapedPath getQuery', nominal],
  ['_==_', equality],
  ['lists.range flatten reverse', newList],
  ['slice', slice],
  ['distinct sort @sortByAssociatedKeys', pairwise],
  ['sets.contains sets.intersects', sets(1)],
  ['sets.equivalent', sets(2)],
]
const byName: ReadonlyMap<string, Rule> = new Map(
  named.flatMap(([names, rule]) => names.split(' ').map((name) => [name, rule] as const)),
)

const matches: Rule = ({ target, args: [first, second] }) => {
  const text = target ?? first
  const expression = target === undefined ? second : first
  const read = scaled(sum(sizeOf(text), fixed(1)), traversal)
  return { cost: product(read, scaled(sizeOf(expression), pattern)) }
}

const addition =
  (isList: boolean): Rule =>
  ({ args: [left, right] }) => {
    const size = sum(sizeOf(left), sizeOf(right))
    return { cost: isList ? fixed(1) : scaled(size, traversal), size }
  }

const comparison: Rule = ({ args: [left, right] }) => {
  const max = Math.min(sizeOf(left).max, sizeOf(right).max)
  return { cost: scaled({ min: max > 0 ? 1 : 0, max }, traversal) }
}

const overloads: readonly (readonly [names: string, rule: Rule])[] = [
  ['string_format', ({ target }) => ({ cost: scaled(sizeOf(target), traversal) })],
  [
    'string_to_bytes',
    ({ args: [first] }) => ({
      cost: scaled(sizeOf(first), traversal),
      size: { min: sizeOf(first).min, max: sizeOf(first).max * 4 },
    }),
  ],
  [
    'bytes_to_string',
    ({ args: [first] }) => ({
      cost: scaled(sizeOf(first), traversal),
      size: { min: Math.floor(sizeOf(first).min / 4), max: sizeOf(first).max },
    }),
  ],
  [
    'strings_quote',
    ({ args: [first] }) => ({
      cost: scaled(sizeOf(first), traversal),
      size: { min: sizeOf(first).min + 2, max: sizeOf(first).max * 2 + 2 },
    }),
  ],
  ['starts_with_string ends_with_string', firstArgument(traversal)],
  ['in_list', ({ args: [, second] }) => ({ cost: sizeOf(second) })],
  ['matches matches_string', matches],
  [
    'contains_string',
    ({ target, args: [first] }) => ({ cost: product(scaled(sizeOf(target), traversal), scaled(sizeOf(first), traversal)) }),
  ],
  ['add_list', addition(true)],
  ['add_string add_bytes', addition(false)],
  ['less_string greater_string less_equals_string greater_equals_string', comparison],
  ['less_bytes greater_bytes less_equals_bytes greater_equals_bytes equals not_equals', comparison],
]
const byOverload: ReadonlyMap<string, Rule> = new Map(
  overloads.flatMap(([ids, rule]) => ids.split(' ').map((id) => [id, rule] as const)),
)

/** The most that a call may cost, its arguments included. */
export function costOfCall(call: CostedCall): CallCost {
  const given = sum(...call.args.map(({ cost }) => cost))
  const { args, overload } = call
  if (overload === 'logical_and' || overload === 'logical_or') {
    const [left = fixed(0), right = fixed(0)] = args.map(({ cost }) => cost)
    return { cost: { min: left.min, max: sum(left, right).max } }
  }
  if (overload === 'conditional') {
    const [test = fixed(0), left = fixed(0), right = fixed(0)] = args.map(({ cost }) => cost)
    return { cost: sum(test, either(left, right)), size: either(sizeOf(args[1]), sizeOf(args[2])) }
  }
  const own = byName.get(call.name)?.(call) ?? byOverload.get(overload)?.(call) ?? { cost: fixed(1) }
  return { ...own, cost: sum(own.cost, given) }
}
