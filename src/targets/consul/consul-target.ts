import { isJsonObject } from '../../plan/json.ts'
import { groupOf, type Manifest, type ObjectKey } from '../../plan/manifest.ts'
import type {
  Answer,
  ApplyOptions,
  ListRequest,
  LiveObject,
  ServedKinds,
  Target,
  TargetDescription,
  WatchEvent,
} from '../contract.ts'
import { CatalogServices } from './catalog-services.ts'
import { ask, textIn } from './client.ts'
import { ConfigEntries } from './config-entries.ts'
import { hasOldIntentions, servedKinds } from './kinds.ts'
import { fitsSelector } from './label-selector.ts'
import { OldIntentions } from './old-intentions.ts'
import { AgentServices } from './services.ts'
import { done, failed, type Store } from './store.ts'
import type { ConsulTransport } from './transport.ts'
import { watchStore } from './watch-store.ts'

/**
 * A Consul server by its HTTP API. An object is a config entry, the intentions for a service, or a registered service; it is written
 * whole, and Consul has no dry run, so a plan says what would be sent.
 */
export class ConsulTarget implements Target {
  readonly cluster: string
  readonly #transport: ConsulTransport
  readonly #datacenter: string | undefined
  readonly #closing = new AbortController()
  #version: Promise<Answer<string | undefined>> | undefined

  constructor(options: {
    readonly cluster: string
    readonly transport: ConsulTransport
    readonly datacenter: string | undefined
  }) {
    this.cluster = options.cluster
    this.#transport = options.transport
    this.#datacenter = options.datacenter
  }

  async describe(signal: AbortSignal): Promise<Answer<TargetDescription>> {
    const version = await this.#versionOf(signal)
    if (!version.ok) return version
    return done({ kind: 'consul', context: this.#datacenter, server: this.#transport.server, version: version.value })
  }

  async served(signal: AbortSignal, refresh = false): Promise<Answer<ServedKinds>> {
    if (refresh) this.#version = undefined
    const version = await this.#versionOf(signal)
    return version.ok ? done(servedKinds(version.value)) : version
  }

  async list(request: ListRequest, signal: AbortSignal): Promise<Answer<readonly LiveObject[]>> {
    const store = await this.#storeFor(request.apiVersion, request.kind, signal)
    if (!store.ok) return store
    const listed = await store.value.list(request.kind, signal)
    if (!listed.ok) return listed
    return done(listed.value.objects.filter((object) => fitsSelector(labelsOf(object), request.labelSelector)))
  }

  async get(key: ObjectKey, apiVersion: string, signal: AbortSignal): Promise<Answer<LiveObject>> {
    const store = await this.#storeFor(apiVersion, key.kind, signal)
    return store.ok ? store.value.get(key.kind, key.name, signal) : store
  }

  async apply(manifest: Manifest, options: ApplyOptions): Promise<Answer<LiveObject>> {
    const store = await this.#storeFor(manifest.apiVersion, manifest.kind, options.signal)
    return store.ok ? store.value.apply(manifest, options) : store
  }

  async delete(
    key: ObjectKey,
    apiVersion: string,
    options: { readonly uid?: string; readonly signal: AbortSignal },
  ): Promise<Answer<'deleted' | 'deleting' | 'absent'>> {
    const store = await this.#storeFor(apiVersion, key.kind, options.signal)
    if (!store.ok) return store.error.kind === 'not-served' ? done('absent') : store
    return store.value.delete(key.kind, key.name, options.uid, options.signal)
  }

  async watch(request: ListRequest, onEvent: (event: WatchEvent) => void, signal: AbortSignal): Promise<Answer<void>> {
    const store = await this.#storeFor(request.apiVersion, request.kind, signal)
    if (!store.ok) return store
    const fits = (object: LiveObject) => fitsSelector(labelsOf(object), request.labelSelector)
    return watchStore(store.value, request.kind, fits, onEvent, AbortSignal.any([signal, this.#closing.signal]))
  }

  close(): Promise<void> {
    this.#closing.abort()
    return this.#transport.close()
  }

  async #storeFor(apiVersion: string, kind: string, signal: AbortSignal): Promise<Answer<Store>> {
    const version = await this.#versionOf(signal)
    if (!version.ok) return version
    if (servedKinds(version.value).find(groupOf(apiVersion), kind) === undefined) {
      const server = version.value === undefined ? 'Consul' : `Consul ${version.value}`
      return failed({ kind: 'not-served', message: `${server} knows no ${kind} (${apiVersion})` })
    }
    if (kind === 'service') return done(new AgentServices(this.#transport))
    if (kind === 'node-service') return done(new CatalogServices(this.#transport))
    if (kind === 'service-intentions' && hasOldIntentions(version.value)) return done(new OldIntentions(this.#transport))
    return done(new ConfigEntries(this.#transport))
  }

  #versionOf(signal: AbortSignal): Promise<Answer<string | undefined>> {
    const asked = this.#version ?? this.#askVersion(signal)
    this.#version = asked
    // An answer that failed is no knowledge.
    void asked.then((answer) => {
      if (!answer.ok && this.#version === asked) this.#version = undefined
    })
    return asked
  }

  async #askVersion(signal: AbortSignal): Promise<Answer<string | undefined>> {
    const answer = await ask(this.#transport, { method: 'GET', path: '/v1/agent/self', signal })
    if (answer.ok) {
      const { json } = answer.value
      const config = isJsonObject(json) && isJsonObject(json.Config) ? json.Config : undefined
      if (config === undefined) {
        return failed({ kind: 'other', message: 'the answer is not that of a Consul agent', status: 200 })
      }
      return done(textIn(config, 'Version') || undefined)
    }
    if (answer.error.kind !== 'forbidden') return answer
    // A token may well write entries and not read the agent.
    const leader = await ask(this.#transport, { method: 'GET', path: '/v1/status/leader', signal })
    return leader.ok ? done(undefined) : leader
  }
}

function labelsOf(object: LiveObject): Readonly<Record<string, string>> {
  const { metadata } = object
  const labels = isJsonObject(metadata) && isJsonObject(metadata.labels) ? metadata.labels : {}
  return Object.fromEntries(Object.entries(labels).flatMap(([key, value]) => (typeof value === 'string' ? [[key, value]] : [])))
}
