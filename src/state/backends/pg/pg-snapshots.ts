import { randomUUID } from 'node:crypto'
import type { Snapshot, SnapshotStore, SnapshotWrite } from '../../backend.ts'
import { isStateName, type StateRef, stateRefText } from '../../state-ref.ts'
import { ok, refused, type StateResult } from '../../state-result.ts'
import type { PgConnection } from './pg-connection.ts'
import { PG_TABLES } from './pg-tables.ts'

/** The lock's row is held until the statement ends, so that nobody takes it over between the check and the write. */
const HELD = 'held AS (SELECT 1 FROM $schema.locks WHERE workspace = $1 AND design = $2 AND id = $3 FOR SHARE)'

const INSERT = `WITH ${HELD}, written AS (
  INSERT INTO $schema.states (workspace, design, serial, token, data)
  SELECT $1, $2, $4, $5, $6 FROM held ON CONFLICT (workspace, design) DO NOTHING RETURNING 1)
SELECT EXISTS (SELECT 1 FROM held) AS held, EXISTS (SELECT 1 FROM written) AS done`

const UPDATE = `WITH ${HELD}, written AS (
  UPDATE $schema.states SET serial = $4, token = $5, data = $6, updated_at = now()
  WHERE workspace = $1 AND design = $2 AND token = $7 AND serial <= $4 AND EXISTS (SELECT 1 FROM held) RETURNING 1)
SELECT EXISTS (SELECT 1 FROM held) AS held, EXISTS (SELECT 1 FROM written) AS done`

const DELETE = `WITH ${HELD}, written AS (
  DELETE FROM $schema.states
  WHERE workspace = $1 AND design = $2 AND token = $4 AND EXISTS (SELECT 1 FROM held) RETURNING 1)
SELECT EXISTS (SELECT 1 FROM held) AS held, EXISTS (SELECT 1 FROM written) AS done`

/** Snapshots as rows: each write is one statement that checks lock, token and serial, and changes the row or does not. */
export class PgSnapshots implements SnapshotStore {
  readonly #connection: PgConnection

  constructor(connection: PgConnection) {
    this.#connection = connection
  }

  describe(ref: StateRef): string {
    return `${stateRefText(ref)} in ${this.#connection.location}`
  }

  async read(ref: StateRef, signal: AbortSignal): Promise<StateResult<Snapshot | undefined>> {
    const rows = await this.#connection.query(
      `Reading the state ${stateRefText(ref)}`,
      'SELECT data, token::text AS token FROM $schema.states WHERE workspace = $1 AND design = $2',
      [ref.workspace, ref.design],
      signal,
    )
    if (!rows.ok) return rows
    const row = rows.value === 'missing' ? undefined : rows.value[0]
    if (row === undefined) return ok(undefined)
    const { data, token } = row
    if (!(data instanceof Uint8Array) || typeof token !== 'string') {
      return refused({ kind: 'backend', message: `The tables in ${this.#connection.location} are not those of meshform.` })
    }
    return ok({ bytes: data, token })
  }

  async write(ref: StateRef, write: SnapshotWrite, signal: AbortSignal): Promise<StateResult<string>> {
    const made = await this.#connection.prepare(PG_TABLES, signal)
    if (!made.ok) return made
    const token = randomUUID()
    const common = [ref.workspace, ref.design, write.lockId, write.serial, token, write.bytes]
    const change = () =>
      write.expected === undefined
        ? this.#change('Writing', ref, INSERT, common, signal)
        : this.#change('Writing', ref, UPDATE, [...common, write.expected], signal)
    const done = await change()
    if (done.ok) return ok(token)
    if (done.error.kind !== 'unreachable') return done
    // The answer may have been lost after the write: what is stored tells, and how to go on.
    const stored = await this.read(ref, signal)
    if (!stored.ok) return done
    if (stored.value?.token === token) return ok(token)
    const again = stored.value?.token === write.expected ? await change() : done
    return again.ok ? ok(token) : again
  }

  async remove(ref: StateRef, expected: string, lockId: string, signal: AbortSignal): Promise<StateResult<void>> {
    const change = () => this.#change('Deleting', ref, DELETE, [ref.workspace, ref.design, lockId, expected], signal)
    const done = await change()
    if (done.ok || done.error.kind !== 'unreachable') return done
    // As for a write: the answer may have been lost after it was gone.
    const stored = await this.read(ref, signal)
    if (!stored.ok) return done
    return stored.value === undefined ? ok(undefined) : change()
  }

  async list(signal: AbortSignal): Promise<StateResult<readonly StateRef[]>> {
    const rows = await this.#connection.query(
      'Listing the states',
      'SELECT workspace, design FROM $schema.states ORDER BY workspace COLLATE "C", design COLLATE "C"',
      [],
      signal,
    )
    if (!rows.ok) return rows
    const refs: StateRef[] = []
    for (const { workspace, design } of rows.value === 'missing' ? [] : rows.value) {
      if (typeof workspace !== 'string' || typeof design !== 'string') continue
      if (isStateName(workspace) && isStateName(design)) refs.push({ workspace, design })
    }
    return ok(refs)
  }

  async #change(
    verb: string,
    ref: StateRef,
    text: string,
    values: readonly unknown[],
    signal: AbortSignal,
  ): Promise<StateResult<void>> {
    const what = `${verb} the state ${stateRefText(ref)}`
    const rows = await this.#connection.queryOnce(what, text, values, signal)
    if (!rows.ok) return rows
    const row = rows.value === 'missing' ? undefined : rows.value[0]
    if (row?.held !== true) return refused({ kind: 'lock-lost', message: `${what}: the lock is no longer held.` })
    if (row.done === true) return ok(undefined)
    return refused({ kind: 'moved', message: `${this.describe(ref)} was changed by someone else since it was read.` })
  }
}
