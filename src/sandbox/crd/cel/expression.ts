/** A literal of CEL. */
export type Literal =
  | { readonly type: 'bool'; readonly value: boolean }
  | { readonly type: 'int' | 'uint'; readonly value: bigint }
  | { readonly type: 'double'; readonly value: number }
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'bytes'; readonly value: Uint8Array }
  | { readonly type: 'null' }

/** An entry of a map literal. */
export interface MapEntry {
  readonly key: Expression
  readonly value: Expression
  readonly isOptional: boolean
}

/**
 * An expression of CEL with its macros expanded. `at` is where errors about it are told: the count of characters before its
 * operator, bracket or name.
 */
export type Expression = { readonly at: number } & (
  | { readonly kind: 'literal'; readonly literal: Literal }
  | { readonly kind: 'ident'; readonly name: string }
  | { readonly kind: 'select'; readonly operand: Expression; readonly field: string; readonly isTest: boolean }
  | {
      readonly kind: 'call'
      readonly name: string
      readonly target: Expression | undefined
      readonly args: readonly Expression[]
    }
  | { readonly kind: 'list'; readonly elements: readonly Expression[]; readonly optional: ReadonlySet<number> }
  | { readonly kind: 'map'; readonly entries: readonly MapEntry[] }
  | { readonly kind: 'struct'; readonly name: string; readonly entries: readonly MapEntry[] }
  | Comprehension
)

/** What the macros over lists and maps come to. */
export interface Comprehension {
  readonly kind: 'comprehension'
  readonly range: Expression
  readonly variable: string
  readonly second: string | undefined
  readonly accumulator: string
  readonly start: Expression
  readonly condition: Expression
  readonly step: Expression
  readonly result: Expression
}

/** One kind of expression. */
export type ExpressionOf<K extends Expression['kind']> = Extract<Expression, { readonly kind: K }>

/** Something wrong with an expression. */
export interface ExpressionProblem {
  readonly at: number
  readonly message: string
}

/** The direct parts of an expression. */
export function partsOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'literal':
    case 'ident':
      return []
    case 'select':
      return [expression.operand]
    case 'call':
      return expression.target === undefined ? expression.args : [expression.target, ...expression.args]
    case 'list':
      return expression.elements
    case 'map':
    case 'struct':
      return expression.entries.flatMap(({ key, value }) => [key, value])
    case 'comprehension':
      return [expression.range, expression.start, expression.condition, expression.step, expression.result]
  }
}

/** Problems as an API server shows them: each with its line and a mark under the character. */
export function problemText(source: string, problems: readonly ExpressionProblem[]): string {
  const characters = [...source]
  const lines = source.split('\n').map((line) => [...line])
  const placed = problems.map(({ at, message }) => {
    let line = 0
    let column = 0
    for (const character of characters.slice(0, at)) {
      if (character === '\n') {
        line += 1
        column = 0
      } else column += 1
    }
    return { line, column, message }
  })
  placed.sort((left, right) => left.line - right.line || left.column - right.column)
  return placed
    .map(({ line, column, message }) => {
      const shown = (lines[line] ?? []).map((character) => (character === '\t' ? ' ' : character))
      const dots = shown.slice(0, column).map((character) => (isWide(character) ? '．' : '.'))
      const mark = isWide(shown[column] ?? '') ? '＾' : '^'
      return `ERROR: <input>:${line + 1}:${column + 1}: ${message}\n | ${shown.join('')}\n | ${dots.join('')}${mark}`
    })
    .join('\n')
}

function isWide(character: string): boolean {
  return (character.codePointAt(0) ?? 0) > 127
}
