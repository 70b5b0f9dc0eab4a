import { describe, expect, test } from 'vitest'
import type { JsonObject } from '../../src/plan/json.ts'
import type { Sandbox } from '../../src/sandbox/sandbox.ts'
import { openSandbox, request, settled } from './sandbox-requests.ts'

const maps = '/api/v1/namespaces/default/configmaps'
const map = (name: string, more: object = {}) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, ...more } })

test('strict reading tells of duplicate and unknown fields in their order', async () => {
  const sandbox = await openSandbox()
  const text = '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"zeta":1,"data":{"x":"1","x":"2"},"alpha":2}'
  const json = { 'content-type': 'application/json' }
  const { status, body } = await request(sandbox, 'POST', `${maps}?fieldValidation=Strict`, text, json)
  expect(status).toBe(400)
  expect(body.message).toBe(
    'ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: unknown field "zeta", duplicate field "data.x", unknown field "alpha"',
  )
  const warned = await request(sandbox, 'POST', maps, text, json)
  expect(warned.status).toBe(201)
  expect(warned.warning).toBe(
    '299 - "unknown field \\"zeta\\"", 299 - "duplicate field \\"data.x\\"", 299 - "unknown field \\"alpha\\""',
  )
  await sandbox.close()
})

test('a version is not given to what is created', async () => {
  const sandbox = await openSandbox()
  const refused = await request(sandbox, 'POST', maps, map('a', { resourceVersion: '5' }))
  expect([refused.status, refused.body.message]).toEqual([500, 'resourceVersion should not be set on objects to be created'])
  const type = { 'content-type': 'application/apply-patch+yaml' }
  const applied = await request(sandbox, 'PATCH', `${maps}/a?fieldManager=m`, map('a', { resourceVersion: '5' }), type)
  expect(applied.status).toBe(201)
  await sandbox.close()
})

test('a strategic merge patch that does not fit is shown as it was sent', async () => {
  const sandbox = await openSandbox()
  await request(sandbox, 'POST', maps, map('a'))
  const type = { 'content-type': 'application/strategic-merge-patch+json' }
  const wrong = await request(sandbox, 'PATCH', `${maps}/a`, { data: { x: 1 } }, type)
  expect(wrong.body.message).toBe(' "" is invalid: patch: Invalid value: "map[data:map[x:1]]": cannot convert int64 to string')
  const unknown = await request(sandbox, 'PATCH', `${maps}/a?fieldValidation=Strict`, { bogus: 1 }, type)
  expect(unknown.body.message).toBe(
    ' "" is invalid: patch: Invalid value: "map[bogus:1]": strict decoding error: unknown field "bogus"',
  )
  await sandbox.close()
})

test('numbers of the query must be numbers, and a deletion is either orphaning or of one propagation', async () => {
  const sandbox = await openSandbox()
  const list = await request(sandbox, 'GET', `${maps}?limit=x`)
  expect(list.body.message).toBe('strconv.ParseInt: parsing "x": invalid syntax')
  await request(sandbox, 'POST', maps, map('a'))
  const both = await request(sandbox, 'DELETE', `${maps}/a`, { propagationPolicy: 'Orphan', orphanDependents: true })
  expect(both.body.message).toBe(
    'DeleteOptions.meta.k8s.io "" is invalid: propagationPolicy: Invalid value: "Orphan": orphanDependents and deletionPropagation cannot be both set',
  )
  await sandbox.close()
})

test('writes to a status take metadata along, as far as the kind lets them', async () => {
  const sandbox = await openSandbox()
  const deployments = '/apis/apps/v1/namespaces/default/deployments'
  const template = { metadata: { labels: { app: 'a' } }, spec: { containers: [{ name: 'a', image: 'a' }] } }
  await request(sandbox, 'POST', deployments, {
    metadata: { name: 'a' },
    spec: { selector: { matchLabels: { app: 'a' } }, template },
  })
  const type = { 'content-type': 'application/merge-patch+json' }
  const change = { metadata: { labels: { no: '1' }, annotations: { yes: '1' } }, spec: { paused: true } }
  const { body } = await request(sandbox, 'PATCH', `${deployments}/a/status`, change, type)
  expect(body.metadata).toMatchObject({ annotations: { yes: '1' } })
  expect(body.metadata).not.toHaveProperty('labels')
  expect(body.spec).not.toHaveProperty('paused')
  const active = await request(sandbox, 'PATCH', '/api/v1/namespaces/default/status', { status: { phase: 'Gone' } }, type)
  expect(active.body.message).toBe(
    'Namespace "default" is invalid: status.Phase: Invalid value: "Gone": may only be \'Active\' if `deletionTimestamp` is empty',
  )
  await sandbox.close()
})

