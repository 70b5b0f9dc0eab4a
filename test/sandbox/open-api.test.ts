import { afterAll, beforeAll, expect, test } from 'vitest'
import { isJsonObject, type JsonObject, type JsonValue } from '../../src/plan/json.ts'
import { describedFields } from '../../src/sandbox/builtin/field-descriptions.ts'
import { modelNamed } from '../../src/sandbox/builtin/models.ts'
import { wireFields } from '../../src/sandbox/protobuf/wire-reader.ts'
import type { Sandbox } from '../../src/sandbox/sandbox.ts'
import { apply, openSandbox, request } from './sandbox-requests.ts'

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await openSandbox()
})
afterAll(() => sandbox.close())

async function pathsOfIndex(): Promise<{ readonly [path: string]: JsonObject }> {
  const { body } = await request(sandbox, 'GET', '/openapi/v3')
  return body.paths as { readonly [path: string]: JsonObject }
}

function references(value: JsonValue, found: Set<string> = new Set()): Set<string> {
  if (Array.isArray(value)) for (const item of value) references(item, found)
  else if (isJsonObject(value)) {
    for (const [name, inner] of Object.entries(value)) {
      if (name === '$ref' && typeof inner === 'string') found.add(inner.slice('#/components/schemas/'.length))
      else references(inner, found)
    }
  }
  return found
}

test('every document is whole: each reference leads to a schema', async () => {
  for (const { serverRelativeURL } of Object.values(await pathsOfIndex())) {
    const { status, body } = await request(sandbox, 'GET', String(serverRelativeURL))
    expect(status).toBe(200)
    const schemas = (body.components as JsonObject).schemas as JsonObject
    expect([...references(body)].filter((name) => !Object.hasOwn(schemas, name))).toEqual([])
  }
})

test('a kind is found by its path, with what can be asked of a patch', async () => {
  const { body } = await request(sandbox, 'GET', '/openapi/v3/apis/apps/v1')
  const path = (body.paths as JsonObject)['/apis/apps/v1/namespaces/{namespace}/deployments/{name}'] as JsonObject
  const patch = path.patch as JsonObject
  expect(patch['x-kubernetes-group-version-kind']).toEqual({ group: 'apps', kind: 'Deployment', version: 'v1' })
  expect((patch.parameters as readonly JsonObject[]).map((parameter) => parameter.name)).toContain('fieldValidation')
  const schemas = (body.components as JsonObject).schemas as { readonly [name: string]: JsonObject }
  const spec = schemas['io.k8s.api.core.v1.PodSpec']?.properties as JsonObject
  expect(spec.containers).toMatchObject({
    type: 'array',
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-patch-merge-key': 'name',
    items: { $ref: '#/components/schemas/io.k8s.api.core.v1.Container' },
  })
})

test('a custom kind appears with its definition, and the index says that the document changed', async () => {
  const definition = (type: string): JsonObject => ({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'things.example.org' },
    spec: {
      group: 'example.org',
      scope: 'Cluster',
      names: { kind: 'Thing', plural: 'things' },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: {
            openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object', properties: { a: { type } } } } },
          },
        },
      ],
    },
  })
  await apply(sandbox, definition('string'), 'tests')
  const before = (await pathsOfIndex())['apis/example.org/v1']?.serverRelativeURL
  await apply(sandbox, definition('integer'), 'tests')
  const after = (await pathsOfIndex())['apis/example.org/v1']?.serverRelativeURL
  expect(before).not.toBe(after)
  const { body } = await request(sandbox, 'GET', String(after))
  const schemas = (body.components as JsonObject).schemas as { readonly [name: string]: JsonObject }
  expect(schemas['org.example.v1.Thing']).toMatchObject({
    'x-kubernetes-group-version-kind': [{ group: 'example.org', kind: 'Thing', version: 'v1' }],
    properties: { spec: { properties: { a: { type: 'integer' } } } },
  })
})

test('every sentence is of a model and a field that exist', () => {
  // A model that no table has is an error of its own.
  const wrong = describedFields().filter(
    ({ model, field }) => model !== '' && field !== undefined && !modelNamed(model).fields.some((each) => each.name === field),
  )
  expect(wrong).toEqual([])
})

/** The messages of one field, by the text of their first field: in gnostic's types, named schemas by name. */
function namedMessages(bytes: Uint8Array, number: number): ReadonlyMap<string, Uint8Array> {
  const [holder] = [...wireFields(bytes)].filter((field) => field.number === number && field.kind === 'bytes')
  if (holder?.kind !== 'bytes') return new Map()
  return new Map(
    [...wireFields(holder.value)].flatMap((entry) => {
      if (entry.kind !== 'bytes') return []
      const [name, value] = [...wireFields(entry.value)]
      if (name?.kind !== 'bytes' || value?.kind !== 'bytes') return []
      return [[Buffer.from(name.value).toString(), value.value] as const]
    }),
  )
}

test('version 2 is written in the binary form that clients up to kubectl 1.28 can read alone', async () => {
  const accept = 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf'
  const answer = await sandbox.handle({ method: 'GET', path: '/openapi/v2', headers: { accept } })
  if (answer.kind !== 'answer' || answer.bytes === undefined) throw new Error('no bytes')
  expect(answer.headers['content-type']).toBe('application/com.github.proto-openapi.spec.v2.v1.0+protobuf')
  const schemas = namedMessages(answer.bytes(), 9)
  const { definitions } = (await request(sandbox, 'GET', '/openapi/v2')).body as { readonly definitions: JsonObject }
  expect([...schemas.keys()]).toEqual(Object.keys(definitions))
  const spec = schemas.get('io.k8s.api.core.v1.PodSpec') ?? new Uint8Array()
  const containers = [...wireFields(namedMessages(spec, 25).get('containers') ?? new Uint8Array())]
  const fields = containers.map((field) => [
    field.number,
    field.kind === 'bytes' ? Buffer.from(field.value).toString('latin1') : '',
  ])
  expect(fields).toContainEqual([22, '\n\x05array'])
  expect(fields).toContainEqual([23, expect.stringContaining('#/definitions/io.k8s.api.core.v1.Container')])
  expect(fields).toContainEqual([31, expect.stringMatching(/x-kubernetes-patch-merge-key.*"name"/s)])
})
