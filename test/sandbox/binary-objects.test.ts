import { expect, test } from 'vitest'
import type { FieldType } from '../../src/sandbox/builtin/model-notation.ts'
import { modelNamed } from '../../src/sandbox/builtin/models.ts'
import { builtinResourceTypes } from '../../src/sandbox/builtin/resource-types.ts'
import { fieldNumbers, inlined } from '../../src/sandbox/protobuf/field-numbers.ts'
import { readBinaryObject } from '../../src/sandbox/protobuf/read-object.ts'
import { openSandbox } from './sandbox-requests.ts'

function varint(value: number): readonly number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(value >> 7)]
}

function message(number: number, content: Uint8Array | string): Uint8Array {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content
  return Uint8Array.from([...varint((number << 3) | 2), ...varint(bytes.length), ...bytes])
}

function concat(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]))
}

function envelope(apiVersion: string, kind: string, raw: Uint8Array): Uint8Array {
  const type = concat(message(1, apiVersion), message(2, kind))
  return concat(Uint8Array.from([0x6b, 0x38, 0x73, 0x00]), message(1, type), message(2, raw))
}

const labels = concat(
  message(11, concat(message(1, 'a'), message(2, 'b'))),
  message(11, concat(message(1, 'c'), message(2, 'd'))),
)
const metadata = concat(message(1, 'shop'), labels)

test('an object in binary form is read through its model', () => {
  const bytes = envelope(
    'v1',
    'ConfigMap',
    concat(message(1, metadata), message(2, concat(message(1, 'k'), message(2, 'v'))), Uint8Array.from([32, 1])),
  )
  expect(readBinaryObject(bytes, 'ConfigMap')).toEqual({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'shop', labels: { a: 'b', c: 'd' } },
    data: { k: 'v' },
    immutable: true,
  })
})

test('fields that JSON does not set apart are read into the object itself', () => {
  const emptyDir = message(2, message(1, 'Memory'))
  const volume = message(1, concat(message(1, 'cache'), message(2, emptyDir)))
  const bytes = envelope('v1', 'Pod', concat(message(1, metadata), message(2, volume)))
  expect(readBinaryObject(bytes, 'Pod')).toMatchObject({
    spec: { volumes: [{ name: 'cache', emptyDir: { medium: 'Memory' } }] },
  })
})

test('what is cut off, or has fields that are not known, is not read', () => {
  const whole = envelope('v1', 'ConfigMap', message(1, metadata))
  for (let length = 0; length < whole.length; length += 1) {
    expect(readBinaryObject(whole.subarray(0, length), 'ConfigMap')).toBeUndefined()
  }
  expect(readBinaryObject(envelope('v1', 'ConfigMap', message(9, 'x')), 'ConfigMap')).toBeUndefined()
})

test('a namespace is made from it', async () => {
  const sandbox = await openSandbox()
  const answer = await sandbox.handle({
    method: 'POST',
    path: '/api/v1/namespaces',
    headers: { 'content-type': 'application/vnd.kubernetes.protobuf' },
    body: envelope('v1', 'Namespace', message(1, metadata)),
  })
  expect(answer.status).toBe(201)
  await sandbox.close()
})

