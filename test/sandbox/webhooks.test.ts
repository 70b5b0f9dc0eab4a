import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { isJsonObject, type JsonObject, type JsonValue } from '../../src/plan/json.ts'
import type { Sandbox } from '../../src/sandbox/sandbox.ts'
import { selfSignedCertificate } from '../../src/sandbox/server/self-signed-certificate.ts'
import { openSandbox, request } from './sandbox-requests.ts'

const certificate = selfSignedCertificate(new Date())
const configMaps = '/api/v1/namespaces/default/configmaps'
const group = '/apis/admissionregistration.k8s.io/v1'

let server: Server
let port: number
let sandbox: Sandbox
let reviews: JsonObject[] = []
/** What the webhook answers to a review's request. */
let verdict: (request: JsonObject) => JsonObject = () => ({ allowed: true })

function asObject(value: JsonValue | undefined): JsonObject {
  return isJsonObject(value) ? value : {}
}

beforeAll(async () => {
  server = createServer({ key: certificate.key, cert: certificate.certificate }, (incoming, outgoing) => {
    let text = ''
    incoming.on('data', (chunk: Buffer) => {
      text += chunk.toString()
    })
    incoming.on('end', () => {
      const review = JSON.parse(text) as JsonObject
      const asked = asObject(review.request)
      reviews.push(asked)
      const { apiVersion = 'admission.k8s.io/v1' } = review
      outgoing.setHeader('content-type', 'application/json')
      outgoing.end(JSON.stringify({ apiVersion, kind: 'AdmissionReview', response: { uid: asked.uid, ...verdict(asked) } }))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  port = (server.address() as AddressInfo).port
  sandbox = await openSandbox()
})

afterAll(async () => {
  await sandbox.close()
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

beforeEach(async () => {
  for (const stage of ['mutating', 'validating']) await request(sandbox, 'DELETE', `${group}/${stage}webhookconfigurations`)
  await request(sandbox, 'DELETE', configMaps)
  reviews = []
  verdict = () => ({ allowed: true })
})

async function configure(stage: 'mutating' | 'validating', more: JsonObject = {}): Promise<void> {
  const webhook: JsonObject = {
    name: 'check.example.org',
    admissionReviewVersions: ['v1'],
    sideEffects: 'None',
    clientConfig: {
      url: `https://localhost:${port}/ask`,
      caBundle: Buffer.from(certificate.certificate).toString('base64'),
    },
    rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['*'], resources: ['configmaps'] }],
    ...more,
  }
  const kind = stage === 'mutating' ? 'MutatingWebhookConfiguration' : 'ValidatingWebhookConfiguration'
  const body = { apiVersion: 'admissionregistration.k8s.io/v1', kind, metadata: { name: stage }, webhooks: [webhook] }
  const made = await request(sandbox, 'POST', `${group}/${stage}webhookconfigurations`, body)
  expect(made.status).toBe(201)
}

function configMap(name: string, more: JsonObject = {}): JsonObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, ...more }
}

function patch(operations: readonly JsonValue[]): JsonObject {
  return { allowed: true, patchType: 'JSONPatch', patch: Buffer.from(JSON.stringify(operations)).toString('base64') }
}

test('what a webhook refuses is refused in its words, and nothing is stored', async () => {
  await configure('validating')
  verdict = () => ({ allowed: false, status: { code: 403, reason: 'Forbidden', message: 'not today' }, warnings: ['unheard'] })
  const refused = await request(sandbox, 'POST', configMaps, configMap('a'))
  expect(refused.status).toBe(403)
  expect(refused.body).toMatchObject({
    message: 'admission webhook "check.example.org" denied the request: not today',
    reason: 'Forbidden',
  })
  expect((await request(sandbox, 'GET', `${configMaps}/a`)).status).toBe(404)
  expect(reviews).toHaveLength(1)
  expect(reviews[0]).toMatchObject({
    kind: { group: '', version: 'v1', kind: 'ConfigMap' },
    resource: { group: '', version: 'v1', resource: 'configmaps' },
    name: 'a',
    namespace: 'default',
    operation: 'CREATE',
    object: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', namespace: 'default' } },
    oldObject: null,
    dryRun: false,
  })
  verdict = () => ({ allowed: false })
  const silent = await request(sandbox, 'POST', configMaps, configMap('a'))
  expect(silent).toMatchObject({
    status: 400,
    body: { message: 'admission webhook "check.example.org" denied the request without explanation' },
  })
})

test('a mutating webhook changes objects before they are checked, and its warnings are told', async () => {
  await configure('mutating')
  verdict = ({ operation }) => ({
    ...patch([{ op: 'add', path: '/data', value: { by: `webhook on ${operation}` } }]),
    warnings: ['changed'],
  })
  const made = await request(sandbox, 'POST', configMaps, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { generateName: 'g-' },
  })
  expect(made).toMatchObject({ status: 201, warning: '299 - "changed"', body: { data: { by: 'webhook on CREATE' } } })
  const { metadata } = made.body
  const { name, uid } = asObject(metadata)
  expect(uid).toBeTypeOf('string')
  const merge = { 'content-type': 'application/merge-patch+json' }
  const changed = await request(sandbox, 'PATCH', `${configMaps}/${String(name)}`, { data: { x: 'y' } }, merge)
  expect(changed).toMatchObject({ status: 200, body: { data: { by: 'webhook on UPDATE' }, metadata: { uid } } })
  verdict = () => patch([{ op: 'add', path: '/data', value: { 'a/b': 'x' } }])
  expect((await request(sandbox, 'POST', configMaps, configMap('bad'))).body.message).toMatch(
    /^ConfigMap "bad" is invalid: data\[a\/b\]/,
  )
})

test('rules, selectors and conditions say who is asked', async () => {
  await configure('validating', {
    objectSelector: { matchLabels: { watched: 'yes' } },
    matchConditions: [{ name: 'named', expression: "object.metadata.name.startsWith('a')" }],
  })
  const labels = { watched: 'yes' }
  await request(sandbox, 'POST', configMaps, configMap('a-plain'))
  await request(sandbox, 'POST', configMaps, configMap('b', { metadata: { name: 'b', labels } }))
  await request(sandbox, 'POST', '/api/v1/namespaces/default/secrets', {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'a', labels },
  })
  expect(reviews).toEqual([])
  await request(sandbox, 'POST', configMaps, configMap('a', { metadata: { name: 'a', labels } }))
  expect(reviews).toHaveLength(1)
})

