import { expect, test } from 'vitest'
import type { JsonObject } from '../../src/plan/json.ts'
import type { Sandbox } from '../../src/sandbox/sandbox.ts'
import { openSandbox, request } from './sandbox-requests.ts'

const core = '/api/v1/namespaces/default'
const patience = { timeout: 20_000 }

async function limit(sandbox: Sandbox, hard: JsonObject, more: JsonObject = {}): Promise<void> {
  const { status } = await request(sandbox, 'POST', `${core}/resourcequotas`, {
    metadata: { name: 'q' },
    spec: { hard, ...more },
  })
  expect(status).toBe(201)
}

async function statusOf(sandbox: Sandbox): Promise<unknown> {
  return (await request(sandbox, 'GET', `${core}/resourcequotas/q`)).body.status
}

const pod = (name: string, resources: JsonObject = {}, more: JsonObject = {}): JsonObject => ({
  metadata: { name },
  spec: { containers: [{ name: 'main', image: 'main:1', resources }], ...more },
})

test('what a quota limits is counted, and refused once there is no room', async () => {
  const sandbox = await openSandbox()
  await limit(sandbox, { pods: '1', 'count/deployments.apps': '0', services: '1', 'services.nodeports': '1', secrets: 2 })
  const none = { pods: '0', 'count/deployments.apps': '0', services: '1', 'services.nodeports': '0', secrets: '0' }
  await expect.poll(() => statusOf(sandbox), patience).toMatchObject({ used: none })
  await request(sandbox, 'POST', `${core}/pods`, pod('one'))
  await request(sandbox, 'POST', `${core}/secrets`, { metadata: { name: 'one' } })
  await expect
    .poll(() => statusOf(sandbox), patience)
    .toEqual({
      hard: { 'count/deployments.apps': '0', pods: '1', secrets: '2', services: '1', 'services.nodeports': '1' },
      used: { ...none, pods: '1', secrets: '1' },
    })
  expect((await request(sandbox, 'POST', `${core}/pods?dryRun=All`, pod('two'))).body).toEqual({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: 'pods "two" is forbidden: exceeded quota: q, requested: pods=1, used: pods=1, limited: pods=1',
    reason: 'Forbidden',
    details: { name: 'two', kind: 'pods' },
    code: 403,
  })
  const template = { metadata: { labels: { app: 'a' } }, spec: { containers: [{ name: 'main', image: 'main:1' }] } }
  const deployment = { metadata: { name: 'a' }, spec: { selector: { matchLabels: { app: 'a' } }, template } }
  const deployed = await request(sandbox, 'POST', '/apis/apps/v1/namespaces/default/deployments', deployment)
  expect(deployed.body.message).toBe(
    'deployments.apps "a" is forbidden: exceeded quota: q, requested: count/deployments.apps=1, used: count/deployments.apps=0, limited: count/deployments.apps=0',
  )
  const service = {
    metadata: { name: 'a' },
    spec: {
      type: 'NodePort',
      ports: [
        { name: 'a', port: 1 },
        { name: 'b', port: 2 },
      ],
    },
  }
  expect((await request(sandbox, 'POST', `${core}/services`, service)).body.message).toBe(
    'services "a" is forbidden: exceeded quota: q, requested: services=1,services.nodeports=2, used: services=1,services.nodeports=0, limited: services=1,services.nodeports=1',
  )
  await request(sandbox, 'DELETE', `${core}/pods/one?gracePeriodSeconds=0`)
  await expect.poll(() => statusOf(sandbox), patience).toMatchObject({ used: { pods: '0' } })
  expect((await request(sandbox, 'POST', `${core}/pods`, pod('two'))).status).toBe(201)
  await sandbox.close()
})

test('what pods ask for is added up, and has to be asked for', async () => {
  const sandbox = await openSandbox()
  await limit(sandbox, { 'requests.cpu': '1', 'limits.memory': '1Gi' })
  expect((await request(sandbox, 'POST', `${core}/pods`, pod('one', { requests: { cpu: '1' } }))).body.message).toBe(
    'pods "one" is forbidden: failed quota: q: must specify limits.memory for: main',
  )
  const asking = { requests: { cpu: '600m', memory: '1Mi' }, limits: { memory: '512Mi' } }
  const initContainers = [
    { name: 'first', image: 'first:1', resources: { requests: { cpu: '700m' }, limits: { memory: '1Mi' } } },
  ]
  expect((await request(sandbox, 'POST', `${core}/pods`, pod('one', asking, { initContainers }))).status).toBe(201)
  await expect
    .poll(() => statusOf(sandbox), patience)
    .toMatchObject({ used: { 'requests.cpu': '700m', 'limits.memory': '512Mi' } })
  expect((await request(sandbox, 'POST', `${core}/pods`, pod('two', asking))).body.message).toBe(
    'pods "two" is forbidden: exceeded quota: q, requested: requests.cpu=600m, used: requests.cpu=700m, limited: requests.cpu=1',
  )
  await sandbox.close()
})

test('a quota with scopes counts the pods within them', async () => {
  const sandbox = await openSandbox()
  await limit(sandbox, { pods: '0' }, { scopes: ['BestEffort'] })
  expect((await request(sandbox, 'POST', `${core}/pods`, pod('one', { requests: { cpu: '1' } }))).status).toBe(201)
  expect((await request(sandbox, 'POST', `${core}/pods`, pod('two'))).status).toBe(403)
  await sandbox.close()
})

