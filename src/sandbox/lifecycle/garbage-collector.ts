import type { JsonObject } from '../../plan/json.ts'
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
import type { StoreEvent } from '../store/object-store.ts'
import type { StorageKey, StoredObject } from '../store/stored-object.ts'
import { OwnerIndex } from './owner-index.ts'
import { SystemClient } from './system-client.ts'

const foreground = 'foregroundDeletion'
const orphan = 'orphan'

type OwnerState = 'present' | 'absent' | 'waiting' | 'unknown'

/** Deletes what lost its last owner, and carries out foreground and orphaning deletions. */
export class GarbageCollector {
  readonly #context: ApiContext
  readonly #client: SystemClient
  readonly #index: OwnerIndex
  readonly #queue = new Map<string, StorageKey>()

  constructor(context: ApiContext) {
    this.#context = context
    this.#client = new SystemClient(context, 'kube-controller-manager')
    this.#index = new OwnerIndex(context.store)
    for (const key of this.#index.owned()) this.#enqueue(key)
    for (const object of context.store.all()) {
      if (object.text.includes('"deletionTimestamp"') && isTerminating(object.object)) this.#enqueue(object.key)
    }
  }

  /** Takes note of a change. The work it makes is done by `run`. */
  accept(event: StoreEvent): void {
    this.#index.accept(event)
    const { object, previous } = event
    if (event.type === 'DELETED') {
      for (const dependant of this.#index.dependantsOf(metadataText(object.object, 'uid'))) this.#enqueue(dependant)
      // An owner that waits for this dependant may be free to go.
      for (const owner of ownersOf(object.object)) this.#enqueueOwner(owner, object.key.namespace)
      return
    }
    if (ownersOf(object.object).length > 0) this.#enqueue(object.key)
    if (isTerminating(object.object)) this.#enqueue(object.key)
    const before = previous === undefined ? [] : ownersOf(previous.object)
    for (const owner of before) this.#enqueueOwner(owner, object.key.namespace)
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

  #enqueue(key: StorageKey): void {
    this.#queue.set(`${key.resource}\t${key.namespace}\t${key.name}`, key)
  }

  #enqueueOwner(owner: OwnerReference, namespace: string): void {
    const live = this.#find(owner, namespace)
    if (live !== undefined && isTerminating(live.object)) this.#enqueue(live.key)
  }

  #find(owner: OwnerReference, namespace: string): StoredObject | undefined {
    const resource = this.#context.registry.byGroupKind(groupOf(owner.apiVersion), owner.kind)
    if (resource === undefined) return undefined
    const live = this.#client.get(resource, namespace, owner.name)
    return live !== undefined && metadataText(live.object, 'uid') === owner.uid ? live : undefined
  }

  #stateOf(owner: OwnerReference, namespace: string): OwnerState {
    if (this.#context.registry.byGroupKind(groupOf(owner.apiVersion), owner.kind) === undefined) return 'unknown'
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
    const isKept = states.some((state) => state === 'present' || state === 'unknown')
    const gone = new Set(
      owners.filter((_owner, index) => states[index] === 'absent' || states[index] === 'waiting').map((owner) => owner.uid),
    )
    if (gone.size === 0) return
    if (isKept) {
      this.#change(live, (object) => withoutOwners(object, gone))
      return
    }
    const resource = this.#context.registry.byStorage(live.key.resource)
    if (resource === undefined) return
    const waits = states.includes('waiting') && this.#index.dependantsOf(metadataText(live.object, 'uid')).length > 0
    this.#client.delete(resource, live, {
      propagation: waits ? 'Foreground' : finalizersOf(live.object).includes(orphan) ? 'Orphan' : 'Background',
      uid: metadataText(live.object, 'uid'),
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
      const reference = ownersOf(dependant.object).find((owner) => owner.uid === uid)
      if (!isTerminating(dependant.object)) this.#collect(dependant, ownersOf(dependant.object))
      const left = this.#context.store.get(key.resource, key.namespace, key.name)
      if (left !== undefined && reference?.blockOwnerDeletion === true) isBlocked = true
    }
    if (!isBlocked) this.#change(live, (object) => withoutFinalizer(object, foreground))
  }

  #change(live: StoredObject, change: (object: JsonObject) => JsonObject): void {
    const resource = this.#context.registry.byStorage(live.key.resource)
    if (resource !== undefined) this.#client.replace(resource, change(live.object), '')
  }
}

function withoutOwners(object: JsonObject, uids: ReadonlySet<string>): JsonObject {
  const { ownerReferences } = metadataOf(object)
  const kept = Array.isArray(ownerReferences)
    ? ownerReferences.filter((owner) => !uids.has(String((owner as JsonObject).uid)))
    : []
  return withMetadata(object, { ownerReferences: kept.length === 0 ? undefined : kept })
}

function withoutFinalizer(object: JsonObject, finalizer: string): JsonObject {
  const kept = finalizersOf(object).filter((each) => each !== finalizer)
  return withMetadata(object, { finalizers: kept.length === 0 ? undefined : kept })
}
