import { type OwnerReference, ownersOf } from '../api/object-metadata.ts'
import type { ObjectStore, StoreEvent } from '../store/object-store.ts'
import type { StorageKey, StoredObject } from '../store/stored-object.ts'

function keyText(key: StorageKey): string {
  return `${key.resource}\t${key.namespace}\t${key.name}`
}

/** Which objects name which owner, kept up with the store. */
export class OwnerIndex {
  readonly #dependants = new Map<string, Map<string, StorageKey>>()
  readonly #owners = new Map<string, readonly OwnerReference[]>()

  constructor(store: ObjectStore) {
    // Objects from disk are parsed only when their text has owners in it at all.
    for (const object of store.all()) if (object.text.includes('"ownerReferences"')) this.#add(object)
  }

  /** Takes a change into account. */
  accept(event: StoreEvent): void {
    this.#remove(event.object.key)
    if (event.type !== 'DELETED') this.#add(event.object)
  }

  /** Keys of the objects that name an owner by its uid. */
  dependantsOf(uid: string): readonly StorageKey[] {
    return [...(this.#dependants.get(uid)?.values() ?? [])]
  }

  /** Keys of all objects with owners. */
  owned(): readonly StorageKey[] {
    const keys = new Map<string, StorageKey>()
    for (const dependants of this.#dependants.values()) for (const [text, key] of dependants) keys.set(text, key)
    return [...keys.values()]
  }

  #add(object: StoredObject): void {
    const owners = ownersOf(object.object)
    if (owners.length === 0) return
    const text = keyText(object.key)
    this.#owners.set(text, owners)
    for (const { uid } of owners) {
      const dependants = this.#dependants.get(uid)
      if (dependants === undefined) this.#dependants.set(uid, new Map([[text, object.key]]))
      else dependants.set(text, object.key)
    }
  }

  #remove(key: StorageKey): void {
    const text = keyText(key)
    for (const { uid } of this.#owners.get(text) ?? []) {
      const dependants = this.#dependants.get(uid)
      dependants?.delete(text)
      if (dependants?.size === 0) this.#dependants.delete(uid)
    }
    this.#owners.delete(text)
  }
}