test('a format and a method that a path does not take are refused in the words of the router', async () => {
  const sandbox = await openSandbox()
  const patched = await request(sandbox, 'PATCH', `${maps}/a`, { data: {} }, { 'content-type': 'application/json' })
  expect(patched).toMatchObject({ status: 415, body: { message: '415: Unsupported Media Type' } })
  expect((await request(sandbox, 'PUT', '/apis/apps/v1', {})).status).toBe(405)
  // kubectl auth whoami asks older versions after one another, until one is there.
  expect((await request(sandbox, 'POST', '/apis/authentication.k8s.io/v1alpha1/selfsubjectreviews', {})).status).toBe(404)
  const message = 'the server could not find the requested resource'
  expect((await request(sandbox, 'GET', '/apis/apps/v9')).body).toMatchObject({ code: 404, message })
  await sandbox.close()
})

test('items of applied lists may leave out their key, and are refused for it by name', async () => {
  const sandbox = await openSandbox()
  const type = { 'content-type': 'application/apply-patch+yaml' }
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' }, spec: { containers: [{ image: 'a' }] } }
  const { body } = await request(sandbox, 'PATCH', '/api/v1/namespaces/default/pods/a?fieldManager=m', pod, type)
  expect(body.message).toBe('Pod "a" is invalid: spec.containers[0].name: Required value')
  await sandbox.close()
})

test('namespaces are deleted one by one', async () => {
  const sandbox = await openSandbox()
  expect((await request(sandbox, 'DELETE', '/api/v1/namespaces')).status).toBe(405)
  await sandbox.close()
})

/** Compared with a real kube-controller-manager: what is left of a graph of owners, and what is said of it. */
describe('owners', () => {
  const owner = (of: JsonObject, more: JsonObject = {}): JsonObject => {
    const { name, uid } = of.metadata as { readonly name: string; readonly uid: string }
    return { apiVersion: 'v1', kind: 'ConfigMap', name, uid, ...more }
  }
  const owned = (name: string, ...ownerReferences: readonly JsonObject[]): JsonObject => ({ metadata: { name, ownerReferences } })

  const statusOf = async (sandbox: Sandbox, path: string) => (await request(sandbox, 'GET', path)).status

  test('a circle of them is deleted in the foreground', async () => {
    const sandbox = await openSandbox()
    const first = await request(sandbox, 'POST', maps, map('first'))
    const second = await request(sandbox, 'POST', maps, owned('second', owner(first.body, { blockOwnerDeletion: true })))
    const references = [owner(second.body, { blockOwnerDeletion: true })]
    const type = { 'content-type': 'application/merge-patch+json' }
    await request(sandbox, 'PATCH', `${maps}/first`, { metadata: { ownerReferences: references } }, type)
    await request(sandbox, 'DELETE', `${maps}/first`, { propagationPolicy: 'Foreground' })
    await expect.poll(() => statusOf(sandbox, `${maps}/first`)).toBe(404)
    await expect.poll(() => statusOf(sandbox, `${maps}/second`)).toBe(404)
    await sandbox.close()
  })

  test('an owner in another namespace is none, and one in a namespace means nothing to what is in none', async () => {
    const sandbox = await openSandbox()
    const first = await request(sandbox, 'POST', maps, map('first'))
    const elsewhere = '/api/v1/namespaces/kube-public/configmaps'
    await request(sandbox, 'POST', elsewhere, owned('astray', owner(first.body)))
    const roles = '/apis/rbac.authorization.k8s.io/v1/clusterroles'
    await request(sandbox, 'POST', roles, { ...owned('kept', owner(first.body)), rules: [] })
    await expect.poll(() => statusOf(sandbox, `${elsewhere}/astray`)).toBe(404)
    await request(sandbox, 'DELETE', `${maps}/first`)
    await settled()
    expect((await request(sandbox, 'GET', `${roles}/kept`)).status).toBe(200)
    const { uid } = first.body.metadata as { readonly uid: string }
    const events = await request(sandbox, 'GET', '/api/v1/namespaces/kube-public/events')
    expect(events.body.items).toMatchObject([
      {
        reason: 'OwnerRefInvalidNamespace',
        message: `ownerRef [v1/ConfigMap, namespace: kube-public, name: first, uid: ${uid}] does not exist in namespace "kube-public"`,
      },
    ])
    await sandbox.close()
  })

  test('a namespace that is emptied and held says so', async () => {
    const sandbox = await openSandbox()
    const path = '/api/v1/namespaces/going'
    await request(sandbox, 'POST', '/api/v1/namespaces', { metadata: { name: 'going', finalizers: ['example.org/held'] } })
    const wrong = await request(sandbox, 'DELETE', path, { preconditions: { uid: 'other' } })
    expect(wrong.body.message).toMatch(
      /^Operation cannot be fulfilled on namespaces "going": Precondition failed: UID in precondition/,
    )
    const deleted = await request(sandbox, 'DELETE', path)
    expect(deleted.body.metadata).not.toHaveProperty('deletionGracePeriodSeconds')
    await expect.poll(async () => (await request(sandbox, 'GET', path)).body.spec).toEqual({})
    const { body } = await request(sandbox, 'GET', path)
    const conditions = (body.status as { readonly conditions: readonly JsonObject[] }).conditions
    expect(conditions.map(({ type, reason }) => `${type} ${reason}`)).toEqual([
      'NamespaceDeletionDiscoveryFailure ResourcesDiscovered',
      'NamespaceDeletionGroupVersionParsingFailure ParsedGroupVersions',
      'NamespaceDeletionContentFailure ContentDeleted',
      'NamespaceContentRemaining ContentRemoved',
      'NamespaceFinalizersRemaining ContentHasNoFinalizers',
    ])
    await sandbox.close()
  })
})

