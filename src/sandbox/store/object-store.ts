import type { JsonObject } from '../../plan/json.ts'
import { inStorageOrder, type StorageKey, StoredObject } from './stored-object.ts'

/** One change of the store. `object` is the state after it, for a deletion the last state under the deletion's version. */
export interface StoreEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'
  readonly object: StoredObject
  readonly previous: StoredObject | undefined
  readonly version: number
}

/** Where changes are kept beyond the process. */
export interface StoreLog {
  append(event: StoreEvent): void
}

interface Collection {
  readonly objects: Map<string, StoredObject>
  /** The objects in order as they last were asked for, and the addresses of those that changed since. */
  sorted: readonly StoredObject[] | undefined
  readonly changed: Set<string>
}

function address(namespace: string, name: string): string {
  return `${namespace}/${name}`
}

/** Few changes are worked into the last order; more are cheaper to sort anew. */
const mostInsertions = 64

function placeOf(sorted: readonly StoredObject[], at: string): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >> 1
    const { key } = sorted[middle] as StoredObject
    if (address(key.namespace, key.name) < at) low = middle + 1
    else high = middle
  }
  return low
}

function inOrder(collection: Collection): readonly StoredObject[] {
  const { objects, sorted, changed } = collection
  if (sorted === undefined || changed.size > mostInsertions) {
    return [...objects].sort(([left], [right]) => (left < right ? -1 : left > right ? 1 : 0)).map(([, object]) => object)
  }
  const next = [...sorted]
  for (const at of changed) {
    const place = placeOf(next, at)
    const there = next[place]
    const known = there !== undefined && address(there.key.namespace, there.key.name) === at
    const object = objects.get(at)
    if (object === undefined) {
      if (known) next.splice(place, 1)
    } else next.splice(place, known ? 1 : 0, object)
  }
  return next
}

const historyLimit = 20_000

/**
 * All objects in memory, under one counter of versions, with the recent changes for watches. Every change passes through
 * here, synchronously: there is no interleaving within one.
 */
export class ObjectStore {
  readonly #collections = new Map<string, Collection>()
  readonly #listeners = new Set<(event: StoreEvent) => void>()
  readonly #history: StoreEvent[] = []
  #version = 1
  #oldest = 1
  #firstWatchable = 1
  #log: StoreLog | undefined

  /** The version of the latest change. */
  get version(): number {
    return this.#version
  }

  /** Watches may begin at this version or a later one. */
  get firstWatchable(): number {
    return Math.max(this.#firstWatchable, this.#oldest)
  }

  /** From here on watches begin no earlier than now, as on a server that has just started. */
  startWatchWindow(): void {
    this.#firstWatchable = this.#version
  }

  /** Fills an empty store from disk and keeps later changes in the log. */
  restore(version: number, objects: Iterable<StoredObject>, log: StoreLog | undefined): void {
    for (const object of objects)
      this.#collection(object.key.resource).objects.set(address(object.key.namespace, object.key.name), object)
    this.#version = Math.max(this.#version, version)
    this.#oldest = this.#version
    this.#log = log
  }

  /** Forgets everything but the counter, which never goes back. No events are told. */
  clear(): void {
    this.#collections.clear()
    this.#history.length = 0
    this.#version += 1
    this.#oldest = this.#version
  }

  get(resource: string, namespace: string, name: string): StoredObject | undefined {
    return this.#collections.get(resource)?.objects.get(address(namespace, name))
  }

  /** Objects of a resource in the order of `namespace/name`; of all namespaces when none is given. */
  list(resource: string, namespace?: string): readonly StoredObject[] {
    const collection = this.#collections.get(resource)
    if (collection === undefined) return []
    if (collection.sorted === undefined || collection.changed.size > 0) {
      collection.sorted = inOrder(collection)
      collection.changed.clear()
    }
    if (namespace === undefined) return collection.sorted
    const from = placeOf(collection.sorted, `${namespace}/`)
    // The character behind the slash: every address of the namespace comes before it.
    return collection.sorted.slice(from, placeOf(collection.sorted, `${namespace}0`))
  }

  /** Resources with at least one object. */
  resources(): readonly string[] {
    return [...this.#collections].filter(([, collection]) => collection.objects.size > 0).map(([resource]) => resource)
  }

  /** Every object there is. */
  *all(): Generator<StoredObject> {
    for (const collection of this.#collections.values()) yield* collection.objects.values()
  }

  /** Stores an object under the next version; a volatile one in memory alone. */
  put(key: StorageKey, object: JsonObject, volatile = false): StoredObject {
    const collection = this.#collection(key.resource)
    const at = address(key.namespace, key.name)
    const previous = collection.objects.get(at)
    this.#version += 1
    const stored = StoredObject.ofObject(key, this.#version, inStorageOrder(object, this.#version), volatile)
    collection.objects.set(at, stored)
    collection.changed.add(at)
    this.#tell({ type: previous === undefined ? 'ADDED' : 'MODIFIED', object: stored, previous, version: this.#version })
    return stored
  }

  /** Removes an object; undefined when there is none. The answer carries the deletion's version. */
  delete(key: StorageKey): StoredObject | undefined {
    const collection = this.#collections.get(key.resource)
    const at = address(key.namespace, key.name)
    const previous = collection?.objects.get(at)
    if (collection === undefined || previous === undefined) return undefined
    collection.objects.delete(at)
    collection.changed.add(at)
    this.#version += 1
    const last = StoredObject.ofObject(key, this.#version, inStorageOrder(previous.object, this.#version))
    this.#tell({ type: 'DELETED', object: last, previous, version: this.#version })
    return last
  }

  /** Changes of a resource after a version, oldest first; undefined when they are no longer all known. */
  changesSince(resource: string, version: number): readonly StoreEvent[] | undefined {
    if (version < this.#oldest) return undefined
    const history = this.#history
    let low = 0
    let high = history.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((history[middle] as StoreEvent).version <= version) low = middle + 1
      else high = middle
    }
    return history.slice(low).filter((event) => event.object.key.resource === resource)
  }

  /** Forgets the changes up to now, as compaction does on a real server. */
  compact(): void {
    this.#history.length = 0
    this.#oldest = this.#version
  }

  /** Tells of every change until the returned function is called. */
  subscribe(listener: (event: StoreEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  #collection(resource: string): Collection {
    let collection = this.#collections.get(resource)
    if (collection === undefined) {
      collection = { objects: new Map(), sorted: undefined, changed: new Set() }
      this.#collections.set(resource, collection)
    }
    return collection
  }

  #tell(event: StoreEvent): void {
    this.#history.push(event)
    if (this.#history.length > historyLimit) {
      const dropped = this.#history.splice(0, historyLimit / 4)
      this.#oldest = (dropped[dropped.length - 1] as StoreEvent).version
    }
    this.#log?.append(event)
    for (const listener of this.#listeners) listener(event)
  }
}
