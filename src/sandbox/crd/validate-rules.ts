import { isJsonObject, type JsonObject, type JsonValue } from '../../plan/json.ts'
import { jsonEqual } from '../apply/value-shape.ts'
import type { FieldError } from '../resource-type.ts'
import type { StructuralSchema, ValidationRule } from '../structural-schema.ts'
import { type CompiledRule, compileRule, isRuleProblem, type RuleScope } from './cel/compiled-rule.ts'
import type { Evaluation } from './cel/run/program.ts'
import { schemaValue, wholeObjectSchema } from './cel/run/schema-values.ts'
import { CelFailure, type CelValue } from './cel/run/values.ts'
import { fieldBefore, itemsBefore } from './correlate.ts'
import { duplicateValue, invalidValue, requiredValue, wholeObject } from './value-errors.ts'

const withRules = new WeakMap<StructuralSchema, boolean>()

/** True when there is a rule anywhere in the schema. */
export function hasRules(schema: StructuralSchema): boolean {
  const known = withRules.get(schema)
  if (known !== undefined) return known
  const { properties, items, additionalProperties, allOf } = schema
  const found =
    (schema['x-kubernetes-validations']?.length ?? 0) > 0 ||
    Object.values(properties ?? {}).some(hasRules) ||
    (items !== undefined && hasRules(items)) ||
    (typeof additionalProperties === 'object' && hasRules(additionalProperties)) ||
    (allOf?.some(hasRules) ?? false)
  withRules.set(schema, found)
  return found
}

/** What rules say against a value, and what they say against a part of it that did not change. */
export interface RuleVerdict {
  readonly errors: readonly FieldError[]
  readonly tolerated: readonly FieldError[]
}

/** The most that the rules of one object may cost together, in the API server's units. */
const wholeBudget = 10_000_000

/** What was found, and what is left to spend; below nothing no more rules are evaluated. */
interface Found {
  readonly errors: FieldError[]
  readonly tolerated: FieldError[]
  budget: number
}

/** A part of an object: the rules about it, the schema that it has, and what it replaces. */
interface Part {
  readonly value: JsonValue
  readonly rules: StructuralSchema
  readonly schema: StructuralSchema
  readonly path: string
  readonly old: JsonValue | undefined
  /** Whether the part is as it was, or the last part around it of which that is known. */
  readonly unchanged: boolean
}

/** What the rules of a schema say against a value; those that compare with the value before say nothing of a new one. */
export function validateRules(
  value: JsonValue,
  schema: StructuralSchema,
  old: JsonValue | undefined,
  isWholeObject: boolean,
): RuleVerdict {
  const found: Found = { errors: [], tolerated: [], budget: wholeBudget }
  if (!hasRules(schema)) return found
  const whole = isWholeObject ? wholeObjectSchema(schema) : schema
  const unchanged = old !== undefined && jsonEqual(value, old)
  walk({ value, rules: schema, schema: whole, path: '', old, unchanged }, found)
  return found
}

function walk(part: Part, found: Found): void {
  const { value, rules } = part
  if (!hasRules(rules) || value === null || found.budget < 0) return
  checkRules(part, found)
  for (const each of rules.allOf ?? []) walk({ ...part, rules: each }, found)
  if (Array.isArray(value)) walkItems(value, part, found)
  else if (isJsonObject(value)) walkFields(value, part, found)
}

function isUnchanged(value: JsonValue, old: JsonValue | undefined, around: boolean): boolean {
  return old === undefined ? around : jsonEqual(value, old)
}

function walkItems(list: readonly JsonValue[], part: Part, found: Found): void {
  const rules = part.rules.items
  const schema = part.schema.items
  if (rules === undefined || schema === undefined || !hasRules(rules)) return
  const before = itemsBefore(part.schema, part.old)
  for (const [index, value] of list.entries()) {
    const old = before(value)
    const path = `${part.path}[${index}]`
    walk({ value, rules, schema, path, old, unchanged: isUnchanged(value, old, part.unchanged) }, found)
  }
}

function fieldOf(schema: StructuralSchema, name: string): StructuralSchema | undefined {
  const { properties, additionalProperties } = schema
  if (properties !== undefined && Object.hasOwn(properties, name)) return properties[name]
  return typeof additionalProperties === 'object' ? additionalProperties : undefined
}

function walkFields(object: JsonObject, part: Part, found: Found): void {
  for (const [name, value] of Object.entries(object)) {
    const [rules, schema] = [fieldOf(part.rules, name), fieldOf(part.schema, name)]
    if (rules === undefined || schema === undefined || !hasRules(rules)) continue
    const isNamed = part.rules.properties !== undefined && Object.hasOwn(part.rules.properties, name)
    const path = !isNamed ? `${part.path}[${name}]` : part.path === '' ? name : `${part.path}.${name}`
    const old = fieldBefore(part.old, name)
    walk({ value, rules, schema, path, old, unchanged: isUnchanged(value, old, part.unchanged) }, found)
  }
}

function checkRules(part: Part, found: Found): void {
  const { schema, path, rules } = part
  for (const rule of rules['x-kubernetes-validations'] ?? []) {
    if (found.budget <= 0) return outOfBudget(part, found)
    const compiled = compileRule(rule)
    if (isRuleProblem(compiled)) {
      found.errors.push(invalidValue(path, typeText(schema), `rule compile error: ${compiled.problem}`))
      continue
    }
    if (compiled.usesOldSelf && part.old === undefined && rule.optionalOldSelf !== true) continue
    checkRule(compiled, part, found)
    if (found.budget < 0) return
  }
}

