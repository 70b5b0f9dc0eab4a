/** A run of equal lines: where it begins on both sides, and how long it is. */
interface Match {
  readonly left: number
  readonly right: number
  readonly size: number
}

interface Operation {
  readonly kind: 'equal' | 'change'
  readonly left: readonly [number, number]
  readonly right: readonly [number, number]
}

/** From this many lines on, lines that come often don't start a match. */
const longText = 200

class LineMatcher {
  readonly #left: readonly string[]
  readonly #right: readonly string[]
  readonly #places = new Map<string, number[]>()

  constructor(left: readonly string[], right: readonly string[]) {
    this.#left = left
    this.#right = right
    right.forEach((line, index) => {
      const places = this.#places.get(line)
      if (places === undefined) this.#places.set(line, [index])
      else places.push(index)
    })
    if (right.length < longText) return
    const most = Math.floor(right.length / 100) + 1
    for (const [line, places] of this.#places) if (places.length > most) this.#places.delete(line)
  }

  #longest(left: readonly [number, number], right: readonly [number, number]): Match {
    let best: Match = { left: left[0], right: right[0], size: 0 }
    let lengths = new Map<number, number>()
    for (let index = left[0]; index < left[1]; index += 1) {
      const next = new Map<number, number>()
      for (const place of this.#places.get(this.#left[index] ?? '') ?? []) {
        if (place < right[0]) continue
        if (place >= right[1]) break
        const size = (lengths.get(place - 1) ?? 0) + 1
        next.set(place, size)
        if (size > best.size) best = { left: index - size + 1, right: place - size + 1, size }
      }
      lengths = next
    }
    return this.#widen(best, left, right)
  }

  /** Takes in equal lines around a match that were too common to start one. */
  #widen(match: Match, left: readonly [number, number], right: readonly [number, number]): Match {
    let { left: start, right: place, size } = match
    while (start > left[0] && place > right[0] && this.#left[start - 1] === this.#right[place - 1]) {
      start -= 1
      place -= 1
      size += 1
    }
    while (start + size < left[1] && place + size < right[1] && this.#left[start + size] === this.#right[place + size]) {
      size += 1
    }
    return { left: start, right: place, size }
  }

  /** All runs of equal lines in order, found longest first. */
  matches(): readonly Match[] {
    const found: Match[] = []
    const queue: { readonly left: readonly [number, number]; readonly right: readonly [number, number] }[] = [
      { left: [0, this.#left.length], right: [0, this.#right.length] },
    ]
    for (let part = queue.pop(); part !== undefined; part = queue.pop()) {
      const { left, right } = part
      if (left[0] >= left[1] || right[0] >= right[1]) continue
      const match = this.#longest(left, right)
      if (match.size === 0) continue
      found.push(match)
      queue.push({ left: [left[0], match.left], right: [right[0], match.right] })
      queue.push({ left: [match.left + match.size, left[1]], right: [match.right + match.size, right[1]] })
    }
    return found.sort((one, other) => one.left - other.left)
  }
}

function operationsOf(left: readonly string[], right: readonly string[]): Operation[] {
  const operations: Operation[] = []
  let [leftEnd, rightEnd] = [0, 0]
  const end: Match = { left: left.length, right: right.length, size: 0 }
  for (const match of [...new LineMatcher(left, right).matches(), end]) {
    if (leftEnd < match.left || rightEnd < match.right) {
      operations.push({ kind: 'change', left: [leftEnd, match.left], right: [rightEnd, match.right] })
    }
    leftEnd = match.left + match.size
    rightEnd = match.right + match.size
    if (match.size === 0) continue
    const last = operations.at(-1)
    if (last?.kind === 'equal') {
      operations[operations.length - 1] = { kind: 'equal', left: [last.left[0], leftEnd], right: [last.right[0], rightEnd] }
    } else operations.push({ kind: 'equal', left: [match.left, leftEnd], right: [match.right, rightEnd] })
  }
  return operations
}

/** Cuts operations into hunks with at most `context` equal lines around each change. */
function hunksOf(operations: readonly Operation[], context: number): readonly (readonly Operation[])[] {
  const hunks: Operation[][] = []
  let hunk: Operation[] = []
  operations.forEach((operation, index) => {
    if (operation.kind === 'change') {
      hunk.push(operation)
      return
    }
    const [start, end] = operation.left
    const shift = operation.right[0] - start
    const part = (from: number, to: number): Operation => ({
      kind: 'equal',
      left: [from, to],
      right: [from + shift, to + shift],
    })
    const isFirst = index === 0
    const isLast = index === operations.length - 1
    if (!isFirst && !isLast && end - start <= 2 * context) {
      hunk.push(operation)
      return
    }
    if (!isFirst) {
      hunk.push(part(start, Math.min(end, start + context)))
      hunks.push(hunk)
    }
    hunk = isLast ? [] : [part(Math.max(start, end - context), end)]
  })
  if (hunk.some((operation) => operation.kind === 'change')) hunks.push(hunk)
  return hunks.filter((operations) => operations.some((operation) => operation.kind === 'change'))
}

function rangeText(start: number, end: number): string {
  const length = end - start
  if (length === 1) return String(start + 1)
  return `${length === 0 ? start : start + 1},${length}`
}

/** How the lines of one text become those of another, in the unified form without file names, with three lines around. */
export function unifiedDifference(left: string, right: string): string {
  const [leftLines, rightLines] = [left.split('\n'), right.split('\n')]
  const lines: string[] = []
  for (const hunk of hunksOf(operationsOf(leftLines, rightLines), 3)) {
    const [first, last] = [hunk[0], hunk.at(-1)]
    if (first === undefined || last === undefined) continue
    const leftRange = rangeText(first.left[0], last.left[1])
    lines.push(`@@ -${leftRange} +${rangeText(first.right[0], last.right[1])} @@`)
    for (const operation of hunk) {
      const removed = leftLines.slice(...operation.left)
      if (operation.kind === 'equal') lines.push(...removed.map((line) => ` ${line}`))
      else {
        lines.push(...removed.map((line) => `-${line}`))
        lines.push(...rightLines.slice(...operation.right).map((line) => `+${line}`))
      }
    }
  }
  return lines.map((line) => `${line}\n`).join('')
}
