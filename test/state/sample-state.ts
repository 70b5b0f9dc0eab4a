import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { type ObjectKey, objectKeyText } from '../../src/plan/manifest.ts'
import { emptyState, type RecordedObject, type RecordedState } from '../../src/plan/recorded-state.ts'
import type { StateBackend } from '../../src/state/backend.ts'
import { systemClock } from '../../src/state/clock.ts'
import { type Lock, type LockOptions, lockState } from '../../src/state/lock.ts'
import type { ProcessIdentity } from '../../src/state/process-identity.ts'
import { openState, type StateOptions, type StateSession } from '../../src/state/session.ts'
import type { Conclusion, Effect, OperationMeta } from '../../src/state/state-operation.ts'
import type { StateRef } from '../../src/state/state-ref.ts'
import type { StateResult } from '../../src/state/state-result.ts'

/** The state every test uses. */
export const REF: StateRef = { workspace: 'default', design: 'bookinfo' }

/** A process that lives, as far as its machine knows. */
export const PROCESS: ProcessIdentity = { who: 'ann@laptop', pid: 4711, machine: 'a1b2c3', isAlive: () => true }

/** The value of an answer; a refusal fails the test with its message. */
export function value<Value>(result: StateResult<Value>): Value {
  if (!result.ok) throw new Error(`${result.error.kind}: ${result.error.message}`)
  return result.value
}

/** The kind of a refusal, or `ok`. */
export function refusal(result: StateResult<unknown>): string {
  return result.ok ? 'ok' : result.error.kind
}

/** A folder that is gone after the test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'meshform-state-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** The key of the n-th object. */
export function sampleKey(n: number): ObjectKey {
  return { cluster: 'sandbox', group: '', kind: 'ConfigMap', namespace: 'shop', name: `item-${n}` }
}

/** The id of the n-th object. */
export function sampleId(n: number): string {
  return objectKeyText(sampleKey(n))
}

/** The n-th object as it is recorded. */
export function sampleObject(n: number, revision = 1): RecordedObject {
  return {
    key: sampleKey(n),
    apiVersion: 'v1',
    address: `resources.items[${n}]`,
    desiredDigest: `desired-${n}-${revision}`,
    desired: {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: `item-${n}`, namespace: 'shop' },
      data: { revision: `${revision}` },
    },
    ownedDigest: `owned-${n}-${revision}`,
    resourceVersion: `${1000 * revision + n}`,
    uid: `uid-${n}`,
    created: true,
    dependencies: n === 0 ? [] : [sampleId(n - 1)],
    protect: false,
  }
}

/** The effect that makes the n-th object, or another action on it. */
export function sampleEffect(n: number, action: Effect['action'] = 'create'): Effect {
  const { key, apiVersion, address, desiredDigest, dependencies } = sampleObject(n)
  return {
    id: sampleId(n),
    action,
    key,
    apiVersion,
    address,
    desiredDigest: action === 'delete' ? undefined : desiredDigest,
    dependencies,
  }
}

/** A state with something in every field. */
export function sampleState(objects: number): RecordedState {
  return {
    ...emptyState(REF.design),
    lineage: '7b0c6f2e-3d0a-4c56-9d52-0e7f0a3f9f10',
    serial: 7,
    design: { name: REF.design, version: '1.0.0', digest: 'design-digest' },
    objects: new Map(Array.from({ length: objects }, (_, n) => [sampleId(n), sampleObject(n)])),
    pending: [{ ...sampleEffect(900), operation: 'apply', since: '2026-01-02T03:04:05.000Z' }],
    outputs: { host: { value: 'shop.example.org', sensitive: false }, token: { value: '(sensitive)', sensitive: true } },
    history: [
      {
        serial: 7,
        operation: 'apply',
        author: 'ann@laptop',
        startedAt: '2026-01-02T03:04:05.000Z',
        durationMs: 1234,
        planDigest: 'plan-digest',
        designDigest: 'design-digest',
        result: 'succeeded',
        summary: { create: objects },
      },
    ],
    baselines: { reviews: { p99: 12.5 } },
  }
}

/** Options of a session; never aborted. */
export function stateOptions(changes: Partial<StateOptions> = {}): StateOptions {
  return { clock: systemClock, signal: new AbortController().signal, newId: randomUUID, cipher: undefined, ...changes }
}

/** Options of a lock that gives up at once. */
export function lockOptions(changes: Partial<LockOptions> = {}): LockOptions {
  return { clock: systemClock, signal: new AbortController().signal, newId: randomUUID, timeoutMs: 0, ...changes }
}

/** The lock of the sample state. */
export async function lockSample(backend: StateBackend, changes: Partial<LockOptions> = {}, ref: StateRef = REF): Promise<Lock> {
  const request = { operation: 'apply', process: PROCESS, version: '0.1.0' }
  return value(await lockState(backend, ref, request, lockOptions(changes)))
}

/** Locks and opens the sample state. */
export async function openSample(
  backend: StateBackend,
  options: StateOptions = stateOptions(),
  ref: StateRef = REF,
): Promise<{ readonly lock: Lock; readonly session: StateSession }> {
  const lock = await lockSample(backend, {}, ref)
  return { lock, session: value(await openState(backend, ref, lock, options)) }
}

/** An apply with the given effects. */
export function sampleOperation(effects: readonly Effect[] = []): OperationMeta {
  return {
    operation: 'apply',
    author: 'ann@laptop',
    planDigest: 'plan-digest',
    designDigest: 'design-digest',
    effects,
    measures: false,
  }
}

/** How an operation ends when all went well. */
export function sampleConclusion(changes: Partial<Conclusion> = {}): Conclusion {
  return {
    result: 'succeeded',
    summary: {},
    design: { name: REF.design, version: undefined, digest: 'design-digest' },
    outputs: {},
    baselines: {},
    settled: [],
    ...changes,
  }
}
