/** How much a host takes of a text, and what it counts. */
export interface MarkdownLimit {
  readonly most: number
  readonly unit: 'characters' | 'bytes'
}

/** A part of a text that can be cut short: `left` says how many of its items the reader does not see. */
export interface Section {
  readonly head: string
  /** Of one line or several; of one that does not fit, as many of its lines are shown as do. */
  readonly items: readonly string[]
  readonly tail: (left: number) => string
}

/** Room for the line that says how many sections were left out. */
const LAST_LINE = 200

/**
 * The sections one after the other, never longer than the limit. The first that does not fit is cut short to as many of its items as
 * do; what comes after it is counted.
 */
export function fitSections(head: string, sections: readonly Section[], limit: MarkdownLimit): string {
  const sizeOf = limit.unit === 'bytes' ? (text: string) => Buffer.byteLength(text, 'utf8') : (text: string) => text.length
  const text: string[] = [head]
  let room = limit.most - sizeOf(head) - LAST_LINE
  for (const [index, section] of sections.entries()) {
    const fitting = cutToFit(section, room - SEPARATOR.length, sizeOf)
    if (fitting !== undefined) text.push(fitting.text)
    if (fitting?.whole === true) {
      room -= sizeOf(fitting.text) + SEPARATOR.length
      continue
    }
    const left = sections.length - index - (fitting === undefined ? 0 : 1)
    if (left > 0) {
      const many = left === 1 ? '1 more section does' : `${left} more sections do`
      text.push(`**${many} not fit here.** \`meshform show PLAN\` prints all of them.`)
    }
    break
  }
  return `${text.join(SEPARATOR)}\n`
}

const SEPARATOR = '\n\n'

/** The section as far as there is room for it; undefined where not even the beginning of its first item fits. */
function cutToFit({ head, items, tail }: Section, room: number, sizeOf: (text: string) => number) {
  const render = (shown: readonly string[], left: number) => `${[head, ...shown].join('\n')}${tail(left)}`
  const whole = render(items, 0)
  if (sizeOf(whole) <= room) return { text: whole, whole: true }
  // The longest tail is the one that counts most.
  let free = room - sizeOf(head) - sizeOf(tail(items.length))
  const shown: string[] = []
  for (const item of items) {
    const cost = sizeOf(item) + 1
    if (cost > free) break
    shown.push(item)
    free -= cost
  }
  const beginning = cutLines(items[shown.length] ?? '', free, sizeOf)
  const left = items.length - shown.length
  if (beginning !== undefined) return { text: render([...shown, beginning], left - 1), whole: false }
  return shown.length === 0 ? undefined : { text: render(shown, left), whole: false }
}

/** The first lines of an item; undefined where that would be its first line at most. */
function cutLines(item: string, room: number, sizeOf: (text: string) => number): string | undefined {
  const lines = item.split('\n')
  let free = room - sizeOf(moreLines(lines.length)) - 1
  let shown = 0
  for (const line of lines) {
    free -= sizeOf(line) + 1
    if (free < 0) break
    shown++
  }
  return shown < 2 ? undefined : [...lines.slice(0, shown), moreLines(lines.length - shown)].join('\n')
}

function moreLines(count: number): string {
  return `# ${count} more ${count === 1 ? 'line' : 'lines'}`
}
