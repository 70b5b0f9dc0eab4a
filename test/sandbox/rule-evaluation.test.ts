import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { JsonValue } from '../../src/plan/json.ts'
import { validateRules } from '../../src/sandbox/crd/validate-rules.ts'
import type { StructuralSchema } from '../../src/sandbox/structural-schema.ts'

/** What a real server said of an expression: its value as a message tells it, or why it has none. */
interface RecordedExpression {
  readonly expression: string
  readonly told?: string
  readonly failed?: string
}

const folder = join(import.meta.dirname, '../fixtures/rule-answers')
const { schema, value } = JSON.parse(readFileSync(join(folder, 'object.json'), 'utf8')) as {
  readonly schema: StructuralSchema
  readonly value: JsonValue
}
const recorded = readFileSync(join(folder, 'evaluated.jsonl'), 'utf8')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => JSON.parse(line) as RecordedExpression)

function messageOf(rule: string, messageExpression?: string): string {
  const rules = [{ rule, ...(messageExpression === undefined ? {} : { messageExpression }) }]
  const { errors } = validateRules(value, { ...schema, 'x-kubernetes-validations': rules }, undefined, false)
  return errors.map(({ message }) => message).join('; ')
}

test('expressions have the values, and fail in the words, of a real server', () => {
  const given = recorded.map(({ expression, told }) => {
    if (told !== undefined) {
      const message = messageOf('false', `"@%s".format([${expression}])`)
      return { expression, told: message.replace('Invalid value: @', '') }
    }
    const message = messageOf(`dyn(${expression}) == "@"`)
    return {
      expression,
      failed: message.replace(/^Invalid value: "object": /, '').replace(/(?: evaluating|: call arguments).*$/s, ''),
    }
  })
  expect(given).toEqual(recorded)
})

test('an evaluation that costs too much ends all others', () => {
  const list: StructuralSchema = { type: 'array', items: { type: 'integer' } }
  const numbers: JsonValue = Array.from({ length: 400 }, (_item, index) => index)
  const costly = { rule: 'self.all(x, self.all(y, x == y || x != y))' }
  const { errors } = validateRules(
    numbers,
    { ...list, 'x-kubernetes-validations': [costly, { rule: 'false' }] },
    undefined,
    false,
  )
  expect(errors.map(({ message }) => message)).toEqual([
    `Invalid value: "array": 'operation cancelled: actual cost limit exceeded': no further validation rules will be run due to call cost exceeds limit for rule: ${costly.rule}`,
  ])
})

test('all rules of an object share one budget', () => {
  const list: StructuralSchema = { type: 'array', items: { type: 'integer' } }
  const numbers: JsonValue = Array.from({ length: 300 }, (_item, index) => index)
  const rules = Array.from({ length: 30 }, () => ({ rule: 'self.all(x, self.all(y, x == y || x != y))' }))
  const { errors } = validateRules(numbers, { ...list, 'x-kubernetes-validations': rules }, undefined, false)
  expect(errors.map(({ message }) => message)).toEqual([
    'Invalid value: "array": validation failed due to running out of cost budget, no further validation rules will be run',
  ])
})
