import type { LockAttempt, LockStore } from '../../backend.ts'
import type { LockHolder, LockInfo } from '../../lock-info.ts'
import { lockRecordFromText, lockRecordText } from '../../lock-record.ts'
import type { ProcessIdentity } from '../../process-identity.ts'
import { type StateRef, stateRefText } from '../../state-ref.ts'
import { ok, refused, type StateResult } from '../../state-result.ts'
import { holderOf } from '../remote/holder.ts'
import type { PgConnection, PgRow } from './pg-connection.ts'
import { PG_TABLES } from './pg-tables.ts'

/** Takes a lock that is free or expired, or the one with the id $6, whose process is known to be gone. */
const ACQUIRE = `WITH before AS (
  SELECT record FROM $schema.locks WHERE workspace = $1 AND design = $2),
taken AS (
  INSERT INTO $schema.locks AS lock (workspace, design, id, record, expires_at)
  VALUES ($1, $2, $3, $4, now() + $5 * interval '1 millisecond')
  ON CONFLICT (workspace, design) DO UPDATE
  SET id = excluded.id, record = excluded.record, expires_at = excluded.expires_at
  WHERE lock.expires_at <= now() OR lock.id = $6 OR lock.id = $3 RETURNING 1)
SELECT EXISTS (SELECT 1 FROM taken) AS taken, (SELECT record FROM before) AS record`

const RENEW = `UPDATE $schema.locks SET expires_at = now() + $4 * interval '1 millisecond'
  WHERE workspace = $1 AND design = $2 AND id = $3 RETURNING 1 AS done`

const RELEASE = 'DELETE FROM $schema.locks WHERE workspace = $1 AND design = $2 AND id = $3 RETURNING 1 AS done'

const INSPECT = `SELECT record, expires_at <= now() AS expired FROM $schema.locks WHERE workspace = $1 AND design = $2`

/** Locks as rows that expire by the server's clock. */
export class PgLocks implements LockStore {
  readonly #connection: PgConnection
  readonly #process: ProcessIdentity

  constructor(connection: PgConnection, process: ProcessIdentity) {
    this.#connection = connection
    this.#process = process
  }

  async acquire(ref: StateRef, info: LockInfo, expiryMs: number, signal: AbortSignal): Promise<StateResult<LockAttempt>> {
    const made = await this.#connection.prepare(PG_TABLES, signal)
    if (!made.ok) return made
    const first = await this.#take(ref, info, expiryMs, '', signal)
    if (!first.ok || first.value.kind === 'acquired') return first
    const { holder } = first.value
    if (holder === undefined || !holder.expired) return first
    return this.#take(ref, info, expiryMs, holder.info.id, signal)
  }

  async renew(ref: StateRef, info: LockInfo, expiryMs: number, signal: AbortSignal): Promise<StateResult<'renewed' | 'lost'>> {
    const rows = await this.#rows('Renewing', ref, RENEW, [info.id, expiryMs], signal)
    return rows.ok ? ok(rows.value.length > 0 ? 'renewed' : 'lost') : rows
  }

  async release(ref: StateRef, info: LockInfo, signal: AbortSignal): Promise<StateResult<'released' | 'lost'>> {
    const rows = await this.#rows('Releasing', ref, RELEASE, [info.id], signal)
    return rows.ok ? ok(rows.value.length > 0 ? 'released' : 'lost') : rows
  }

  async inspect(ref: StateRef, signal: AbortSignal): Promise<StateResult<LockHolder | undefined>> {
    const rows = await this.#rows('Reading', ref, INSPECT, [], signal)
    if (!rows.ok) return rows
    const [row] = rows.value
    if (row === undefined) return ok(undefined)
    const holder = this.#holder(row.record)
    return ok(holder === undefined || row.expired !== true ? holder : { ...holder, expired: true })
  }

  async forceUnlock(ref: StateRef, id: string, signal: AbortSignal): Promise<StateResult<void>> {
    const rows = await this.#rows('Releasing', ref, RELEASE, [id], signal)
    if (!rows.ok) return rows
    return rows.value.length > 0
      ? ok(undefined)
      : refused({ kind: 'not-found', message: `No lock of ${stateRefText(ref)} has the id ${id}.` })
  }

  async #take(
    ref: StateRef,
    info: LockInfo,
    expiryMs: number,
    replaced: string,
    signal: AbortSignal,
  ): Promise<StateResult<LockAttempt>> {
    const record = lockRecordText({ info, expiryMs })
    const rows = await this.#rows('Taking', ref, ACQUIRE, [info.id, record, expiryMs, replaced], signal)
    if (!rows.ok) return rows
    const [row] = rows.value
    const before = this.#holder(row?.record)
    if (row?.taken !== true) return ok({ kind: 'held', holder: before })
    const tookOver = before === undefined || before.info.id === info.id ? undefined : { ...before, expired: true }
    return ok({ kind: 'acquired', tookOver })
  }

  /** Silence is judged by the server; here only whether its process died on this machine. */
  #holder(record: unknown): LockHolder | undefined {
    return typeof record === 'string' ? holderOf(lockRecordFromText(record), 0, this.#process) : undefined
  }

  async #rows(
    verb: string,
    ref: StateRef,
    text: string,
    values: readonly unknown[],
    signal: AbortSignal,
  ): Promise<StateResult<readonly PgRow[]>> {
    const what = `${verb} the lock of ${stateRefText(ref)}`
    const rows = await this.#connection.query(what, text, [ref.workspace, ref.design, ...values], signal)
    return rows.ok ? ok(rows.value === 'missing' ? [] : rows.value) : rows
  }
}
