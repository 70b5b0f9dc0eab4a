import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { JsonObject } from '../../src/plan/json.ts'
import type { Sandbox } from '../../src/sandbox/sandbox.ts'
import { openSandbox, request } from './sandbox-requests.ts'

const group = '/apis/admissionregistration.k8s.io/v1'
const deployments = '/apis/apps/v1/namespaces/default/deployments'
const merge = { 'content-type': 'application/merge-patch+json' }

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await openSandbox()
})
afterAll(() => sandbox.close())
beforeEach(async () => {
  for (const kind of ['policies', 'policybindings']) await request(sandbox, 'DELETE', `${group}/mutatingadmission${kind}`)
  await request(sandbox, 'DELETE', deployments)
})

function applied(expression: string): JsonObject {
  return { patchType: 'ApplyConfiguration', applyConfiguration: { expression } }
}

function patched(expression: string): JsonObject {
  return { patchType: 'JSONPatch', jsonPatch: { expression } }
}

async function bind(name: string, mutations: readonly JsonObject[], more: JsonObject = {}): Promise<void> {
  const rule = { apiGroups: ['apps'], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['deployments'] }
  const apiVersion = 'admissionregistration.k8s.io/v1'
  const policy = await request(sandbox, 'POST', `${group}/mutatingadmissionpolicies`, {
    apiVersion,
    kind: 'MutatingAdmissionPolicy',
    metadata: { name },
    spec: { matchConstraints: { resourceRules: [rule] }, reinvocationPolicy: 'Never', mutations: [...mutations], ...more },
  })
  expect(policy.status).toBe(201)
  const binding = await request(sandbox, 'POST', `${group}/mutatingadmissionpolicybindings`, {
    apiVersion,
    kind: 'MutatingAdmissionPolicyBinding',
    metadata: { name: `${name}-binding` },
    spec: { policyName: name },
  })
  expect(binding.status).toBe(201)
}

function deployment(name: string): JsonObject {
  const labels = { app: name }
  const spec = { containers: [{ name: 'main', image: 'nginx:1' }] }
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: { replicas: 1, selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
  }
}

test('an apply configuration is laid over what is created and changed, lists by their keys', async () => {
  await bind(
    'sidecar',
    [
      applied(
        'Object{spec: Object.spec{template: Object.spec.template{spec: Object.spec.template.spec{containers: [Object.spec.template.spec.containers{name: "proxy", image: "proxy:" + variables.version}]}}}}',
      ),
      applied('Object{metadata: Object.metadata{labels: {"containers": string(object.spec.template.spec.containers.size())}}}'),
    ],
    { variables: [{ name: 'version', expression: '"1." + "2"' }] },
  )
  const made = await request(sandbox, 'POST', deployments, deployment('a'))
  expect(made).toMatchObject({
    status: 201,
    body: {
      metadata: { labels: { containers: '2' } },
      spec: {
        template: {
          spec: {
            containers: [
              { name: 'main', image: 'nginx:1' },
              { name: 'proxy', image: 'proxy:1.2' },
            ],
          },
        },
      },
    },
  })
  const changed = await request(
    sandbox,
    'PATCH',
    `${deployments}/a`,
    { metadata: { labels: { containers: null, x: 'y' } } },
    merge,
  )
  expect(changed.body).toMatchObject({ metadata: { labels: { containers: '2', x: 'y' } } })
})

test('a JSON patch is carried out, where conditions hold', async () => {
  await bind('patch', [patched('[JSONPatch{op: "add", path: "/metadata/annotations", value: {"by": request.operation}}]')], {
    matchConditions: [{ name: 'named', expression: 'object.metadata.name.startsWith("a")' }],
  })
  expect((await request(sandbox, 'POST', deployments, deployment('a'))).body).toMatchObject({
    metadata: { annotations: { by: 'CREATE' } },
  })
  const other = await request(sandbox, 'POST', deployments, deployment('b'))
  expect(other.body.metadata).not.toHaveProperty('annotations')
})

test('what fails is refused, or passed over where the policy says so', async () => {
  const broken = [patched('[JSONPatch{op: "remove", path: "/spec/nope"}]')]
  await bind('broken', broken)
  const refused = await request(sandbox, 'POST', deployments, deployment('a'))
  expect(refused).toMatchObject({ status: 403, body: { reason: 'Invalid', details: { group: 'apps', kind: 'deployments' } } })
  expect(refused.body.message).toMatch(/^policy 'broken' with binding 'broken-binding' denied request: JSON Patch: /)
  await request(sandbox, 'DELETE', `${group}/mutatingadmissionpolicies/broken`)
  await request(sandbox, 'DELETE', `${group}/mutatingadmissionpolicybindings/broken-binding`)
  await bind('broken', broken, { failurePolicy: 'Ignore' })
  expect((await request(sandbox, 'POST', deployments, deployment('a'))).status).toBe(201)
})

test('what is owned as a whole may not be part of a configuration', async () => {
  await bind('atomic', [applied('Object{spec: Object.spec{selector: Object.spec.selector{matchLabels: {"x": "y"}}}}')])
  const refused = await request(sandbox, 'POST', deployments, deployment('a'))
  expect(refused.body.message).toBe(
    "policy 'atomic' with binding 'atomic-binding' denied request: error applying patch: invalid ApplyConfiguration: may not mutate atomic arrays, maps or structs: .spec.selector",
  )
})

test('one that says so runs again after later ones', async () => {
  await bind(
    'a-count',
    [
      applied(
        'Object{metadata: Object.metadata{annotations: {"containers": string(object.spec.template.spec.containers.size())}}}',
      ),
    ],
    { reinvocationPolicy: 'IfNeeded' },
  )
  await bind('b-add', [
    applied(
      'Object{spec: Object.spec{template: Object.spec.template{spec: Object.spec.template.spec{containers: [Object.spec.template.spec.containers{name: "proxy", image: "proxy:1"}]}}}}',
    ),
  ])
  const made = await request(sandbox, 'POST', deployments, deployment('a'))
  expect(made.body).toMatchObject({ metadata: { annotations: { containers: '2' } } })
})
