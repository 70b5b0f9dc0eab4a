import { isJsonObject, type JsonObject, type JsonValue } from '../plan/json.ts'
import { compileExpression, type ExpressionProblem, type ExpressionResult, isBuiltInName, isProblem } from './expression/cel.ts'
import { toCel } from './expression/cel-values.ts'
import { didYouMean } from './nearest.ts'

export type { ExpressionProblem, ExpressionResult } from './expression/cel.ts'
export { compileExpression, isBuiltInName, isProblem } from './expression/cel.ts'

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

function celScope(scope: JsonObject): Record<string, unknown> {
  const result: Record<string, unknown> = {}
  for (const name of Object.keys(scope)) {
    Object.defineProperty(result, name, { enumerable: true, get: () => toCel(scope[name] ?? null) })
  }
  return result
}
