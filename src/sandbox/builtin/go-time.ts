import { goQuote } from '../go-quote.ts'

/** A moment as an API server reads one, or what is wrong with its text, worded as Go words it. */
export type ParsedTime =
  | { readonly kind: 'time'; readonly milliseconds: number; readonly fraction: string }
  | { readonly kind: 'problem'; readonly message: string }

interface Element {
  readonly layout: string
  readonly pattern: RegExp
  /** What is told of when the number doesn't fit. */
  readonly range?: readonly [name: string, least: number, most: number]
}

const date: readonly Element[] = [
  { layout: '2006', pattern: /^\d{4}/ },
  { layout: '-', pattern: /^-/ },
  { layout: '01', pattern: /^\d\d/, range: ['month', 1, 12] },
  { layout: '-', pattern: /^-/ },
  { layout: '02', pattern: /^\d\d/ },
  { layout: 'T', pattern: /^T/ },
  { layout: '15', pattern: /^\d\d?/, range: ['hour', 0, 23] },
  { layout: ':', pattern: /^:/ },
  { layout: '04', pattern: /^\d\d/, range: ['minute', 0, 59] },
  { layout: ':', pattern: /^:/ },
]
const second: Element = { layout: '05', pattern: /^\d\d/, range: ['second', 0, 59] }
const anyFraction: Element = { layout: '', pattern: /^(?:[.,]\d+)?/ }
const sixDigits: Element = { layout: '.000000', pattern: /^[.,]\d{6}/ }
const zone: Element = { layout: 'Z07:00', pattern: /^(?:Z|[+-]\d\d:\d\d)/ }

/** Times to the second, which may have any fraction, and times that want exactly six digits of it. */
const layouts = {
  seconds: { text: '2006-01-02T15:04:05Z07:00', elements: [...date, second, anyFraction, zone] },
  microseconds: { text: '2006-01-02T15:04:05.000000Z07:00', elements: [...date, second, sixDigits, zone] },
} as const

function daysIn(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate()
}

function problem(text: string, detail: string): ParsedTime {
  return { kind: 'problem', message: `parsing time ${goQuote(text)}${detail}` }
}

/** Reads a time in the form of RFC 3339. */
export function parseGoTime(text: string, precision: keyof typeof layouts): ParsedTime {
  const { text: layout, elements } = layouts[precision]
  const parts: string[] = []
  let rest = text
  for (const element of elements) {
    const part = element.pattern.exec(rest)?.[0]
    if (part === undefined) {
      return problem(text, ` as ${goQuote(layout)}: cannot parse ${goQuote(rest)} as ${goQuote(element.layout)}`)
    }
    const [name, least, most] = element.range ?? ['', 0, Number.POSITIVE_INFINITY]
    if (name !== '' && (Number(part) < least || Number(part) > most)) return problem(text, `: ${name} out of range`)
    parts.push(part)
    rest = rest.slice(part.length)
  }
  if (rest !== '') return problem(text, `: extra text: ${goQuote(rest)}`)
  const [year, , month, , day, , hour, , minute, , seconds, fraction = '', offset = 'Z'] = parts
  if (Number(day) < 1 || Number(day) > daysIn(Number(year), Number(month))) return problem(text, ': day out of range')
  const whole = `${year}-${month}-${day}T${hour?.padStart(2, '0')}:${minute}:${seconds}${offset}`
  return { kind: 'time', milliseconds: Date.parse(whole), fraction: fraction.slice(1) }
}
