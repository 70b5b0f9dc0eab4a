import type { Expression, ExpressionProblem, MapEntry } from './expression.ts'
import { expandMacro } from './macros.ts'
import { type Token, tokensOf } from './tokens.ts'

/** An expression, or what keeps a text from being one. */
export type Parsed =
  | { readonly ok: true; readonly expression: Expression }
  | { readonly ok: false; readonly problems: readonly ExpressionProblem[] }

/** Parses CEL with the optional syntax and the macros that API servers know. */
export function parseExpression(source: string): Parsed {
  const { tokens, problems } = tokensOf(source)
  const parser = new Parser(tokens)
  const expression = parser.whole()
  const all = [...problems, ...parser.problems]
  return expression === undefined || all.length > 0 ? { ok: false, problems: all } : { ok: true, expression }
}

/** The dotted name that an expression spells. */
function spelled(expression: Expression): string | undefined {
  if (expression.kind === 'ident') return expression.name
  if (expression.kind !== 'select') return undefined
  const head = spelled(expression.operand)
  return head === undefined ? undefined : `${head}.${expression.field}`
}

/** Stops the parsing; the problem is noted already. */
class Halt extends Error {}

/** What an expression may begin with, as messages list it; `more` stands where other tokens may come too. */
function starts(more: 'none' | 'close' | 'question'): string {
  const close = more === 'close' ? "')', " : ''
  const question = more === 'question' ? "'?', " : ''
  return `{'[', '{', '(', ${close}'.', '-', '!', ${question}'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}`
}

const beginnings: ReadonlySet<string> = new Set(['[', '{', '(', '.', '-', '!'])

function canBegin(token: Token | undefined): boolean {
  if (token === undefined) return false
  return (
    token.kind === 'literal' ||
    (token.kind === 'ident' && token.text !== 'in') ||
    (token.kind === 'symbol' && beginnings.has(token.text))
  )
}
const reserved: ReadonlySet<string> = new Set(
  'as break const continue else for function if import let loop package namespace return var void while'.split(' '),
)
const relations: ReadonlySet<string> = new Set(['<', '<=', '>', '>=', '==', '!=', 'in'])
const keywords: ReadonlySet<string> = new Set(['in', 'true', 'false', 'null'])

