import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isJsonObject } from '../../src/plan/json.ts'
import type { KubernetesApi } from '../../src/state/backends/kubernetes/kubernetes-api.ts'
import { kubernetesBackend } from '../../src/state/backends/kubernetes.ts'
import { systemClock } from '../../src/state/clock.ts'
import { openKubernetesTransport } from '../../src/targets/kubernetes/open.ts'
import { stateApi } from '../../src/targets/kubernetes/state-api.ts'
import { describeBackend } from '../state/backends/conformance.ts'
import { lockSample, PROCESS, REF, refusal, temporaryFolder, value } from '../state/sample-state.ts'
import { servesCore } from './real-cluster.ts'

const SIGNAL = new AbortController().signal
const namespace = `meshform-state-${process.pid}`
let api: KubernetesApi

async function call(method: 'GET' | 'POST' | 'DELETE', path: string, body?: Parameters<KubernetesApi['send']>[0]['body']) {
  return value(await api.send({ method, path, ...(body === undefined ? {} : { body }), signal: SIGNAL }))
}

const client = (journalDirectory: string, process = PROCESS) =>
  kubernetesBackend({ api, namespace, journalDirectory, process, clock: systemClock })

describe.skipIf(!(await servesCore('the tests of the state')))('state on a real API server', () => {
  beforeAll(async () => {
    const opened = await openKubernetesTransport({
      kubeconfigPath: undefined,
      context: undefined,
      userAgent: 'meshform-tests',
      environment: process.env,
      concurrency: 8,
    })
    if (!opened.ok) throw new Error(opened.error.message)
    api = stateApi(opened.value.transport, systemClock)
    const made = await call('POST', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } })
    expect(made.status).toBe(201)
  })
  afterAll(async () => {
    await call('DELETE', `/api/v1/namespaces/${namespace}`)
    await api.close()
  })

  describeBackend(
    'kubernetes (a real API server)',
    async () => {
      const folder = await temporaryFolder()
      return {
        client: async ({ process = PROCESS, machine = 'here' } = {}) => client(join(folder, machine), process),
        elapse: (milliseconds) => delay(milliseconds),
      }
    },
    // The server says its time in whole seconds.
    { expiryMs: 3_000, lists: true, renews: true, inspects: true },
  )

  test('lies in several Secrets beyond 1 MiB, none of which stays behind', async () => {
    const backend = client(await temporaryFolder())
    const lock = await lockSample(backend)
    const bytes = randomBytes(3_000_000)
    const write = { bytes, serial: 1, expected: undefined, lockId: lock.info.id }
    const first = value(await backend.snapshots.write(REF, write, SIGNAL))
    expect(Buffer.from(value(await backend.snapshots.read(REF, SIGNAL))?.bytes ?? []).equals(bytes)).toBe(true)
    const second = value(await backend.snapshots.write(REF, { ...write, serial: 2, expected: first }, SIGNAL))
    expect(refusal(await backend.snapshots.write(REF, { ...write, serial: 3, expected: first }, SIGNAL))).toBe('moved')
    const labels = `labelSelector=${encodeURIComponent(`meshform.dev/design=${REF.design}`)}`
    const { json } = await call('GET', `/api/v1/namespaces/${namespace}/secrets?${labels}`)
    const items = isJsonObject(json) && Array.isArray(json.items) ? json.items : []
    expect(items).toHaveLength(5)
    value(await backend.snapshots.remove(REF, second, lock.info.id, SIGNAL))
    expect(await call('GET', `/api/v1/namespaces/${namespace}/secrets?${labels}`)).toMatchObject({ json: { items: [] } })
    value(await lock.release())
  })

  test('a holder that fell silent is taken over, and its Lease counts the change of hands', async () => {
    const backend = client(await temporaryFolder())
    const info = { ...PROCESS, id: 'a', operation: 'apply', created: new Date().toISOString(), version: '1' }
    value(await backend.locks.acquire(REF, info, 2_000, SIGNAL))
    await delay(4_000)
    const taken = value(await backend.locks.acquire(REF, { ...info, id: 'b' }, 2_000, SIGNAL))
    expect(taken).toMatchObject({ kind: 'acquired', tookOver: { info: { id: 'a' }, expired: true } })
    const path = `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases/meshform-lock.default.bookinfo`
    expect((await call('GET', path)).json).toMatchObject({ spec: { holderIdentity: 'b', leaseTransitions: 1 } })
    expect(value(await backend.locks.renew(REF, info, 2_000, SIGNAL))).toBe('lost')
    expect(value(await backend.locks.release(REF, { ...info, id: 'b' }, SIGNAL))).toBe('released')
  })
})
