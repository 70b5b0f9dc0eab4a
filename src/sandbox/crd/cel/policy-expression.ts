import { problemText } from './expression.ts'
import { parseExpression } from './parser.ts'
import { type Program, programOf } from './run/program.ts'
import type { CelValue } from './run/values.ts'

/** What an expression of an admission policy came to. */
export type PolicyValue = { readonly ok: true; readonly value: CelValue } | { readonly ok: false; readonly why: string }

const programs = new Map<string, Program | string>()

/** Few policies have more expressions than that; then all are parsed anew. */
const mostPrograms = 1000

function parsed(source: string): Program | string {
  const known = programs.get(source)
  if (known !== undefined) return known
  const expression = parseExpression(source)
  const program = expression.ok ? programOf(expression.expression) : problemText(source, expression.problems)
  if (programs.size >= mostPrograms) programs.clear()
  programs.set(source, program)
  return program
}

/** Evaluates an expression of an admission policy, parsed once for each text. */
export function evaluatePolicyExpression(source: string, scope: { readonly [name: string]: CelValue }): PolicyValue {
  const program = parsed(source)
  if (typeof program === 'string') return { ok: false, why: `compilation failed: ${program}` }
  const outcome = program.evaluate(scope)
  if (outcome.kind === 'value') return { ok: true, value: outcome.value }
  return { ok: false, why: `expression '${source}' resulted in error: ${outcome.why}` }
}
