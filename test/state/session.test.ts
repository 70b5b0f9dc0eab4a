import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { localBackend } from '../../src/state/backends/local.ts'
import { systemClock } from '../../src/state/clock.ts'
import { openState, readState } from '../../src/state/session.ts'
import {
  lockSample,
  openSample,
  PROCESS,
  REF,
  refusal,
  sampleConclusion,
  sampleEffect,
  sampleId,
  sampleObject,
  sampleOperation,
  stateOptions,
  temporaryFolder,
  value,
} from './sample-state.ts'

async function freshBackend() {
  const folder = await temporaryFolder()
  return { folder, backend: localBackend({ directory: folder, process: PROCESS, clock: systemClock }) }
}

async function filesOf(folder: string) {
  return (await readdir(join(folder, REF.workspace))).sort()
}

describe('an operation', () => {
  test('records objects, outputs and history, and leaves one file', async () => {
    const { folder, backend } = await freshBackend()
    const { lock, session } = await openSample(backend)
    expect(session.state.serial).toBe(0)
    const operation = value(await session.begin(sampleOperation()))
    await Promise.all(
      [0, 1, 2].map(async (n) => {
        value(await operation.intent(sampleEffect(n)))
        operation.result({ id: sampleId(n), outcome: 'recorded', object: sampleObject(n) })
      }),
    )
    const outputs = { host: { value: 'shop', sensitive: false } }
    const finished = value(await operation.finish(sampleConclusion({ outputs, summary: { create: 3 } })))
    value(await lock.release())
    expect([...finished.objects.keys()].sort()).toEqual([sampleId(0), sampleId(1), sampleId(2)])
    const view = value(await readState(backend, REF, stateOptions()))
    expect(view.state).toEqual({ ...finished, pending: [] })
    expect(view.recovery).toBeUndefined()
    expect(view.state.serial).toBe(1)
    expect(view.state.lineage).toMatch(/^[0-9a-f-]{36}$/)
    expect(view.state.history).toMatchObject([{ serial: 1, operation: 'apply', result: 'succeeded', summary: { create: 3 } }])
    expect(await filesOf(folder)).toEqual(['bookinfo.json'])
  })

  test('that changes nothing writes nothing', async () => {
    const { folder, backend } = await freshBackend()
    const first = await openSample(backend)
    const apply = value(await first.session.begin(sampleOperation()))
    value(await apply.intent(sampleEffect(0)))
    apply.result({ id: sampleId(0), outcome: 'recorded', object: sampleObject(0) })
    value(await apply.finish(sampleConclusion()))
    value(await first.lock.release())
    const second = await openSample(backend)
    const again = value(await second.session.begin(sampleOperation()))
    expect(value(await again.finish(sampleConclusion())).serial).toBe(1)
    value(await second.lock.release())
    expect(await filesOf(folder)).toEqual(['bookinfo.json'])
  })

  test('left in the middle is recovered by the next one: results are folded in, open intents are pending', async () => {
    const { folder, backend } = await freshBackend()
    const first = await openSample(backend)
    const apply = value(await first.session.begin(sampleOperation()))
    value(await apply.intent(sampleEffect(0)))
    apply.result({ id: sampleId(0), outcome: 'recorded', object: sampleObject(0) })
    value(await apply.intent(sampleEffect(1)))
    await apply.abandon()
    value(await first.lock.release())

    const view = value(await readState(backend, REF, stateOptions()))
    const second = await openSample(backend)
    expect(second.session.state).toEqual(view.state)
    expect(second.session.state.serial).toBe(1)
    expect([...second.session.state.objects.keys()]).toEqual([sampleId(0)])
    expect(second.session.pending.map(({ id }) => id)).toEqual([sampleId(1)])
    expect(second.session.recovery).toMatchObject({
      folded: 1,
      operations: [{ operation: 'apply', author: 'ann@laptop', ended: false }],
    })
    expect(second.session.state.history).toMatchObject([{ result: 'interrupted' }])
    value(await second.lock.release())
    expect(await filesOf(folder)).toEqual(['bookinfo.json'])

    const third = await openSample(backend)
    expect(third.session.recovery).toBeUndefined()
    expect(third.session.pending.map(({ id }) => id)).toEqual([sampleId(1)])
    const settle = value(await third.session.begin(sampleOperation()))
    expect(value(await settle.finish(sampleConclusion({ settled: [sampleId(1)] }))).pending).toEqual([])
    value(await third.lock.release())
  })

  test('that failed for certain leaves nothing open, one that may have happened does', async () => {
    const { backend } = await freshBackend()
    const { lock, session } = await openSample(backend)
    const apply = value(await session.begin(sampleOperation()))
    for (const n of [0, 1]) value(await apply.intent(sampleEffect(n)))
    apply.result({ id: sampleId(0), outcome: 'failed', uncertain: false })
    apply.result({ id: sampleId(1), outcome: 'failed', uncertain: true })
    const state = value(await apply.finish(sampleConclusion({ result: 'failed' })))
    expect(state.pending?.map(({ id }) => id)).toEqual([sampleId(1)])
    value(await lock.release())
  })

  test('an intent is refused once the lock is gone', async () => {
    const { backend } = await freshBackend()
    const { lock, session } = await openSample(backend)
    const apply = value(await session.begin(sampleOperation()))
    value(await apply.intent(sampleEffect(0)))
    value(await backend.locks.forceUnlock(REF, lock.info.id, stateOptions().signal))
    expect(refusal(await apply.intent(sampleEffect(1)))).toBe('lock-lost')
    expect(refusal(await apply.finish(sampleConclusion()))).toBe('lock-lost')
  })

  test('of a holder that was taken over cannot write its snapshot, and its objects stay pending', async () => {
    const { backend } = await freshBackend()
    const first = await openSample(backend)
    const apply = value(await first.session.begin(sampleOperation()))
    value(await apply.intent(sampleEffect(0)))
    value(await backend.locks.forceUnlock(REF, first.lock.info.id, stateOptions().signal))
    const second = await openSample(backend)
    expect(second.session.pending.map(({ id }) => id)).toEqual([sampleId(0)])
    apply.result({ id: sampleId(0), outcome: 'recorded', object: sampleObject(0) })
    expect(refusal(await apply.finish(sampleConclusion()))).toBe('lock-lost')
    value(await second.lock.release())
  })

  test('two thousand intents share fsyncs', async () => {
    let durable = 0
    const folder = await temporaryFolder()
    const onStep = (step: string) => {
      if (step === 'journal-durable') durable++
    }
    const backend = localBackend({ directory: folder, process: PROCESS, clock: systemClock, onStep })
    const { lock, session } = await openSample(backend)
    const apply = value(await session.begin(sampleOperation()))
    const queue = Array.from({ length: 2000 }, (_, n) => n)
    const worker = async () => {
      for (let n = queue.shift(); n !== undefined; n = queue.shift()) {
        value(await apply.intent(sampleEffect(n)))
        apply.result({ id: sampleId(n), outcome: 'recorded', object: sampleObject(n) })
      }
    }
    await Promise.all(Array.from({ length: 20 }, worker))
    expect(value(await apply.finish(sampleConclusion())).objects.size).toBe(2000)
    value(await lock.release())
    expect(durable).toBeLessThanOrEqual(110)
  })
})

describe('reading without a lock', () => {
  test('shows the state before an operation that is under way, and who is at it', async () => {
    const { backend } = await freshBackend()
    const { lock, session } = await openSample(backend)
    const apply = value(await session.begin(sampleOperation()))
    value(await apply.intent(sampleEffect(0)))
    const view = value(await readState(backend, REF, stateOptions()))
    expect(view.state.serial).toBe(0)
    expect(view.recovery).toBeUndefined()
    expect(view.activeLock?.info.who).toBe('ann@laptop')
    await apply.abandon()
    value(await lock.release())
  })

  test('a second opening finds the state locked', async () => {
    const { backend } = await freshBackend()
    const { lock } = await openSample(backend)
    await expect(lockSample(backend)).rejects.toThrow(/^locked: The state is locked: apply by ann@laptop \(pid 4711\) since /)
    value(await lock.release())
    const next = await lockSample(backend)
    expect(refusal(await openState(backend, REF, next, stateOptions()))).toBe('ok')
    value(await next.release())
  })
})
