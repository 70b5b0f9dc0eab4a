import { randomBytes, randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { RecordedState } from '../../../src/plan/recorded-state.ts'
import type { StateBackend } from '../../../src/state/backend.ts'
import { lockState } from '../../../src/state/lock.ts'
import type { LockInfo } from '../../../src/state/lock-info.ts'
import type { ProcessIdentity } from '../../../src/state/process-identity.ts'
import { openState, readState } from '../../../src/state/session.ts'
import { encodeState } from '../../../src/state/state-file.ts'
import type { StateRef } from '../../../src/state/state-ref.ts'
import {
  lockOptions,
  lockSample,
  openSample,
  PROCESS,
  refusal,
  sampleConclusion,
  sampleEffect,
  sampleId,
  sampleObject,
  sampleOperation,
  sampleState,
  stateOptions,
  value,
} from '../sample-state.ts'
import type { LossyWire } from './lossy-wire.ts'

/** One store that several clients share. */
export interface BackendStore {
  /** Another client. `machine`: where its own files lie; two clients with different ones share nothing but the store. */
  client(options?: { readonly process?: ProcessIdentity; readonly machine?: string }): Promise<StateBackend>
  /** Lets time pass for locks. */
  elapse(milliseconds: number): Promise<void>
  /** The way to it, where there is one that can be cut. */
  readonly wire?: LossyWire
}

/** What the suite must know of a kind of backend. */
export interface BackendTraits {
  /** How long a lock lives in these tests, in milliseconds: short where time really passes. */
  readonly expiryMs: number
  readonly lists: boolean
  readonly renews: boolean
  readonly inspects: boolean
  /** False where a server keeps of a lock its id alone, and time and user of its own. */
  readonly keepsLocks?: boolean
}

const SIGNAL = new AbortController().signal

function lockInfo({ locks }: StateBackend, changes: Partial<LockInfo> = {}): LockInfo {
  const { who, pid, machine } = PROCESS
  const created = new Date().toISOString()
  const info = { id: randomUUID(), operation: 'apply', who, pid, machine, created, version: '1', ...changes }
  return { ...info, id: locks.idOf?.(info) ?? info.id }
}

let designs = 0

function newRef(workspace = 'default'): StateRef {
  designs++
  return { workspace, design: `design-${designs}` }
}

/** A state whose bytes no compression makes small. */
function largeState(ref: StateRef, objects: number, bytes = 2_000): RecordedState {
  const state = sampleState(objects)
  const noise = [...state.objects].map(
    ([id, object]) => [id, { ...object, desired: { noise: randomBytes(bytes).toString('base64') } }] as const,
  )
  return { ...state, design: { ...state.design, name: ref.design }, objects: new Map(noise) }
}

/** A state is made, grows, and is deleted, while one answer is lost; how many requests that took. */
async function wholeLife(store: BackendStore, wire: LossyWire, nth: number, traits: BackendTraits): Promise<number> {
  const [ref, lost] = [newRef(), `with the answer to request ${nth} lost`]
  const client = await store.client()
  const request = { operation: 'apply', process: PROCESS, version: '1' }
  wire.lose(nth)
  const lock = value(await lockState(client, ref, request, lockOptions()))
  const session = value(await openState(client, ref, lock, stateOptions()))
  const operation = value(await session.begin(sampleOperation()))
  value(await operation.intent(sampleEffect(0)))
  operation.result({ id: sampleId(0), outcome: 'recorded', object: sampleObject(0) })
  if (traits.renews) expect(value(await client.locks.renew(ref, lock.info, traits.expiryMs, SIGNAL)), lost).toBe('renewed')
  value(await operation.finish(sampleConclusion({ design: { name: ref.design, version: undefined, digest: 'd' } })))
  const large = value(await session.replace(largeState(ref, 1, 1_000_000)))
  const stored = value(await client.snapshots.read(ref, SIGNAL))
  value(await client.snapshots.remove(ref, stored?.token ?? '', lock.info.id, SIGNAL))
  await lock.release()
  const { carried } = wire
  wire.lose(0)
  const written = JSON.parse(Buffer.from(stored?.bytes ?? []).toString('utf8')) as { readonly serial: number }
  expect(written.serial, lost).toBe(large.serial)
  expect(value(await client.snapshots.read(ref, SIGNAL)), lost).toBeUndefined()
  const next = value(await lockState(await store.client(), ref, request, lockOptions()))
  expect(next.tookOver, lost).toBeUndefined()
  value(await next.release())
  return carried
}

/** What every backend must do. Run against each, with the real thing behind it wherever there is one. */
export function describeBackend(name: string, open: () => Promise<BackendStore>, traits: BackendTraits): void {
  describe(`the ${name} backend`, () => {
    test('reads nothing where there is nothing', async () => {
      const client = await (await open()).client()
      expect(await client.snapshots.read(newRef(), SIGNAL)).toEqual({ ok: true, value: undefined })
      const empty = value(await readState(client, newRef(), stateOptions()))
      expect([empty.state.serial, empty.activeLock, empty.recovery]).toEqual([0, undefined, undefined])
    })

    test('gives back what was written, and replaces only what was read', async () => {
      const client = await (await open()).client()
      const ref = newRef()
      const lock = await lockSample(client, {}, ref)
      const write = (serial: number, expected: string | undefined) => {
        const bytes = encodeState({ state: { ...sampleState(3), serial }, journal: undefined }, undefined)
        return client.snapshots.write(ref, { bytes, serial, expected, lockId: lock.info.id }, SIGNAL)
      }
      const first = value(await write(1, undefined))
      const read = value(await client.snapshots.read(ref, SIGNAL))
      expect(read?.token).toBe(first)
      expect(JSON.parse(Buffer.from(read?.bytes ?? []).toString('utf8'))).toMatchObject({ serial: 1, version: 1 })
      const second = value(await write(2, first))
      expect(second).not.toBe(first)
      expect(refusal(await write(3, first))).toBe('moved')
      expect(refusal(await write(3, undefined))).toBe('moved')
      expect(refusal(await client.snapshots.remove(ref, first, lock.info.id, SIGNAL))).toBe('moved')
      value(await client.snapshots.remove(ref, second, lock.info.id, SIGNAL))
      expect(value(await client.snapshots.read(ref, SIGNAL))).toBeUndefined()
      value(await lock.release())
    })

    test('writes nothing without the lock', async () => {
      const client = await (await open()).client()
      const ref = newRef()
      const lock = await lockSample(client, {}, ref)
      value(await lock.release())
      const other = await lockSample(client, {}, ref)
      const bytes = encodeState({ state: sampleState(1), journal: undefined }, undefined)
      const write = { bytes, serial: 1, expected: undefined, lockId: lock.info.id }
      expect(refusal(await client.snapshots.write(ref, write, SIGNAL))).toBe('lock-lost')
      expect(value(await client.snapshots.read(ref, SIGNAL))).toBeUndefined()
      value(await other.release())
    })

    test('keeps a state of several megabytes', async () => {
      const client = await (await open()).client()
      const ref = newRef()
      const { lock, session } = await openSample(client, stateOptions(), ref)
      const state = value(await session.replace(largeState(ref, 1_200)))
      value(await session.replace({ ...state, outputs: {} }))
      value(await lock.release())
      const view = value(await readState(client, ref, stateOptions()))
      expect(view.state.objects).toEqual(state.objects)
      expect(view.state.outputs).toEqual({})
    })

    if (traits.lists)
      test('lists its states', async () => {
        const client = await (await open()).client()
        const workspace = `w${randomBytes(4).toString('hex')}`
        const refs = [newRef(workspace), newRef(workspace)]
        for (const ref of refs) {
          const { lock, session } = await openSample(client, stateOptions(), ref)
          value(await session.replace({ ...sampleState(1), design: { ...sampleState(1).design, name: ref.design } }))
          value(await lock.release())
        }
        expect(value(await client.snapshots.list(SIGNAL)).filter((ref) => ref.workspace === workspace)).toEqual(refs)
      })

    test('gives its lock to one at a time, and says who has it', async () => {
      const store = await open()
      const [first, second] = [await store.client(), await store.client()]
      const ref = newRef()
      const info = lockInfo(first)
      const kept = traits.keepsLocks === false ? { ...info, who: expect.any(String), created: expect.any(String) } : info
      const acquire = (client: StateBackend, asked: LockInfo) => client.locks.acquire(ref, asked, traits.expiryMs, SIGNAL)
      expect(value(await acquire(first, info))).toEqual({ kind: 'acquired', tookOver: undefined })
      expect(value(await acquire(second, lockInfo(second)))).toMatchObject({
        kind: 'held',
        holder: { info: kept, expired: false },
      })
      if (traits.inspects) expect(value(await second.locks.inspect(ref, SIGNAL))).toEqual({ info, expired: false })
      expect(value(await second.locks.release(ref, lockInfo(second), SIGNAL))).toBe('lost')
      expect(value(await first.locks.release(ref, info, SIGNAL))).toBe('released')
      expect(value(await first.locks.inspect(ref, SIGNAL))).toBeUndefined()
      expect(value(await acquire(second, lockInfo(second)))).toMatchObject({ kind: 'acquired' })
    })

    test('gives its lock to one of many that ask at once', async () => {
      const store = await open()
      const ref = newRef()
      const clients = await Promise.all(Array.from({ length: 8 }, () => store.client()))
      const attempts = await Promise.all(
        clients.map((client) => client.locks.acquire(ref, lockInfo(client), traits.expiryMs, SIGNAL)),
      )
      expect(attempts.map((attempt) => value(attempt).kind).filter((kind) => kind === 'acquired')).toHaveLength(1)
    })

    test('gives the lock of a process that died to the next one at once', async () => {
      const store = await open()
      const ref = newRef()
      const dead = await store.client()
      const info = lockInfo(dead)
      value(await dead.locks.acquire(ref, info, traits.expiryMs, SIGNAL))
      const next = await store.client({ process: { ...PROCESS, isAlive: () => false } })
      expect(value(await next.locks.acquire(ref, lockInfo(next), traits.expiryMs, SIGNAL))).toMatchObject({
        kind: 'acquired',
        tookOver: { info: { id: info.id }, expired: true },
      })
    })

    test('gives a lock that fell silent to the next one, and lets the silent one write no more', async () => {
      const store = await open()
      const ref = newRef()
      const silent = await store.client()
      const info = lockInfo(silent)
      value(await silent.locks.acquire(ref, info, traits.expiryMs, SIGNAL))
      await store.elapse(traits.expiryMs + 2_000)
      const next = await store.client({ machine: 'other', process: { ...PROCESS, machine: 'other', pid: 1 } })
      const taken = lockInfo(next, {
        machine: 'other',
        created: new Date(Date.now() + traits.expiryMs + 2_000).toISOString(),
        pid: 1,
      })
      expect(value(await next.locks.acquire(ref, taken, traits.expiryMs, SIGNAL))).toMatchObject({
        kind: 'acquired',
        tookOver: { info: { id: info.id }, expired: true },
      })
      if (traits.renews) expect(value(await silent.locks.renew(ref, info, traits.expiryMs, SIGNAL))).toBe('lost')
      const bytes = encodeState({ state: sampleState(1), journal: undefined }, undefined)
      const write = { bytes, serial: 1, expected: undefined, lockId: info.id }
      expect(refusal(await silent.snapshots.write(ref, write, SIGNAL))).toBe('lock-lost')
      expect(value(await silent.locks.release(ref, info, SIGNAL))).toBe('lost')
      expect(value(await next.locks.release(ref, taken, SIGNAL))).toBe('released')
    })

    if (traits.renews)
      test('keeps a lock that is renewed', async () => {
        const store = await open()
        const ref = newRef()
        const client = await store.client()
        const info = lockInfo(client)
        value(await client.locks.acquire(ref, info, traits.expiryMs, SIGNAL))
        for (let beat = 0; beat < 3; beat++) {
          await store.elapse(traits.expiryMs / 2)
          expect(value(await client.locks.renew(ref, info, traits.expiryMs, SIGNAL))).toBe('renewed')
        }
        const other = await store.client()
        expect(value(await other.locks.acquire(ref, lockInfo(other), traits.expiryMs, SIGNAL)).kind).toBe('held')
      })

    test('takes a lock away by its id alone', async () => {
      const store = await open()
      const ref = newRef()
      const client = await store.client()
      const lock = await lockSample(client, {}, ref)
      expect(refusal(await client.locks.forceUnlock(ref, randomUUID(), SIGNAL))).toBe('not-found')
      const other = await store.client()
      value(await other.locks.forceUnlock(ref, lock.info.id, SIGNAL))
      const next = await lockSample(other, {}, ref)
      value(await next.release())
      await lock.release()
    })

    test('lets one of two applies proceed, and loses no write of ten that wait for each other', async () => {
      const store = await open()
      const ref = newRef()
      const first = await openSample(await store.client(), stateOptions(), ref)
      const request = { operation: 'apply', process: PROCESS, version: '1' }
      expect(refusal(await lockState(await store.client(), ref, request, lockOptions()))).toBe('locked')
      value(await first.lock.release())
      const one = async (n: number) => {
        const client = await store.client()
        const lock = value(await lockState(client, ref, request, lockOptions({ timeoutMs: 120_000, clock: impatient })))
        const session = value(await openState(client, ref, lock, stateOptions()))
        const operation = value(await session.begin(sampleOperation()))
        value(await operation.intent(sampleEffect(n)))
        operation.result({ id: sampleId(n), outcome: 'recorded', object: sampleObject(n) })
        value(await operation.finish(sampleConclusion({ design: { name: ref.design, version: undefined, digest: 'd' } })))
        value(await lock.release())
      }
      await Promise.all(Array.from({ length: 10 }, (_, n) => one(n)))
      const { state } = value(await readState(await store.client(), ref, stateOptions()))
      expect(state.objects.size).toBe(10)
      expect(state.history).toHaveLength(10)
    })

    test('an answer that is lost on the way, whichever it is, changes nothing', async () => {
      const store = await open()
      if (store.wire === undefined) return
      const requests = await wholeLife(store, store.wire, 0, traits)
      expect(requests).toBeGreaterThan(5)
      for (let nth = 1; nth <= requests; nth++) await wholeLife(store, store.wire, nth, traits)
    })

    test('a crash loses nothing, on this machine or with it', async () => {
      const store = await open()
      for (const machine of ['first', 'second']) {
        const ref = newRef()
        const crashed = await store.client({ machine: 'first' })
        const { lock, session } = await openSample(crashed, stateOptions(), ref)
        const apply = value(await session.begin(sampleOperation([sampleEffect(0), sampleEffect(1), sampleEffect(2)])))
        value(await apply.intent(sampleEffect(0)))
        apply.result({ id: sampleId(0), outcome: 'recorded', object: sampleObject(0) })
        value(await apply.intent(sampleEffect(1)))
        await apply.abandon()
        value(await lock.release())
        const next = await store.client({ machine })
        const view = value(await readState(next, ref, stateOptions()))
        const known = new Set([...view.state.objects.keys(), ...(view.state.pending ?? []).map(({ id }) => id)])
        expect(known.has(sampleId(0)) && known.has(sampleId(1))).toBe(true)
        if (machine === 'first' || next.journals.shared) expect([...known].sort()).toEqual([sampleId(0), sampleId(1)])
        const again = await openSample(next, stateOptions(), ref)
        expect(again.session.state.objects).toEqual(view.state.objects)
        value(await again.lock.release())
      }
    })

    test('stops when it is told to', async () => {
      const client = await (await open()).client()
      const stopped = AbortSignal.abort()
      const kinds = ['aborted', ...(name === 'local' ? ['ok'] : [])]
      expect(kinds).toContain(refusal(await client.snapshots.read(newRef(), stopped)))
    })
  })
}

/** Waits a moment instead of a quarter of a second. */
const impatient = {
  now: () => Date.now(),
  sleep: (_milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, 5)),
  every: () => () => {},
}
