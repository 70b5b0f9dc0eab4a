import type { JsonObject } from '../../plan/json.ts'
import { objectAt, objectsAt, textAt } from '../builtin/json-tree.ts'
import type { KindKey } from './controller-host.ts'
import { nameOf, type ObjectCache, type ObjectName } from './object-cache.ts'

/** The kinds of Gateway API routes. */
export const routeKinds: readonly KindKey[] = ['HTTPRoute', 'GRPCRoute', 'TCPRoute', 'TLSRoute', 'UDPRoute'].map(
  (kind): KindKey => `gateway.networking.k8s.io/${kind}`,
)

/** What a route hangs on. */
export interface RouteParent extends ObjectName {
  readonly kind: 'Gateway' | 'Service' | 'other'
  /** '' for all listeners. */
  readonly section: string
}

/** A route by kind and name. */
export interface IndexedRoute {
  readonly kind: KindKey
  readonly name: ObjectName
  readonly parents: readonly RouteParent[]
}

function parentKey(kind: string, { namespace, name }: ObjectName): string {
  return `${kind} ${namespace}/${name}`
}

/** Routes by their parents, so that neither looks through all of the other. */
export class RouteIndex {
  readonly #routes = new Map<string, IndexedRoute>()
  readonly #byParent = new Map<string, Map<string, IndexedRoute>>()

  /** The parents that a route names, in its order. */
  parentsOf(route: JsonObject): readonly RouteParent[] {
    const { namespace } = nameOf(route)
    return objectsAt(objectAt(route, 'spec'), 'parentRefs').map((reference) => {
      const kind = textAt(reference, 'kind') || 'Gateway'
      return {
        kind: kind === 'Gateway' || kind === 'Service' ? kind : 'other',
        namespace: textAt(reference, 'namespace') || namespace,
        name: textAt(reference, 'name'),
        section: textAt(reference, 'sectionName'),
      }
    })
  }

  /** Takes in a route as it is now. */
  put(kind: KindKey, route: JsonObject): void {
    const name = nameOf(route)
    const key = `${kind} ${name.namespace}/${name.name}`
    this.#forget(key)
    const indexed: IndexedRoute = { kind, name, parents: this.parentsOf(route) }
    this.#routes.set(key, indexed)
    for (const parent of indexed.parents) {
      const at = parentKey(parent.kind, parent)
      const known = this.#byParent.get(at)
      if (known === undefined) this.#byParent.set(at, new Map([[key, indexed]]))
      else known.set(key, indexed)
    }
  }

  /** Routes that hang on a parent. */
  routesOf(kind: RouteParent['kind'], parent: ObjectName): readonly IndexedRoute[] {
    return [...(this.#byParent.get(parentKey(kind, parent))?.values() ?? [])]
  }

  /** How many routes hang on one listener. */
  attached(kind: RouteParent['kind'], parent: ObjectName, section: string): number {
    return this.routesOf(kind, parent).filter((route) =>
      route.parents.some(
        (each) =>
          each.namespace === parent.namespace && each.name === parent.name && (each.section === '' || each.section === section),
      ),
    ).length
  }

  /** Forgets the routes of a parent that are gone. */
  pruneRoutesOf(kind: RouteParent['kind'], parent: ObjectName, cache: ObjectCache): void {
    for (const route of this.routesOf(kind, parent)) {
      if (cache.get(route.kind, route.name) === undefined)
        this.#forget(`${route.kind} ${route.name.namespace}/${route.name.name}`)
    }
  }

  #forget(key: string): void {
    const known = this.#routes.get(key)
    if (known === undefined) return
    this.#routes.delete(key)
    for (const parent of known.parents) this.#byParent.get(parentKey(parent.kind, parent))?.delete(key)
  }
}