test('deletions are asked about, those of collections before the first object goes', async () => {
  const labels = { doomed: 'yes' }
  for (const name of ['a', 'b']) await request(sandbox, 'POST', configMaps, configMap(name, { metadata: { name, labels } }))
  await configure('validating', {
    rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['DELETE'], resources: ['configmaps'] }],
  })
  verdict = ({ name }) => ({ allowed: name !== 'b', status: { message: 'stays' } })
  const all = await request(sandbox, 'DELETE', `${configMaps}?labelSelector=doomed`)
  expect(all.body.message).toBe('admission webhook "check.example.org" denied the request: stays')
  expect((await request(sandbox, 'GET', `${configMaps}/a`)).status).toBe(404)
  expect((await request(sandbox, 'GET', `${configMaps}/b`)).status).toBe(200)
  expect(reviews.map(({ name, operation, object }) => [name, operation, object])).toEqual([
    ['a', 'DELETE', null],
    ['b', 'DELETE', null],
  ])
})

test('a webhook that fails refuses, or is passed over where it says so', async () => {
  const url = 'https://127.0.0.1:1/ask'
  await configure('validating', { clientConfig: { url } })
  const why =
    'failed calling webhook "check.example.org": failed to call webhook: Post "https://127.0.0.1:1/ask?timeout=10s": dial tcp 127.0.0.1:1: connect: connection refused'
  const refused = await request(sandbox, 'POST', configMaps, configMap('a'))
  expect(refused).toMatchObject({
    status: 500,
    body: { message: `Internal error occurred: ${why}`, reason: 'InternalError', details: { causes: [{ message: why }] } },
  })
  await request(sandbox, 'DELETE', `${group}/validatingwebhookconfigurations/validating`)
  await configure('validating', { clientConfig: { url }, failurePolicy: 'Ignore' })
  expect((await request(sandbox, 'POST', configMaps, configMap('a'))).status).toBe(201)
})

