import { expect, test } from 'vitest'
import type { JsonObject } from '../../src/plan/json.ts'
import { openSandbox, request } from './sandbox-requests.ts'

const pods = '/api/v1/namespaces/default/pods'
const claims = '/api/v1/namespaces/default/persistentvolumeclaims'
const patience = { timeout: 20_000 }

function pod(spec: JsonObject = {}): JsonObject {
  return { kind: 'Pod', metadata: { name: 'one' }, spec: { containers: [{ name: 'main', image: 'main:1' }], ...spec } }
}

const claim = (name: string): JsonObject => ({
  kind: 'PersistentVolumeClaim',
  metadata: { name },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
})

test('a pod has the priority of its class and may not contradict it', async () => {
  const sandbox = await openSandbox()
  const named = await request(sandbox, 'POST', `${pods}?dryRun=All`, pod({ priorityClassName: 'system-node-critical' }))
  expect(named.body.spec).toMatchObject({ priority: 2_000_001_000, preemptionPolicy: 'PreemptLowerPriority' })
  const plain = await request(sandbox, 'POST', `${pods}?dryRun=All`, pod())
  expect(plain.body.spec).toMatchObject({ priority: 0 })
  const unknown = await request(sandbox, 'POST', pods, pod({ priorityClassName: 'urgent' }))
  expect(unknown.body).toMatchObject({
    code: 403,
    message: 'pods "one" is forbidden: no PriorityClass with name urgent was found',
  })
  const contradicted = await request(sandbox, 'POST', pods, pod({ priority: 5 }))
  expect(contradicted.body.message).toBe(
    'pods "one" is forbidden: the integer value of priority (5) must not be provided in pod spec; ' +
      'priority admission controller computed 0 from the given PriorityClass name',
  )
  await sandbox.close()
})

test('a claim gets the smallest volume that suits it, and stays while a pod uses it', async () => {
  const sandbox = await openSandbox()
  const volume = (name: string, storage: string): JsonObject => ({
    kind: 'PersistentVolume',
    metadata: { name },
    spec: { capacity: { storage }, accessModes: ['ReadWriteOnce'], hostPath: { path: '/data' } },
  })
  const phaseOf = async (path: string): Promise<unknown> => {
    const { status, body } = await request(sandbox, 'GET', path)
    return status === 200 ? (body.status as JsonObject | undefined)?.phase : status
  }
  const big = '/api/v1/persistentvolumes/big'
  const small = '/api/v1/persistentvolumes/small'
  await request(sandbox, 'POST', '/api/v1/persistentvolumes', volume('big', '8Gi'))
  await request(sandbox, 'POST', '/api/v1/persistentvolumes', volume('small', '2Gi'))
  await expect.poll(() => phaseOf(small), patience).toBe('Available')
  await expect.poll(() => phaseOf(big), patience).toBe('Available')
  await request(sandbox, 'POST', claims, claim('data'))
  await expect.poll(() => phaseOf(`${claims}/data`), patience).toBe('Bound')
  const { body } = await request(sandbox, 'GET', `${claims}/data`)
  expect(body.spec).toMatchObject({ volumeName: 'small' })
  expect(body.status).toMatchObject({ capacity: { storage: '2Gi' } })
  const uses = { volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }] }
  await request(sandbox, 'POST', pods, pod(uses))
  const deleted = await request(sandbox, 'DELETE', `${claims}/data`)
  expect(deleted.body.metadata).toMatchObject({ finalizers: ['kubernetes.io/pvc-protection'] })
  expect(await phaseOf(`${claims}/data`)).toBe('Bound')
  await request(sandbox, 'DELETE', `${pods}/one?gracePeriodSeconds=0`)
  await expect.poll(() => phaseOf(`${claims}/data`), patience).toBe(404)
  await expect.poll(() => phaseOf(small), patience).toBe('Released')
  await sandbox.close()
})

test('a default class is filled in', async () => {
  const sandbox = await openSandbox()
  await request(sandbox, 'POST', '/apis/networking.k8s.io/v1/ingressclasses', {
    kind: 'IngressClass',
    metadata: { name: 'edge', annotations: { 'ingressclass.kubernetes.io/is-default-class': 'true' } },
    spec: { controller: 'example.org/edge' },
  })
  const { body } = await request(sandbox, 'POST', '/apis/networking.k8s.io/v1/namespaces/default/ingresses', {
    kind: 'Ingress',
    metadata: { name: 'front' },
    spec: { defaultBackend: { service: { name: 'web', port: { number: 80 } } } },
  })
  expect(body.spec).toMatchObject({ ingressClassName: 'edge' })
  await sandbox.close()
})

