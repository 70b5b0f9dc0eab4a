import type { JsonObject } from '../../plan/json.ts'
import { groupOf, type Manifest, type ObjectKey } from '../../plan/manifest.ts'
import type { Clock } from '../../state/clock.ts'
import { ConcurrencyLimiter } from '../concurrency-limiter.ts'
import type {
  Answer,
  ApplyOptions,
  ListRequest,
  LiveObject,
  ServedKind,
  ServedKinds,
  Target,
  TargetDescription,
  TargetError,
  WatchEvent,
} from '../contract.ts'
import { objectOf, objectsOf, textOf } from '../json-fields.ts'
import { withTransferredFields } from '../transfer-ownership.ts'
import { type Discovery, discover } from './discovery.ts'
import type { DiscoveryCache } from './discovery-cache.ts'
import { listObjects } from './list.ts'
import { resourcePath, unusablePath } from './resource-path.ts'
import { RetryingSender, type RetryPolicy } from './retry.ts'
import { servedKinds } from './served-kinds.ts'
import { errorOfFailure, errorOfResponse } from './status-error.ts'
import type { Exchange, Transport, TransportRequest } from './transport.ts'
import { warningsOf } from './warnings.ts'
import { watchObjects } from './watch.ts'

/** Longer than an API server's own limit of a minute, so that its answer comes first. */
const TIMEOUT_MS = 70_000
/** How long a kind may take to be served after its CRD was applied. */
const NEW_KIND_MS = 20_000
/** What was discovered so recently is not asked for again because a kind is missing. */
const FRESH_DISCOVERY_MS = 1000
const MOST_WRITE_RACES = 5

/** What a target is made of. */
export interface KubernetesTargetOptions {
  readonly cluster: string
  readonly kind: 'sandbox' | 'kubernetes'
  readonly context: string | undefined
  readonly transport: Transport
  readonly cache: DiscoveryCache | undefined
  readonly clock: Clock
  readonly concurrency: number
  readonly retry: RetryPolicy
  readonly random: () => number
}

/** Any Kubernetes API, over any transport. */
export class KubernetesTarget implements Target {
  readonly cluster: string
  readonly #options: KubernetesTargetOptions
  readonly #sender: RetryingSender
  #served: ServedKinds | undefined
  #discovery: Discovery | undefined
  #discovering: Promise<Answer<ServedKinds>> | undefined
  #versionAnswer: Promise<Exchange> | undefined
  /** Something that was discovered turned out not to be so. */
  #misled = false
  #discoveredAt = Number.NEGATIVE_INFINITY
  /** Until when a kind whose CRD was applied here is waited for, by `group/kind`. */
  readonly #expected = new Map<string, number>()
  readonly #closing = new AbortController()

