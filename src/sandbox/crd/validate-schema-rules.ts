import type { JsonObject } from '../../plan/json.ts'
import { objectAt, objectsAt, textAt } from '../builtin/json-tree.ts'
import type { FieldErrors } from '../builtin/validation/field-errors.ts'
import { compileRule, isRuleProblem, undefinedFieldProblem } from './cel/compiled-rule.ts'
import { fieldAtPath } from './field-path.ts'

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

/** Of the whole object rules may also ask its type, name and prefix of its name. */
function withObjectFields(schema: JsonObject): JsonObject {
  const metadata = { type: 'object', properties: { name: { type: 'string' }, generateName: { type: 'string' } } }
  const fields = { apiVersion: { type: 'string' }, kind: { type: 'string' }, metadata }
  return { ...schema, properties: { ...objectAt(schema, 'properties'), ...fields } }
}

/** How the values that rules are about stand. */
export interface RuleSurroundings {
  /** Whole objects have type and metadata, whatever their schema says. */
  readonly isObject: boolean
  /** The part whose items can't be found again in the value before. */
  readonly uncorrelated: string | undefined
}

/** What keeps the expressions of rules from being compiled. */
export function checkRuleTexts(errors: FieldErrors, schema: JsonObject, field: string, around: RuleSurroundings): void {
  const known = around.isObject ? withObjectFields(schema) : schema
  objectsAt(schema, 'x-kubernetes-validations').forEach((rule, index) => {
    const at = `${field}.x-kubernetes-validations[${index}]`
    checkExpressions(errors, rule, known, at)
    const text = textAt(rule, 'rule')
    if (/\boldSelf\b/.test(text)) {
      if (around.uncorrelated === undefined) return
      const where = `within ${around.uncorrelated}`
      errors.invalid(`${at}.rule`, text, `oldSelf cannot be used on the uncorrelatable portion of the schema ${where}`)
    } else if (rule.optionalOldSelf !== undefined) {
      errors.invalid(`${at}.optionalOldSelf`, rule.optionalOldSelf, 'may not be set if oldSelf is not used in rule')
    }
  })
}

function checkExpressions(errors: FieldErrors, rule: JsonObject, schema: JsonObject, at: string): void {
  const text = textAt(rule, 'rule')
  const messageExpression = textAt(rule, 'messageExpression')
  const compiled = compileRule({
    rule: text,
    ...(messageExpression === '' ? {} : { messageExpression }),
    ...(rule.optionalOldSelf === true ? { optionalOldSelf: true } : {}),
  })
  if (isRuleProblem(compiled)) {
    const what = compiled.part === 'rule' ? 'compilation failed' : 'messageExpression compilation failed'
    refuse(errors, `${at}.${compiled.part}`, rule, `${what}: ${compiled.message}`)
    return
  }
  const problem = undefinedFieldProblem(text, schema)
  if (problem !== undefined) refuse(errors, `${at}.rule`, rule, `compilation failed: ${problem}`)
  const inMessage = messageExpression === '' ? undefined : undefinedFieldProblem(messageExpression, schema)
  if (inMessage !== undefined) {
    refuse(errors, `${at}.messageExpression`, rule, `messageExpression compilation failed: ${inMessage}`)
  }
}
