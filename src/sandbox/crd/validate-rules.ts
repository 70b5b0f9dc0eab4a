import { isJsonObject, type JsonValue } from '../../plan/json.ts'
import { jsonEqual } from '../apply/value-shape.ts'
import type { FieldError } from '../resource-type.ts'
import type { StructuralSchema, ValidationRule } from '../structural-schema.ts'
import { celValue, escapedName } from './cel/cel-value.ts'
import { type CompiledRule, compileRule, isRuleProblem } from './cel/compiled-rule.ts'
import { fieldBefore, itemsBefore } from './correlate.ts'
import { duplicateValue, invalidValue, requiredValue, wholeObject } from './value-errors.ts'

const withRules = new WeakMap<StructuralSchema, boolean>()

/** True when there is a rule anywhere in the schema. */
export function hasRules(schema: StructuralSchema): boolean {
  const known = withRules.get(schema)
  if (known !== undefined) return known
  const { properties, items, additionalProperties } = schema
  const found =
    (schema['x-kubernetes-validations']?.length ?? 0) > 0 ||
    Object.values(properties ?? {}).some(hasRules) ||
    (items !== undefined && hasRules(items)) ||
    (typeof additionalProperties === 'object' && hasRules(additionalProperties))
  withRules.set(schema, found)
  return found
}

/** A value together with how CEL sees it. */
interface Seen {
  readonly json: JsonValue
  readonly cel: unknown
}

/** What rules say against a value, and what they say against a part of it that did not change. */
export interface RuleVerdict {
  readonly errors: readonly FieldError[]
  readonly tolerated: readonly FieldError[]
}

interface Found {
  readonly errors: FieldError[]
  readonly tolerated: FieldError[]
}

/** What the rules of a schema say against a value; those that compare with the value before say nothing of a new one. */
export function validateRules(value: JsonValue, schema: StructuralSchema, old: JsonValue | undefined): RuleVerdict {
  const found: Found = { errors: [], tolerated: [] }
  if (!hasRules(schema)) return found
  const seen = { json: value, cel: celValue(value, schema) }
  walk(seen, schema, '', old === undefined ? undefined : { json: old, cel: celValue(old, schema) }, found)
  return found
}

function walk(value: Seen, schema: StructuralSchema, path: string, old: Seen | undefined, found: Found): void {
  if (!hasRules(schema) || value.json === null) return
  const unchanged = old !== undefined && jsonEqual(value.json, old.json)
  for (const rule of schema['x-kubernetes-validations'] ?? []) checkRule(rule, value, schema, path, old, unchanged, found)
  if (Array.isArray(value.json)) walkItems(value.json, value.cel, schema, path, old, found)
  else if (isJsonObject(value.json)) walkFields(value, schema, path, old, found)
}

function walkItems(
  list: readonly JsonValue[],
  cel: unknown,
  schema: StructuralSchema,
  path: string,
  old: Seen | undefined,
  found: Found,
): void {
  const { items } = schema
  if (items === undefined || !hasRules(items) || !Array.isArray(cel)) return
  const before = itemsBefore(schema, old?.json)
  for (const [index, item] of list.entries()) {
    const oldItem = before(item)
    const oldSeen = oldItem === undefined ? undefined : { json: oldItem, cel: celValue(oldItem, items) }
    walk({ json: item, cel: cel[index] }, items, `${path}[${index}]`, oldSeen, found)
  }
}

function celField(cel: unknown, name: string): unknown {
  return typeof cel === 'object' && cel !== null ? (cel as { readonly [name: string]: unknown })[name] : undefined
}

