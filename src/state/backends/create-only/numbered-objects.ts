import { ok, refused, type StateResult } from '../../state-result.ts'
import type { ObjectStore, ObjectWrite, StoredObject } from '../objects/object-store.ts'
import type { CreateOnlyStore } from './create-only-store.ts'

/** Digits of a number in a name, so that names sort as numbers do. */
const DIGITS = 16
/** How often a version may be gone by the time it is read, before that is an error. */
const READS = 5

/** One version of an object, as it was listed. */
interface Version {
  readonly number: number
  readonly name: string
  readonly size: number
}

/**
 * Compare-and-set on a store that can only refuse to overwrite. Each version of an object is an object of its own,
 * `<name>/0000000000000012`, and the highest number counts; its number is the token. To replace version 12 is to create 13, which one of
 * two can. An empty version says that the object is deleted: numbers never begin anew, so that whoever read before stays refused.
 *
 * Versions below the one before the last are removed. A writer that slept through that could create a number that was removed, so
 * each write looks afterwards whether its number is the highest, and is refused if not.
 */
export class NumberedObjects implements ObjectStore {
  readonly conditions: string
  readonly #store: CreateOnlyStore

  constructor(store: CreateOnlyStore) {
    this.#store = store
    this.conditions = store.conditions
  }

  /** The version before: it would be replaced by the current one, which is there. */
  tokensToRefuse(current: string): readonly string[] {
    return [String(Number(current) - 1)]
  }

  describe(name: string): string {
    return this.#store.describe(name)
  }

  async get(what: string, name: string, signal: AbortSignal): Promise<StateResult<StoredObject | undefined>> {
    for (let reads = 0; reads < READS; reads++) {
      const versions = await this.#versions(what, name, signal)
      if (!versions.ok) return versions
      const newest = versions.value.at(-1)
      if (newest === undefined || newest.size === 0) return ok(undefined)
      const found = await this.#store.get(what, newest.name, signal)
      if (!found.ok) return found
      if (found.value !== undefined) return ok({ ...found.value, token: String(newest.number) })
    }
    return refused({ kind: 'backend', message: `${what}: it is replaced faster than it can be read.` })
  }

  async put(
    what: string,
    name: string,
    bytes: Uint8Array,
    expected: string | undefined,
    signal: AbortSignal,
  ): Promise<StateResult<ObjectWrite>> {
    const number = expected === undefined ? await this.#firstNumber(what, name, signal) : ok(Number(expected) + 1)
    if (!number.ok) return number
    if (number.value === undefined || !Number.isSafeInteger(number.value)) return ok({ kind: 'refused' })
    const version = versionName(name, number.value)
    const created = await this.#store.create(what, version, bytes, signal)
    if (!created.ok) return created
    if (created.value === 'exists') {
      const isOurs = await this.#holds(what, version, bytes, signal)
      if (!isOurs.ok) return isOurs
      if (!isOurs.value) return ok({ kind: 'refused' })
    }
    return this.#settle(what, name, number.value, signal)
  }

  async delete(what: string, name: string, expected: string, signal: AbortSignal): Promise<StateResult<'deleted' | 'refused'>> {
    const written = await this.put(what, name, new Uint8Array(), expected, signal)
    return written.ok ? ok(written.value.kind === 'written' ? 'deleted' : 'refused') : written
  }

  async list(what: string, signal: AbortSignal): Promise<StateResult<readonly string[]>> {
    const listed = await this.#store.list(what, '', signal)
    if (!listed.ok) return listed
    const newest = new Map<string, { readonly number: number; readonly size: number }>()
    for (const { name, size } of listed.value) {
      const slash = name.lastIndexOf('/')
      const number = numberOf(name.slice(slash + 1))
      const object = name.slice(0, Math.max(0, slash))
      if (number !== undefined && number > (newest.get(object)?.number ?? 0)) newest.set(object, { number, size })
    }
    return ok([...newest].filter(([, { size }]) => size > 0).map(([name]) => name))
  }

  /** The number that a first version has to have; undefined when the object is there. */
  async #firstNumber(what: string, name: string, signal: AbortSignal): Promise<StateResult<number | undefined>> {
    const versions = await this.#versions(what, name, signal)
    if (!versions.ok) return versions
    const newest = versions.value.at(-1)
    if (newest === undefined) return ok(1)
    return ok(newest.size === 0 ? newest.number + 1 : undefined)
  }

  /** Whether what is there is what was to be written: then the answer to an earlier try was lost. */
  async #holds(what: string, version: string, bytes: Uint8Array, signal: AbortSignal): Promise<StateResult<boolean>> {
    const found = await this.#store.get(what, version, signal)
    return found.ok ? ok(found.value !== undefined && Buffer.from(found.value.bytes).equals(bytes)) : found
  }

  /** What a version that was created came to. Tidies up behind it; what can't be removed, the next write removes. */
  async #settle(what: string, name: string, number: number, signal: AbortSignal): Promise<StateResult<ObjectWrite>> {
    const versions = await this.#versions(what, name, signal)
    if (!versions.ok) return versions
    const isNewest = versions.value.at(-1)?.number === number
    const old = isNewest ? versions.value.slice(0, -2) : versions.value.filter((version) => version.number === number)
    await Promise.all(old.map((version) => this.#store.remove(what, version.name, signal)))
    return ok(isNewest ? { kind: 'written', token: String(number) } : { kind: 'refused' })
  }

  /** All versions of an object that are still there, the newest last. */
  async #versions(what: string, name: string, signal: AbortSignal): Promise<StateResult<readonly Version[]>> {
    const beginning = `${name}/`
    const listed = await this.#store.list(what, beginning, signal)
    if (!listed.ok) return listed
    const versions = listed.value.flatMap((object) => {
      const number = numberOf(object.name.slice(beginning.length))
      return number === undefined ? [] : [{ number, name: object.name, size: object.size }]
    })
    return ok(versions.sort((a, b) => a.number - b.number))
  }
}

function versionName(name: string, number: number): string {
  return `${name}/${String(number).padStart(DIGITS, '0')}`
}

function numberOf(text: string): number | undefined {
  const number = new RegExp(`^\\d{${DIGITS}}$`).test(text) ? Number(text) : 0
  return Number.isSafeInteger(number) && number > 0 ? number : undefined
}
