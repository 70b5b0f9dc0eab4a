/** How many indexes are named, or why they can't be read. */
export type IndexCount = { readonly ok: true; readonly count: number } | { readonly ok: false; readonly problem: string }

const wholeNumber = /^[+-]?\d+$/

function readIndex(text: string, completions: number): number | string {
  if (!wholeNumber.test(text)) return `cannot convert string to integer for index: ${JSON.stringify(text)}`
  return Number(text) >= completions ? `too large index: ${JSON.stringify(text)}` : Number(text)
}

/** Indexes of an indexed Job as its status and success policy write them: `0,2-4`, each greater than the one before. */
export function countIndexes(text: string, completions: number): IndexCount {
  let last: number | undefined
  let count = 0
  for (const interval of text === '' ? [] : text.split(',')) {
    const parts = interval.split('-')
    if (parts.length > 2) {
      const quoted = JSON.stringify(interval)
      const problem = `the fragment ${quoted} violates the requirement that an index interval can have at most two parts separated by '-'`
      return { ok: false, problem }
    }
    const from = readIndex(parts[0] ?? '', completions)
    if (typeof from === 'string') return { ok: false, problem: from }
    const to = parts[1] === undefined ? from : readIndex(parts[1], completions)
    if (typeof to === 'string') return { ok: false, problem: to }
    const outOfOrder = (before: number, now: number): IndexCount => ({
      ok: false,
      problem: `non-increasing order, previous: ${before}, current: ${now}`,
    })
    if (parts.length > 1 && from >= to) return outOfOrder(from, to)
    if (last !== undefined && last >= from) return outOfOrder(last, from)
    count += to - from + 1
    last = to
  }
  return { ok: true, count }
}

/** The intervals that can be read; what can't be is told of elsewhere. */
function intervalsOf(text: string, completions: number): readonly (readonly [from: number, to: number])[] {
  return text.split(',').flatMap((interval) => {
    const ends = interval.split('-').map((end) => readIndex(end, completions))
    const [from, to = from] = ends
    return ends.length <= 2 && typeof from === 'number' && typeof to === 'number' ? [[from, to] as const] : []
  })
}

/** The first index that is in both lists; undefined without one. */
export function sharedIndex(left: string, right: string, completions: number): number | undefined {
  const others = intervalsOf(right, completions)
  const shared = intervalsOf(left, completions).flatMap(([from, to]) =>
    others.filter(([start, end]) => start <= to && from <= end).map(([start]) => Math.max(from, start)),
  )
  return shared.length === 0 ? undefined : Math.min(...shared)
}
