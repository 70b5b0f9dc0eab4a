import fc from 'fast-check'
import { expect, test } from 'vitest'
import { canonicalJson } from '../../src/plan/canonical-json.ts'
import type { JsonObject, JsonValue } from '../../src/plan/json.ts'

/** The definition in the plainest words: keys sorted as texts at every level, and JSON's own form of the rest. */
function spelledOut(value: JsonValue | undefined): string {
  if (Array.isArray(value)) return `[${value.map((item: JsonValue) => spelledOut(item)).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value ?? null)
  const entries = Object.entries(value as JsonObject).filter(([, item]) => item !== undefined)
  const sorted = entries.sort(([left], [right]) => (left < right ? -1 : 1))
  return `{${sorted.map(([key, item]) => `${JSON.stringify(key)}:${spelledOut(item)}`).join(',')}}`
}

test('canonical JSON sorts keys as texts, whatever order and form they have', () => {
  // Numbers as keys come first in a JavaScript object, and by size.
  const key = fc.oneof(fc.nat({ max: 30 }).map(String), fc.constantFrom('a', 'b', 'é', '"', 'z'), fc.string({ maxLength: 3 }))
  const { value } = fc.letrec((again) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      fc.string({ maxLength: 5 }),
      fc.integer(),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.boolean(),
      fc.constant(null),
      fc.array(again('value'), { maxLength: 4 }),
      fc.dictionary(key, again('value'), { maxKeys: 16 }),
    ),
  }))
  fc.assert(
    fc.property(value, (given) => {
      expect(canonicalJson(given as JsonValue)).toBe(spelledOut(given as JsonValue))
    }),
    { numRuns: 500 },
  )
})

test('what is undefined is no key', () => {
  const object = { b: undefined, a: 1, labels: { x: undefined } } as unknown as JsonObject
  expect(canonicalJson(object)).toBe('{"a":1,"labels":{}}')
  expect(canonicalJson({ 10: 1, 9: 2, a: [] } as JsonObject)).toBe('{"10":1,"9":2,"a":[]}')
})
