import type { JsonObject } from '../../plan/json.ts'
import { objectsAt, textAt } from '../builtin/json-tree.ts'
import type { FieldErrors } from '../builtin/validation/field-errors.ts'
import { compileText } from './cel/compile-text.ts'
import { type DeclaredType, declaredTypeOf, largestRequest } from './cel/schema-type.ts'
import { fieldAtPath } from './field-path.ts'
import type { RuleCosts } from './rule-costs.ts'

const reasons = ['FieldValueDuplicate', 'FieldValueForbidden', 'FieldValueInvalid', 'FieldValueRequired']
const lineBreak = /[\n\r]/

function checkMessage(errors: FieldErrors, rule: JsonObject, at: string): void {
  const text = textAt(rule, 'rule').trim()
  const message = textAt(rule, 'message')
  if (text === '') errors.required(`${at}.rule`, 'rule is not specified')
  else if (message !== '' && message.trim() === '') errors.invalid(`${at}.message`, message, 'must be non-empty if specified')
  else if (lineBreak.test(message.trim())) errors.invalid(`${at}.message`, message, 'must not contain line breaks')
  else if (lineBreak.test(text) && message.trim() === '') {
    errors.required(`${at}.message`, 'message must be specified if rule contains line breaks')
  }
}

/** What is wrong with rules beside their expressions. */
export function checkRuleFields(errors: FieldErrors, schema: JsonObject, field: string): void {
  objectsAt(schema, 'x-kubernetes-validations').forEach((rule, index) => {
    const at = `${field}.x-kubernetes-validations[${index}]`
    checkMessage(errors, rule, at)
    const expression = textAt(rule, 'messageExpression')
    if (expression !== '' && expression.trim() === '') {
      errors.required(`${at}.messageExpression`, 'messageExpression must be non-empty if specified')
    }
    const reason = textAt(rule, 'reason')
    if (reason !== '' && !reasons.includes(reason)) errors.notSupported(`${at}.reason`, reason, reasons)
    const path = textAt(rule, 'fieldPath')
    if (path === '') return
    if (path.trim() === '') errors.invalid(`${at}.fieldPath`, path, 'must be non-empty if specified')
    if (lineBreak.test(path)) errors.invalid(`${at}.fieldPath`, path, 'must not contain line breaks')
    if (!fieldAtPath(path, schema).ok) errors.invalid(`${at}.fieldPath`, path, 'must be a valid path')
  })
}

/** A rule as the server shows it: by the names of its own type, and with what HTML takes for its own escaped. */
function refuse(errors: FieldErrors, field: string, rule: JsonObject, detail: string): void {
  const shown = {
    Rule: rule.rule ?? '',
    Message: rule.message ?? '',
    MessageExpression: rule.messageExpression ?? '',
    Reason: rule.reason ?? null,
    FieldPath: rule.fieldPath ?? '',
    OptionalOldSelf: rule.optionalOldSelf ?? null,
  }
  const text = JSON.stringify(shown).replaceAll(/[<>&]/g, (character) => `\\u00${character.charCodeAt(0).toString(16)}`)
  errors.all.push({ type: 'FieldValueInvalid', field, message: `Invalid value: ${text}: ${detail}` })
}

/** How the values that rules are about stand. */
export interface RuleSurroundings {
  /** Whole objects have type and metadata, whatever their schema says. */
  readonly isObject: boolean
  /** The part whose items can't be found again in the value before. */
  readonly uncorrelated: string | undefined
  /** How many such values an object may have; undefined when nothing bounds them. */
  readonly count: number | undefined
  readonly costs: RuleCosts
}

/** What keeps the expressions of rules from being compiled. */
export function checkRuleTexts(errors: FieldErrors, schema: JsonObject, field: string, around: RuleSurroundings): void {
  const rules = objectsAt(schema, 'x-kubernetes-validations')
  if (rules.length === 0) return
  const declared = declaredTypeOf(schema, around.isObject, 'selfType')
  if (declared === undefined) return
  rules.forEach((rule, index) => {
    const text = textAt(rule, 'rule')
    if (text.trim() === '') return
    const at = `${field}.x-kubernetes-validations[${index}]`
    const usesOldSelf = checkExpressions(errors, rule, declared, at, around)
    if (usesOldSelf) {
      if (around.uncorrelated === undefined) return
      const where = `within ${around.uncorrelated}`
      errors.invalid(`${at}.rule`, text, `oldSelf cannot be used on the uncorrelatable portion of the schema ${where}`)
    } else if (rule.optionalOldSelf !== undefined) {
      errors.invalid(`${at}.optionalOldSelf`, rule.optionalOldSelf, 'may not be set if oldSelf is not used in rule')
    }
  })
}

/** True when the rule asks for the value before. */
function checkExpressions(
  errors: FieldErrors,
  rule: JsonObject,
  declared: DeclaredType,
  at: string,
  around: RuleSurroundings,
): boolean {
  const isOldOptional = rule.optionalOldSelf === true
  const compiled = compileText(textAt(rule, 'rule'), declared, isOldOptional)
  if (!compiled.ok) {
    const what = compiled.isInstantiation === true ? 'program instantiation' : 'compilation'
    refuse(errors, `${at}.rule`, rule, `${what} failed: ${compiled.problem}`)
    return false
  }
  if (compiled.type.kind !== 'bool') {
    refuse(errors, `${at}.rule`, rule, 'cel expression must evaluate to a bool')
    return false
  }
  // What nothing bounds may be in a request as often as it can be written there.
  const times = around.count ?? Math.floor(largestRequest / (declared.smallest + 1))
  around.costs.observe(errors, 'estimated rule cost', `${at}.rule`, compiled.cost * times)
  checkMessageExpression(errors, rule, declared, at, around)
  return compiled.usesOldSelf
}

function checkMessageExpression(
  errors: FieldErrors,
  rule: JsonObject,
  declared: DeclaredType,
  at: string,
  around: RuleSurroundings,
): void {
  const text = textAt(rule, 'messageExpression')
  if (text === '') return
  const field = `${at}.messageExpression`
  const compiled = compileText(text, declared, rule.optionalOldSelf === true)
  if (!compiled.ok) refuse(errors, field, rule, `messageExpression compilation failed: ${compiled.problem}`)
  else if (compiled.type.kind !== 'string') refuse(errors, field, rule, 'messageExpression must evaluate to a string')
  else around.costs.observe(errors, 'estimated messageExpression cost', field, compiled.cost)
}
