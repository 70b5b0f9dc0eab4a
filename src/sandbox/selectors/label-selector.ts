import type { JsonObject } from '../../plan/json.ts'
import { labelValueComplaints, qualifiedNameComplaints } from '../builtin/validation/names.ts'

/** Decides by an object's labels. */
export type LabelMatcher = (labels: JsonObject) => boolean

/** A selector that can be used, or why it can't, in the API server's words. */
export type ParsedLabelSelector =
  | { readonly ok: true; readonly matches: LabelMatcher; readonly isEmpty: boolean }
  | { readonly ok: false; readonly problem: string }

type TokenKind = 'end' | 'identifier' | '(' | ')' | ',' | '!' | '=' | '==' | '!=' | '>' | '<' | 'in' | 'notin'

interface Token {
  readonly kind: TokenKind
  readonly text: string
}

class SelectorProblem extends Error {}

const symbols: ReadonlySet<string> = new Set(['=', '!', '(', ')', ',', '>', '<'])
const binaryOperators = 'in, notin, =, ==, !=, gt, lt'

function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = []
  let at = 0
  while (at < text.length) {
    const character = text[at] as string
    if (/\s/.test(character)) {
      at += 1
    } else if (symbols.has(character)) {
      const two = text.slice(at, at + 2)
      const symbol = two === '==' || two === '!=' ? two : character
      tokens.push({ kind: symbol as TokenKind, text: symbol })
      at += symbol.length
    } else {
      let end = at
      while (end < text.length && !/\s/.test(text[end] as string) && !symbols.has(text[end] as string)) end += 1
      const word = text.slice(at, end)
      tokens.push({ kind: word === 'in' || word === 'notin' ? word : 'identifier', text: word })
      at = end
    }
  }
  return tokens
}

const end: Token = { kind: 'end', text: '' }

class Parser {
  readonly #tokens: readonly Token[]
  #at = 0

  constructor(text: string) {
    this.#tokens = tokensOf(text)
  }