class Parser {
  readonly problems: ExpressionProblem[] = []
  readonly #tokens: readonly Token[]
  #index = 0
  /** What else may come where the next expression begins. */
  #more: 'none' | 'close' | 'question' = 'none'

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens
  }

  whole(): Expression | undefined {
    try {
      const expression = this.#expression()
      const rest = this.#token
      if (rest.kind !== 'end') this.#unexpected(rest)
      return expression
    } catch (error) {
      if (error instanceof Halt) return undefined
      throw error
    }
  }

  get #token(): Token {
    const token = this.#tokens[this.#index] ?? this.#tokens.at(-1)
    if (token === undefined) throw new Error('a text has at least its end')
    return token
  }

  #is(symbol: string): boolean {
    const { kind, text } = this.#token
    return text === symbol && (kind === 'symbol' || (kind === 'ident' && symbol === 'in'))
  }

  #next(): Token {
    const token = this.#token
    this.#index += 1
    return token
  }

  #take(symbol: string): Token | undefined {
    return this.#is(symbol) ? this.#next() : undefined
  }

  #halt(at: number, message: string): never {
    this.problems.push({ at, message: `Syntax error: ${message}` })
    throw new Halt()
  }

  /** What stands behind a whole expression: one token too many, or no continuation at all. */
  #unexpected(token: Token): void {
    const following = this.#tokens[this.#index + 1]
    const what = following?.kind === 'end' ? 'extraneous input' : 'mismatched input'
    this.problems.push({ at: token.at, message: `Syntax error: ${what} '${token.text}' expecting <EOF>` })
  }

  /** Takes a symbol. One token too many before it is passed over; one that could stand behind it makes it be missed. */
  #close(symbol: string, wanted = `'${symbol}'`): void {
    if (this.#take(symbol) !== undefined) return
    const { at, text, kind } = this.#token
    const following = this.#tokens[this.#index + 1]
    if (following?.text === symbol && following.kind === 'symbol') {
      this.problems.push({ at, message: `Syntax error: extraneous input '${text}' expecting ${wanted}` })
      this.#index += 2
      return
    }
    const isMissed = symbol === ':' ? canBegin(this.#token) : kind === 'end' && wanted === `'${symbol}'`
    if (!isMissed) this.#halt(at, `mismatched input '${text}' expecting ${wanted}`)
    this.#halt(at, `missing '${symbol}' at '${text}'`)
  }

  #expression(): Expression {
    const condition = this.#or()
    const question = this.#take('?')
    if (question === undefined) return condition
    const whenTrue = this.#or()
    this.#close(':')
    const whenFalse = this.#expression()
    return this.#call(question.at, '_?_:_', condition, whenTrue, whenFalse)
  }

  #call(at: number, name: string, ...args: readonly Expression[]): Expression {
    return { at, kind: 'call', name, target: undefined, args }
  }

  #or(): Expression {
    return this.#chain('||', () => this.#chain('&&', () => this.#relation()))
  }

  /** Operators that say the same in any order are nested evenly, as the API server's parser does it. */
  #chain(symbol: string, part: () => Expression): Expression {
    const terms = [part()]
    const operators: Token[] = []
    for (let operator = this.#take(symbol); operator !== undefined; operator = this.#take(symbol)) {
      operators.push(operator)
      terms.push(part())
    }
    const nest = (from: number, to: number): Expression => {
      const middle = Math.floor((from + to + 1) / 2)
      const left = middle === from ? terms[from] : nest(from, middle - 1)
      const right = middle === to ? terms[to + 1] : nest(middle + 1, to)
      const operator = operators[middle]
      if (left === undefined || right === undefined || operator === undefined) throw new Error('each operator has two sides')
      return this.#call(operator.at, `_${symbol}_`, left, right)
    }
    const [only] = terms
    return operators.length === 0 && only !== undefined ? only : nest(0, operators.length - 1)
  }

  #relation(): Expression {
    let left = this.#sum()
    while (relations.has(this.#token.text) && (this.#token.kind === 'symbol' || this.#token.text === 'in')) {
      if (this.#token.kind === 'literal') break
      const operator = this.#next()
      left = this.#call(operator.at, operator.text === 'in' ? '@in' : `_${operator.text}_`, left, this.#sum())
    }
    return left
  }

  #binary(symbols: readonly string[], part: () => Expression): Expression {
    let left = part()
    for (;;) {
      const symbol = symbols.find((each) => this.#is(each))
      if (symbol === undefined) return left
      const operator = this.#next()
      left = this.#call(operator.at, `_${symbol}_`, left, part())
    }
  }

  #sum(): Expression {
    return this.#binary(['+', '-'], () => this.#binary(['*', '/', '%'], () => this.#unary()))
  }

  #unary(): Expression {
    for (const symbol of ['!', '-']) {
      const first = this.#token
      if (!this.#is(symbol)) continue
      let count = 0
      while (this.#take(symbol) !== undefined) count += 1
      const negative = symbol === '-' && count === 1 ? this.#negativeNumber(first.at) : undefined
      const operand = negative ?? this.#member()
      if (negative !== undefined) return this.#suffixes(negative)
      return count % 2 === 0 ? operand : this.#call(first.at, `${symbol}_`, operand)
    }
    return this.#member()
  }

  #negativeNumber(at: number): Expression | undefined {
    const { literal } = this.#token
    if (literal?.type === 'int') {
      this.#next()
      return { at, kind: 'literal', literal: { type: 'int', value: -literal.value } }
    }
    if (literal?.type !== 'double') return undefined
    this.#next()
    return { at, kind: 'literal', literal: { type: 'double', value: -literal.value } }
  }

  #member(): Expression {
    return this.#suffixes(this.#primary())
  }

  #suffixes(start: Expression): Expression {
    let operand = start
    for (;;) {
      const token = this.#token
      if (this.#take('.') !== undefined) operand = this.#selected(operand, token)
      else if (this.#take('[') !== undefined) {
        const isOptional = this.#take('?') !== undefined
        this.#more = isOptional ? 'none' : 'question'
        const index = this.#expression()
        this.#close(']')
        operand = this.#call(token.at, isOptional ? '_[?_]' : '_[_]', operand, index)
      } else return operand
    }
  }

  #selected(operand: Expression, dot: Token): Expression {
    const isOptional = this.#take('?') !== undefined
    const name = this.#next()
    if (name.kind === 'quoted') {
      const field = name.text.slice(1, -1)
      return { at: dot.at, kind: 'select', operand, field, isTest: false }
    }
    if (name.kind !== 'ident' || keywords.has(name.text)) {
      const text = name.kind === 'end' ? '' : name.text
      const message = `Syntax error: no viable alternative at input '.${text}'`
      this.problems.push({ at: name.at, message })
      if (name.text !== 'in') throw new Halt()
      // As an operator it goes on.
      this.#index -= 1
      return operand
    }
    if (this.#is('{')) {
      const prefix = spelled(operand)
      if (prefix !== undefined) return this.#struct(`${prefix}.${name.text}`)
    }
    if (isOptional) {
      const field: Expression = { at: name.at, kind: 'literal', literal: { type: 'string', value: name.text } }
      return this.#call(dot.at, '_?._', operand, field)
    }
    const open = this.#take('(')
    if (open === undefined) return { at: dot.at, kind: 'select', operand, field: name.text, isTest: false }
    const args = this.#arguments()
    return this.#expanded(open.at, name.text, operand, args)
  }

  #expanded(at: number, name: string, target: Expression | undefined, args: readonly Expression[]): Expression {
    const expansion = expandMacro(name, { at, target, args })
    if (expansion === undefined) return { at, kind: 'call', name, target, args }
    if (expansion.ok) return expansion.expression
    this.problems.push({ at: expansion.at, message: expansion.message })
    return { at, kind: 'literal', literal: { type: 'null' } }
  }

  #arguments(): readonly Expression[] {
    const args: Expression[] = []
    if (this.#take(')') !== undefined) return args
    if (this.#is(',') && this.#tokens[this.#index + 1]?.text === ')') {
      const { at, text } = this.#next()
      this.problems.push({ at, message: `Syntax error: extraneous input '${text}' expecting ${starts('close')}` })
    }
    this.#more = 'close'
    do {
      if (args.length === 0 && this.#is(')')) break
      args.push(this.#expression())
    } while (this.#take(',') !== undefined)
    this.#close(')')
    return args
  }

  #primary(): Expression {
    const more = this.#more
    this.#more = 'none'
    const first = this.#token
    if (!canBegin(first) && first.kind !== 'end' && canBegin(this.#tokens[this.#index + 1])) {
      this.problems.push({ at: first.at, message: `Syntax error: extraneous input '${first.text}' expecting ${starts(more)}` })
      this.#index += 1
    }
    const token = this.#next()
    if (!canBegin(token)) return this.#nothing(token, more)
    switch (token.kind) {
      case 'literal':
        return this.#literal(token)
      case 'ident':
        return this.#named(token, '')
      case 'symbol':
        return this.#bracketed(token)
      default:
        return this.#nothing(token)
    }
  }

  #nothing(token: Token, more: 'none' | 'close' | 'question' = 'none'): never {
    return this.#halt(token.at, `mismatched input '${token.text}' expecting ${starts(more)}`)
  }

  #literal({ at, literal }: Token): Expression {
    if (literal === undefined) throw new Error('a literal has its value')
    const isTooLarge =
      (literal.type === 'int' && literal.value >= 2n ** 63n) || (literal.type === 'uint' && literal.value >= 2n ** 64n)
    if (isTooLarge) this.problems.push({ at, message: `invalid ${literal.type} literal` })
    return { at, kind: 'literal', literal }
  }

  #bracketed(token: Token): Expression {
    switch (token.text) {
      case '(': {
        const inner = this.#expression()
        this.#close(')')
        return inner
      }
      case '[':
        return this.#list(token.at)
      case '{':
        return this.#map(token.at)
      case '.': {
        const name = this.#next()
        return name.kind === 'ident' ? this.#named(name, '.') : this.#nothing(name)
      }
      default:
        return this.#nothing(token)
    }
  }

  #named(token: Token, prefix: string): Expression {
    const { at, text } = token
    if (prefix === '' && text === 'true') return { at, kind: 'literal', literal: { type: 'bool', value: true } }
    if (prefix === '' && text === 'false') return { at, kind: 'literal', literal: { type: 'bool', value: false } }
    if (prefix === '' && text === 'null') return { at, kind: 'literal', literal: { type: 'null' } }
    if (text === 'in') return this.#nothing(token)
    if (reserved.has(text)) this.problems.push({ at, message: `reserved identifier: ${text}` })
    const open = this.#take('(')
    if (open !== undefined) return this.#expanded(open.at, `${prefix}${text}`, undefined, this.#arguments())
    if (this.#is('{')) return this.#struct(`${prefix}${text}`)
    return { at, kind: 'ident', name: `${prefix}${text}` }
  }

  /** A message of a type, which only mutations have. */
  #struct(name: string): Expression {
    const { at } = this.#next()
    const entries: MapEntry[] = []
    while (!this.#is('}')) {
      const isOptional = this.#take('?') !== undefined
      const field = this.#next()
      const { at: colon } = this.#token
      this.#close(':')
      const literal = { type: 'string', value: field.text.replaceAll('`', '') } as const
      // What is wrong with a field is told at its colon.
      entries.push({ key: { at: colon, kind: 'literal', literal }, value: this.#expression(), isOptional })
      if (this.#take(',') === undefined) break
    }
    this.#close('}', "{'}', ','}")
    return { at, kind: 'struct', name, entries }
  }

  #list(at: number): Expression {
    const elements: Expression[] = []
    const optional = new Set<number>()
    if (this.#is(',') && this.#tokens[this.#index + 1]?.text === ']') this.#next()
    while (!this.#is(']')) {
      if (this.#take('?') !== undefined) optional.add(elements.length)
      elements.push(this.#expression())
      if (this.#take(',') === undefined) break
    }
    this.#close(']', "{']', ','}")
    return { at, kind: 'list', elements, optional }
  }

  #map(at: number): Expression {
    const entries: MapEntry[] = []
    if (this.#is(',') && this.#tokens[this.#index + 1]?.text === '}') this.#next()
    while (!this.#is('}')) {
      const isOptional = this.#take('?') !== undefined
      const key = this.#expression()
      this.#close(':')
      entries.push({ key, value: this.#expression(), isOptional })
      if (this.#take(',') === undefined) break
    }
    this.#close('}', "{'}', ','}")
    return { at, kind: 'map', entries }
  }
}
