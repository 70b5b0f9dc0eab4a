import { isJsonObject, type JsonObject, type JsonValue } from '../../plan/json.ts'
import { groupOf } from '../../plan/manifest.ts'
import type { ApiContext } from '../api/api-context.ts'
import {
  finalizersOf,
  isTerminating,
  metadataOf,
  metadataText,
  type OwnerReference,
  ownersOf,
  withMetadata,
} from '../api/object-metadata.ts'
import type { Report } from '../controllers/event-recorder.ts'
import type { StoreEvent } from '../store/object-store.ts'
import type { StorageKey, StoredObject } from '../store/stored-object.ts'
import { OwnerIndex } from './owner-index.ts'
import { SystemClient } from './system-client.ts'

const foreground = 'foregroundDeletion'
const orphan = 'orphan'

type OwnerState = 'present' | 'absent' | 'waiting' | 'unresolvable'

/** Deletes what lost its last owner, and carries out foreground and orphaning deletions. */
export class GarbageCollector {
  readonly #context: ApiContext
  readonly #client: SystemClient
  readonly #index: OwnerIndex
  readonly #queue = new Map<string, StorageKey>()

  /** Objects that are being deleted, by their uid. */
  readonly #ending = new Map<string, StorageKey>()
  readonly #report: (object: JsonObject, report: Report) => void
  /** Uids of objects of which was told that an owner is in a namespace not theirs. */
  readonly #misled = new Set<string>()

  /** `report` tells of owners that are not where their dependants look for them. */
  constructor(context: ApiContext, report: (object: JsonObject, report: Report) => void) {
    this.#context = context
    this.#report = report
    this.#client = new SystemClient(context, 'kube-controller-manager')
    this.#index = new OwnerIndex(context.store)
    for (const key of this.#index.owned()) this.#enqueue(key)
    for (const object of context.store.all()) {
      if (object.text.includes('"deletionTimestamp"') && isTerminating(object.object)) this.#notice(object)
    }
  }

  /** Takes note of a change. The work it makes is done by `run`. */
  accept(event: StoreEvent): void {
    this.#index.accept(event)
    const { object, previous } = event
    if (event.type === 'DELETED') {
      for (const dependant of this.#index.dependantsOf(metadataText(object.object, 'uid'))) this.#enqueue(dependant)
      // An owner that waits for this dependant may be free to go.
      for (const owner of ownersOf(object.object)) this.#enqueueOwner(owner)
      this.#ending.delete(metadataText(object.object, 'uid'))
      return
    }
    if (ownersOf(object.object).length > 0) this.#enqueue(object.key)
    if (isTerminating(object.object)) this.#notice(object)
    const before = previous === undefined ? [] : ownersOf(previous.object)
    for (const owner of before) this.#enqueueOwner(owner)
  }

  /** True when there is work. */
  get isPending(): boolean {
    return this.#queue.size > 0
  }

  /** Works off what is known to be due. */
  run(): void {
    const due = [...this.#queue.values()]
    this.#queue.clear()
    for (const key of due) {
      const live = this.#context.store.get(key.resource, key.namespace, key.name)
      if (live !== undefined) this.#attend(live)
    }
  }

  #notice({ object, key }: StoredObject): void {
    this.#ending.set(metadataText(object, 'uid'), key)
    this.#enqueue(key)
  }

  #enqueue(key: StorageKey): void {
    this.#queue.set(`${key.resource}\t${key.namespace}\t${key.name}`, key)
  }

  /** An owner that is going may wait for its dependants, wherever they are. */
  #enqueueOwner(owner: OwnerReference): void {
    const key = this.#ending.get(owner.uid)
    if (key !== undefined) this.#enqueue(key)
  }

