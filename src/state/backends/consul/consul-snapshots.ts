import { randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'
import type { Snapshot, SnapshotStore, SnapshotWrite } from '../../backend.ts'
import { corrupt, MAX_STATE_BYTES } from '../../parse-json.ts'
import { isStateName, type StateRef, stateRefText } from '../../state-ref.ts'
import { ok, refused, type StateResult } from '../../state-result.ts'
import type { ConsulKv } from './consul-kv.ts'
import type { ConsulLocks } from './consul-locks.ts'
import {
  CHUNK_BYTES,
  chunkFolder,
  digestOfBytes,
  headName,
  headText,
  INLINE_BYTES,
  lockName,
  readHead,
  refOfName,
  type StateHead,
} from './state-keys.ts'

const compress = promisify(gzip)
const decompress = promisify(gunzip)

/** How often a state that is replaced while it is read is read anew. */
const READ_TRIES = 4
/** Place of the step that wants the lock in each transaction; the other one wants the state as it was read. */
const LOCK_STEP = 0

/**
 * Snapshots as keys, gzipped. One that is too long for a value lies in chunks of a new generation, written before the key that names
 * them is replaced. That is one transaction with a look at the lock: who lost it in whatever moment writes nothing.
 */
export class ConsulSnapshots implements SnapshotStore {
  readonly #kv: ConsulKv
  readonly #locks: ConsulLocks

  constructor(kv: ConsulKv, locks: ConsulLocks) {
    this.#kv = kv
    this.#locks = locks
  }

  describe(ref: StateRef): string {
    return this.#kv.describe(headName(ref))
  }

  async read(ref: StateRef, signal: AbortSignal): Promise<StateResult<Snapshot | undefined>> {
    const what = `Reading ${this.describe(ref)}`
    for (let tries = 1; ; tries++) {
      const found = await this.#kv.get(what, headName(ref), signal)
      if (!found.ok) return found
      if (found.value === undefined) return ok(undefined)
      const head = readHead(found.value.value)
      if (head === undefined) return corrupt(this.describe(ref), 'It is no state of meshform.')
      const content = head.chunks === 0 ? ok(head.content) : await this.#chunks(what, ref, head, signal)
      if (!content.ok) return content
      if (content.value === undefined || digestOfBytes(content.value) !== head.digest) {
        // Replaced between reading its head and its chunks; if it stays so it is damaged.
        if (tries < READ_TRIES) continue
        return corrupt(this.describe(ref), 'A part of it is missing or was changed.')
      }
      const bytes = await decompress(content.value, { maxOutputLength: MAX_STATE_BYTES }).catch(() => undefined)
      if (bytes === undefined) return corrupt(this.describe(ref), 'It is not gzip, or longer than a state can be.')
      return ok({ bytes, token: String(found.value.index) })
    }
  }

  async write(ref: StateRef, write: SnapshotWrite, signal: AbortSignal): Promise<StateResult<string>> {
    const what = `Writing ${this.describe(ref)}`
    const session = await this.#session(what, ref, write.lockId, signal)
    if (!session.ok) return session
    const content: Uint8Array = await compress(write.bytes)
    const generation = randomBytes(8).toString('hex')
    const chunks = content.byteLength <= INLINE_BYTES ? 0 : Math.ceil(content.byteLength / CHUNK_BYTES)
    for (let index = 0; index < chunks; index++) {
      const part = content.subarray(index * CHUNK_BYTES, (index + 1) * CHUNK_BYTES)
      const made = await this.#kv.create(what, `${chunkFolder(ref, generation)}${index}`, part, signal)
      if (!made.ok) return made
    }
    const inline = chunks === 0 ? content : undefined
    const head = headText({ serial: write.serial, digest: digestOfBytes(content), generation, chunks, content: inline })
    const token = await this.#replace(what, ref, { head, generation, session: session.value, expected: write.expected }, signal)
    if (token.ok) await this.#sweep(what, ref, generation, signal)
    else if (chunks > 0) await this.#kv.deleteBelow(what, chunkFolder(ref, generation), signal)
    return token
  }

  async remove(ref: StateRef, expected: string, lockId: string, signal: AbortSignal): Promise<StateResult<void>> {
    const what = `Deleting ${this.describe(ref)}`
    const session = await this.#session(what, ref, lockId, signal)
    if (!session.ok) return session
    const Key = this.#kv.key(headName(ref))
    const steps = [this.#holding(ref, session.value), { Verb: 'delete-cas', Key, Index: indexOf(expected) }] as const
    const done = await this.#kv.transact(what, steps, signal)
    if (!done.ok) return done
    if (done.value.kind === 'refused') return done.value.step === LOCK_STEP ? lockLost(what) : this.#moved(ref)
    return this.#kv.deleteBelow(what, chunkFolder(ref), signal)
  }

  async list(signal: AbortSignal): Promise<StateResult<readonly StateRef[]>> {
    const names = await this.#kv.names('Listing the states', '', signal)
    if (!names.ok) return names
    const refs = names.value.map(refOfName).filter((ref): ref is StateRef => ref !== undefined)
    const ours = refs.filter(({ workspace, design }) => isStateName(workspace) && isStateName(design))
    return ok(ours.sort((a, b) => (stateRefText(a) < stateRefText(b) ? -1 : 1)))
  }

  async #replace(
    what: string,
    ref: StateRef,
    write: {
      readonly head: string
      readonly generation: string
      readonly session: string
      readonly expected: string | undefined
    },
    signal: AbortSignal,
  ): Promise<StateResult<string>> {
    const Key = this.#kv.key(headName(ref))
    const Value = Buffer.from(write.head).toString('base64')
    // Index 0: the key must not be there.
    const Index = write.expected === undefined ? 0 : indexOf(write.expected)
    const steps = [this.#holding(ref, write.session), { Verb: 'cas', Key, Value, Index }] as const
    const done = await this.#kv.transact(what, steps, signal)
    if (!done.ok) return done
    if (done.value.kind === 'done') return ok(String(done.value.indexes.get(Key) ?? 0))
    if (done.value.step === LOCK_STEP) return lockLost(what)
    // Somebody else wrote, or the answer to an earlier try was lost: what is stored now tells.
    const found = await this.#kv.get(what, headName(ref), signal)
    if (!found.ok) return found
    const isOurs = found.value !== undefined && readHead(found.value.value)?.generation === write.generation
    return isOurs ? ok(String(found.value.index)) : this.#moved(ref)
  }

  async #session(what: string, ref: StateRef, lockId: string, signal: AbortSignal): Promise<StateResult<string>> {
    const session = await this.#locks.sessionOf(ref, lockId, signal)
    if (!session.ok) return session
    return session.value === undefined ? lockLost(what) : ok(session.value)
  }

  #holding(ref: StateRef, Session: string) {
    return { Verb: 'check-session', Key: this.#kv.key(lockName(ref)), Session } as const
  }

  async #chunks(what: string, ref: StateRef, head: StateHead, signal: AbortSignal): Promise<StateResult<Uint8Array | undefined>> {
    const parts: Uint8Array[] = []
    for (let index = 0; index < head.chunks; index++) {
      const found = await this.#kv.get(what, `${chunkFolder(ref, head.generation)}${index}`, signal)
      if (!found.ok) return found
      if (found.value === undefined) return ok(undefined)
      parts.push(found.value.value)
    }
    return ok(Buffer.concat(parts))
  }

  /** Chunks of other generations, those that a killed process left too. What can't be deleted now is by the next write. */
  async #sweep(what: string, ref: StateRef, kept: string, signal: AbortSignal): Promise<void> {
    const folder = chunkFolder(ref)
    const names = await this.#kv.names(what, folder, signal)
    if (!names.ok) return
    const generations = new Set(names.value.map((name) => name.slice(folder.length).split('/')[0] ?? ''))
    for (const generation of generations) {
      if (generation !== '' && generation !== kept) await this.#kv.deleteBelow(what, chunkFolder(ref, generation), signal)
    }
  }

  #moved(ref: StateRef): StateResult<never> {
    return refused({ kind: 'moved', message: `${this.describe(ref)} was changed by someone else since it was read.` })
  }
}

function lockLost(what: string): StateResult<never> {
  return refused({ kind: 'lock-lost', message: `${what}: the lock is no longer held.` })
}

/** An index that no key has where the token is not one of ours: 0 would mean that there must be none. */
function indexOf(token: string): number {
  const index = Number(token)
  return Number.isSafeInteger(index) && index > 0 ? index : 1
}
