import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import type { StateBackend } from '../../../src/state/backend.ts'
import { pgBackend } from '../../../src/state/backends/pg.ts'
import { STATE_RETRY_POLICY } from '../../../src/state/backends/remote/retry-policy.ts'
import type { ProcessIdentity } from '../../../src/state/process-identity.ts'
import { notTestedHere } from '../../not-tested-here.ts'
import { openSample, PROCESS, REF, refusal, sampleState, value } from '../sample-state.ts'
import { describeBackend } from './conformance.ts'
import { startLossyPostgres } from './lossy-postgres.ts'
import { LossyWire } from './lossy-wire.ts'
import { type PostgresServer, poolerBinary, postgresBinaries, startPooler, startPostgres } from './postgres-server.ts'

const binaries = postgresBinaries()
const SIGNAL = new AbortController().signal

test('a PostgreSQL server that is not there is unreachable, and its password is never said', async () => {
  const backend = pgBackend({
    settings: { address: 'postgres://ann:open-barley@127.0.0.1:1/states', schema: 'states' },
    process: PROCESS,
    applicationName: 'meshform-test',
    retries: { ...STATE_RETRY_POLICY, firstWaitMs: 1, longestWaitMs: 1 },
  })
  onTestFinished(() => backend.close())
  const answer = await backend.snapshots.read(REF, SIGNAL)
  expect(refusal(answer)).toBe('unreachable')
  expect(JSON.stringify(answer)).not.toContain('open-barley')
})

if (binaries === undefined) {
  notTestedHere('the pg backend', 'no PostgreSQL server in /usr/lib/postgresql (apt-get install postgresql)')
} else {
  let server: PostgresServer
  let pooled: PostgresServer | undefined
  const pooler = poolerBinary()
  beforeAll(async () => {
    server = await startPostgres(binaries)
    pooled = pooler === undefined ? undefined : await startPooler(pooler, server)
  }, 60_000)
  afterAll(async () => {
    await pooled?.stop()
    await server.stop()
  })
  let schemas = 0

  const client = (schema: string, process: ProcessIdentity = PROCESS, address = server.address): StateBackend => {
    const settings = { address, schema }
    const backend = pgBackend({
      settings,
      process,
      applicationName: 'meshform-test',
      retries: { ...STATE_RETRY_POLICY, firstWaitMs: 10, longestWaitMs: 500 },
    })
    onTestFinished(() => backend.close())
    return backend
  }

  const describeServer = (name: string, address: () => string) =>
    describeBackend(
      name,
      async () => {
        schemas++
        const schema = `store "${schemas}"`
        const wire = new LossyWire()
        const lossy = await startLossyPostgres(address(), wire)
        return {
          client: async ({ process = PROCESS } = {}) => client(schema, process, lossy),
          wire,
          elapse: (milliseconds) => delay(Math.min(milliseconds, 700)),
        }
      },
      { expiryMs: 500, lists: true, renews: true, inspects: true },
    )

  describeServer('pg', () => server.address)
  if (pooler === undefined) {
    notTestedHere('the pg backend behind a pooler', 'no PgBouncer (apt-get install pgbouncer)')
  } else {
    describeServer('pg (behind a pooler of transactions)', () => pooled?.address ?? '')
  }

  describe('pg', () => {
    test('keeps nothing in a session: all connections may be cut off between any two calls', async () => {
      const backend = client('cut')
      const admin = new pg.Client({ connectionString: server.address })
      await admin.connect()
      const cut = async () => {
        await admin.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'meshform-test'")
        await delay(20)
      }
      const { lock, session } = await openSample(backend)
      await cut()
      const other = client('cut')
      expect(value(await other.locks.inspect(REF, SIGNAL))?.info.id).toBe(lock.info.id)
      await cut()
      value(await session.replace(sampleState(2)))
      await cut()
      value(await lock.release())
      await admin.end()
    })

    test('a role without rights and a server that is not there are said without the password', async () => {
      const admin = new pg.Client({ connectionString: server.address })
      await admin.connect()
      await admin.query("CREATE ROLE poor LOGIN PASSWORD 'hunter2hunter2'")
      await admin.end()
      const poor = pgBackend({
        settings: { address: server.address.replace('postgres@', 'poor:hunter2hunter2@'), schema: 'theirs' },
        process: PROCESS,
        applicationName: 'meshform-test',
      })
      onTestFinished(() => poor.close())
      const { id } = { id: 'x' }
      const info = { ...PROCESS, id, operation: 'apply', created: '', version: '' }
      expect(await poor.locks.acquire(REF, info, 1_000, SIGNAL)).toMatchInlineSnapshot(`
        {
          "error": {
            "kind": "unauthorized",
            "message": "Making the state tables: permission denied for database postgres.",
          },
          "ok": false,
        }
      `)
      expect(poor.location).not.toContain('hunter2')
      const nobody = pgBackend({
        settings: { address: 'postgres://127.0.0.1:1/x', schema: 's' },
        process: PROCESS,
        applicationName: 'meshform-test',
      })
      onTestFinished(() => nobody.close())
      expect(refusal(await nobody.snapshots.read(REF, SIGNAL))).toBe('unreachable')
    })
  })
}
