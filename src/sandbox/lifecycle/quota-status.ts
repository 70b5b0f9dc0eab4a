import type { JsonObject } from '../../plan/json.ts'
import { hardLimits, usedOf } from '../admission/quota-usage.ts'
import type { ApiContext } from '../api/api-context.ts'
import { isTerminating } from '../api/object-metadata.ts'
import { objectAt } from '../builtin/json-tree.ts'
import { formatQuantity, type Quantity } from '../builtin/quantity.ts'
import { sameJson } from '../builtin/validation/field-errors.ts'
import type { StoreEvent } from '../store/object-store.ts'
import { SystemClient } from './system-client.ts'

const quotas = '/resourcequotas'

function written(amounts: ReadonlyMap<string, Quantity>): JsonObject {
  const sorted = [...amounts].sort(([left], [right]) => (left < right ? -1 : 1))
  return Object.fromEntries(sorted.map(([name, amount]) => [name, formatQuantity(amount)]))
}

/** Counts in the status of each quota what its namespace's objects take. */
export class QuotaStatus {
  readonly #context: ApiContext
  readonly #client: SystemClient
  /** Namespaces that have quotas. */
  readonly #limited = new Set<string>()
  readonly #due = new Set<string>()

  constructor(context: ApiContext) {
    this.#context = context
    this.#client = new SystemClient(context, 'kube-controller-manager')
    for (const { key } of context.store.list(quotas)) this.#limited.add(key.namespace)
    for (const namespace of this.#limited) this.#due.add(namespace)
  }

  /** Takes note of a change. */
  accept(event: StoreEvent): void {
    const { resource, namespace } = event.object.key
    if (resource === quotas) this.#limited.add(namespace)
    if (this.#limited.has(namespace)) this.#due.add(namespace)
  }

  get isPending(): boolean {
    return this.#due.size > 0
  }

  /** Works off what is known to be due. */
  run(): void {
    const due = [...this.#due]
    this.#due.clear()
    for (const namespace of due) this.#count(namespace)
  }

  #count(namespace: string): void {
    const { store, registry } = this.#context
    const resource = registry.byStorage(quotas)
    const found = store.list(quotas, namespace)
    if (resource === undefined || found.length === 0) this.#limited.delete(namespace)
    if (resource === undefined) return
    const list = (storage: string): readonly JsonObject[] => store.list(storage, namespace).map(({ object }) => object)
    for (const { object } of found) {
      if (isTerminating(object)) continue
      const status = { hard: written(hardLimits(object)), used: written(usedOf(object, list)) }
      if (!sameJson(objectAt(object, 'status') ?? {}, status)) this.#client.replace(resource, { ...object, status }, 'status')
    }
  }
}
