import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js'
import { distance } from 'fastest-levenshtein'
import { Check } from 'typebox/schema'
import type { Diagnostic } from '../../plan/diagnostic.ts'
import { isJsonObject } from '../../plan/json.ts'
import type { ValuePath } from '../../plan/source.ts'
import { checkProblem, type Locate } from './check-problem.ts'
import { type PerfCheckDocument, PerfCheckSchema, perfCheckJsonSchema } from './perf-check-schema.ts'

/** A check as written, or what is wrong with it. */
export type ValidatedCheck =
  | { readonly ok: true; readonly check: PerfCheckDocument }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] }

let compiled: ReturnType<Ajv2020['compile']> | undefined

/**
 * Checks a value against the schema; everything wrong is reported, unknown keys with the nearest known one. Compiling the schema takes
 * longer than all else that comes before a run, so that is left to values which are found wrong without.
 */
export function validatePerfCheck(value: unknown, address: string, locate: Locate = () => undefined): ValidatedCheck {
  if (Check(PerfCheckSchema, value)) return { ok: true, check: value }
  compiled ??= new Ajv2020({ allErrors: true, strict: false, verbose: true }).compile(perfCheckJsonSchema())
  if (compiled(value)) return { ok: true, check: value as PerfCheckDocument }
  const diagnostics = new Map<string, Diagnostic>()
  for (const error of worthReporting(compiled.errors ?? [])) {
    const path = pathOf(error)
    const detail = describe(error, path)
    diagnostics.set(`${path.join('.')}${detail}`, checkProblem('MF7001', detail, { address, path, locate, ...hintOf(error) }))
  }
  return { ok: false, diagnostics: [...diagnostics.values()] }
}

/** Of a choice only the choice itself is worth a line, not each way in which it wasn't made. */
function worthReporting(errors: readonly ErrorObject[]): ErrorObject[] {
  const choices = errors.filter((error) => error.keyword === 'anyOf').map((error) => error.schemaPath)
  return errors.filter((error) => error.keyword === 'anyOf' || !choices.some((path) => error.schemaPath.startsWith(`${path}/`)))
}

function pathOf(error: ErrorObject): ValuePath {
  const path: (string | number)[] = error.instancePath
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part))
  if (error.keyword === 'additionalProperties') path.push(String(error.params.additionalProperty))
  return path
}

function describe(error: ErrorObject, path: ValuePath): string {
  const name = path.length === 0 ? 'The check' : `\`${path.join('.')}\``
  switch (error.keyword) {
    case 'additionalProperties':
      return `${name} is not a known key.`
    case 'required':
      return `${name} lacks \`${String(error.params.missingProperty)}\`.`
    case 'anyOf': {
      const known = literals(error.parentSchema)
      return known.length > 0 ? `${name} must be one of ${known.join(', ')}.` : `${name} has none of the allowed forms.`
    }
    case 'enum':
      return `${name} must be one of ${(error.params.allowedValues as readonly unknown[]).join(', ')}.`
    case 'pattern': {
      const description = error.parentSchema?.description
      return `${name} must be like this: ${typeof description === 'string' ? description : error.message}.`
    }
    default:
      return `${name} ${error.message ?? 'is not allowed'}.`
  }
}

function literals(schema: unknown): string[] {
  if (!isJsonObject(schema) || !Array.isArray(schema.anyOf)) return []
  return schema.anyOf.flatMap((part: unknown) => {
    if (!isJsonObject(part)) return []
    if (Array.isArray(part.enum)) return part.enum.map(String)
    const inner = literals(part)
    return inner.length > 0 ? inner : typeof part.description === 'string' ? [part.description] : []
  })
}

function hintOf(error: ErrorObject): { readonly hint?: string } {
  if (error.keyword !== 'additionalProperties' || !isJsonObject(error.parentSchema)) return {}
  const properties = error.parentSchema.properties
  if (!isJsonObject(properties)) return {}
  const unknown = String(error.params.additionalProperty)
  const nearest = Object.keys(properties)
    .map((key) => ({ key, far: distance(key, unknown) }))
    .sort((left, right) => left.far - right.far)[0]
  return nearest !== undefined && nearest.far <= Math.max(2, unknown.length / 3) ? { hint: `did you mean ${nearest.key}?` } : {}
}