function walkFields(value: Seen, schema: StructuralSchema, path: string, old: Seen | undefined, found: Found): void {
  const { properties, additionalProperties } = schema
  for (const [name, inner] of Object.entries(isJsonObject(value.json) ? value.json : {})) {
    const declared = properties !== undefined && Object.hasOwn(properties, name) ? properties[name] : undefined
    const innerSchema = declared ?? (typeof additionalProperties === 'object' ? additionalProperties : undefined)
    if (innerSchema === undefined || !hasRules(innerSchema)) continue
    const celName = declared === undefined ? name : escapedName(name)
    // Nothing is known inside a map that is replaced as a whole.
    const oldInner = schema['x-kubernetes-map-type'] === 'atomic' ? undefined : fieldBefore(old?.json, name)
    const oldSeen = oldInner === undefined ? undefined : { json: oldInner, cel: celField(old?.cel, celName) }
    const at = declared === undefined ? `${path}[${name}]` : path === '' ? name : `${path}.${name}`
    walk({ json: inner, cel: celField(value.cel, celName) }, innerSchema, at, oldSeen, found)
  }
}

function checkRule(
  rule: ValidationRule,
  value: Seen,
  schema: StructuralSchema,
  path: string,
  old: Seen | undefined,
  unchanged: boolean,
  found: Found,
): void {
  const compiled = compileRule(rule)
  if (isRuleProblem(compiled)) {
    found.errors.push(invalidValue(path, typeText(schema), `rule compile error: ${compiled.message}`))
    return
  }
  if (compiled.usesOldSelf && old === undefined && rule.optionalOldSelf !== true) return
  // What a stored value breaks already it may go on breaking, unless the rule is about the change itself.
  const errors = unchanged && !compiled.usesOldSelf ? found.tolerated : found.errors
  report(compiled, value, schema, path, old, errors)
}

function typeText(schema: StructuralSchema): string {
  return schema.type ?? ''
}

function ruleText(rule: ValidationRule): string {
  return (rule.message === undefined || rule.message === '' ? rule.rule : rule.message).trim()
}

function report(
  compiled: CompiledRule,
  value: Seen,
  schema: StructuralSchema,
  path: string,
  old: Seen | undefined,
  errors: FieldError[],
): void {
  const { rule } = compiled
  const outcome = compiled.evaluate({ self: value.cel, oldSelf: old?.cel })
  switch (outcome.kind) {
    case 'holds':
      return
    case 'failed': {
      const detail = outcome.why.startsWith('no such overload')
        ? `'${outcome.why}': call arguments did not match a supported operator, function or macro signature for rule: ${ruleText(rule)}`
        : `${outcome.why} evaluating rule: ${ruleText(rule)}`
      // What the rule stumbled on isn't known, so the type is shown in place of a value.
      errors.push(invalidValue(path, typeText(schema), detail))
      return
    }
    case 'broken': {
      const fixed = rule.message === undefined || rule.message === '' ? `failed rule: ${ruleText(rule)}` : rule.message.trim()
      errors.push(withReason(rule, pathOf(rule, path), value.json, outcome.message ?? fixed))
    }
  }
}

function pathOf(rule: ValidationRule, path: string): string {
  const { fieldPath = '' } = rule
  if (fieldPath === '') return path
  const plain = fieldPath.replaceAll(/\['([^']*)'\]/g, (_match, name: string) => `.${name}`).replace(/^\./, '')
  return path === '' ? plain : `${path}.${plain}`
}

/** Lists and objects are too long to be shown. */
function invalidShort(path: string, value: JsonValue, detail: string): FieldError {
  if (typeof value !== 'object' || value === null) return invalidValue(path, value, detail)
  return { type: 'FieldValueInvalid', field: path || wholeObject, message: `Invalid value: ${detail}` }
}

function withReason(rule: ValidationRule, path: string, value: JsonValue, detail: string): FieldError {
  switch (rule.reason) {
    case 'FieldValueForbidden':
      return { type: 'FieldValueForbidden', field: path || wholeObject, message: `Forbidden: ${detail}` }
    case 'FieldValueRequired':
      return requiredValue(path, detail)
    case 'FieldValueDuplicate':
      return typeof value === 'object' && value !== null
        ? { type: 'FieldValueDuplicate', field: path || wholeObject, message: 'Duplicate value' }
        : duplicateValue(path || wholeObject, value)
    default:
      return invalidShort(path, value, detail)
  }
}