test('a server with a foreign certificate, a wrong uid and a patch of a validating webhook are failures', async () => {
  await configure('validating', { clientConfig: { url: `https://localhost:${port}/ask` } })
  const foreign = await request(sandbox, 'POST', configMaps, configMap('a'))
  expect(foreign.body.message).toMatch(/tls: failed to verify certificate: x509: certificate signed by unknown authority$/)
  await request(sandbox, 'DELETE', `${group}/validatingwebhookconfigurations/validating`)
  await configure('validating')
  verdict = () => ({ allowed: true, uid: 'other' })
  expect((await request(sandbox, 'POST', configMaps, configMap('a'))).body.message).toMatch(
    /received invalid webhook response: expected response\.uid="[0-9a-f-]{36}", got "other"$/,
  )
  verdict = () => patch([])
  expect((await request(sandbox, 'POST', configMaps, configMap('a'))).body.message).toMatch(
    /received invalid webhook response: validating webhook may not return response\.patch$/,
  )
})

test('a webhook with side effects is not asked in a dry run', async () => {
  await configure('validating', { sideEffects: 'NoneOnDryRun' })
  expect((await request(sandbox, 'POST', `${configMaps}?dryRun=All`, configMap('a'))).status).toBe(201)
  expect(reviews).toMatchObject([{ dryRun: true }])
})

test('what is behind a Service, or on another machine, is not asked', async () => {
  await configure('validating', { clientConfig: { service: { name: 'kubernetes', namespace: 'default' } } })
  await configure('mutating', { clientConfig: { url: 'https://webhooks.example.org/ask' } })
  expect((await request(sandbox, 'POST', configMaps, configMap('a'))).status).toBe(201)
})

test('a webhook that says so is asked again when a later one changed the object', async () => {
  const rules = [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] }]
  await configure('mutating', { rules, reinvocationPolicy: 'IfNeeded' })
  const path = `${group}/mutatingwebhookconfigurations`
  const second = { ...asObject((await request(sandbox, 'GET', `${path}/mutating`)).body), metadata: { name: 'second' } }
  expect((await request(sandbox, 'POST', path, second)).status).toBe(201)
  let turn = 0
  verdict = () => {
    turn += 1
    return turn === 2 ? patch([{ op: 'add', path: '/data', value: { turn: String(turn) } }]) : { allowed: true }
  }
  const made = await request(sandbox, 'POST', configMaps, configMap('a'))
  expect(made.body).toMatchObject({ data: { turn: '2' } })
  expect(reviews).toHaveLength(3)
})

test('a webhook behind a Service that is missing refuses, and has no say once the Service is there', async () => {
  const own = await openSandbox()
  const webhook = {
    name: 'check.example.org',
    clientConfig: { service: { name: 'checker', namespace: 'default', path: '/check' } },
    sideEffects: 'None',
    admissionReviewVersions: ['v1'],
    rules: [{ operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'] }],
  }
  const configurations = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations'
  const kind = { apiVersion: 'admissionregistration.k8s.io/v1', kind: 'ValidatingWebhookConfiguration' }
  await request(own, 'POST', configurations, { ...kind, metadata: { name: 'check' }, webhooks: [webhook] })
  const maps = '/api/v1/namespaces/default/configmaps'
  const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } }
  const refused = await request(own, 'POST', maps, map)
  expect([refused.status, refused.body.reason, refused.body.message]).toEqual([
    500,
    'InternalError',
    'Internal error occurred: failed calling webhook "check.example.org": failed to call webhook: Post "https://checker.default.svc:443/check?timeout=10s": service "checker" not found',
  ])
  const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'checker' }, spec: { ports: [{ port: 443 }] } }
  await request(own, 'POST', '/api/v1/namespaces/default/services', service)
  expect((await request(own, 'POST', maps, map)).status).toBe(201)
  await own.close()
})
