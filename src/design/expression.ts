import { isJsonObject, type JsonObject, type JsonValue } from '../plan/json.ts'
import { compileExpression, type ExpressionProblem, type ExpressionResult, isBuiltInName, isProblem } from './expression/cel.ts'
import { textOf, toCel } from './expression/cel-values.ts'
import { readTemplate } from './expression/template.ts'
import { didYouMean } from './nearest.ts'

export type { ExpressionProblem, ExpressionResult } from './expression/cel.ts'

/**
 * Evaluates CEL text in a scope of JSON values: for the console, policies and conditions. Pure; the text is parsed once however
 * often it is evaluated. A name that is not in the scope is a problem that offers the nearest one.
 */
export function evaluateExpression(text: string, scope: JsonObject): ExpressionResult {
  const expression = compileExpression(text)
  if (isProblem(expression)) return { ok: false, problem: expression }
  for (const reference of expression.references) {
    if (Object.hasOwn(scope, reference.root) || isBuiltInName(reference.root)) continue
    return { ok: false, problem: unknownName(reference.root, reference.start, Object.keys(scope)) }
  }
  return expression.evaluate(celScope(scope))
}

/** Evaluates a string of the language: `${...}` inside text, or one expression whose type is kept. */
export function evaluateTemplate(text: string, scope: JsonObject): ExpressionResult {
  const reading = readTemplate(text)
  if ('unclosed' in reading)
    return { ok: false, problem: { code: 'MF1201', start: reading.unclosed, summary: 'This ${ has no }' } }
  const [only] = reading.parts
  if (reading.parts.length === 1 && only?.kind === 'expression')
    return shifted(evaluateExpression(only.source, scope), only.start + 2)
  let result = ''
  for (const part of reading.parts) {
    if (part.kind === 'text') {
      result += part.text
      continue
    }
    const value = shifted(evaluateExpression(part.source, scope), part.start + 2)
    if (!value.ok) return value
    const piece = textOf(value.value)
    if (piece === undefined) return { ok: false, problem: notText(value.value, part.start) }
    result += piece
  }
  return { ok: true, value: result }
}

/** The problem of a name that is not in scope. */
export function unknownName(name: string, start: number, known: readonly string[]): ExpressionProblem {
  const hint = didYouMean(name, known)
  return { code: 'MF1202', start, summary: `Unknown name ${name}`, ...(hint === undefined ? {} : { hint }) }
}

/** The problem of a value that cannot stand inside text. */
export function notText(value: JsonValue, start: number): ExpressionProblem {
  const what = value === null ? 'null' : isJsonObject(value) ? 'a map' : 'a list'
  return {
    code: 'MF1206',
    start,
    summary: `${what} cannot stand inside text`,
    hint:
      value === null
        ? 'Give a value for that case: `x == null ? "" : x`.'
        : 'Use json(...), or join(", ") for a list of strings.',
  }
}

function shifted(result: ExpressionResult, by: number): ExpressionResult {
  return result.ok ? result : { ok: false, problem: { ...result.problem, start: result.problem.start + by } }
}

function celScope(scope: JsonObject): Record<string, unknown> {
  const result: Record<string, unknown> = {}
  for (const name of Object.keys(scope)) {
    Object.defineProperty(result, name, { enumerable: true, get: () => toCel(scope[name] ?? null) })
  }
  return result
}
