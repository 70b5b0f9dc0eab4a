import type { JsonObject } from '../../../plan/json.ts'
import { isJsonObject } from '../../../plan/json.ts'
import type { LockAttempt, LockStore } from '../../backend.ts'
import type { Clock } from '../../clock.ts'
import type { LockHolder, LockInfo } from '../../lock-info.ts'
import { lockRecordFromText, lockRecordText } from '../../lock-record.ts'
import type { ProcessIdentity } from '../../process-identity.ts'
import { type StateRef, stateRefText } from '../../state-ref.ts'
import { ok, refused, type StateResult } from '../../state-result.ts'
import { holderOf } from '../remote/holder.ts'
import { type KubernetesAnswer, type KubernetesApi, kubernetesRefusal, metadataOf, objectOf, textAt } from './kubernetes-api.ts'
import { labelsOf } from './state-secrets.ts'

const RECORD = 'meshform.dev/lock'

/** A Lease as it was read. */
interface ReadLease {
  readonly object: JsonObject
  readonly resourceVersion: string
  /** Undefined when it is free. */
  readonly holder: LockHolder | undefined
}

/**
 * Locks as Leases: holderIdentity is the lock's id, renewTime its heartbeat, leaseDurationSeconds its expiry. Every change is
 * guarded by the resourceVersion that was read. Times are the server's own wherever it says them, so clocks of clients do not matter.
 */
export class KubernetesLocks implements LockStore {
  readonly #api: KubernetesApi
  readonly #namespace: string
  readonly #process: ProcessIdentity
  readonly #clock: Clock

  constructor(api: KubernetesApi, namespace: string, process: ProcessIdentity, clock: Clock) {
    this.#api = api
    this.#namespace = namespace
    this.#process = process
    this.#clock = clock
  }

  async acquire(ref: StateRef, info: LockInfo, expiryMs: number, signal: AbortSignal): Promise<StateResult<LockAttempt>> {
    const what = `Locking the state ${stateRefText(ref)}`
    const read = await this.#read(what, ref, signal)
    if (!read.ok) return read
    const { lease, now } = read.value
    const holder = lease?.holder
    if (holder !== undefined && !holder.expired && holder.info.id !== info.id) return ok({ kind: 'held', holder })
    const body = leaseOf(ref, info, expiryMs, lease, now)
    const written =
      lease === undefined ? await this.#send('POST', '', body, signal) : await this.#send('PUT', leaseName(ref), body, signal)
    if (!written.ok) return written
    const { status } = written.value
    if (status === 200 || status === 201) return ok({ kind: 'acquired', tookOver: holder })
    if (status === 404) {
      return refused({ kind: 'invalid-configuration', message: `${what}: there is no namespace ${this.#namespace}.` })
    }
    if (status !== 409) return kubernetesRefusal(what, written.value)
    // Someone else was faster, or an earlier try of ours got through.
    const again = await this.#read(what, ref, signal)
    if (!again.ok) return again
    const current = again.value.lease?.holder
    return ok(current?.info.id === info.id ? { kind: 'acquired', tookOver: holder } : { kind: 'held', holder: current })
  }

  async renew(ref: StateRef, info: LockInfo, expiryMs: number, signal: AbortSignal): Promise<StateResult<'renewed' | 'lost'>> {
    const what = `Renewing the lock of ${stateRefText(ref)}`
    const read = await this.#read(what, ref, signal)
    if (!read.ok) return read
    const { lease, now } = read.value
    if (lease === undefined || lease.holder?.info.id !== info.id) return ok('lost')
    const written = await this.#send('PUT', leaseName(ref), leaseOf(ref, info, expiryMs, lease, now), signal)
    if (!written.ok) return written
    if (written.value.status === 200) return ok('renewed')
    if (written.value.status !== 409 && written.value.status !== 404) return kubernetesRefusal(what, written.value)
    // Someone else has it, or the answer to an earlier try was lost.
    const again = await this.#read(what, ref, signal)
    return again.ok ? ok(again.value.lease?.holder?.info.id === info.id ? 'renewed' : 'lost') : again
  }

  async release(ref: StateRef, info: LockInfo, signal: AbortSignal): Promise<StateResult<'released' | 'lost'>> {
    return this.#free(ref, info.id, signal)
  }

  async inspect(ref: StateRef, signal: AbortSignal): Promise<StateResult<LockHolder | undefined>> {
    const read = await this.#read(`Reading the lock of ${stateRefText(ref)}`, ref, signal)
    return read.ok ? ok(read.value.lease?.holder) : read
  }