  /** In the place of a value, the words `in` and `notin` are values. */
  #peek(asValue = true): Token {
    const token = this.#tokens[this.#at] ?? end
    return asValue && (token.kind === 'in' || token.kind === 'notin') ? { kind: 'identifier', text: token.text } : token
  }

  #take(asValue = true): Token {
    const token = this.#peek(asValue)
    this.#at += 1
    return token
  }

  requirements(): readonly LabelMatcher[] {
    const matchers: LabelMatcher[] = []
    for (;;) {
      const first = this.#peek()
      if (first.kind === 'end') return matchers
      if (first.kind !== 'identifier' && first.kind !== '!') {
        throw new SelectorProblem(`found '${first.text}', expected: !, identifier, or 'end of string'`)
      }
      matchers.push(this.#requirement())
      const next = this.#take()
      if (next.kind === 'end') return matchers
      if (next.kind !== ',') throw new SelectorProblem(`found '${next.text}', expected: ',' or 'end of string'`)
      const after = this.#peek()
      if (after.kind !== 'identifier' && after.kind !== '!') {
        throw new SelectorProblem(`found '${after.text}', expected: identifier after ','`)
      }
    }
  }

  #requirement(): LabelMatcher {
    try {
      return this.#parseRequirement()
    } catch (error) {
      if (error instanceof SelectorProblem) throw new SelectorProblem(`unable to parse requirement: ${error.message}`)
      throw error
    }
  }

  #parseRequirement(): LabelMatcher {
    let token = this.#take()
    const absent = token.kind === '!'
    if (absent) token = this.#take()
    if (token.kind !== 'identifier') throw new SelectorProblem(`found '${token.text}', expected: identifier`)
    const key = token.text
    refuseBadKey(key)
    const following = this.#peek().kind
    if (following === 'end' || following === ',') {
      return absent ? (labels) => !Object.hasOwn(labels, key) : (labels) => Object.hasOwn(labels, key)
    }
    return this.#comparison(key)
  }

  #comparison(key: string): LabelMatcher {
    const operator = this.#take(false)
    switch (operator.kind) {
      case 'in': {
        const values = this.#values(key)
        return (labels) => typeof labels[key] === 'string' && values.has(labels[key])
      }
      case 'notin': {
        const values = this.#values(key)
        return (labels) => typeof labels[key] !== 'string' || !values.has(labels[key])
      }
      case '=':
      case '==': {
        const value = this.#exactValue(key)
        return (labels) => labels[key] === value
      }
      case '!=': {
        const value = this.#exactValue(key)
        return (labels) => labels[key] !== value
      }
      case '>':
      case '<': {
        const bound = this.#exactValue(key)
        if (!/^[+-]?\d+$/.test(bound)) {
          throw new SelectorProblem(
            `values[0]: Invalid value: ${JSON.stringify(bound)}: for 'Gt', 'Lt' operators, the value must be an integer`,
          )
        }
        const isGreater = operator.kind === '>'
        return (labels) => {
          const label = labels[key]
          if (typeof label !== 'string' || !/^[+-]?\d+$/.test(label)) return false
          return isGreater ? Number(label) > Number(bound) : Number(label) < Number(bound)
        }
      }
      default:
        throw new SelectorProblem(`found '${operator.text}', expected: ${binaryOperators}`)
    }
  }

  #exactValue(key: string): string {
    const token = this.#peek()
    if (token.kind === 'end' || token.kind === ',') return ''
    this.#at += 1
    if (token.kind !== 'identifier') throw new SelectorProblem(`found '${token.text}', expected: identifier`)
    refuseBadValue(key, token.text, 0)
    return token.text
  }

  #values(key: string): ReadonlySet<string> {
    const open = this.#take()
    if (open.kind !== '(') throw new SelectorProblem(`found '${open.text}' expected: '('`)
    const values = new Set<string>()
    const first = this.#peek()
    if (first.kind === ')') {
      this.#at += 1
      // Nothing in the brackets is the empty value.
      return new Set([''])
    }
    if (first.kind !== 'identifier' && first.kind !== ',') {
      throw new SelectorProblem(`found '${first.text}', expected: ',', ')' or identifier`)
    }
    for (;;) {
      const token = this.#take()
      if (token.kind === 'identifier') {
        refuseBadValue(key, token.text, values.size)
        values.add(token.text)
        const next = this.#peek()
        if (next.kind === ',') continue
        if (next.kind === ')') break
        throw new SelectorProblem(`found '${next.text}', expected: ',' or ')'`)
      }
      if (token.kind !== ',') throw new SelectorProblem(`found '${token.text}', expected: ',', or identifier`)
      const next = this.#peek()
      if (values.size === 0 || next.kind === ',' || next.kind === ')') values.add('')
      if (next.kind === ')') break
    }
    this.#at += 1
    return values
  }
}

function refuseBadKey(key: string): void {
  const complaints = qualifiedNameComplaints(key)
  if (complaints.length === 0) return
  throw new SelectorProblem(`<nil>: Invalid value: ${JSON.stringify(key)}: ${complaints.join('; ')}`)
}

function refuseBadValue(key: string, value: string, index: number): void {
  const complaints = labelValueComplaints(value)
  if (complaints.length === 0) return
  throw new SelectorProblem(`values[${index}][${key}]: Invalid value: ${JSON.stringify(value)}: ${complaints.join('; ')}`)
}

/** Reads a label selector as queries have it: `a=b,c in (d,e),!f`. */
export function parseLabelSelector(text: string): ParsedLabelSelector {
  try {
    const matchers = new Parser(text).requirements()
    return {
      ok: true,
      matches: (labels) => matchers.every((matches) => matches(labels)),
      isEmpty: matchers.length === 0,
    }
  } catch (error) {
    if (error instanceof SelectorProblem) return { ok: false, problem: error.message }
    throw error
  }
}
