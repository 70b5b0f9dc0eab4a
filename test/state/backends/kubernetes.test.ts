import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { Sandbox } from '../../../src/sandbox/sandbox.ts'
import type { KubernetesApi } from '../../../src/state/backends/kubernetes/kubernetes-api.ts'
import { chunkSecret } from '../../../src/state/backends/kubernetes/state-secrets.ts'
import { kubernetesBackend } from '../../../src/state/backends/kubernetes.ts'
import { type Clock, systemClock } from '../../../src/state/clock.ts'
import { inProcessTransport } from '../../../src/targets/kubernetes/in-process-transport.ts'
import { stateApi } from '../../../src/targets/kubernetes/state-api.ts'
import type { Transport } from '../../../src/targets/kubernetes/transport.ts'
import { openSample, PROCESS, REF, refusal, sampleState, temporaryFolder, value } from '../sample-state.ts'
import { describeBackend } from './conformance.ts'
import { LossyWire } from './lossy-wire.ts'
import { movedClock } from './moved-clock.ts'

const SIGNAL = new AbortController().signal
const NAMESPACE = 'meshform-state'

async function startApi(wire = new LossyWire()): Promise<KubernetesApi> {
  const sandbox = await Sandbox.open({ directory: await temporaryFolder() })
  onTestFinished(() => sandbox.close())
  const api = stateApi(lossyTransport(inProcessTransport(sandbox, 'meshform-test'), wire), movedClock())
  const body = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } }
  value(await api.send({ method: 'POST', path: '/api/v1/namespaces', body, signal: SIGNAL }))
  return api
}

function lossyTransport(transport: Transport, wire: LossyWire): Transport {
  const failure = { kind: 'unreachable', message: 'socket hang up', code: 'ECONNRESET' } as const
  return {
    ...transport,
    request: async (request) => {
      const answer = await transport.request(request)
      return wire.carry() ? { ok: false, failure } : answer
    },
  }
}

function client(api: KubernetesApi, journalDirectory: string, clock: Clock, process = PROCESS, namespace = NAMESPACE) {
  return kubernetesBackend({ api, namespace, journalDirectory, process, clock })
}

async function secretNames(api: KubernetesApi): Promise<string> {
  const path = `/api/v1/namespaces/${NAMESPACE}/secrets`
  return JSON.stringify(value(await api.send({ method: 'GET', path, signal: SIGNAL })).json)
}

describeBackend(
  'kubernetes',
  async () => {
    const wire = new LossyWire()
    const [api, folder, clock] = [await startApi(wire), await temporaryFolder(), movedClock()]
    return {
      client: async ({ process = PROCESS, machine = 'here' } = {}) => client(api, join(folder, machine), clock, process),
      elapse: async (milliseconds) => clock.forward(milliseconds),
      wire,
    }
  },
  { expiryMs: 60_000, lists: true, renews: true, inspects: true },
)

describe('kubernetes', () => {
  test('a lock is a Lease and a state a Secret that others can read about', async () => {
    const api = await startApi()
    const backend = client(api, await temporaryFolder(), systemClock)
    const { lock, session } = await openSample(backend)
    const path = `/apis/coordination.k8s.io/v1/namespaces/${NAMESPACE}/leases/meshform-lock.default.bookinfo`
    expect(value(await api.send({ method: 'GET', path, signal: SIGNAL })).json).toMatchObject({
      spec: { holderIdentity: lock.info.id, leaseDurationSeconds: 60, leaseTransitions: 0 },
    })
    value(await session.replace(sampleState(2)))
    value(await lock.release())
    const secret = `/api/v1/namespaces/${NAMESPACE}/secrets/meshform-state.default.bookinfo`
    expect(value(await api.send({ method: 'GET', path: secret, signal: SIGNAL })).json).toMatchObject({
      type: 'meshform.dev/state',
      metadata: {
        labels: {
          'app.kubernetes.io/managed-by': 'meshform',
          'meshform.dev/workspace': 'default',
          'meshform.dev/design': 'bookinfo',
        },
        annotations: { 'meshform.dev/encoding': 'gzip', 'meshform.dev/serial': '8', 'meshform.dev/chunks': '0' },
      },
    })
  })

  test('a write that is refused leaves no chunks behind', async () => {
    const api = await startApi()
    const backend = client(api, await temporaryFolder(), systemClock)
    const { lock } = await openSample(backend)
    const { randomBytes } = await import('node:crypto')
    const bytes = randomBytes(2_500_000)
    const first = value(
      await backend.snapshots.write(REF, { bytes, serial: 1, expected: undefined, lockId: lock.info.id }, SIGNAL),
    )
    const before = await secretNames(api)
    expect(before.match(/"kind":"Secret"|meshform.dev\/state":"chunk"/g)?.length).toBeGreaterThan(2)
    const refused = await backend.snapshots.write(REF, { bytes, serial: 2, expected: '1', lockId: lock.info.id }, SIGNAL)
    expect(refusal(refused)).toBe('moved')
    expect((await secretNames(api)).match(/meshform.dev\/state":"chunk"/g)).toEqual(before.match(/meshform.dev\/state":"chunk"/g))
    value(await backend.snapshots.remove(REF, first, lock.info.id, SIGNAL))
    expect(await secretNames(api)).not.toContain('"chunk"')
    value(await lock.release())
  })

  test('chunks that a killed run left go with the next one’s first write', async () => {
    const api = await startApi()
    const left = chunkSecret(REF, 'dead', 0, Buffer.from('half'))
    const other = chunkSecret({ ...REF, design: `${REF.design}-2` }, 'live', 0, Buffer.from('whole'))
    for (const body of [left, other]) {
      const path = `/api/v1/namespaces/${NAMESPACE}/secrets`
      value(await api.send({ method: 'POST', path, body, signal: SIGNAL }))
    }
    const { lock, session } = await openSample(client(api, await temporaryFolder(), systemClock))
    value(await session.replace(sampleState(2)))
    value(await lock.release())
    const names = await secretNames(api)
    expect([names.includes('.dead.0'), names.includes('-2.live.0')]).toEqual([false, true])
  })

  test('a namespace that is not there is said', async () => {
    const api = await startApi()
    const backend = client(api, await temporaryFolder(), systemClock, PROCESS, 'nowhere')
    const info = { ...PROCESS, id: 'x', operation: 'apply', created: '', version: '' }
    expect(await backend.locks.acquire(REF, info, 1_000, SIGNAL)).toMatchInlineSnapshot(`
      {
        "error": {
          "kind": "invalid-configuration",
          "message": "Locking the state default/bookinfo: there is no namespace nowhere.",
        },
        "ok": false,
      }
    `)
  })
})
