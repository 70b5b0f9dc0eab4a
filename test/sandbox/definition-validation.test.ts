import { expect, test } from 'vitest'
import type { JsonObject } from '../../src/plan/json.ts'
import { openSandbox, request } from './sandbox-requests.ts'

const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'

function definition(changes: { readonly spec?: JsonObject; readonly schema?: JsonObject; readonly name?: string }): JsonObject {
  const version = {
    name: 'v1',
    served: true,
    storage: true,
    schema: { openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object', ...changes.schema } } } },
  }
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: changes.name ?? 'things.example.org' },
    spec: {
      group: 'example.org',
      scope: 'Namespaced',
      names: { kind: 'Thing', plural: 'things' },
      versions: [version],
      ...changes.spec,
    },
  }
}

const root = 'spec.validation.openAPIV3Schema.properties[spec]'
const cases: readonly [string, JsonObject, string][] = [
  [
    'another name than plural and group',
    definition({ name: 'other.example.org' }),
    'metadata.name: Invalid value: "other.example.org": must be spec.names.plural+"."+spec.group',
  ],
  [
    'an unknown scope',
    definition({ spec: { scope: 'Moon' } }),
    'spec.scope: Unsupported value: "Moon": supported values: "Cluster", "Namespaced"',
  ],
  [
    'a field without type',
    definition({ schema: { properties: { a: { minimum: 1 } } } }),
    `${root}.properties[a].type: Required value: must not be empty for specified object fields`,
  ],
  [
    'items without type',
    definition({ schema: { properties: { a: { type: 'array', items: {} } } } }),
    `${root}.properties[a].items.type: Required value: must not be empty for specified array items`,
  ],
  [
    'a keyed list whose key may be missing',
    definition({
      schema: {
        properties: {
          a: {
            type: 'array',
            'x-kubernetes-list-type': 'map',
            'x-kubernetes-list-map-keys': ['k'],
            items: { type: 'object', properties: { k: { type: 'string' } } },
          },
        },
      },
    }),
    `${root}.properties[a].items.properties[k].default: Required value: this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property`,
  ],
  [
    'fields and other fields at once',
    definition({ schema: { properties: { a: { type: 'string' } }, additionalProperties: { type: 'string' } } }),
    `${root}.additionalProperties: Forbidden: additionalProperties and properties are mutual exclusive`,
  ],
  [
    'a group that needs approval',
    definition({ name: 'things.x.k8s.io', spec: { group: 'x.k8s.io' } }),
    'metadata.annotations[api-approved.kubernetes.io]: Required value: protected groups must have approval annotation "api-approved.kubernetes.io", see https://github.com/kubernetes/enhancements/pull/1111',
  ],
  [
    'versions without a schema',
    definition({ spec: { versions: [{ name: 'v1', served: true, storage: true }] } }),
    'spec.versions[0].schema.openAPIV3Schema: Required value',
  ],
]

test.each(cases)('refused: %s', async (_name, object, message) => {
  const sandbox = await openSandbox()
  const { status, body } = await request(sandbox, 'POST', path, object)
  expect(status).toBe(422)
  expect(String(body.message).replace(/^CustomResourceDefinition\.apiextensions\.k8s\.io "[^"]*" is invalid: /, '')).toBe(message)
  await sandbox.close()
})

test('a rule that asks for a field which is not in the schema is refused', async () => {
  const sandbox = await openSandbox()
  const object = definition({
    schema: { properties: { a: { type: 'integer' } }, 'x-kubernetes-validations': [{ rule: 'self.a < 3 && self.nope > 1' }] },
  })
  const { body } = await request(sandbox, 'POST', path, object)
  const told =
    "compilation failed: ERROR: <input>:1:19: undefined field 'nope'\n | self.a < 3 && self.nope > 1\n | ..................^"
  expect(body.message).toContain(told)
  await sandbox.close()
})

test('a rule that is no CEL is refused where it stands', async () => {
  const sandbox = await openSandbox()
  const object = definition({ schema: { 'x-kubernetes-validations': [{ rule: 'self.a ==' }] } })
  const { body } = await request(sandbox, 'POST', path, object)
  const shown = '{"Rule":"self.a ==","Message":"","MessageExpression":"","Reason":null,"FieldPath":"","OptionalOldSelf":null}'
  expect(body.message).toContain(`${root}.x-kubernetes-validations[0].rule: Invalid value: ${shown}: compilation failed: `)
  await sandbox.close()
})
