import { patternProblem } from '../go-pattern.ts'
import type { Checked } from './checker.ts'
import { type Expression, type ExpressionOf, type ExpressionProblem, partsOf } from './expression.ts'
import { parsedDuration, parsedTimestamp } from './run/times.ts'
import { type CelType, sameType, typeText, unwrapped } from './types.ts'

/** Literals that can't be what they are given for, which are told only of expressions that are sound otherwise. */
export function checkLiterals(expression: Expression, checked: Checked): readonly ExpressionProblem[] {
  const problems: ExpressionProblem[] = []
  visit(expression, checked, false, problems)
  return problems
}

/** By function, which argument is looked at and what makes it sound. */
const literalTests: { readonly [name: string]: (text: string) => boolean } = {
  duration: (text) => parsedDuration(text) !== undefined,
  timestamp: (text) => parsedTimestamp(text) !== undefined,
  matches: (text) => patternProblem(text) === undefined,
}

function visit(expression: Expression, checked: Checked, isExempt: boolean, problems: ExpressionProblem[]): void {
  if (expression.kind === 'call') checkCall(expression, problems)
  if (expression.kind === 'call' && expression.name === 'format') checkFormat(expression, problems)
  if (expression.kind === 'list' && !isExempt) checkList(expression, checked, problems)
  else if (expression.kind === 'map' && !isExempt) checkMap(expression, checked, problems)
  // What is to be put into a text may be of any type.
  const inFormat = isExempt || (expression.kind === 'call' && expression.name === 'format')
  for (const part of partsOf(expression)) visit(part, checked, inFormat, problems)
}

function checkCall({ name, args }: ExpressionOf<'call'>, problems: ExpressionProblem[]): void {
  const test = Object.hasOwn(literalTests, name) ? literalTests[name] : undefined
  const [argument] = args
  if (test === undefined || argument?.kind !== 'literal' || argument.literal.type !== 'string') return
  if (!test(argument.literal.value)) problems.push({ at: argument.at, message: `invalid ${name} argument` })
}

/** What keeps a pattern given as a literal from being compiled, told only once everything else is sound. */
export function patternFailure(expression: Expression): string | undefined {
  if (expression.kind === 'call' && expression.name === 'matches' && expression.target === undefined) {
    const [, argument] = expression.args
    if (argument?.kind === 'literal' && argument.literal.type === 'string') {
      const problem = patternProblem(argument.literal.value)
      if (problem !== undefined) return problem
    }
  }
  for (const part of partsOf(expression)) {
    const found = patternFailure(part)
    if (found !== undefined) return found
  }
  return undefined
}

/** The arguments that a format asks for, held against those given as a list. */
function checkFormat({ at, target, args }: ExpressionOf<'call'>, problems: ExpressionProblem[]): void {
  const [given] = args
  if (target?.kind !== 'literal' || target.literal.type !== 'string' || given?.kind !== 'list') return
  const wanted = [...target.literal.value.matchAll(/%(?:%|(?:\.\d+)?[a-zA-Z])/g)].filter(([clause]) => clause !== '%%').length
  const { length } = given.elements
  if (length > wanted) {
    const detail = `(expected ${wanted}, got ${length})`
    problems.push({ at, message: `too many arguments supplied to string.format ${detail}` })
  } else if (length < wanted) problems.push({ at: given.at, message: `index ${length} out of range` })
}

function mismatch(expression: Expression, expected: CelType, actual: CelType): ExpressionProblem {
  return { at: expression.at, message: `expected type '${typeText(expected)}' but found '${typeText(actual)}'` }
}

function checkList(expression: ExpressionOf<'list'>, checked: Checked, problems: ExpressionProblem[]): void {
  let expected: CelType | undefined
  for (const [index, element] of expression.elements.entries()) {
    const type = checked.typeOf(element)
    const actual = expression.optional.has(index) ? unwrapped(type).type : type
    expected ??= actual
    if (sameType(expected, actual)) continue
    problems.push(mismatch(element, expected, actual))
    return
  }
}

function checkMap(expression: ExpressionOf<'map'>, checked: Checked, problems: ExpressionProblem[]): void {
  let expected: readonly [CelType, CelType] | undefined
  for (const { key, value, isOptional } of expression.entries) {
    const type = checked.typeOf(value)
    const actual = [checked.typeOf(key), isOptional ? unwrapped(type).type : type] as const
    expected ??= actual
    if (!sameType(expected[0], actual[0])) problems.push(mismatch(key, expected[0], actual[0]))
    if (!sameType(expected[1], actual[1])) problems.push(mismatch(value, expected[1], actual[1]))
  }
}
