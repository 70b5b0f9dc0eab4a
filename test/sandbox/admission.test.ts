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
