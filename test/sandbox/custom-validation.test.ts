import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { JsonObject, JsonValue } from '../../src/plan/json.ts'
import { Sandbox } from '../../src/sandbox/sandbox.ts'
import { openSandbox, request, settled } from './sandbox-requests.ts'

function definition(spec: JsonObject, more: JsonObject = {}): JsonObject {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'things.example.org' },
    spec: {
      group: 'example.org',
      scope: 'Namespaced',
      names: { kind: 'Thing', plural: 'things' },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object', ...spec } } } },
          ...more,
        },
      ],
    },
  }
}

const things = '/apis/example.org/v1/namespaces/default/things'

function thing(spec: JsonValue, metadata: JsonObject = {}): JsonObject {
  return { apiVersion: 'example.org/v1', kind: 'Thing', metadata: { name: 'a', ...metadata }, spec }
}

async function served(spec: JsonObject, more: JsonObject = {}) {
  const sandbox = await openSandbox()
  const made = await request(sandbox, 'POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', definition(spec, more))
  expect(made.body.message ?? made.status).toBe(201)
  return sandbox
}

async function messageFor(schema: JsonObject, spec: JsonValue): Promise<JsonValue | undefined> {
  const sandbox = await served(schema)
  const { body, status } = await request(sandbox, 'POST', things, thing(spec))
  await sandbox.close()
  return status === 201 ? body.spec : String(body.message).replace('Thing.example.org "a" is invalid: ', '')
}

describe('values of custom kinds', () => {
  const cases: readonly [string, JsonObject, JsonValue, JsonValue][] = [
    [
      'a wrong type',
      { properties: { n: { type: 'integer' } } },
      { n: 'x' },
      'spec.n: Invalid value: "string": spec.n in body must be of type integer: "string"',
    ],
    [
      'null where it is not allowed in a list',
      { properties: { l: { type: 'array', items: { type: 'integer' } } } },
      { l: [null] },
      'spec.l[0]: Invalid value: "null": spec.l[0] in body must be of type integer: "null"',
    ],
    [
      'null where it is not allowed in a field',
      { properties: { n: { type: 'integer' }, m: { type: 'string', default: 'x' } } },
      { n: null, m: null },
      { m: 'x' },
    ],
    ['null where it is allowed', { properties: { n: { type: 'integer', nullable: true } } }, { n: null }, { n: null }],
    [
      'an enumeration',
      { properties: { m: { type: 'string', enum: ['B', 'A'] } } },
      { m: 'C' },
      'spec.m: Unsupported value: "C": supported values: "B", "A"',
    ],
    [
      'a pattern',
      { properties: { m: { type: 'string', pattern: '^[a-z]+$' } } },
      { m: 'A1' },
      'spec.m: Invalid value: "A1": spec.m in body should match \'^[a-z]+$\'',
    ],
    [
      'a text too long',
      { properties: { m: { type: 'string', maxLength: 2 } } },
      { m: 'abc' },
      'spec.m: Too long: may not be more than 2 bytes',
    ],
    [
      'a number out of bounds',
      { properties: { n: { type: 'integer', minimum: 1 }, o: { type: 'number', maximum: 1, exclusiveMaximum: true } } },
      { n: 0, o: 1.5 },
      '[spec.n: Invalid value: 0: spec.n in body should be greater than or equal to 1, spec.o: Invalid value: 1.5: spec.o in body should be less than 1]',
    ],
    [
      'a list too long',
      { properties: { l: { type: 'array', maxItems: 1, items: { type: 'string' } } } },
      { l: ['a', 'b'] },
      'spec.l: Too many: 2: must have at most 1 item',
    ],
    [
      'a set with an item twice',
      { properties: { l: { type: 'array', 'x-kubernetes-list-type': 'set', items: { type: 'string' } } } },
      { l: ['a', 'b', 'a'] },
      'spec.l[2]: Duplicate value: "a"',
    ],
    [
      'a keyed list with a key twice',
      {
        properties: {
          l: {
            type: 'array',
            'x-kubernetes-list-type': 'map',
            'x-kubernetes-list-map-keys': ['k', 'p'],
            items: {
              type: 'object',
              required: ['k'],
              properties: { k: { type: 'string' }, p: { type: 'string', default: 'TCP' } },
            },
          },
        },
      },
      { l: [{ k: 'a' }, { k: 'a', p: 'TCP' }] },
      'spec.l[1]: Duplicate value: {"k":"a","p":"TCP"}',
    ],
    [
      'a format',
      { properties: { t: { type: 'string', format: 'date-time' } } },
      { t: 'yesterday' },
      'spec.t: Invalid value: "yesterday": spec.t in body must be of type date-time: "yesterday"',
    ],
    [
      'neither of two alternatives',
      { properties: { a: { type: 'string' }, b: { type: 'string' } }, oneOf: [{ required: ['a'] }, { required: ['b'] }] },
      { a: 'x', b: 'y' },
      '<nil>: Invalid value: "": "spec" must validate one and only one schema (oneOf). Found 2 valid alternatives',
    ],
    [
      'an int or string of another type',
      { properties: { p: { 'x-kubernetes-int-or-string': true } } },
      { p: true },
      'spec.p: Invalid value: "boolean": spec.p in body must be of type integer,string: "boolean"',
    ],
    [
      'an embedded object without its kind',
      {
        properties: {
          o: { type: 'object', 'x-kubernetes-embedded-resource': true, 'x-kubernetes-preserve-unknown-fields': true },
        },
      },
      { o: { apiVersion: 'v1', other: 1 } },
      'spec.o.kind: Required value',
    ],
    [
      'defaults inside items, and unknown fields where they are kept',
      {
        properties: {
          l: { type: 'array', items: { type: 'object', properties: { n: { type: 'integer', default: 1 } } } },
          open: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
        },
      },
      { l: [{}, { n: 2, gone: true }], open: { kept: { deep: [] } }, gone: 1 },
      { l: [{ n: 1 }, { n: 2 }], open: { kept: { deep: [] } } },
    ],
  ]
  test.each(cases)('%s', async (_name, schema, spec, answer) => {
    expect(await messageFor(schema, spec)).toEqual(answer)
  })
})