  async forceUnlock(ref: StateRef, id: string, signal: AbortSignal): Promise<StateResult<void>> {
    const freed = await this.#free(ref, id, signal)
    if (!freed.ok) return freed
    return freed.value === 'released'
      ? ok(undefined)
      : refused({ kind: 'not-found', message: `No lock of ${stateRefText(ref)} has the id ${id}.` })
  }

  /** Whether the lock is still this one: asked before each write of a snapshot. */
  async holds(ref: StateRef, lockId: string, signal: AbortSignal): Promise<StateResult<boolean>> {
    const read = await this.#read(`Reading the lock of ${stateRefText(ref)}`, ref, signal)
    return read.ok ? ok(read.value.lease?.holder?.info.id === lockId) : read
  }

  async #free(ref: StateRef, id: string, signal: AbortSignal): Promise<StateResult<'released' | 'lost'>> {
    const what = `Unlocking the state ${stateRefText(ref)}`
    const read = await this.#read(what, ref, signal)
    if (!read.ok) return read
    const { lease } = read.value
    if (lease === undefined || lease.holder?.info.id !== id) return ok('lost')
    const options = { apiVersion: 'v1', kind: 'DeleteOptions', preconditions: { resourceVersion: lease.resourceVersion } }
    const gone = await this.#send('DELETE', leaseName(ref), options, signal)
    if (!gone.ok) return gone
    const { status } = gone.value
    if (status === 200 || status === 202 || status === 404) return ok('released')
    return status === 409 ? ok('lost') : kubernetesRefusal(what, gone.value)
  }

  async #read(
    what: string,
    ref: StateRef,
    signal: AbortSignal,
  ): Promise<StateResult<{ readonly lease: ReadLease | undefined; readonly now: number }>> {
    const answer = await this.#send('GET', leaseName(ref), undefined, signal)
    if (!answer.ok) return answer
    const now = answer.value.date ?? this.#clock.now()
    if (answer.value.status === 404) return ok({ lease: undefined, now })
    if (answer.value.status !== 200) return kubernetesRefusal(what, answer.value)
    const object = objectOf(what, answer.value)
    if (!object.ok) return object
    const resourceVersion = textAt(metadataOf(object.value), 'resourceVersion')
    return ok({ lease: { object: object.value, resourceVersion, holder: this.#holder(object.value, now) }, now })
  }

  #holder(lease: JsonObject, now: number): LockHolder | undefined {
    const id = textAt(lease.spec, 'holderIdentity')
    if (id === '') return undefined
    const text = textAt(metadataOf(lease).annotations, RECORD)
    const record = lockRecordFromText(text)
    const seconds = isJsonObject(lease.spec) ? lease.spec.leaseDurationSeconds : undefined
    const expiryMs = text === '' && typeof seconds === 'number' ? seconds * 1000 : record.expiryMs
    const renewed = Date.parse(textAt(lease.spec, 'renewTime'))
    const silentMs = Number.isNaN(renewed) ? Number.POSITIVE_INFINITY : now - renewed
    return holderOf({ info: { ...record.info, id }, expiryMs }, silentMs, this.#process)
  }

  #send(
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    name: string,
    body: JsonObject | undefined,
    signal: AbortSignal,
  ): Promise<StateResult<KubernetesAnswer>> {
    const path = `/apis/coordination.k8s.io/v1/namespaces/${this.#namespace}/leases${name === '' ? '' : `/${name}`}`
    return this.#api.send({ method, path, ...(body === undefined ? {} : { body }), signal })
  }
}

function leaseName(ref: StateRef): string {
  return `meshform-lock.${ref.workspace}.${ref.design}`
}

function leaseOf(ref: StateRef, info: LockInfo, expiryMs: number, before: ReadLease | undefined, now: number): JsonObject {
  const time = new Date(now).toISOString().replace('Z', '000Z')
  const mine = before?.holder?.info.id === info.id
  const spec = isJsonObject(before?.object.spec) ? before.object.spec : {}
  const transitions = typeof spec.leaseTransitions === 'number' ? spec.leaseTransitions : 0
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: {
      name: leaseName(ref),
      labels: labelsOf(ref, 'lock'),
      annotations: { [RECORD]: lockRecordText({ info, expiryMs }).trim() },
      ...(before === undefined ? {} : { resourceVersion: before.resourceVersion }),
    },
    spec: {
      holderIdentity: info.id,
      leaseDurationSeconds: Math.max(1, Math.ceil(expiryMs / 1000)),
      acquireTime: mine ? textAt(spec, 'acquireTime') || time : time,
      renewTime: time,
      leaseTransitions: mine || before === undefined ? transitions : transitions + 1,
    },
  }
}
