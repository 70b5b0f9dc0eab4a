import type { ExpressionProblem, Literal } from './expression.ts'

/** A token of CEL; `at` and `end` count characters. */
export interface Token {
  readonly kind: 'ident' | 'quoted' | 'literal' | 'symbol' | 'end'
  readonly text: string
  readonly literal?: Literal
  readonly at: number
  readonly end: number
}

/** The tokens of a text, and what is no token. */
export interface Tokens {
  readonly tokens: readonly Token[]
  readonly problems: readonly ExpressionProblem[]
}

const symbols = [
  '==',
  '!=',
  '<=',
  '>=',
  '&&',
  '||',
  '<',
  '>',
  '+',
  '-',
  '*',
  '/',
  '%',
  '!',
  '?',
  ':',
  '.',
  ',',
  '(',
  ')',
  '[',
  ']',
  '{',
  '}',
]
const wordStart = /[A-Za-z_]/
const wordPart = /[A-Za-z0-9_]/
const escapes: { readonly [letter: string]: string } = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  "'": "'",
  '"': '"',
  '`': '`',
  '?': '?',
}

interface Read {
  readonly end: number
  readonly literal: Literal
}

/** A text that was begun and can't be one; `end` is behind the character that it breaks at. */
interface Broken {
  readonly end: number
  readonly literal?: undefined
}

/** Reads tokens as CEL's lexer does: what is none is told and passed over. */
export function tokensOf(source: string): Tokens {
  const characters = [...source]
  const tokens: Token[] = []
  const problems: ExpressionProblem[] = []
  let at = 0
  const push = (kind: Token['kind'], end: number, literal?: Literal): void => {
    const text = characters.slice(at, end).join('')
    tokens.push({ kind, text, at, end, ...(literal === undefined ? {} : { literal }) })
    at = end
  }
  const tell = (end: number): void => {
    const shown = characters.slice(at, end).join('').replaceAll('\n', '\\n').replaceAll('\t', '\\t')
    problems.push({ at, message: `Syntax error: token recognition error at: '${shown}'` })
    at = end
  }
  while (at < characters.length) {
    const character = characters[at] ?? ''
    if (/[ \t\n\f\r]/.test(character)) {
      at += 1
      continue
    }
    if (character === '/' && characters[at + 1] === '/') {
      while (at < characters.length && characters[at] !== '\n') at += 1
      continue
    }
    const text = readText(characters, at)
    if (text?.literal !== undefined) {
      push('literal', text.end, text.literal)
      continue
    }
    if (text !== undefined) {
      tell(text.end)
      continue
    }
    const number = readNumber(characters, at)
    if (number !== undefined) {
      push('literal', number.end, number.literal)
      continue
    }
    if (wordStart.test(character)) {
      let end = at + 1
      while (end < characters.length && wordPart.test(characters[end] ?? '')) end += 1
      push('ident', end)
      continue
    }
    const symbol = symbols.find((each) => [...each].every((part, index) => characters[at + index] === part))
    if (symbol !== undefined) {
      push('symbol', at + symbol.length)
      continue
    }
    const quoted = /^`[A-Za-z0-9_./ -]+`/.exec(characters.slice(at, at + 256).join(''))
    if (quoted !== null) push('quoted', at + quoted[0].length)
    // Of half an operator the character after it goes too.
    else tell(['=', '&', '|'].includes(character) && at + 1 < characters.length ? at + 2 : at + 1)
  }
  tokens.push({ kind: 'end', text: '<EOF>', at: characters.length, end: characters.length })
  return { tokens, problems }
}

function readText(characters: readonly string[], at: number): Read | Broken | undefined {
  let index = at
  let isRaw = false
  let isBytes = false
  for (;;) {
    const letter = (characters[index] ?? '').toLowerCase()
    if (letter === 'r' && !isRaw) isRaw = true
    else if (letter === 'b' && !isBytes) isBytes = true
    else break
    index += 1
  }
  const quote = characters[index]
  if (quote !== '"' && quote !== "'") return undefined
  const isTriple = characters[index + 1] === quote && characters[index + 2] === quote
  index += isTriple ? 3 : 1
  let value = ''
  // Escapes within bytes are bytes, not characters.
  const bytes: Uint8Array[] = []
  const keep = (): void => {
    bytes.push(new TextEncoder().encode(value))
    value = ''
  }
  for (;;) {
    const character = characters[index]
    if (character === undefined || (character === '\n' && !isTriple)) return { end: index }
    if (character === quote && (!isTriple || (characters[index + 1] === quote && characters[index + 2] === quote))) break
    if (character !== '\\' || isRaw) {
      if (character === '\\' && isRaw && characters[index + 1] === quote) {
        value += character
        index += 1
      }
      value += characters[index] ?? ''
      index += 1
      continue
    }
    const escaped = readEscape(characters, index + 1)
    if (escaped === undefined) return { end: Math.min(index + 2, characters.length) }
    if (isBytes && escaped.byte !== undefined) {
      keep()
      bytes.push(new Uint8Array([escaped.byte]))
    } else value += escaped.text
    index = escaped.end
  }
  const end = index + (isTriple ? 3 : 1)
  if (!isBytes) return { end, literal: { type: 'string', value } }
  keep()
  return { end, literal: { type: 'bytes', value: new Uint8Array(Buffer.concat(bytes)) } }
}

/** An escaped character; one written by its number in few digits is a byte where bytes are written. */
interface Escaped {
  readonly text: string
  readonly byte?: number
  readonly end: number
}

function readEscape(characters: readonly string[], at: number): Escaped | undefined {
  const letter = characters[at] ?? ''
  const plain = escapes[letter]
  if (plain !== undefined) return { text: plain, end: at + 1 }
  const lengths: { readonly [letter: string]: number } = { x: 2, X: 2, u: 4, U: 8 }
  const length = lengths[letter]
  const digits = characters.slice(at + (length === undefined ? 0 : 1), at + (length === undefined ? 3 : 1 + length)).join('')
  const isSound = length === undefined ? /^[0-3][0-7]{2}$/.test(digits) : new RegExp(`^[0-9a-fA-F]{${length}}$`).test(digits)
  if (!isSound) return undefined
  const point = Number.parseInt(digits, length === undefined ? 8 : 16)
  if (point > 0x10ffff) return undefined
  const byte = length === undefined || length === 2 ? { byte: point } : {}
  return { text: String.fromCodePoint(point), ...byte, end: at + (length === undefined ? 3 : 1 + length) }
}

function readNumber(characters: readonly string[], at: number): Read | undefined {
  const rest = characters.slice(at, at + 64).join('')
  const float = /^(?:\d+\.\d+(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+|\.\d+(?:[eE][+-]?\d+)?)/.exec(rest)
  if (float !== null) return { end: at + float[0].length, literal: { type: 'double', value: Number(float[0]) } }
  const whole = /^(0x[0-9a-fA-F]+|\d+)([uU]?)/.exec(rest)
  if (whole === null) return undefined
  const [all, digits = '0', suffix] = whole
  return { end: at + all.length, literal: { type: suffix === '' ? 'int' : 'uint', value: BigInt(digits) } }
}
