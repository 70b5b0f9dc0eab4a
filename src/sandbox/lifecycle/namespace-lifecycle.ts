import { isJsonObject, type JsonObject, type JsonValue } from '../../plan/json.ts'
import type { ApiContext } from '../api/api-context.ts'
import { finalizersOf, isTerminating, timestamp } from '../api/object-metadata.ts'
import type { StoreEvent } from '../store/object-store.ts'
import type { StoredObject } from '../store/stored-object.ts'
import { SystemClient } from './system-client.ts'

const namespaces = '/namespaces'

/** Empties namespaces that are being deleted and lets them go once nothing is left in them. */
export class NamespaceLifecycle {
  readonly #context: ApiContext
  readonly #client: SystemClient
  readonly #terminating = new Set<string>()
  readonly #due = new Set<string>()
  readonly #delay: ((then: () => void) => void) | undefined

  /** `delay` puts off the emptying of a namespace whose deletion was just asked for; without it, it is emptied at once. */
  constructor(context: ApiContext, delay?: (then: () => void) => void) {
    this.#context = context
    this.#delay = delay
    this.#client = new SystemClient(context, 'kube-controller-manager')
    for (const namespace of context.store.list(namespaces)) this.#notice(namespace)
  }

  /** Takes note of a change. */
  accept(event: StoreEvent): void {
    const { key } = event.object
    if (key.resource === namespaces) {
      if (event.type !== 'DELETED') this.#notice(event.object)
      else {
        this.#terminating.delete(key.name)
        this.#due.delete(key.name)
      }
    } else if (this.#terminating.has(key.namespace)) this.#due.add(key.namespace)
  }

  get isPending(): boolean {
    return this.#due.size > 0
  }

  /** Works off what is known to be due. */
  run(): void {
    const due = [...this.#due]
    this.#due.clear()
    for (const name of due) this.#attend(name)
  }

  #notice(namespace: StoredObject): void {
    if (!namespace.text.includes('"deletionTimestamp"') || !isTerminating(namespace.object)) return
    const { name } = namespace.key
    if (this.#terminating.has(name) || this.#delay === undefined) {
      this.#terminating.add(name)
      this.#due.add(name)
      return
    }
    this.#delay(() => {
      this.#terminating.add(name)
      this.#due.add(name)
    })
  }

  #contentsOf(name: string): readonly StoredObject[] {
    return this.#context.store
      .resources()
      .flatMap((resource) => (resource === namespaces ? [] : this.#context.store.list(resource, name)))
  }

  #attend(name: string): void {
    const resource = this.#context.registry.byStorage(namespaces)
    const namespace = this.#context.store.get(namespaces, '', name)
    if (resource === undefined || namespace === undefined) return
    for (const object of this.#contentsOf(name)) {
      const kind = this.#context.registry.byStorage(object.key.resource)
      if (kind !== undefined && !isTerminating(object.object)) this.#client.delete(kind, object, { propagation: 'Background' })
    }
    const left = this.#contentsOf(name)
    const reported = this.#report(namespace, left) ?? namespace
    if (left.length === 0) {
      const spec = isJsonObject(reported.object.spec) ? reported.object.spec : {}
      const finalizers = Array.isArray(spec.finalizers) ? (spec.finalizers as readonly JsonValue[]) : []
      const kept = finalizers.filter((finalizer) => finalizer !== 'kubernetes')
      if (kept.length === finalizers.length && kept.length > 0) return
      this.#client.replace(resource, { ...reported.object, spec: { ...spec, finalizers: kept } }, 'finalize')
    }
    this.#due.delete(name)
  }

  /** Says in the namespace's conditions what it still waits for. */
  #report(namespace: StoredObject, left: readonly StoredObject[]): StoredObject | undefined {
    const resource = this.#context.registry.byStorage(namespaces)
    if (resource === undefined) return undefined
    const status: JsonObject = isJsonObject(namespace.object.status) ? namespace.object.status : {}
    const conditions = conditionsFor(left, timestamp(this.#context.now()))
    const before = Array.isArray(status.conditions) ? (status.conditions as readonly JsonValue[]).filter(isJsonObject) : []
    const same = conditions.every((condition, index) => before[index]?.message === condition.message)
    if (same && before.length === conditions.length) return undefined
    return this.#client.replace(resource, { ...namespace.object, status: { ...status, conditions } }, 'status')
  }
}

function conditionsFor(left: readonly StoredObject[], now: string): readonly JsonObject[] {
  const byResource = new Map<string, number>()
  const byFinalizer = new Map<string, number>()
  for (const object of left) {
    const [group = '', plural = ''] = object.key.resource.split('/')
    const resource = `${plural}.${group}`
    byResource.set(resource, (byResource.get(resource) ?? 0) + 1)
    for (const finalizer of finalizersOf(object.object)) byFinalizer.set(finalizer, (byFinalizer.get(finalizer) ?? 0) + 1)
  }
  const resources = [...byResource].sort().map(([resource, count]) => `${resource} has ${count} resource instances`)
  const finalizers = [...byFinalizer].sort().map(([finalizer, count]) => `${finalizer} in ${count} resource instances`)
  const condition = (type: string, status: string, reason: string, message: string): JsonObject => ({
    type,
    status,
    lastTransitionTime: now,
    reason,
    message,
  })
  return [
    condition('NamespaceDeletionDiscoveryFailure', 'False', 'ResourcesDiscovered', 'All resources successfully discovered'),
    condition(
      'NamespaceDeletionGroupVersionParsingFailure',
      'False',
      'ParsedGroupVersions',
      'All legacy kube types successfully parsed',
    ),
    condition(
      'NamespaceDeletionContentFailure',
      'False',
      'ContentDeleted',
      'All content successfully deleted, may be waiting on finalization',
    ),
    resources.length === 0
      ? condition('NamespaceContentRemaining', 'False', 'ContentRemoved', 'All content successfully removed')
      : condition(
          'NamespaceContentRemaining',
          'True',
          'SomeResourcesRemain',
          `Some resources are remaining: ${resources.join(', ')}`,
        ),
    finalizers.length === 0
      ? condition('NamespaceFinalizersRemaining', 'False', 'ContentHasNoFinalizers', 'All content-preserving finalizers finished')
      : condition(
          'NamespaceFinalizersRemaining',
          'True',
          'SomeFinalizersRemain',
          `Some content in the namespace has finalizers remaining: ${finalizers.join(', ')}`,
        ),
  ]
}
