import { isJsonObject, type JsonObject, type JsonValue } from '../../plan/json.ts'
import type { ApiContext } from '../api/api-context.ts'
import { finalizersOf, isTerminating, metadataOf, timestamp, withMetadata } from '../api/object-metadata.ts'
import { SystemClient } from '../lifecycle/system-client.ts'
import type { StoreEvent } from '../store/object-store.ts'
import type { StoredObject } from '../store/stored-object.ts'
import { acceptNames, type DefinitionCondition, takenNames } from './accept-names.ts'
import { resourceTypesOf } from './custom-resource-types.ts'
import { cleanupFinalizer, conditionOf, type Definition, definitionOf, definitionStorage, namesOf } from './definition.ts'

const notAccepted: DefinitionCondition = {
  type: 'Established',
  status: 'False',
  reason: 'NotAccepted',
  message: 'not all names are accepted',
}
const established: DefinitionCondition = {
  type: 'Established',
  status: 'True',
  reason: 'InitialNamesAccepted',
  message: 'the initial names have been accepted',
}
const deleting: DefinitionCondition = {
  type: 'Terminating',
  status: 'True',
  reason: 'InstanceDeletionInProgress',
  message: 'CustomResource deletion is in progress',
}

const approval = 'api-approved.kubernetes.io'

/** Of the groups of Kubernetes' own a condition tells whether their API was agreed upon. */
function approvalOf(definition: Definition, object: JsonObject): readonly DefinitionCondition[] {
  if (!/(^|\.)(k8s|kubernetes)\.io$/.test(definition.group)) return []
  const { annotations } = metadataOf(object)
  const given = isJsonObject(annotations) ? annotations[approval] : undefined
  if (typeof given !== 'string' || given === '') return []
  const type = 'KubernetesAPIApprovalPolicyConformant'
  return given.startsWith('unapproved')
    ? [{ type, status: 'False', reason: 'UnapprovedAnnotation', message: `not approved: ${JSON.stringify(given)}` }]
    : [{ type, status: 'True', reason: 'ApprovedAnnotation', message: `approved in ${given}` }]
}

/** A definition as it is served, and the state of its object that it was read from. */
interface ServedDefinition {
  readonly definition: Definition
  readonly state: string
}

/** Changes with every change of what is defined, and with nothing else. */
function stateOf(object: JsonObject): string {
  const { uid, generation } = metadataOf(object)
  return `${String(uid)}/${String(generation)}`
}

/**
 * Serves custom kinds as soon as they are defined, says so in their definitions' conditions, and empties a deleted definition
 * before it goes.
 */
export class DefinitionLifecycle {
  readonly #context: ApiContext
  readonly #client: SystemClient
  readonly #served = new Map<string, ServedDefinition>()
  readonly #due = new Set<string>()
  /** Definitions that wait for objects of theirs, by where those are stored. */
  readonly #emptying = new Map<string, string>()

  constructor(context: ApiContext) {
    this.#context = context
    this.#client = new SystemClient(context, 'kube-apiserver')
    for (const stored of context.store.list(definitionStorage)) this.#notice(stored)
  }

  /** Takes note of a change; kinds are served or no longer served from here on. */
  accept(event: StoreEvent): void {
    const { key } = event.object
    if (key.resource !== definitionStorage) {
      const waiting = event.type === 'DELETED' ? this.#emptying.get(key.resource) : undefined
      if (waiting !== undefined) this.#due.add(waiting)
      return
    }
    if (event.type !== 'DELETED') this.#notice(event.object)
    else {
      this.#withdraw(key.name)
      this.#due.delete(key.name)
      // A name that is free again may be what another definition waits for.
      for (const stored of this.#definitions())
        if (conditionOf(stored.object, 'NamesAccepted') !== 'True') this.#due.add(stored.key.name)
    }
  }

  get isPending(): boolean {
    return this.#due.size > 0
  }

  /** Works off what is known to be due. */
  run(): void {
    const due = [...this.#due]
    this.#due.clear()
    for (const name of due) {
      const stored = this.#context.store.get(definitionStorage, '', name)
      if (stored === undefined) continue
      if (isTerminating(stored.object)) this.#empty(stored)
      else this.#establish(stored)
    }
  }

  #definitions(): readonly StoredObject[] {
    return this.#context.store.list(definitionStorage)
  }

  #notice(stored: StoredObject): void {
    const { name } = stored.key
    const definition = definitionOf(stored.object)
    this.#due.add(name)
    if (this.#isFree(stored, definition)) this.#serve(name, definition, stateOf(stored.object))
  }

  #isFree(stored: StoredObject, definition: Definition): boolean {
    return this.#accepted(stored, definition).condition.status === 'True'
  }

