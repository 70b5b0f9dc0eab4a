import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { StateBackend } from '../../../src/state/backend.ts'
import { systemClock } from '../../../src/state/clock.ts'
import { lockState } from '../../../src/state/lock.ts'
import type { ProcessIdentity } from '../../../src/state/process-identity.ts'
import { lockOptions, openSample, PROCESS, REF, sampleState, temporaryFolder, value } from '../sample-state.ts'
import { describeBackend } from './conformance.ts'
import { QUICK_RETRIES } from './quick-retries.ts'
import type { StoreServer } from './store-server.ts'

const SIGNAL = new AbortController().signal

/** A store of objects as a stand-in serves it, and clients of it. */
export interface ObjectStore {
  start(options?: { readonly skewMs?: number; readonly ignoresConditions?: boolean }): Promise<StoreServer>
  client(endpoint: string, journalDirectory: string, changes?: { readonly process?: ProcessIdentity }): StateBackend
  /** The method of requests that write. */
  readonly writes: 'PUT' | 'POST'
}

/** What a client of any store is made with, but for its settings and credentials. */
export function storeOptions(journalDirectory: string, process: ProcessIdentity = PROCESS) {
  return { journalDirectory, process, clock: systemClock, userAgent: 'meshform-test', retries: QUICK_RETRIES }
}

/** The same backend, closed when the running test ends. */
export function closedInTheEnd<Backend extends StateBackend>(backend: Backend): Backend {
  onTestFinished(() => backend.close())
  return backend
}

/** Runs the conformance suite on a store of objects, and what holds for all such stores beside it. */
export function describeObjectStore(name: string, { start, client, writes }: ObjectStore): void {
  describeBackend(
    name,
    async () => {
      const [server, folder] = [await start(), await temporaryFolder()]
      return {
        client: async ({ process = PROCESS, machine = 'here' } = {}) =>
          client(server.endpoint, join(folder, machine), { process }),
        elapse: async (milliseconds) => server.forward(milliseconds),
        wire: server.wire,
      }
    },
    { expiryMs: 60_000, lists: true, renews: true, inspects: true },
  )

  describe(`${name}, as any store of objects`, () => {
    test('an answer to a write that is lost on the way changes nothing', async () => {
      const server = await start()
      const backend = client(server.endpoint, await temporaryFolder())
      server.loseNextAnswer(writes)
      const { lock, session } = await openSample(backend)
      server.loseNextAnswer(writes)
      const state = value(await session.replace(sampleState(2)))
      value(await session.replace(state))
      value(await lock.release())
    })

    test('goes by the clock of a store that is an hour ahead or behind', async () => {
      for (const skewMs of [3_600_000, -3_600_000, 1_200_000]) {
        const backend = client((await start({ skewMs })).endpoint, await temporaryFolder())
        const { lock } = await openSample(backend)
        expect(value(await backend.locks.inspect(REF, SIGNAL))).toEqual({ info: lock.info, expired: false })
        value(await lock.release())
      }
    })

    test('a store that ignores the conditions of writes is refused before anything is done', async () => {
      const backend = client((await start({ ignoresConditions: true })).endpoint, await temporaryFolder())
      await refusesToLock(backend, /keep two applies apart/)
    })
  })
}

/** Holds that no lock can be had where two applies could not be kept apart, and that none is left. */
export async function refusesToLock(backend: StateBackend, message: RegExp): Promise<void> {
  const attempt = await lockState(backend, REF, { operation: 'apply', process: PROCESS, version: '1' }, lockOptions())
  expect(attempt).toMatchObject({ error: { kind: 'invalid-configuration', message: expect.stringMatching(message) } })
  expect(value(await backend.locks.inspect(REF, SIGNAL))).toBeUndefined()
}