function outOfBudget({ path, schema }: Part, found: Found): void {
  const detail = 'validation failed due to running out of cost budget, no further validation rules will be run'
  found.errors.push(invalidValue(path, typeText(schema), detail))
  found.budget = -1
}

/** The value as rules see it. A value that rules can't see fails them as it would in the midst of one. */
function seen(value: JsonValue | undefined, schema: StructuralSchema): CelValue | CelFailure | undefined {
  try {
    return value === undefined || value === null ? undefined : schemaValue(value, schema)
  } catch (error) {
    if (error instanceof CelFailure) return error
    throw error
  }
}

function checkRule(compiled: CompiledRule, part: Part, found: Found): void {
  const { rule } = compiled
  const { schema, path, value } = part
  const [self, oldSelf] = [seen(value, schema), seen(part.old, schema)]
  if (self === undefined) return
  if (self instanceof CelFailure || oldSelf instanceof CelFailure) {
    const why = self instanceof CelFailure ? self.message : ''
    found.errors.push(invalidValue(path, typeText(schema), `${why} evaluating rule: ${ruleText(rule)}`))
    return
  }
  const outcome = compiled.evaluate({ self, oldSelf })
  if (outcome.cost > found.budget) return outOfBudget(part, found)
  found.budget -= outcome.cost
  if (outcome.kind === 'failed') return reportFailure(rule, outcome, part, found)
  if (outcome.value !== true) reportBroken(compiled, { self, oldSelf }, part, found)
}

/** What the rule stumbled on isn't known, so the type is shown in place of a value. */
function reportFailure(
  rule: ValidationRule,
  { why, isTooCostly }: Extract<Evaluation, { readonly kind: 'failed' }>,
  { path, schema }: Part,
  found: Found,
): void {
  const about = `rule: ${ruleText(rule)}`
  if (isTooCostly) found.budget = -1
  const detail = isTooCostly
    ? `'${why}': no further validation rules will be run due to call cost exceeds limit for ${about}`
    : why.startsWith('no such overload')
      ? `'${why}': call arguments did not match a supported operator, function or macro signature for ${about}`
      : `${why} evaluating ${about}`
  found.errors.push(invalidValue(path, typeText(schema), detail))
}

function reportBroken(compiled: CompiledRule, scope: RuleScope, part: Part, found: Found): void {
  const { rule, usesOldSelf } = compiled
  // What a stored value breaks already it may go on breaking, unless the rule is about the change itself.
  const errors = part.unchanged && !usesOldSelf ? found.tolerated : found.errors
  const at = pathOf(rule, part.path)
  const told = compiled.message?.(scope)
  const isTooMuch = told !== undefined && told.kind !== 'too-costly' && told.cost > found.budget
  if (told?.kind === 'too-costly' || isTooMuch) {
    const about = `messageExpression: ${JSON.stringify(rule.messageExpression)}`
    const detail = isTooMuch
      ? 'messageExpression evaluation failed due to running out of cost budget, no further validation rules will be run'
      : `no further validation rules will be run due to call cost exceeds limit for ${about}`
    errors.push(invalidValue(at, typeText(part.schema), detail))
    found.budget = -1
    return
  }
  if (told !== undefined) found.budget -= told.cost
  const fixed = rule.message === undefined || rule.message === '' ? `failed rule: ${ruleText(rule)}` : rule.message.trim()
  const detail = told?.kind === 'told' ? told.text : fixed
  errors.push(withReason(rule, at, part.value, part.schema, detail))
}

function typeText(schema: StructuralSchema): string {
  return schema.type ?? ''
}

function ruleText(rule: ValidationRule): string {
  return (rule.message === undefined || rule.message === '' ? rule.rule : rule.message).trim()
}

function pathOf(rule: ValidationRule, path: string): string {
  const { fieldPath = '' } = rule
  if (fieldPath === '') return path
  const plain = fieldPath.replaceAll(/\['([^']*)'\]/g, (_match, name: string) => `.${name}`).replace(/^\./, '')
  return path === '' ? plain : `${path}.${plain}`
}

/** Lists and objects are too long to be shown. */
function invalidShort(path: string, value: JsonValue, schema: StructuralSchema, detail: string): FieldError {
  if (schema.type !== 'object' && schema.type !== 'array') return invalidValue(path, value, detail)
  return { type: 'FieldValueInvalid', field: path || wholeObject, message: `Invalid value: ${detail}` }
}

function withReason(rule: ValidationRule, path: string, value: JsonValue, schema: StructuralSchema, detail: string): FieldError {
  switch (rule.reason) {
    case 'FieldValueForbidden':
      return { type: 'FieldValueForbidden', field: path || wholeObject, message: `Forbidden: ${detail}` }
    case 'FieldValueRequired':
      return requiredValue(path, detail)
    case 'FieldValueDuplicate':
      return schema.type === 'object' || schema.type === 'array'
        ? { type: 'FieldValueDuplicate', field: path || wholeObject, message: 'Duplicate value' }
        : duplicateValue(path || wholeObject, value)
    default:
      return invalidShort(path, value, schema, detail)
  }
}
