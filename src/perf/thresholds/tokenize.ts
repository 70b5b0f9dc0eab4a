import { type Quantity, UNITS } from './quantity.ts'

/** A piece of a threshold with its place, columns from 1. */
export type Token =
  | {
      readonly kind: 'quantity'
      readonly quantity: Quantity
      readonly bare: boolean
      readonly text: string
      readonly column: number
    }
  | { readonly kind: 'name'; readonly text: string; readonly column: number }
  | { readonly kind: 'symbol'; readonly text: string; readonly column: number }
  | { readonly kind: 'end'; readonly text: ''; readonly column: number }

/** What is wrong with a threshold and where. Thrown inside the parser only; users of it get a value. */
export class ThresholdProblem extends Error {
  /** Column of the threshold's text, from 1. */
  readonly column: number
  readonly hint: string | undefined

  constructor(message: string, column: number, hint?: string) {
    super(message)
    this.column = column
    this.hint = hint
  }
}

const NUMBER = /(?:\d+\.\d+|\d+|\.\d+)(?:[eE][+-]?\d+)?/y
const UNIT = /(?:\/[smh]\b|%|[A-Za-zµ]+)/y
const NAME = /[A-Za-z_][A-Za-z0-9_-]*/y
const SYMBOL = /<=|>=|==|!=|[<>+\-*/(),.[\]]/y
const QUOTED = /"([^"]*)"/y

/** Longest text taken: thresholds are a line, not a program. */
const LENGTH_LIMIT = 500

/** Cuts a threshold into tokens; throws {@link ThresholdProblem}. */
export function tokenize(text: string): Token[] {
  if (text.length > LENGTH_LIMIT) throw new ThresholdProblem(`a threshold has at most ${LENGTH_LIMIT} characters`, LENGTH_LIMIT)
  const tokens: Token[] = []
  let at = 0
  const match = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at
    return pattern.exec(text)
  }
  while (at < text.length) {
    if (/\s/.test(text[at] ?? '')) {
      at += 1
      continue
    }
    const column = at + 1
    const number = match(NUMBER)
    if (number !== null) {
      at += number[0].length
      const unit = match(UNIT)
      if (unit !== null) at += unit[0].length
      tokens.push(quantityToken(number[0], unit?.[0], column))
      continue
    }
    const found = match(NAME) ?? match(SYMBOL)
    const quoted = found === null ? match(QUOTED) : null
    if (found !== null) {
      tokens.push({ kind: /^[A-Za-z_]/.test(found[0]) ? 'name' : 'symbol', text: found[0], column })
      at += found[0].length
    } else if (quoted !== null) {
      tokens.push({ kind: 'name', text: quoted[1] ?? '', column })
      at += quoted[0].length
    } else throw new ThresholdProblem(`'${text[at]}' has no meaning here`, column)
  }
  tokens.push({ kind: 'end', text: '', column: text.length + 1 })
  return tokens
}

function quantityToken(number: string, unit: string | undefined, column: number): Token {
  const text = `${number}${unit ?? ''}`
  if (unit === undefined)
    return { kind: 'quantity', quantity: { value: Number(number), dimension: 'number' }, bare: true, text, column }
  const known = Object.hasOwn(UNITS, unit) ? UNITS[unit] : undefined
  if (known === undefined) {
    throw new ThresholdProblem(`'${unit}' is not a unit`, column + number.length, `units are ${Object.keys(UNITS).join(', ')}`)
  }
  return {
    kind: 'quantity',
    quantity: { value: Number(number) * known.value, dimension: known.dimension },
    bare: false,
    text,
    column,
  }
}
