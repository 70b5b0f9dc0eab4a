import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { JsonObject, JsonValue } from '../../src/plan/json.ts'
import { FieldErrors } from '../../src/sandbox/builtin/validation/field-errors.ts'
import { validateSchema } from '../../src/sandbox/crd/validate-schema.ts'

interface RecordedRule {
  readonly rule: string
  readonly messageExpression?: string
  readonly optionalOldSelf?: boolean
  readonly at?: string
  readonly refused?: readonly { readonly field: string; readonly message: string }[]
}

const folder = join(import.meta.dirname, '../fixtures/rule-answers')
const base = JSON.parse(readFileSync(join(folder, 'schema.json'), 'utf8')) as JsonObject
const recorded = readFileSync(join(folder, 'compiled.jsonl'), 'utf8')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => JSON.parse(line) as RecordedRule)

/** The schema with the rule at its place. */
function withRule({ refused: _refused, at = '', ...rule }: RecordedRule): JsonObject {
  const rules: JsonObject = { 'x-kubernetes-validations': [rule] }
  if (at === '') return { ...base, ...rules }
  const name = at.replace('[]', '')
  const properties = base.properties as { readonly [name: string]: JsonObject }
  const property = properties[name] ?? {}
  if (!at.endsWith('[]')) return { ...base, properties: { ...properties, [name]: { ...property, ...rules } } }
  const part = property.items === undefined ? 'additionalProperties' : 'items'
  const inner = property[part] as JsonObject
  return { ...base, properties: { ...properties, [name]: { ...property, [part]: { ...inner, ...rules } } } }
}

/** What a definition with this schema is refused for, without the rule that each cause repeats. */
function causesOf(spec: JsonObject): readonly JsonValue[] {
  const errors = new FieldErrors()
  validateSchema(errors, { type: 'object', properties: { spec } }, 'spec.validation.openAPIV3Schema', false)
  const repeated = /^Invalid value: \{"Rule".*?"OptionalOldSelf":(?:null|true|false)\}: /s
  return inOrder(errors.all.map(({ field, message }) => ({ field, message: message.replace(repeated, '') })))
}

/** A real server tells of maps in any order. */
function inOrder<T>(causes: readonly T[]): readonly T[] {
  return [...causes].sort((left, right) => (JSON.stringify(left) < JSON.stringify(right) ? -1 : 1))
}

test(`${recorded.length} rules are accepted or refused in the words of a real server`, () => {
  const given = recorded.map((each) => [each.at ?? '', each.rule, causesOf(withRule(each))])
  expect(given).toEqual(recorded.map(({ at = '', rule, refused = [] }) => [at, rule, inOrder(refused)]))
})
