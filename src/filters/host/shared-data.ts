import { Status } from '../abi/constants.ts'

interface Entry {
  readonly value: Buffer
  readonly cas: number
}

/** All that filters of one proxy may keep in shared data: bytes and entries. */
const maximumBytes = 64 * 1024 * 1024
const maximumEntries = 100_000

/** The key-value store that filters of one vm id share. Every write gets the next check-and-set number, never 0. */
export class SharedData {
  readonly #stores = new Map<string, Map<string, Entry>>()
  #nextCas = 1
  #bytes = 0
  #entries = 0

  get(vmId: string, key: string): Entry | undefined {
    return this.#stores.get(vmId)?.get(key)
  }

  /** A `cas` of 0 writes without a check; for a key that is not there it is not looked at. */
  set(vmId: string, key: string, value: Buffer, cas: number): Status {
    let store = this.#stores.get(vmId)
    if (store === undefined) {
      store = new Map()
      this.#stores.set(vmId, store)
    }
    const old = store.get(key)
    if (old !== undefined && cas !== 0 && cas !== old.cas) return Status.casMismatch
    const growth = value.length - (old?.value.length ?? -key.length)
    if (this.#bytes + growth > maximumBytes || (old === undefined && this.#entries >= maximumEntries))
      return Status.internalFailure
    this.#bytes += growth
    if (old === undefined) this.#entries += 1
    store.set(key, { value, cas: this.#nextCas })
    this.#nextCas += 1
    return Status.ok
  }

  /** What filters of a vm id keep, in the order of their first write. */
  entries(vmId: string): readonly (readonly [key: string, value: Buffer])[] {
    return [...(this.#stores.get(vmId) ?? [])].map(([key, entry]) => [key, entry.value] as const)
  }
}
