import type { JournalAppender, JournalStore, StoredJournal } from '../../backend.ts'
import { type StateRef, stateRefText } from '../../state-ref.ts'
import { ok, refused, type StateResult } from '../../state-result.ts'
import type { PgConnection } from './pg-connection.ts'

/** One part, only while the lock is held. Asked for twice, as after a lost answer, it is there once. */
const APPEND = `WITH held AS (
  SELECT 1 FROM $schema.locks WHERE workspace = $1 AND design = $2 AND id = $6 FOR SHARE)
INSERT INTO $schema.journals (workspace, design, id, part, data)
SELECT $1, $2, $3, $4, $5 FROM held ON CONFLICT (workspace, design, id, part) DO UPDATE SET data = excluded.data RETURNING 1`

const LIST = `SELECT id, data FROM $schema.journals WHERE workspace = $1 AND design = $2 ORDER BY id COLLATE "C", part`

const REMOVE = 'DELETE FROM $schema.journals WHERE workspace = $1 AND design = $2 AND id = $3'

/** Journals as rows, one for each group of entries that became durable together. */
export class PgJournals implements JournalStore {
  readonly shared = true
  readonly #connection: PgConnection

  constructor(connection: PgConnection) {
    this.#connection = connection
  }

  async list(ref: StateRef, signal: AbortSignal): Promise<StateResult<readonly StoredJournal[]>> {
    const what = `Reading the journals of ${stateRefText(ref)}`
    const rows = await this.#connection.query(what, LIST, [ref.workspace, ref.design], signal)
    if (!rows.ok) return rows
    const parts = new Map<string, Uint8Array[]>()
    for (const { id, data } of rows.value === 'missing' ? [] : rows.value) {
      if (typeof id !== 'string' || !(data instanceof Uint8Array)) continue
      const known = parts.get(id)
      if (known === undefined) parts.set(id, [data])
      else known.push(data)
    }
    return ok(
      [...parts].map(([id, list]) => ({
        id,
        file: `journal ${id} of ${stateRefText(ref)} in ${this.#connection.location}`,
        bytes: Buffer.concat(list),
      })),
    )
  }

  async create(ref: StateRef, id: string, lockId: string, signal: AbortSignal): Promise<StateResult<JournalAppender>> {
    let part = 0
    return ok({
      append: async (bytes) => {
        part++
        const what = `Writing the journal of ${stateRefText(ref)}`
        const rows = await this.#connection.query(what, APPEND, [ref.workspace, ref.design, id, part, bytes, lockId], signal)
        if (!rows.ok) return rows
        return rows.value === 'missing' || rows.value.length === 0
          ? refused({ kind: 'lock-lost', message: `${what}: the lock is no longer held.` })
          : ok(undefined)
      },
      close: async () => {},
    })
  }

  async remove(ref: StateRef, id: string, signal: AbortSignal): Promise<StateResult<void>> {
    const what = `Deleting a journal of ${stateRefText(ref)}`
    const rows = await this.#connection.query(what, REMOVE, [ref.workspace, ref.design, id], signal)
    return rows.ok ? ok(undefined) : rows
  }
}
