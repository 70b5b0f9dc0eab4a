import { isJsonObject, type JsonObject, type JsonValue } from '../../plan/json.ts'
import type { AllocationContext } from '../resource-type.ts'
import type { ObjectStore, StoreEvent } from '../store/object-store.ts'
import type { StorageKey } from '../store/stored-object.ts'

const services = '/services'

function objectsOf(value: JsonValue | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : []
}

/** Everything that a service holds, as `pool value`. */
function holdings(service: JsonObject): readonly string[] {
  const spec = isJsonObject(service.spec) ? service.spec : {}
  const addresses = Array.isArray(spec.clusterIPs) ? spec.clusterIPs : []
  const ports = [...objectsOf(spec.ports).map((port) => port.nodePort), spec.healthCheckNodePort]
  return [
    ...addresses.filter((address) => address !== 'None').map((address) => `clusterIP ${String(address)}`),
    ...ports.filter((port) => typeof port === 'number').map((port) => `nodePort ${String(port)}`),
  ]
}

function nameOf(key: StorageKey): string {
  return `${key.namespace}/${key.name}`
}

/** Which service holds which address and port, kept up with the store from the first question on. */
export class AllocationIndex {
  readonly #store: ObjectStore
  #holders: Map<string, string> | undefined

  constructor(store: ObjectStore) {
    this.#store = store
  }

  /** What is taken for one service: whatever others hold. */
  contextFor(key: StorageKey): AllocationContext {
    const own = nameOf(key)
    return {
      isTaken: (pool, value) => {
        const holder = this.#known().get(`${pool} ${value}`)
        return holder !== undefined && holder !== own
      },
    }
  }

  #known(): ReadonlyMap<string, string> {
    if (this.#holders !== undefined) return this.#holders
    const holders = new Map<string, string>()
    for (const { key, object } of this.#store.list(services)) {
      for (const holding of holdings(object)) holders.set(holding, nameOf(key))
    }
    this.#holders = holders
    this.#store.subscribe((event) => this.#accept(holders, event))
    return holders
  }

  #accept(holders: Map<string, string>, event: StoreEvent): void {
    const { key, object } = event.object
    if (key.resource !== services) return
    const name = nameOf(key)
    for (const holding of event.previous === undefined ? [] : holdings(event.previous.object)) {
      if (holders.get(holding) === name) holders.delete(holding)
    }
    if (event.type !== 'DELETED') for (const holding of holdings(object)) holders.set(holding, name)
  }
}
