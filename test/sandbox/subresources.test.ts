import { expect, test } from 'vitest'
import type { JsonObject } from '../../src/plan/json.ts'
import { openSandbox, request } from './sandbox-requests.ts'

const accounts = '/api/v1/namespaces/default/serviceaccounts'
const pods = '/api/v1/namespaces/default/pods'

test('service accounts get tokens of the right form that nobody signed', async () => {
  const sandbox = await openSandbox()
  const account = await request(sandbox, 'POST', accounts, { metadata: { name: 'web' } })
  const { status, body } = await request(sandbox, 'POST', `${accounts}/web/token`, { spec: { audiences: null } })
  const token = String((body.status as JsonObject | undefined)?.token)
  expect({ status, ...body }).toEqual({
    kind: 'TokenRequest',
    apiVersion: 'authentication.k8s.io/v1',
    metadata: { name: 'web', namespace: 'default', creationTimestamp: '2026-03-01T12:00:00Z' },
    spec: {
      audiences: ['https://kubernetes.default.svc.cluster.local'],
      expirationSeconds: 3600,
      boundObjectRef: null,
    },
    status: { token, expirationTimestamp: '2026-03-01T13:00:00Z' },
  })
  const [head, claims, signature] = token.split('.').map((part) => Buffer.from(part, 'base64url').toString())
  expect(JSON.parse(String(head))).toEqual({ alg: 'none', kid: 'meshform-sandbox' })
  expect(JSON.parse(String(claims))).toMatchObject({
    aud: ['https://kubernetes.default.svc.cluster.local'],
    sub: 'system:serviceaccount:default:web',
    'kubernetes.io': {
      namespace: 'default',
      serviceaccount: { name: 'web', uid: (account.body.metadata as JsonObject | undefined)?.uid },
    },
  })
  expect(signature).toBe('not signed: a token of the meshform sandbox')
  const soon = await request(sandbox, 'POST', `${accounts}/web/token`, { spec: { expirationSeconds: 60 } })
  expect(soon.body).toMatchObject({
    code: 422,
    message:
      'TokenRequest.authentication.k8s.io "" is invalid: spec.expirationSeconds: Invalid value: 60: may not specify a duration less than 10 minutes',
  })
  const boundObjectRef = { kind: 'Secret', apiVersion: 'v1', name: 'none' }
  const unbound = await request(sandbox, 'POST', `${accounts}/web/token`, { spec: { boundObjectRef } })
  expect(unbound.body).toMatchObject({ code: 404, message: 'secrets "none" not found' })
  expect((await request(sandbox, 'POST', `${accounts}/other/token`, {})).status).toBe(404)
  expect((await request(sandbox, 'GET', `${accounts}/web/token`)).status).toBe(405)
  await sandbox.close()
})

test('a pod is bound once', async () => {
  const sandbox = await openSandbox()
  const spec = { schedulerName: 'mine', containers: [{ name: 'main', image: 'main:1' }] }
  await request(sandbox, 'POST', pods, { metadata: { name: 'one' }, spec })
  const bind = (name: string, target: JsonObject) =>
    request(sandbox, 'POST', `${pods}/one/binding`, { apiVersion: 'v1', kind: 'Binding', metadata: { name }, target })
  expect((await bind('two', { name: 'n' })).body.message).toBe('name in URL does not match name in Binding object')
  expect((await bind('one', {})).body).toMatchObject({ code: 500, message: 'target.name: Required value' })
  const { status, body } = await bind('one', { kind: 'Node', name: 'n' })
  expect({ status, body }).toMatchObject({ status: 201, body: { status: 'Success' } })
  const bound = await request(sandbox, 'GET', `${pods}/one`)
  expect(bound.body).toMatchObject({
    spec: { nodeName: 'n' },
    status: { conditions: expect.arrayContaining([expect.objectContaining({ type: 'PodScheduled', status: 'True' })]) },
  })
  expect((await bind('one', { name: 'm' })).body).toMatchObject({
    code: 409,
    message: 'Operation cannot be fulfilled on pods/binding "one": pod one is already assigned to node "n"',
  })
  await sandbox.close()
})

test('times without a value are written as null, but for those of metadata', async () => {
  const sandbox = await openSandbox()
  const path = '/apis/apps/v1/namespaces/default/deployments'
  const template = { metadata: { labels: { app: 'a' } }, spec: { containers: [{ name: 'main', image: 'main:1' }] } }
  const spec = { replicas: 0, selector: { matchLabels: { app: 'a' } }, template }
  const made = await request(sandbox, 'POST', path, { metadata: { name: 'a' }, spec })
  expect((made.body.spec as JsonObject | undefined)?.template).toMatchObject({ metadata: { labels: { app: 'a' } } })
  const type = { 'content-type': 'application/merge-patch+json' }
  const status = { conditions: [{ type: 'Odd', status: 'True' }] }
  const { body } = await request(sandbox, 'PATCH', `${path}/a/status`, { status }, type)
  expect((body.status as JsonObject | undefined)?.conditions).toEqual([
    { type: 'Odd', status: 'True', lastUpdateTime: null, lastTransitionTime: null },
  ])
  await sandbox.close()
})