  #accepted(stored: StoredObject, definition: Definition) {
    const others = this.#definitions().flatMap((other) => {
      if (other.key.name === stored.key.name) return []
      const { group } = definitionOf(other.object)
      return group === definition.group ? [acceptedNamesOf(other.object)] : []
    })
    return acceptNames(definition.names, acceptedNamesOf(stored.object), takenNames(others))
  }

  #serve(name: string, definition: Definition, state: string): void {
    const { registry } = this.#context
    const before = this.#served.get(name)
    if (before?.state === state) return
    if (before !== undefined) registry.remove(before.definition.group, before.definition.names.plural)
    for (const type of resourceTypesOf(definition)) registry.add(type)
    this.#served.set(name, { definition, state })
  }

  #withdraw(name: string): void {
    const served = this.#served.get(name)
    if (served === undefined) return
    const { definition } = served
    this.#context.registry.remove(definition.group, definition.names.plural)
    this.#served.delete(name)
    this.#emptying.delete(storageOf(definition))
  }

  /** Writes the conditions that say that a kind is served. */
  #establish(stored: StoredObject): void {
    const definition = definitionOf(stored.object)
    const { names, condition } = this.#accepted(stored, definition)
    const isEstablished = conditionOf(stored.object, 'Established') === 'True'
    const second = condition.status === 'True' ? [established] : isEstablished ? [] : [notAccepted]
    this.#report(stored, [...approvalOf(definition, stored.object), condition, ...second], {
      plural: names.plural,
      ...(names.singular === '' ? {} : { singular: names.singular }),
      ...(names.shortNames.length === 0 ? {} : { shortNames: names.shortNames }),
      kind: names.kind,
      ...(names.listKind === '' ? {} : { listKind: names.listKind }),
      ...(names.categories.length === 0 ? {} : { categories: names.categories }),
    })
  }

  /** Deletes a kind's objects, and lets its definition go once none is left. */
  #empty(stored: StoredObject): void {
    if (!finalizersOf(stored.object).includes(cleanupFinalizer)) return
    const { store, registry } = this.#context
    const definition = definitionOf(stored.object)
    const storage = storageOf(definition)
    const resource = registry.byStorage(storage)
    if (resource !== undefined) {
      for (const object of store.list(storage)) if (!isTerminating(object.object)) this.#client.delete(resource, object)
    }
    if (store.list(storage).length > 0) {
      this.#emptying.set(storage, stored.key.name)
      this.#report(stored, [deleting], undefined)
      return
    }
    const own = registry.byStorage(definitionStorage)
    if (own === undefined) return
    const finalizers = finalizersOf(stored.object).filter((finalizer) => finalizer !== cleanupFinalizer)
    this.#client.replace(own, withMetadata(stored.object, { finalizers: finalizers.length === 0 ? undefined : finalizers }), '')
  }

  #report(stored: StoredObject, conditions: readonly DefinitionCondition[], acceptedNames: JsonObject | undefined): void {
    const resource = this.#context.registry.byStorage(definitionStorage)
    if (resource === undefined) return
    const status = isJsonObject(stored.object.status) ? stored.object.status : {}
    const before: readonly JsonValue[] = Array.isArray(status.conditions) ? status.conditions : []
    const next = conditions.reduce<readonly JsonObject[]>(
      (all, condition) => withCondition(all, condition, timestamp(this.#context.now())),
      before.filter(isJsonObject),
    )
    const changed = { ...status, conditions: next, ...(acceptedNames === undefined ? {} : { acceptedNames }) }
    if (JSON.stringify(changed) === JSON.stringify(status)) return
    this.#client.replace(resource, { ...stored.object, status: changed }, 'status')
  }
}

function storageOf(definition: Definition): string {
  return `${definition.group}/${definition.names.plural}`
}

function acceptedNamesOf(object: JsonObject) {
  const status = isJsonObject(object.status) ? object.status : {}
  return namesOf(isJsonObject(status.acceptedNames) ? status.acceptedNames : {})
}

/** The conditions with one set; its time stays while its status does. */
function withCondition(conditions: readonly JsonObject[], condition: DefinitionCondition, now: string): readonly JsonObject[] {
  const { type, status, reason, message } = condition
  const there = conditions.find((each) => each.type === type)
  const lastTransitionTime = there !== undefined && there.status === status ? (there.lastTransitionTime ?? now) : now
  const made: JsonObject = { type, status, lastTransitionTime, reason, message }
  return there === undefined ? [...conditions, made] : conditions.map((each) => (each === there ? made : each))
}
