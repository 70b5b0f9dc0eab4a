/** Slices are averaged in batches of five (MSER-5). */
const BATCH = 5
/** At most this share of a run is taken for warm-up. */
const LARGEST_SHARE = 0.5

/**
 * The number of leading values to drop so that the mean of the rest has the smallest standard error (MSER-5: White 1997, on
 * batches of five), at most half of them. 0 when there are too few values to tell.
 */
export function warmupLength(values: readonly number[]): number {
  const size = values.length >= 4 * BATCH ? BATCH : 1
  const batches: number[] = []
  for (let start = 0; start + size <= values.length; start += size) {
    batches.push(values.slice(start, start + size).reduce((sum, value) => sum + value, 0) / size)
  }
  if (batches.length < 4) return 0
  let best = 0
  let smallest = Number.POSITIVE_INFINITY
  for (let drop = 0; drop <= Math.floor(batches.length * LARGEST_SHARE); drop += 1) {
    const kept = batches.slice(drop)
    const mean = kept.reduce((sum, value) => sum + value, 0) / kept.length
    const squares = kept.reduce((sum, value) => sum + (value - mean) ** 2, 0)
    const error = squares / kept.length ** 2
    if (error < smallest) {
      smallest = error
      best = drop
    }
  }
  return best * size
}

/** The smallest rise or fall over the kept part, relative to its median, that counts as not settled. */
const TREND_SHARE = 0.2

/**
 * True when the values after the warm-up neither rise nor fall: a Mann-Kendall trend test finds nothing at 0.01, or what it finds
 * is small (the medians of the halves are within a fifth).
 */
export function isSettled(values: readonly number[]): boolean {
  const count = values.length
  if (count < 8) return true
  let sum = 0
  for (let left = 0; left < count; left += 1) {
    for (let right = left + 1; right < count; right += 1) sum += Math.sign((values[right] ?? 0) - (values[left] ?? 0))
  }
  const deviation = Math.sqrt((count * (count - 1) * (2 * count + 5)) / 18)
  const score = (Math.abs(sum) - 1) / deviation
  if (score < 2.576) return true
  const first = median(values.slice(0, Math.floor(count / 2)))
  const second = median(values.slice(Math.ceil(count / 2)))
  return Math.abs(second - first) <= TREND_SHARE * Math.max(first, Number.MIN_VALUE)
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right)
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2
}
