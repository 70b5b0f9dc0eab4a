import { checkExpression } from './checker.ts'
import { costOf } from './cost.ts'
import { problemText } from './expression.ts'
import { checkLiterals, patternFailure } from './literal-checks.ts'
import { parseExpression } from './parser.ts'
import { type DeclaredType, structsOf } from './schema-type.ts'
import { type CelType, optionalType } from './types.ts'

/** What compiling a text of CEL about a value came to: why it is refused, or what there is to know of it. */
export type CompiledText =
  | { readonly ok: false; readonly problem: string; readonly isInstantiation?: boolean }
  | {
      readonly ok: true
      readonly type: CelType
      /** The most that it may cost, in the API server's units. */
      readonly cost: number
      readonly usesOldSelf: boolean
    }

/** Compiles a text about a value and the one before it, which may be missing where the rule says so. */
export function compileText(source: string, declared: DeclaredType, isOldOptional: boolean): CompiledText {
  const parsed = parseExpression(source)
  if (!parsed.ok) return { ok: false, problem: problemText(source, parsed.problems) }
  const structs = structsOf(declared)
  const checked = checkExpression(parsed.expression, {
    variables: new Map([
      ['self', declared.type],
      ['oldSelf', isOldOptional ? optionalType(declared.type) : declared.type],
    ]),
    fieldOf: (struct, field) => {
      const fields = structs.get(struct)?.fields
      // A word of the language is a name as well where it stands between backticks.
      return (fields?.get(field) ?? fields?.get(`__${field}__`))?.type
    },
  })
  const problems = checked.problems.length > 0 ? checked.problems : checkLiterals(parsed.expression, checked)
  if (problems.length > 0) return { ok: false, problem: problemText(source, problems) }
  const failure = patternFailure(parsed.expression)
  if (failure !== undefined && checked.type.kind === 'bool') return { ok: false, problem: failure, isInstantiation: true }
  const cost = costOf(parsed.expression, checked, declared)
  return { ok: true, type: checked.type, cost, usesOldSelf: checked.names.has('oldSelf') }
}