test('lists that are always written are null where they are empty, as storage knows no difference', async () => {
  const sandbox = await openSandbox()
  const roles = '/apis/rbac.authorization.k8s.io/v1/namespaces/default/roles'
  const created = await request(sandbox, 'POST', roles, { metadata: { name: 'none' }, rules: [] })
  expect(created.body.rules).toBeNull()
  const tried = await request(sandbox, 'POST', `${roles}?dryRun=All`, { metadata: { name: 'tried' }, rules: [] })
  expect(tried.body.rules).toBeNull()
  const again = await request(sandbox, 'PUT', `${roles}/none`, { ...created.body, rules: [] })
  expect(again.body.rules).toBeNull()
  const slices = '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices'
  const slice = { metadata: { name: 'none' }, addressType: 'IPv4', endpoints: [], ports: [] }
  expect((await request(sandbox, 'POST', slices, slice)).body).toMatchObject({ endpoints: null, ports: null })
  await sandbox.close()
})

test('answers are indented for people, and where the query says so', async () => {
  const sandbox = await openSandbox()
  const path = '/api/v1/namespaces/default'
  const textOf = async (query: string, agent: string): Promise<string> => {
    const answer = await sandbox.handle({ method: 'GET', path: `${path}${query}`, headers: { 'user-agent': agent } })
    return answer.kind === 'answer' ? answer.text() : ''
  }
  const indented = '{\n  "kind": "Namespace",\n  "apiVersion": "v1",'
  expect(await textOf('', 'curl/8.14.1')).toContain(indented)
  expect(await textOf('?pretty=true', 'kubectl')).toContain(indented)
  expect(await textOf('?pretty=0', 'curl/8.14.1')).not.toContain('\n')
  expect(await textOf('', 'kubectl')).not.toContain('\n')
  await sandbox.close()
})

test('the core group lists bindings and statuses of components, and answers for them', async () => {
  const sandbox = await openSandbox()
  const { body } = await request(sandbox, 'GET', '/api/v1')
  expect(body.resources).toEqual(
    expect.arrayContaining([
      { name: 'bindings', singularName: 'binding', namespaced: true, kind: 'Binding', verbs: ['create'] },
      expect.objectContaining({ name: 'componentstatuses', shortNames: ['cs'] }),
    ]),
  )
  const accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList'
  const aggregated = await sandbox.handle({ method: 'GET', path: '/api', headers: { accept } })
  const listed = aggregated.kind === 'answer' ? aggregated.text() : ''
  for (const name of ['bindings', 'componentstatuses']) expect(listed).toContain(`"resource":"${name}"`)
  const statuses = await request(sandbox, 'GET', '/api/v1/componentstatuses')
  expect(statuses).toMatchObject({ status: 200, warning: '299 - "v1 ComponentStatus is deprecated in v1.19+"' })
  const missing = { apiVersion: 'v1', kind: 'Binding', metadata: { name: 'none' }, target: { kind: 'Node', name: 'n' } }
  expect(await request(sandbox, 'POST', '/api/v1/namespaces/default/bindings', missing)).toMatchObject({
    status: 404,
    body: { message: 'pods "none" not found' },
  })
  await sandbox.close()
})

test('Jobs are selected by how many pods succeeded, events by who told of what, in both of their groups', async () => {
  const sandbox = await openSandbox()
  const template = { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'i' }] } }
  const spec = { suspend: true, template }
  await request(sandbox, 'POST', '/apis/batch/v1/namespaces/default/jobs', { metadata: { name: 'j' }, spec })
  const status = { 'content-type': 'application/merge-patch+json' }
  const path = '/apis/batch/v1/namespaces/default/jobs/j/status'
  await request(sandbox, 'PATCH', path, { status: { succeeded: 2 } }, status)
  const event = { involvedObject: { kind: 'Job', namespace: 'default', name: 'j' }, source: { component: 'me' } }
  await request(sandbox, 'POST', '/api/v1/namespaces/default/events', { metadata: { name: 'e' }, ...event })
  const found = async (list: string, selector: string): Promise<unknown> => {
    const { body } = await request(sandbox, 'GET', `${list}?fieldSelector=${encodeURIComponent(selector)}`)
    return Array.isArray(body.items) ? body.items.length : body.message
  }
  expect(await found('/apis/batch/v1/jobs', 'status.successful=2')).toBe(1)
  expect(await found('/apis/batch/v1/jobs', 'status.successful=0')).toBe(0)
  expect(await found('/api/v1/events', 'source=me')).toBe(1)
  expect(await found('/apis/events.k8s.io/v1/events', 'regarding.name=j,metadata.name=e')).toBe(1)
  expect(await found('/apis/events.k8s.io/v1/events', 'involvedObject.name=j')).toBe(
    'field label not supported: involvedObject.name',
  )
  await sandbox.close()
})