describe('rules of custom kinds', () => {
  const rule = (text: string, more: JsonObject = {}) => ({ 'x-kubernetes-validations': [{ rule: text, ...more }] })

  test.each([
    ['quantity(self.q).isGreaterThan(quantity("100Mi"))', { q: '1Gi' }, true],
    ['quantity(self.q).add(quantity("1")).compareTo(quantity("2500m")) == 0', { q: '1500m' }, true],
    ['isQuantity(self.q)', { q: 'ten' }, false],
    ['url(self.q).getHost() == "example.org:80" && url(self.q).getScheme() == "https"', { q: 'https://example.org:80/a' }, true],
    ['isURL(self.q)', { q: 'example' }, false],
    ['ip(self.q).family() == 4 && ip(self.q).isLoopback()', { q: '127.0.0.1' }, true],
    ['ip.isCanonical(self.q)', { q: '2001:db8:0:0::1' }, false],
    ['cidr("10.0.0.0/8").containsIP(ip(self.q)) && cidr("10.0.0.0/8").containsCIDR("10.1.0.0/16")', { q: '10.2.3.4' }, true],
    ['cidr(self.q).prefixLength() == 24 && string(cidr(self.q).masked()) == "10.0.0.0/24"', { q: '10.0.0.7/24' }, true],
    ['self.l.isSorted() && self.l.max() == 3 && self.l.sum() == 6 && self.l.indexOf(2) == 1', { l: [1, 2, 3] }, true],
    ['self.q.find("[0-9]+") == "12" && self.q.findAll("[0-9]").size() == 2', { q: 'ab12' }, true],
    ['sets.contains([1, 2, 3], self.l) && !sets.intersects(self.l, [9])', { l: [1, 3] }, true],
    ['self.?q.orValue("none") == "none"', {}, true],
    ['has(self.items[0].name)', { items: [{ name: 'x' }] }, true],
    ['self.items.all(i, !has(i.name) || i.name.startsWith("x"))', { items: [{ name: 'x' }, {}] }, true],
    ['!format.dns1123Label().validate(self.q).hasValue()', { q: 'a.b' }, false],
    ['"%s-%d".format([self.q, self.l[0]]) == "a-1"', { q: 'a', l: [1] }, true],
    ['duration(self.q) < duration("1h")', { q: '90s' }, true],
    ['self.port == 80 || self.port == "http"', { port: 'http' }, true],
    ['self.__namespace__ == "x" && self.with__dash__dash == 1', { namespace: 'x', 'with-dash': 1 }, true],
    ['self.q.matches("(a|b)+") && self.q.replace("a", "b") == "bb"', { q: 'ab' }, true],
  ])('%s', async (text, spec, holds) => {
    const schema: JsonObject = {
      properties: {
        q: { type: 'string', maxLength: 1000 },
        l: { type: 'array', items: { type: 'integer' } },
        items: { type: 'array', items: { type: 'object', properties: { name: { type: 'string' } } } },
        port: { 'x-kubernetes-int-or-string': true },
        namespace: { type: 'string' },
        'with-dash': { type: 'integer' },
      },
      ...rule(text),
    }
    expect(await messageFor(schema, spec)).toEqual(holds ? spec : `spec: Invalid value: failed rule: ${text}`)
  })

  test('messages come from expressions, reasons and paths from the rule', async () => {
    const schema = {
      properties: { n: { type: 'integer' }, unit: { type: 'string', maxLength: 10 } },
      ...rule('self.n < 5', {
        messageExpression: '"too many " + self.unit',
        reason: 'FieldValueForbidden',
        fieldPath: '.n',
      }),
    }
    expect(await messageFor(schema, { n: 7, unit: 'pods' })).toBe('spec.n: Forbidden: too many pods')
  })

  test('a rule that fails says why', async () => {
    const schema = { properties: { n: { type: 'integer' } }, ...rule('self.n < 5', { message: 'small' }) }
    expect(await messageFor(schema, {})).toBe('spec: Invalid value: "object": no such key: n evaluating rule: small')
  })

  test('a rule about the change is asked only when there is one', async () => {
    const sandbox = await served({
      properties: { n: { type: 'integer', ...rule('self >= oldSelf', { message: 'never falls' }) }, other: { type: 'string' } },
    })
    expect((await request(sandbox, 'POST', things, thing({ n: 3 }))).status).toBe(201)
    const lower = await request(
      sandbox,
      'PATCH',
      `${things}/a`,
      { spec: { n: 2 } },
      { 'content-type': 'application/merge-patch+json' },
    )
    expect(lower.body.message).toBe('Thing.example.org "a" is invalid: spec.n: Invalid value: 2: never falls')
    const higher = await request(
      sandbox,
      'PATCH',
      `${things}/a`,
      { spec: { n: 4 } },
      { 'content-type': 'application/merge-patch+json' },
    )
    expect(higher.status).toBe(200)
    await sandbox.close()
  })
})