test('pods take what their runtime class costs and wants of nodes; a class that is not there refuses them', async () => {
  const sandbox = await openSandbox()
  const classes = '/apis/node.k8s.io/v1/runtimeclasses'
  const scheduling = { nodeSelector: { runs: 'sandboxed' }, tolerations: [{ key: 'runs', operator: 'Exists' }] }
  const overhead = { podFixed: { cpu: '250m' } }
  await request(sandbox, 'POST', classes, { metadata: { name: 'gvisor' }, handler: 'runsc', overhead, scheduling })
  const make = (name: string, more: JsonObject) =>
    request(sandbox, 'POST', '/api/v1/namespaces/default/pods?dryRun=All', {
      metadata: { name },
      spec: { containers: [{ name: 'c', image: 'i' }], ...more },
    })
  expect((await make('a', { runtimeClassName: 'gvisor' })).body.spec).toMatchObject({
    overhead: { cpu: '250m' },
    nodeSelector: { runs: 'sandboxed' },
    tolerations: expect.arrayContaining([{ key: 'runs', operator: 'Exists' }]),
  })
  const why = async (more: JsonObject) => (await make('p', more)).body.message
  expect(await why({ runtimeClassName: 'nope' })).toBe('pods "p" is forbidden: pod rejected: RuntimeClass "nope" not found')
  expect(await why({ overhead: { cpu: '1' } })).toBe(
    'pods "p" is forbidden: pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead',
  )
  expect(await why({ runtimeClassName: 'gvisor', nodeSelector: { runs: 'x' } })).toBe(
    'pods "p" is forbidden: conflict: runtimeClass.scheduling.nodeSelector[runs] = sandboxed; pod.spec.nodeSelector[runs] = x',
  )
  await sandbox.close()
})

test('standards of pod security that a namespace asks for are known ones', async () => {
  const sandbox = await openSandbox()
  const label = 'pod-security.kubernetes.io/enforce'
  const labels = { [label]: 'none', 'pod-security.kubernetes.io/warn-version': 'v2' }
  const refused = await request(sandbox, 'POST', '/api/v1/namespaces', { metadata: { name: 'a', labels } })
  expect(refused.body.message).toBe(
    `Namespace "a" is invalid: [metadata.labels[${label}]: Invalid value: "none": must be one of privileged, baseline, restricted, metadata.labels[pod-security.kubernetes.io/warn-version]: Invalid value: "v2": must be "latest" or "v1.x"]`,
  )
  const taken = { [label]: 'restricted', 'pod-security.kubernetes.io/enforce-version': 'v1.36' }
  expect((await request(sandbox, 'POST', '/api/v1/namespaces', { metadata: { name: 'a', labels: taken } })).status).toBe(201)
  await sandbox.close()
})

test('pods keep the security standards that their namespace enforces, and what makes pods is warned', async () => {
  const sandbox = await openSandbox()
  const labels = {
    'pod-security.kubernetes.io/enforce': 'restricted',
    'pod-security.kubernetes.io/warn': 'baseline',
    'pod-security.kubernetes.io/warn-version': 'v1.36',
  }
  await request(sandbox, 'POST', '/api/v1/namespaces', { metadata: { name: 'safe', labels } })
  const pods = '/api/v1/namespaces/safe/pods'
  const plain = { containers: [{ name: 'c', image: 'i' }] }
  const refused = await request(sandbox, 'POST', pods, { metadata: { name: 'p' }, spec: plain })
  expect(refused).toMatchObject({
    status: 403,
    body: {
      message:
        'pods "p" is forbidden: violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false (container "c" must set securityContext.allowPrivilegeEscalation=false), unrestricted capabilities (container "c" must set securityContext.capabilities.drop=["ALL"]), runAsNonRoot != true (pod or container "c" must set securityContext.runAsNonRoot=true), seccompProfile (pod or container "c" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")',
    },
  })
  const safe = { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } }
  const kept = {
    securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
    containers: [{ name: 'c', image: 'i', securityContext: safe }],
  }
  expect((await request(sandbox, 'POST', pods, { metadata: { name: 'p' }, spec: kept })).status).toBe(201)
  const loose = {
    hostNetwork: true,
    containers: [{ name: 'c', image: 'i', securityContext: { privileged: true, capabilities: { add: ['NET_ADMIN'] } } }],
    volumes: [{ name: 'v', hostPath: { path: '/' } }],
  }
  const template = { metadata: { labels: { a: 'b' } }, spec: loose }
  const deployment = { metadata: { name: 'd' }, spec: { selector: { matchLabels: { a: 'b' } }, template } }
  const { status, warning } = await request(sandbox, 'POST', '/apis/apps/v1/namespaces/safe/deployments', deployment)
  expect([status, warning]).toEqual([
    201,
    '299 - "would violate PodSecurity \\"baseline:v1.36\\": non-default capabilities (container \\"c\\" must not include \\"NET_ADMIN\\" in securityContext.capabilities.add), host namespaces (hostNetwork=true), hostPath volumes (volume \\"v\\"), privileged (container \\"c\\" must not set securityContext.privileged=true)"',
  ])
  await sandbox.close()
})