  constructor(options: KubernetesTargetOptions) {
    this.cluster = options.cluster
    this.#options = options
    this.#sender = new RetryingSender({
      transport: options.transport,
      limiter: new ConcurrencyLimiter(options.concurrency),
      clock: options.clock,
      policy: options.retry,
      random: options.random,
    })
  }

  whenWaiting(listener: (reason: string) => void): void {
    this.#sender.whenWaiting(listener)
  }

  async describe(signal: AbortSignal): Promise<Answer<TargetDescription>> {
    const { kind, context, transport } = this.#options
    const exchange = await this.#version(signal)
    if (!exchange.ok) return { ok: false, error: errorOfFailure(exchange.failure) }
    const { response } = exchange
    // Some gateways close /version to all but administrators; the rest may well work.
    if (response.status === 401 || response.status >= 500) return { ok: false, error: errorOfResponse(response) }
    const version = textOf(objectOf(response.json()).gitVersion)
    return { ok: true, value: { kind, context, server: transport.server, version }, warnings: [] }
  }

  async served(signal: AbortSignal, refresh = false): Promise<Answer<ServedKinds>> {
    if (this.#served !== undefined && !refresh) return { ok: true, value: this.#served, warnings: [] }
    // Callers share one discovery; the one who began it must not take the others down when it is stopped.
    for (;;) {
      this.#discovering ??= this.#discover(signal, refresh).finally(() => {
        this.#discovering = undefined
      })
      const answer = await this.#discovering
      if (answer.ok || answer.error.kind !== 'aborted' || signal.aborted) return answer
    }
  }

  async list(request: ListRequest, signal: AbortSignal): Promise<Answer<readonly LiveObject[]>> {
    const served = await this.#resolve(request.apiVersion, request.kind, signal)
    if (!served.ok) return served
    const listed = await listObjects(this.#sender, served.value, request, signal)
    if (!listed.ok) return this.#noticed(listed)
    return { ok: true, value: listed.value.items, warnings: listed.warnings }
  }

  async get(key: ObjectKey, apiVersion: string, signal: AbortSignal): Promise<Answer<LiveObject>> {
    const unusable = refuseName(key.namespace, key.name)
    if (unusable !== undefined) return unusable
    const served = await this.#resolve(apiVersion, key.kind, signal)
    if (!served.ok) return served
    const path = resourcePath(served.value, namespaceFor(served.value, key.namespace), key.name)
    return this.#object(await this.#send({ method: 'GET', path, signal }))
  }

  async nodeSummary(node: string, signal: AbortSignal): Promise<Answer<JsonObject>> {
    const path = `/api/v1/nodes/${encodeURIComponent(node)}/proxy/stats/summary`
    return this.#object(await this.#send({ method: 'GET', path, signal }))
  }

  async apply(manifest: Manifest, options: ApplyOptions): Promise<Answer<LiveObject>> {
    const { signal } = options
    const { name, namespace } = manifest.metadata
    const unusable = refuseName(namespace ?? '', name)
    if (unusable !== undefined) return unusable
    const served = await this.#resolve(manifest.apiVersion, manifest.kind, signal)
    if (!served.ok) return served
    const request = {
      method: 'PATCH',
      path: resourcePath(served.value, namespaceFor(served.value, namespace ?? ''), name),
      query: [
        ['fieldManager', options.fieldManager],
        ['fieldValidation', 'Strict'],
        ...(options.force ? [['force', 'true'] as const] : []),
        ...(options.dryRun ? [['dryRun', 'All'] as const] : []),
      ],
      contentType: 'application/apply-patch+yaml',
      body: manifest,
      signal,
    } as const
    const answer = await this.#write(request, served.value)
    if (answer.ok && !options.dryRun && manifest.kind === 'CustomResourceDefinition') this.#expect(manifest)
    return answer
  }

  async takeOver(
    key: ObjectKey,
    apiVersion: string,
    {
      from,
      to,
      expects,
      signal,
    }: {
      readonly from: readonly string[]
      readonly to: string
      readonly expects: (live: LiveObject) => boolean
      readonly signal: AbortSignal
    },
  ): Promise<Answer<'taken' | 'not-as-expected'>> {
    for (let attempt = 1; ; attempt++) {
      const live = await this.get(key, apiVersion, signal)
      if (!live.ok) return live
      if (!expects(live.value)) return { ok: true, value: 'not-as-expected', warnings: [] }
      const metadata = objectOf(live.value.metadata)
      const managedFields = withTransferredFields(objectsOf(metadata.managedFields), from, to)
      if (managedFields === undefined) return { ok: true, value: 'taken', warnings: [] }
      const served = await this.#resolve(apiVersion, key.kind, signal)
      if (!served.ok) return served
      const answer = this.#object(
        await this.#send({
          method: 'PATCH',
          path: resourcePath(served.value, namespaceFor(served.value, key.namespace), key.name),
          query: [['fieldManager', to]],
          contentType: 'application/json-patch+json',
          // Whoever wrote in between has not been taken over from: then it is read, looked at and tried again.
          body: [
            { op: 'replace', path: '/metadata/managedFields', value: [...managedFields] },
            { op: 'replace', path: '/metadata/resourceVersion', value: metadata.resourceVersion ?? '' },
          ],
          signal,
        }),
      )
      if (answer.ok) return { ok: true, value: 'taken', warnings: answer.warnings }
      if (answer.error.kind !== 'conflict' || attempt === MOST_WRITE_RACES) return answer
      await this.#options.clock.sleep(this.#sender.backoff(Math.min(attempt, 4)), signal)
    }
  }

  async previewReplacement(
    object: Manifest,
    { fieldManager, signal }: { readonly fieldManager: string; readonly signal: AbortSignal },
  ): Promise<Answer<LiveObject>> {
    const served = await this.#resolve(object.apiVersion, object.kind, signal)
    if (!served.ok) return served
    const { name, namespace } = object.metadata
    return this.#object(
      await this.#send({
        method: 'PUT',
        path: resourcePath(served.value, namespaceFor(served.value, namespace ?? ''), name),
        query: [
          ['fieldManager', fieldManager],
          ['dryRun', 'All'],
        ],
        contentType: 'application/json',
        body: object,
        signal,
      }),
    )
  }

  async delete(
    key: ObjectKey,
    apiVersion: string,
    options: {
      readonly uid?: string
      readonly propagation: 'Background' | 'Foreground' | 'Orphan'
      readonly signal: AbortSignal
    },
  ): Promise<Answer<'deleted' | 'deleting' | 'absent'>> {
    const unusable = refuseName(key.namespace, key.name)
    if (unusable !== undefined) return unusable
    const served = await this.#resolve(apiVersion, key.kind, options.signal)
    // Objects of a kind that is not served are gone with their CRD.
    if (!served.ok) return served.error.kind === 'not-served' ? { ok: true, value: 'absent', warnings: [] } : served
    const exchange = await this.#send({
      method: 'DELETE',
      path: resourcePath(served.value, namespaceFor(served.value, key.namespace), key.name),
      contentType: 'application/json',
      body: {
        kind: 'DeleteOptions',
        apiVersion: 'v1',
        propagationPolicy: options.propagation,
        ...(options.uid === undefined ? {} : { preconditions: { uid: options.uid } }),
      },
      signal: options.signal,
    })
    if (!exchange.ok) return { ok: false, error: errorOfFailure(exchange.failure) }
    const { response } = exchange
    const warnings = warningsOf(response.headers)
    if (response.status === 404) return { ok: true, value: 'absent', warnings }
    // The one that was meant is gone; what has its name now is another.
    if (response.status === 409 && options.uid !== undefined && /UID in (the )?precondition/i.test(response.text())) {
      return { ok: true, value: 'absent', warnings }
    }
    if (response.status >= 300) return { ok: false, error: errorOfResponse(response) }
    // What is gone at once is answered with a Status, or by some kinds with the object as it last was; what is not, with its
    // deletionTimestamp.
    const answered = objectOf(response.json())
    const gone = response.status !== 202 && objectOf(answered.metadata).deletionTimestamp === undefined
    return { ok: true, value: gone ? 'deleted' : 'deleting', warnings }
  }

  async watch(request: ListRequest, onEvent: (event: WatchEvent) => void, signal: AbortSignal): Promise<Answer<void>> {
    const served = await this.#resolve(request.apiVersion, request.kind, signal)
    if (!served.ok) return served
    const { transport, clock, random } = this.#options
    const means = { transport, sender: this.#sender, clock, random }
    const ended = await watchObjects(means, served.value, request, onEvent, AbortSignal.any([signal, this.#closing.signal]))
    return ended.ok ? ended : this.#noticed(ended)
  }

  close(): Promise<void> {
    this.#closing.abort()
    return this.#options.transport.close()
  }

  #send(request: Omit<TransportRequest, 'timeoutMs' | 'accept'>): Promise<Exchange> {
    return this.#sender.send({ ...request, accept: 'application/json', timeoutMs: TIMEOUT_MS })
  }

  /** Asked once: it tells the user and the discovery the same. */
  async #version(signal: AbortSignal): Promise<Exchange> {
    this.#versionAnswer ??= this.#send({ method: 'GET', path: '/version', signal })
    const exchange = await this.#versionAnswer
    if (!exchange.ok) this.#versionAnswer = undefined
    return exchange
  }

  async #discover(signal: AbortSignal, anew: boolean): Promise<Answer<ServedKinds>> {
    const { cache, clock } = this.#options
    const kept = this.#discovery ?? (await cache?.read())
    // What is asked for again because it was not as known is asked for whole.
    const known = kept !== undefined && (anew || this.#misled) ? withoutOwnGroups(kept) : kept
    const found = await discover(this.#sender, known, signal, async () => {
      const exchange = await this.#version(signal)
      return exchange.ok && exchange.response.status === 200 ? exchange.response.text() : undefined
    })
    if (!found.ok) return found
    this.#misled = false
    this.#discoveredAt = clock.now()
    if (found.value !== this.#discovery || this.#served === undefined) {
      this.#discovery = found.value
      this.#served = servedKinds(found.value.kinds, found.value.silent)
      if (found.value !== known && (found.value.own === undefined || found.value.own !== known?.own))
        await cache?.write(found.value)
    }
    return { ok: true, value: this.#served, warnings: [] }
  }

  /** The served kind of an apiVersion and kind; what is missing is asked for again, and waited for when its CRD was just applied. */
  async #resolve(apiVersion: string, kind: string, signal: AbortSignal): Promise<Answer<ServedKind>> {
    const { clock } = this.#options
    const group = groupOf(apiVersion)
    const version = apiVersion.slice(apiVersion.indexOf('/') + 1)
    for (let attempt = 0; ; attempt++) {
      const stale = attempt > 0 && clock.now() - this.#discoveredAt > FRESH_DISCOVERY_MS
      const served = await this.served(signal, stale)
      if (!served.ok) return served
      const found = served.value.find(group, kind, version)
      if (found !== undefined) return { ok: true, value: found, warnings: [] }
      const expected = clock.now() < (this.#expected.get(`${group}/${kind}`) ?? 0)
      const silent = served.value.silent?.find((item) => item.group === group && item.version === version)
      if (attempt > 0 && silent !== undefined) return groupSilent(apiVersion, kind)
      if (attempt > 0 && !expected) return notServed(apiVersion, kind, served.value.find(group, kind))
      if (attempt > 0) await clock.sleep(this.#sender.backoff(Math.min(attempt, 3)), signal)
      if (signal.aborted) return { ok: false, error: { kind: 'aborted', message: 'Stopped' } }
    }
  }

  /** Writes, again when another writer was at the same object at the same time or its new kind is not quite there. */
  async #write(request: Omit<TransportRequest, 'timeoutMs' | 'accept'>, served: ServedKind): Promise<Answer<LiveObject>> {
    const { clock } = this.#options
    for (let attempt = 1; ; attempt++) {
      const answer = this.#object(await this.#send(request))
      if (answer.ok || request.signal.aborted) return answer
      const { error } = answer
      const raced = error.kind === 'conflict' && error.conflicts.length === 0 && attempt < MOST_WRITE_RACES
      const young = error.kind === 'not-served' && clock.now() < (this.#expected.get(`${served.group}/${served.kind}`) ?? 0)
      if (!raced && !young) return answer
      await clock.sleep(this.#sender.backoff(Math.min(attempt, 4)), request.signal)
    }
  }

  #object(exchange: Exchange): Answer<LiveObject> {
    if (!exchange.ok) return { ok: false, error: errorOfFailure(exchange.failure) }
    const { response } = exchange
    if (response.status >= 300) return this.#noticed({ ok: false, error: errorOfResponse(response) })
    const body = response.json()
    if (body === undefined || body === null || typeof body !== 'object') {
      return { ok: false, error: { kind: 'other', message: 'The server did not answer with an object', status: response.status } }
    }
    return { ok: true, value: body as JsonObject, warnings: warningsOf(response.headers) }
  }

  /** A kind that turns out not to be served any more makes what was discovered worthless. */
  #noticed<Failed extends { readonly ok: false; readonly error: TargetError }>(failed: Failed): Failed {
    if (failed.error.kind === 'not-served') {
      this.#served = undefined
      this.#misled = true
    }
    return failed
  }

  #expect(definition: JsonObject): void {
    const spec = objectOf(definition.spec)
    const key = `${textOf(spec.group) ?? ''}/${textOf(objectOf(spec.names).kind) ?? ''}`
    this.#expected.set(key, this.#options.clock.now() + NEW_KIND_MS)
    this.#discoveredAt = Number.NEGATIVE_INFINITY
  }
}

function withoutOwnGroups({ kinds, silent, etags }: Discovery): Discovery {
  return { kinds, silent, etags }
}

function refuseName(namespace: string, name: string): { readonly ok: false; readonly error: TargetError } | undefined {
  const message = unusablePath(namespace, name)
  if (message === undefined) return undefined
  return { ok: false, error: { kind: 'invalid', message, causes: [{ field: 'metadata.name', message }] } }
}

function namespaceFor(served: ServedKind, namespace: string): string {
  return served.namespaced && namespace === '' ? 'default' : namespace
}

function groupSilent(apiVersion: string, kind: string): { readonly ok: false; readonly error: TargetError } {
  const message = `the API group ${apiVersion} does not answer, so that nobody knows what is there of ${kind}`
  return { ok: false, error: { kind: 'group-silent', group: apiVersion, message } }
}

function notServed(
  apiVersion: string,
  kind: string,
  other: ServedKind | undefined,
): { readonly ok: false; readonly error: TargetError } {
  const instead = other === undefined ? '' : `; ${other.group === '' ? '' : `${other.group}/`}${other.version} is`
  return { ok: false, error: { kind: 'not-served', message: `${kind} of ${apiVersion} is not served${instead}` } }
}
