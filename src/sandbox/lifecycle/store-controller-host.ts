import type { JsonObject } from '../../plan/json.ts'
import type { ApiContext } from '../api/api-context.ts'
import { metadataText } from '../api/object-metadata.ts'
import type { ServedResource } from '../api/resource-registry.ts'
import type { ControllerHost, KindKey } from '../controllers/controller-host.ts'
import { recordEvent } from './record-event.ts'
import { SystemClient } from './system-client.ts'

/** A host, and how to silence its timers for good. */
export interface StoppableHost {
  readonly host: ControllerHost
  readonly stop: () => void
}

const LONGEST_AWAITED_MS = 1000

/** The store as the simulated controllers see it. */
export function storeControllerHost(context: ApiContext): StoppableHost {
  const client = new SystemClient(context, 'kube-controller-manager')
  const timers = new Set<NodeJS.Timeout>()
  const resourceOf = (kind: KindKey): ServedResource | undefined => {
    const slash = kind.indexOf('/')
    return context.registry.byGroupKind(kind.slice(0, slash), kind.slice(slash + 1))
  }
  /** Objects are written in the version they are in. */
  const write = (
    kind: KindKey,
    object: JsonObject,
    action: (resource: ServedResource) => { readonly object: JsonObject } | undefined,
  ) => {
    const { apiVersion } = object
    const own =
      typeof apiVersion === 'string' ? context.registry.byKind(apiVersion, kind.slice(kind.indexOf('/') + 1)) : undefined
    const resource = own ?? resourceOf(kind)
    return resource === undefined ? undefined : action(resource)?.object
  }
  const kinds = new Map<string, KindKey>()
  const kindOf = (storage: string): KindKey | undefined => {
    const known = kinds.get(storage)
    if (known !== undefined) return known
    const type = context.registry.byStorage(storage)?.type
    if (type === undefined) return undefined
    const kind: KindKey = `${type.group}/${type.kind}`
    kinds.set(storage, kind)
    return kind
  }
  const host: ControllerHost = {
    list: (kind) => {
      const resource = resourceOf(kind)
      return resource === undefined ? [] : context.store.list(resource.storage).map((stored) => stored.object)
    },
    get: (kind, namespace, name) => {
      const resource = resourceOf(kind)
      return resource === undefined ? undefined : client.get(resource, namespace, name)?.object
    },
    create: (kind, object) => write(kind, object, (resource) => client.create(resource, object)),
    tryCreate: (kind, object) => {
      const resource = resourceOf(kind)
      return resource === undefined ? { ok: false, why: 'the kind is not served' } : client.tryCreate(resource, object)
    },
    record: (event) => recordEvent(context, event),
    update: (kind, object) => write(kind, object, (resource) => client.replace(resource, object, '')),
    bind: (pod) => write('/Pod', pod, (resource) => client.replace(resource, pod, 'binding')),
    updateStatus: (kind, object) => write(kind, object, (resource) => client.replace(resource, object, 'status')),
    delete: (kind, namespace, name) => {
      const resource = resourceOf(kind)
      const live = resource === undefined ? undefined : client.get(resource, namespace, name)
      return (
        resource !== undefined && live !== undefined && client.delete(resource, live, { uid: metadataText(live.object, 'uid') })
      )
    },
    watch: (listener) =>
      context.store.subscribe((event) => {
        const kind = kindOf(event.object.key.resource)
        if (kind !== undefined) listener({ type: event.type, kind, object: event.object.object })
      }),
    schedule: (delayMs, callback) => {
      const timer = setTimeout(() => {
        timers.delete(timer)
        callback()
      }, delayMs)
      // What is due soon is waited for; a deadline far off keeps no process alive.
      if (delayMs > LONGEST_AWAITED_MS) timer.unref()
      timers.add(timer)
      return () => {
        clearTimeout(timer)
        timers.delete(timer)
      }
    },
    now: context.now,
    elapsedMs: () => performance.now(),
  }
  return {
    host,
    stop: () => {
      for (const timer of timers) clearTimeout(timer)
      timers.clear()
    },
  }
}
