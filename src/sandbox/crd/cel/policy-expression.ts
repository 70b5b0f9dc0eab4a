import { ParseError } from '@marcbachmann/cel-js'
import { failureText } from './compiled-rule.ts'
import { ruleEnvironment } from './environment.ts'
import { spellHas } from './spell-has.ts'

/** What an expression of an admission policy came to. */
export type PolicyValue = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly why: string }

type Program = (scope: Readonly<Record<string, unknown>>) => unknown

const programs = new Map<string, Program | string>()

/** Few policies have more expressions than that; then all are parsed anew. */
const mostPrograms = 1000

function programOf(source: string): Program | string {
  const known = programs.get(source)
  if (known !== undefined) return known
  let program: Program | string
  try {
    program = ruleEnvironment().parse(spellHas(source))
  } catch (error) {
    if (!(error instanceof ParseError)) throw error
    program = error.summary ?? error.message
  }
  if (programs.size >= mostPrograms) programs.clear()
  programs.set(source, program)
  return program
}

/** Evaluates an expression of an admission policy, parsed once for each text. */
export function evaluatePolicyExpression(source: string, scope: Readonly<Record<string, unknown>>): PolicyValue {
  const program = programOf(source)
  if (typeof program === 'string') return { ok: false, why: `compilation failed: ${program}` }
  try {
    return { ok: true, value: program(scope) }
  } catch (error) {
    return { ok: false, why: `expression '${source}' resulted in error: ${failureText(error)}` }
  }
}