test('a request for a certificate is approved from it, whatever its sender bears', async () => {
  const sandbox = await openSandbox()
  const path = '/apis/certificates.k8s.io/v1/certificatesigningrequests'
  const pem = '-----BEGIN CERTIFICATE REQUEST-----\nQQ==\n-----END CERTIFICATE REQUEST-----\n'
  const spec = { request: Buffer.from(pem).toString('base64'), signerName: 'example.org/people', usages: ['client auth'] }
  const created = await sandbox.handle({
    method: 'POST',
    path,
    headers: { 'content-type': 'application/json' },
    body: { apiVersion: 'certificates.k8s.io/v1', kind: 'CertificateSigningRequest', metadata: { name: 'shop' }, spec },
  })
  expect(created.status).toBe(201)
  const extra = message(6, concat(message(1, 'groups'), message(2, concat(message(1, 'a'), message(1, 'b')))))
  const condition = concat(message(1, 'Approved'), message(2, 'Looked'), message(6, 'True'))
  const raw = concat(
    message(1, metadata),
    message(2, concat(message(7, 'example.org/people'), extra)),
    message(3, message(1, condition)),
  )
  const bytes = envelope('certificates.k8s.io/v1', 'CertificateSigningRequest', raw)
  expect(readBinaryObject(bytes, 'CertificateSigningRequest')).toMatchObject({ spec: { extra: { groups: ['a', 'b'] } } })
  const answer = await sandbox.handle({
    method: 'PUT',
    path: `${path}/shop/approval`,
    headers: { 'content-type': 'application/vnd.kubernetes.protobuf' },
    body: bytes,
  })
  expect(answer.status).toBe(200)
  await sandbox.close()
})

test('what is JSON in it, numbers with a point and schemas in their forms are read', () => {
  const fields = message(7, message(1, '{"f:data":{}}'))
  const managed = concat(message(1, 'shop'), message(17, concat(message(1, 'kubectl'), fields)))
  expect(readBinaryObject(envelope('v1', 'ConfigMap', message(1, managed)), 'ConfigMap')).toMatchObject({
    metadata: { managedFields: [{ manager: 'kubectl', fieldsV1: { 'f:data': {} } }] },
  })
  const text = message(5, 'string')
  const half = Uint8Array.from([(9 << 3) | 1, 0, 0, 0, 0, 0, 0, 0xe0, 0x3f])
  const closed = message(30, Uint8Array.from([8, 0]))
  const free = message(30, concat(Uint8Array.from([8, 1]), message(2, text)))
  const properties = [
    message(29, concat(message(1, 'a'), message(2, concat(message(5, 'number'), half, message(8, message(1, '0.5')))))),
    message(29, concat(message(1, 'b'), message(2, message(24, message(1, text))))),
    message(29, concat(message(1, 'c'), message(2, free))),
  ]
  expect(properties.map((part) => readBinaryObject(envelope('v1', 'S', part), 'JSONSchemaProps')?.properties)).toEqual([
    { a: { type: 'number', maximum: 0.5, default: 0.5 } },
    { b: { items: { type: 'string' } } },
    { c: { additionalProperties: { type: 'string' } } },
  ])
  expect(readBinaryObject(envelope('v1', 'S', closed), 'JSONSchemaProps')).toMatchObject({ additionalProperties: false })
})

function modelsIn(type: FieldType): readonly string[] {
  switch (type.kind) {
    case 'model':
      return [type.name]
    case 'list':
      return modelsIn(type.item)
    case 'map':
      return modelsIn(type.value)
    case 'scalar':
      return []
  }
}

function numberedIn(part: string): readonly string[] {
  return [...(fieldNumbers(part)?.values() ?? [])].flatMap((name) =>
    name.startsWith(inlined) ? numberedIn(name.slice(inlined.length)) : [name],
  )
}

test('every field of every kind has its number', () => {
  const isEmpty = 'CustomResourceSubresourceStatus'
  const all = new Set<string>()
  const walk = (model: string): void => {
    if (all.has(model) || model === isEmpty) return
    all.add(model)
    for (const { type } of modelNamed(model).fields) for (const inner of modelsIn(type)) walk(inner)
  }
  for (const { modelName } of builtinResourceTypes) if (modelName !== undefined) walk(modelName)
  expect(all.size).toBeGreaterThan(300)
  for (const model of all) {
    const known = modelNamed(model).fields.map((field) => field.name)
    const numbered = new Set([...numberedIn(model), 'apiVersion', 'kind'])
    expect([model, known.filter((name) => !numbered.has(name))]).toEqual([model, []])
    const own = numberedIn(model).filter((name) => !known.includes(name))
    expect([model, own]).toEqual([model, []])
  }
})
