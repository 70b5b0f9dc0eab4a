import { normalDistribution } from './normal.ts'

/** What a Mann-Whitney test says of two samples. */
export interface MannWhitney {
  /** Pairs in which the right sample's value is the greater one, ties half. */
  readonly u: number
  /** The chance of a U at least as great when both samples are of one distribution. */
  readonly pGreater: number
  /** The chance of a U at least as small. */
  readonly pLess: number
  /** Two-sided. */
  readonly p: number
}

/** Up to this many ways to deal the values out, the exact distribution is counted even with ties. */
const ENUMERATION_LIMIT = 200_000

/**
 * The Mann-Whitney U test. Exact (by counting) without ties up to 30 values a side and with ties while the deals can be counted,
 * otherwise the normal approximation with correction for ties and continuity. Empty samples tell nothing: p = 1.
 */
export function mannWhitney(left: readonly number[], right: readonly number[]): MannWhitney {
  const u = rightWins(left, right)
  const pairs = left.length * right.length
  if (pairs === 0) return { u, pGreater: 1, pLess: 1, p: 1 }
  const tied = new Set([...left, ...right]).size < left.length + right.length
  const exact = !tied && Math.max(left.length, right.length) <= 30
  const tails = exact
    ? countedTails(u, left.length, right.length)
    : binomial(left.length + right.length, left.length) <= ENUMERATION_LIMIT
      ? enumeratedTails(u, left, right)
      : approximateTails(u, left, right)
  return { u, ...tails, p: Math.min(1, 2 * Math.min(tails.pGreater, tails.pLess)) }
}

interface Tails {
  readonly pGreater: number
  readonly pLess: number
}

function rightWins(left: readonly number[], right: readonly number[]): number {
  let u = 0
  for (const one of left) for (const other of right) u += other > one ? 1 : other === one ? 0.5 : 0
  return u
}

/** How many orders of the two samples give each U, by the recurrence N(u; m, n) = N(u - n; m - 1, n) + N(u; m, n - 1). */
function countedTails(u: number, left: number, right: number): Tails {
  // Filled by adding one left value at a time: the number of right values below it is a part of a partition of U.
  let counts: number[][] = Array.from({ length: right + 1 }, () => [1])
  for (let size = 1; size <= left; size += 1) {
    const next: number[][] = []
    for (let below = 0; below <= right; below += 1) {
      const row = new Array<number>(size * below + 1).fill(0)
      const fewer = below > 0 ? (next[below - 1] as number[]) : []
      fewer.forEach((count, at) => {
        row[at] = (row[at] ?? 0) + count
      })
      const before = counts[below] as number[]
      before.forEach((count, at) => {
        row[at + below] = (row[at + below] ?? 0) + count
      })
      next.push(row)
    }
    counts = next
  }
  const distribution = counts[right] as number[]
  const total = distribution.reduce((sum, count) => sum + count, 0)
  const sum = (from: number, to: number): number =>
    distribution.slice(from, to + 1).reduce((running, count) => running + count, 0)
  return { pGreater: sum(u, distribution.length - 1) / total, pLess: sum(0, u) / total }
}

function enumeratedTails(u: number, left: readonly number[], right: readonly number[]): Tails {
  const all = [...left, ...right]
  let greater = 0
  let less = 0
  let total = 0
  const chosen: boolean[] = all.map(() => false)
  const deal = (at: number, toChoose: number): void => {
    if (toChoose === 0) {
      const dealtLeft = all.filter((_, index) => chosen[index] !== true)
      const dealtRight = all.filter((_, index) => chosen[index] === true)
      const dealt = rightWins(dealtLeft, dealtRight)
      total += 1
      if (dealt >= u) greater += 1
      if (dealt <= u) less += 1
      return
    }
    if (all.length - at < toChoose) return
    chosen[at] = true
    deal(at + 1, toChoose - 1)
    chosen[at] = false
    deal(at + 1, toChoose)
  }
  deal(0, right.length)
  return { pGreater: greater / total, pLess: less / total }
}

function approximateTails(u: number, left: readonly number[], right: readonly number[]): Tails {
  const count = left.length + right.length
  const ties = new Map<number, number>()
  for (const value of [...left, ...right]) ties.set(value, (ties.get(value) ?? 0) + 1)
  let correction = 0
  for (const size of ties.values()) correction += size ** 3 - size
  const centre = (left.length * right.length) / 2
  const spread = Math.sqrt(((left.length * right.length) / 12) * (count + 1 - correction / (count * (count - 1))))
  if (spread === 0) return { pGreater: 1, pLess: 1 }
  return { pGreater: 1 - normalDistribution((u - centre - 0.5) / spread), pLess: normalDistribution((u - centre + 0.5) / spread) }
}

/** Ways to choose `chosen` of `count`, as a number that may be large. */
function binomial(count: number, chosen: number): number {
  let ways = 1
  for (let step = 1; step <= chosen; step += 1) ways = (ways * (count - chosen + step)) / step
  return Math.round(ways)
}

/** The smallest one-sided p that two samples of these sizes can reach: 1 / C(m + n, m). */
export function smallestP(left: number, right: number): number {
  return 1 / binomial(left + right, left)
}
