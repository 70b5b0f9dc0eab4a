import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { consulAccess } from '../../../src/state/backends/consul/consul-access.ts'
import { consulBackend } from '../../../src/state/backends/consul.ts'
import { systemClock } from '../../../src/state/clock.ts'
import { notTestedHere } from '../../not-tested-here.ts'
import { findConsul, type RealAgent, startAgent } from '../../targets/consul/real-agent.ts'
import { openSample, PROCESS, REF, refusal, sampleState, temporaryFolder, value } from '../sample-state.ts'
import { describeBackend } from './conformance.ts'
import { startConsulKvServer } from './consul-kv-server.ts'
import { QUICK_RETRIES } from './quick-retries.ts'

const SIGNAL = new AbortController().signal

async function client(
  address: string,
  journalDirectory: string,
  changes: {
    readonly process?: typeof PROCESS
    readonly prefix?: string
    readonly environment?: { readonly [name: string]: string }
  } = {},
) {
  const environment = changes.environment ?? {}
  const backend = consulBackend({
    settings: {
      address,
      prefix: changes.prefix ?? 'team a/x',
      datacenter: undefined,
      namespace: undefined,
      partition: undefined,
    },
    ...value(await consulAccess(environment)),
    journalDirectory,
    process: changes.process ?? PROCESS,
    clock: systemClock,
    userAgent: 'meshform-test',
    environment,
    retries: QUICK_RETRIES,
  })
  onTestFinished(() => backend.close())
  return backend
}

const TRAITS = { expiryMs: 10_000, lists: true, renews: true, inspects: true }

describeBackend(
  'consul',
  async () => {
    const [server, folder] = [await startConsulKvServer(), await temporaryFolder()]
    return {
      client: ({ process = PROCESS, machine = 'here' } = {}) => client(server.endpoint, join(folder, machine), { process }),
      elapse: async (milliseconds) => server.forward(milliseconds),
      wire: server.wire,
    }
  },
  TRAITS,
)

describe('consul', () => {
  const noise = (bytes: number) => randomBytes(bytes)

  test('a state that is too long for a value lies in chunks, and none of them is left behind', async () => {
    const server = await startConsulKvServer()
    const backend = await client(server.endpoint, await temporaryFolder())
    const { lock } = await openSample(backend)
    const write = (bytes: Uint8Array, serial: number, expected: string | undefined) =>
      backend.snapshots.write(REF, { bytes, serial, expected, lockId: lock.info.id }, SIGNAL)
    const chunks = () => server.keys().filter((key) => key.includes('/chunks/'))
    const first = value(await write(noise(1_500_000), 1, undefined))
    expect(chunks()).toHaveLength(4)
    const before = chunks()
    expect(refusal(await write(noise(1_500_000), 2, '1'))).toBe('moved')
    expect(chunks()).toEqual(before)
    const second = value(await write(noise(600_000), 2, first))
    expect(chunks()).toHaveLength(2)
    const third = value(await write(noise(1_000), 3, second))
    expect(chunks()).toEqual([])
    value(await backend.snapshots.remove(REF, third, lock.info.id, SIGNAL))
    value(await lock.release())
    expect(server.keys()).toEqual(['team a/x/default/bookinfo/lock'])
  })

  test('answers that are lost on the way change nothing', async () => {
    const server = await startConsulKvServer()
    const backend = await client(server.endpoint, await temporaryFolder())
    const { lock, session } = await openSample(backend)
    const state = value(await session.replace(sampleState(2)))
    server.loseNextAnswer('PUT')
    value(await session.replace({ ...state, outputs: {} }))
    value(await lock.release())
  })

  test('a token lets in, and one that does not is never said', async () => {
    const server = await startConsulKvServer({ token: 'open-barley' })
    const folder = await temporaryFolder()
    const mine = await client(server.endpoint, folder, { environment: { CONSUL_HTTP_TOKEN: 'open-barley' } })
    expect(value(await mine.snapshots.read(REF, SIGNAL))).toBeUndefined()
    const theirs = await client(server.endpoint, folder, { environment: { CONSUL_HTTP_TOKEN: 'open-wheat' } })
    const answer = await theirs.snapshots.read(REF, SIGNAL)
    expect(refusal(answer)).toBe('unauthorized')
    expect(JSON.stringify(answer)).not.toContain('open-')
    expect(refusal(await consulAccess({ CONSUL_CACERT: '/nonexistent/ca.pem' }))).toBe('invalid-configuration')
  })
})

const binary = findConsul()

if (binary === undefined) {
  notTestedHere('the consul backend on a real agent', 'no consul on the path (scripts/fetch-consul.sh unpacks one)')
} else {
  let agent: RealAgent | undefined
  beforeAll(async () => {
    agent = await startAgent(binary)
  }, 60_000)
  afterAll(() => agent?.stop())

  /** Sessions end by the leader's own clock, at twice their TTL: here they are ended as it would, at once. */
  async function endSessions(): Promise<void> {
    const { address } = agent ?? { address: '' }
    const sessions = (await (await fetch(`${address}/v1/session/list`)).json()) as readonly { readonly ID: string }[]
    await Promise.all(sessions.map(({ ID }) => fetch(`${address}/v1/session/destroy/${ID}`, { method: 'PUT' })))
  }

  describeBackend(
    'consul (a real agent)',
    async () => {
      const [folder, prefix] = [await temporaryFolder(), `t/${randomBytes(4).toString('hex')}`]
      return {
        client: ({ process = PROCESS, machine = 'here' } = {}) =>
          client(agent?.address ?? '', join(folder, machine), { process, prefix }),
        elapse: (milliseconds) => (milliseconds > TRAITS.expiryMs ? endSessions() : Promise.resolve()),
      }
    },
    TRAITS,
  )
}