describe('definitions', () => {
  test('a rule that what is stored breaks already is only warned of while that part stays', async () => {
    const sandbox = await served({ properties: { m: { type: 'string' }, n: { type: 'string' } } })
    await request(sandbox, 'POST', things, thing({ m: 'UPPER' }))
    const name = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/things.example.org'
    const rules = { 'x-kubernetes-validations': [{ rule: 'self == self.lowerAscii()', message: 'must be lower case' }] }
    const patch = definition({ properties: { m: { type: 'string', ...rules }, n: { type: 'string' } } })
    const merge = { 'content-type': 'application/merge-patch+json' }
    await request(sandbox, 'PATCH', name, patch, merge)
    const kept = await request(sandbox, 'PATCH', `${things}/a`, { spec: { n: 'x' } }, merge)
    expect(kept.status).toBe(200)
    expect(kept.warning).toBe('299 - "spec.m: Invalid value: \\"UPPER\\": must be lower case"')
    await sandbox.close()
  })

  test('what a stored object breaks already it may keep', async () => {
    const sandbox = await served({ properties: { m: { type: 'string' }, n: { type: 'string' } } })
    await request(sandbox, 'POST', things, thing({ m: 'long enough' }))
    const name = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/things.example.org'
    const patch = definition({ properties: { m: { type: 'string', maxLength: 3 }, n: { type: 'string' } } })
    await request(sandbox, 'PATCH', name, patch, { 'content-type': 'application/merge-patch+json' })
    const merge = { 'content-type': 'application/merge-patch+json' }
    expect((await request(sandbox, 'PATCH', `${things}/a`, { spec: { n: 'x' } }, merge)).status).toBe(200)
    expect((await request(sandbox, 'PATCH', `${things}/a`, { spec: { m: 'longer than that' } }, merge)).status).toBe(422)
    await sandbox.close()
  })

  test('and their objects are there again when the folder is opened again', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'sandbox-'))
    try {
      const first = await Sandbox.open({ directory })
      await request(
        first,
        'POST',
        '/apis/apiextensions.k8s.io/v1/customresourcedefinitions',
        definition({ 'x-kubernetes-preserve-unknown-fields': true }),
      )
      await request(first, 'POST', things, thing({ a: 1 }))
      await first.close()
      const second = await Sandbox.open({ directory })
      expect((await request(second, 'GET', `${things}/a`)).body.spec).toEqual({ a: 1 })
      await second.close()
    } finally {
      await rm(directory, { recursive: true })
    }
  })

  test('are selected by the fields that they name', async () => {
    const sandbox = await served(
      { properties: { color: { type: 'string' } } },
      { selectableFields: [{ jsonPath: '.spec.color' }] },
    )
    await request(sandbox, 'POST', things, thing({ color: 'red' }))
    await request(sandbox, 'POST', things, { ...thing({ color: 'blue' }), metadata: { name: 'b' } })
    const { body } = await request(sandbox, 'GET', `${things}?fieldSelector=spec.color%3Dblue`)
    expect((body.items as readonly JsonObject[]).map(({ spec }) => spec)).toEqual([{ color: 'blue' }])
    const other = await request(sandbox, 'GET', `${things}?fieldSelector=spec.size%3D1`)
    expect(other.body.message).toBe('field label not supported: spec.size')
    await sandbox.close()
  })

  test('are gone with their objects', async () => {
    const sandbox = await served({ 'x-kubernetes-preserve-unknown-fields': true })
    await request(sandbox, 'POST', things, thing({ a: 1 }))
    const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/things.example.org'
    const deleted = await request(sandbox, 'DELETE', path)
    expect((deleted.body.metadata as JsonObject).finalizers).toEqual(['customresourcecleanup.apiextensions.k8s.io'])
    await settled()
    expect((await request(sandbox, 'GET', path)).status).toBe(404)
    expect((await request(sandbox, 'GET', things)).body.message).toBe('404 page not found\n')
    await request(sandbox, 'POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', definition({}))
    expect((await request(sandbox, 'GET', things)).body.items).toEqual([])
    await sandbox.close()
  })

  test('take no new objects while they go', async () => {
    const sandbox = await served({})
    await request(sandbox, 'POST', things, thing({}, { finalizers: ['example.org/wait'] }))
    const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/things.example.org'
    await request(sandbox, 'DELETE', path)
    await settled()
    expect((await request(sandbox, 'GET', path)).status).toBe(200)
    const refused = await request(sandbox, 'POST', things, { ...thing({}), metadata: { name: 'late' } })
    expect([refused.status, refused.body.message]).toEqual([
      403,
      'things.example.org "late" is forbidden: create not allowed while custom resource definition is terminating',
    ])
    const merge = { 'content-type': 'application/merge-patch+json' }
    await request(sandbox, 'PATCH', `${things}/a`, { metadata: { finalizers: null } }, merge)
    await settled()
    expect((await request(sandbox, 'GET', path)).status).toBe(404)
    await sandbox.close()
  })

  test('scale by their paths', async () => {
    const sandbox = await served(
      { properties: { size: { type: 'integer' } } },
      { subresources: { status: {}, scale: { specReplicasPath: '.spec.size', statusReplicasPath: '.status.size' } } },
    )
    await request(sandbox, 'POST', things, thing({ size: 1 }))
    const merge = { 'content-type': 'application/merge-patch+json' }
    const scaled = await request(sandbox, 'PATCH', `${things}/a/scale`, { spec: { replicas: 4 } }, merge)
    expect(scaled.body.spec).toEqual({ replicas: 4 })
    expect((await request(sandbox, 'GET', `${things}/a`)).body.spec).toEqual({ size: 4 })
    await sandbox.close()
  })

  test('whose names are taken wait for them', async () => {
    const sandbox = await served({})
    const other = definition({}) as { readonly [name: string]: JsonValue }
    const spec = other.spec as JsonObject
    await request(sandbox, 'POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
      ...other,
      metadata: { name: 'others.example.org' },
      spec: { ...spec, names: { kind: 'Thing', plural: 'others' } },
    })
    await settled()
    const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/others.example.org'
    const { status } = (await request(sandbox, 'GET', path)).body as { readonly status?: JsonObject }
    const conditions = status?.conditions as readonly JsonObject[]
    expect(conditions.map(({ type, status: value, reason }) => `${String(type)}=${String(value)} ${String(reason)}`)).toEqual([
      'NamesAccepted=False ListKindConflict',
      'Established=False NotAccepted',
    ])
    await sandbox.close()
  })
})