test('a limit range gives containers what they leave out', async () => {
  const sandbox = await openSandbox()
  const limits = [{ type: 'Container', default: { cpu: '1', memory: '1Gi' }, defaultRequest: { cpu: '500m' } }]
  await request(sandbox, 'POST', `${core}/limitranges`, { metadata: { name: 'l' }, spec: { limits } })
  const { body } = await request(sandbox, 'POST', `${core}/pods`, pod('one', { limits: { cpu: '2' } }))
  expect(body).toMatchObject({
    metadata: {
      annotations: {
        'kubernetes.io/limit-ranger':
          'LimitRanger plugin set: memory request for container main; memory limit for container main',
      },
    },
    spec: { containers: [{ resources: { limits: { cpu: '2', memory: '1Gi' }, requests: { cpu: '2', memory: '1Gi' } } }] },
    status: { qosClass: 'Guaranteed' },
  })
  await sandbox.close()
})

test('a limit range refuses what is below or above it', async () => {
  const sandbox = await openSandbox()
  const limits = [
    { type: 'Container', max: { cpu: '1' }, min: { cpu: '100m' }, maxLimitRequestRatio: { cpu: '2' } },
    { type: 'Pod', max: { memory: '1Gi' } },
    { type: 'PersistentVolumeClaim', max: { storage: '1Gi' } },
  ]
  await request(sandbox, 'POST', `${core}/limitranges`, { metadata: { name: 'l' }, spec: { limits } })
  const refusal = async (resources: JsonObject): Promise<unknown> =>
    (await request(sandbox, 'POST', `${core}/pods`, pod('one', resources))).body.message
  expect(await refusal({ limits: { cpu: '2', memory: '1Gi' } })).toBe(
    'pods "one" is forbidden: maximum cpu usage per Container is 1, but limit is 2',
  )
  expect(await refusal({ requests: { cpu: '50m' }, limits: { cpu: '1' } })).toBe(
    'pods "one" is forbidden: [minimum cpu usage per Container is 100m, but request is 50m, cpu max limit to request ratio per Container is 2, but provided ratio is 20.000000, maximum memory usage per Pod is 1Gi.  No limit is specified]',
  )
  const resources = { requests: { storage: '2Gi' } }
  const claim = { metadata: { name: 'c' }, spec: { accessModes: ['ReadWriteOnce'], resources } }
  expect((await request(sandbox, 'POST', `${core}/persistentvolumeclaims`, claim)).body.message).toBe(
    'persistentvolumeclaims "c" is forbidden: maximum storage usage per PersistentVolumeClaim is 1Gi, but request is 2Gi',
  )
  expect((await request(sandbox, 'POST', `${core}/pods`, pod('one', { limits: { cpu: '1', memory: '1Gi' } }))).status).toBe(201)
  await sandbox.close()
})

test('a changed object may take no more than there is room for', async () => {
  const sandbox = await openSandbox()
  await limit(sandbox, { 'services.loadbalancers': '0', 'requests.storage': '2Gi' })
  const type = { 'content-type': 'application/merge-patch+json' }
  await request(sandbox, 'POST', `${core}/services`, { metadata: { name: 's' }, spec: { ports: [{ port: 1 }] } })
  const balanced = await request(sandbox, 'PATCH', `${core}/services/s`, { spec: { type: 'LoadBalancer' } }, type)
  expect(balanced.body.message).toBe(
    'services "s" is forbidden: exceeded quota: q, requested: services.loadbalancers=1, used: services.loadbalancers=0, limited: services.loadbalancers=0',
  )
  expect((await request(sandbox, 'PATCH', `${core}/services/s`, { metadata: { labels: { a: 'b' } } }, type)).status).toBe(200)
  await sandbox.close()
})

test('a workload gets the pods that a quota refused once there is room', async () => {
  const sandbox = await openSandbox()
  await limit(sandbox, { pods: '1' })
  const template = { metadata: { labels: { app: 'a' } }, spec: { containers: [{ name: 'main', image: 'main:1' }] } }
  const spec = { replicas: 2, selector: { matchLabels: { app: 'a' } }, template }
  const sets = '/apis/apps/v1/namespaces/default/replicasets'
  await request(sandbox, 'POST', sets, { metadata: { name: 'a' }, spec })
  const ready = async (): Promise<unknown> => {
    const { body } = await request(sandbox, 'GET', `${sets}/a`)
    return (body.status as JsonObject | undefined)?.readyReplicas
  }
  await expect.poll(ready, patience).toBe(1)
  const refused = expect.stringMatching(
    /^pods "a-\w{5}" is forbidden: exceeded quota: q, requested: pods=1, used: pods=1, limited: pods=1$/,
  )
  const conditions = async (): Promise<unknown> => {
    const { body } = await request(sandbox, 'GET', `${sets}/a`)
    return (body.status as JsonObject | undefined)?.conditions
  }
  const failure = { type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message: refused }
  await expect.poll(conditions, patience).toMatchObject([failure])
  const { body } = await request(sandbox, 'GET', `${core}/events?fieldSelector=reason=FailedCreate,involvedObject.name=a`)
  const [event] = body.items as readonly JsonObject[]
  expect(event).toMatchObject({ type: 'Warning', message: expect.stringMatching(/^Error creating: pods "a-/) })
  const type = { 'content-type': 'application/merge-patch+json' }
  await request(sandbox, 'PATCH', `${core}/resourcequotas/q`, { spec: { hard: { pods: '2' } } }, type)
  await expect.poll(ready, patience).toBe(2)
  await expect.poll(conditions, patience).toBeUndefined()
  await sandbox.close()
})
