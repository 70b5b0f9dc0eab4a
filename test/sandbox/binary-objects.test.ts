import { expect, test } from 'vitest'
import { modelNamed } from '../../src/sandbox/builtin/models.ts'
import { fieldNumbers, inlined } from '../../src/sandbox/protobuf/field-numbers.ts'
import { readBinaryObject } from '../../src/sandbox/protobuf/read-object.ts'
import { openSandbox } from './sandbox-requests.ts'

function message(number: number, content: Uint8Array | string): Uint8Array {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content
  return Uint8Array.from([(number << 3) | 2, bytes.length, ...bytes])
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

test('every numbered field is one of its model', () => {
  const models = [
    'ObjectMeta',
    'Namespace',
    'ConfigMap',
    'Secret',
    'Deployment',
    'DeploymentSpec',
    'PodSpec',
    'Container',
    'Service',
    'JobSpec',
    'CronJobSpec',
    'Eviction',
    'IngressSpec',
    'PodDisruptionBudgetSpec',
    'PriorityClass',
    'ResourceQuotaSpec',
    'SelfSubjectReview',
  ]
  for (const model of models) {
    const known = modelNamed(model).fields.map((field) => field.name)
    const numbered = [...(fieldNumbers(model)?.values() ?? [])].filter((name) => !name.startsWith(inlined))
    expect(numbered.filter((name) => !known.includes(name))).toEqual([])
    expect(numbered.length).toBeGreaterThan(0)
  }
})