  #find(owner: OwnerReference, namespace: string): StoredObject | undefined {
    const resource = this.#context.registry.byGroupKind(groupOf(owner.apiVersion), owner.kind)
    if (resource === undefined || (resource.type.namespaced && namespace === '')) return undefined
    const live = this.#client.get(resource, namespace, owner.name)
    return live !== undefined && metadataText(live.object, 'uid') === owner.uid ? live : undefined
  }

  /** An owner of an unknown kind can't be looked for, nor can one in a namespace by an object that is in none. */
  #stateOf(owner: OwnerReference, namespace: string): OwnerState {
    const resource = this.#context.registry.byGroupKind(groupOf(owner.apiVersion), owner.kind)
    if (resource === undefined || (resource.type.namespaced && namespace === '')) return 'unresolvable'
    const live = this.#find(owner, namespace)
    if (live === undefined) return 'absent'
    return isTerminating(live.object) && finalizersOf(live.object).includes(foreground) ? 'waiting' : 'present'
  }

  #attend(live: StoredObject): void {
    const { object } = live
    if (isTerminating(object)) {
      const finalizers = finalizersOf(object)
      if (finalizers.includes(orphan)) this.#orphanDependants(live)
      else if (finalizers.includes(foreground)) this.#deleteDependantsFirst(live)
      return
    }
    const owners = ownersOf(object)
    if (owners.length > 0) this.#collect(live, owners)
  }

  #collect(live: StoredObject, owners: readonly OwnerReference[]): void {
    const states = owners.map((owner) => this.#stateOf(owner, live.key.namespace))
    const elsewhere = owners.find(
      (owner, index) => (states[index] === 'absent' || states[index] === 'unresolvable') && this.#isElsewhere(live, owner),
    )
    if (elsewhere !== undefined) this.#reportElsewhere(live, elsewhere)
    if (states.includes('unresolvable')) return
    const gone = new Set(owners.filter((_owner, index) => states[index] !== 'present').map((owner) => owner.uid))
    if (gone.size === 0) return
    if (states.includes('present')) {
      this.#change(live, (object) => withoutOwners(object, gone))
      return
    }
    const resource = this.#context.registry.byStorage(live.key.resource)
    if (resource === undefined) return
    const uid = metadataText(live.object, 'uid')
    const waits = states.includes('waiting') && this.#index.dependantsOf(uid).length > 0
    const freed = waits && this.#hasDependantInForeground(uid) ? this.#change(live, withoutBlocking) : undefined
    this.#client.delete(resource, freed ?? live, {
      propagation: waits ? 'Foreground' : finalizersOf(live.object).includes(orphan) ? 'Orphan' : 'Background',
      uid,
    })
  }

  /** Where dependants wait for their own in turn, there may be a circle. */
  #hasDependantInForeground(uid: string): boolean {
    return this.#index.dependantsOf(uid).some((key) => {
      const dependant = this.#context.store.get(key.resource, key.namespace, key.name)?.object
      return dependant !== undefined && isTerminating(dependant) && finalizersOf(dependant).includes(foreground)
    })
  }

  /** True for an owner that exists, and not in the namespace of the object that names it. */
  #isElsewhere({ key: { namespace } }: StoredObject, owner: OwnerReference): boolean {
    const resource = this.#context.registry.byGroupKind(groupOf(owner.apiVersion), owner.kind)
    if (resource === undefined || !resource.type.namespaced) return false
    return this.#context.store
      .list(resource.storage)
      .some(
        ({ key, object }) => key.name === owner.name && key.namespace !== namespace && metadataText(object, 'uid') === owner.uid,
      )
  }

  #reportElsewhere(live: StoredObject, owner: OwnerReference): void {
    const told = metadataText(live.object, 'uid')
    if (this.#misled.has(told)) return
    this.#misled.add(told)
    const { namespace } = live.key
    const identity = `[${owner.apiVersion}/${owner.kind}, namespace: ${namespace}, name: ${owner.name}, uid: ${owner.uid}]`
    this.#report(live.object, {
      type: 'Warning',
      reason: 'OwnerRefInvalidNamespace',
      message: `ownerRef ${identity} does not exist in namespace ${JSON.stringify(namespace)}`,
      source: 'garbage-collector-controller',
    })
  }

  #orphanDependants(live: StoredObject): void {
    const uid = metadataText(live.object, 'uid')
    for (const key of this.#index.dependantsOf(uid)) {
      const dependant = this.#context.store.get(key.resource, key.namespace, key.name)
      if (dependant !== undefined) this.#change(dependant, (object) => withoutOwners(object, new Set([uid])))
    }
    this.#change(live, (object) => withoutFinalizer(object, orphan))
  }

  #deleteDependantsFirst(live: StoredObject): void {
    const uid = metadataText(live.object, 'uid')
    let isBlocked = false
    for (const key of this.#index.dependantsOf(uid)) {
      const dependant = this.#context.store.get(key.resource, key.namespace, key.name)
      if (dependant === undefined) continue
      if (!isTerminating(dependant.object)) this.#collect(dependant, ownersOf(dependant.object))
      const left = this.#context.store.get(key.resource, key.namespace, key.name)
      const references = left === undefined ? [] : ownersOf(left.object)
      if (references.some((owner) => owner.uid === uid && owner.blockOwnerDeletion === true)) isBlocked = true
    }
    if (!isBlocked) this.#change(live, (object) => withoutFinalizer(object, foreground))
  }

  #change(live: StoredObject, change: (object: JsonObject) => JsonObject): StoredObject | undefined {
    const resource = this.#context.registry.byStorage(live.key.resource)
    return resource === undefined ? undefined : this.#client.replace(resource, change(live.object), '')
  }
}

function withoutOwners(object: JsonObject, uids: ReadonlySet<string>): JsonObject {
  const { ownerReferences } = metadataOf(object)
  const kept = Array.isArray(ownerReferences)
    ? ownerReferences.filter((owner) => !uids.has(String((owner as JsonObject).uid)))
    : []
  return withMetadata(object, { ownerReferences: kept.length === 0 ? undefined : kept })
}

/** The object's owners go without waiting for it. */
function withoutBlocking(object: JsonObject): JsonObject {
  const { ownerReferences } = metadataOf(object)
  const owners = Array.isArray(ownerReferences) ? (ownerReferences as readonly JsonValue[]).filter(isJsonObject) : []
  const free = owners.map((owner) => (owner.blockOwnerDeletion === true ? { ...owner, blockOwnerDeletion: false } : owner))
  return withMetadata(object, { ownerReferences: free })
}

function withoutFinalizer(object: JsonObject, finalizer: string): JsonObject {
  const kept = finalizersOf(object).filter((each) => each !== finalizer)
  return withMetadata(object, { finalizers: kept.length === 0 ? undefined : kept })
}
