import { isJsonObject, type JsonObject } from '../../plan/json.ts'
import type { FieldError } from '../resource-type.ts'
import type { StoreEvent } from '../store/object-store.ts'
import { inStorageOrder, StoredObject } from '../store/stored-object.ts'
import type { ApiContext } from './api-context.ts'
import { isAsStored } from './at-version.ts'
import { type WatchEvent, watchEvent } from './exchange.ts'
import { filterOf, type ObjectFilter, watchedVersionOf } from './list-objects.ts'
import { withMetadata } from './object-metadata.ts'
import { type Projection, projectObject } from './object-projection.ts'
import { queryNumber } from './request-options.ts'
import type { ServedResource } from './resource-registry.ts'
import { expired, invalid } from './status-error.ts'

/** What a watch is to tell. */
export interface WatchRequest {
  readonly resource: ServedResource
  readonly namespace: string | undefined
  /** One object only. */
  readonly name: string | undefined
  readonly query: URLSearchParams
  readonly projection: Projection
  readonly signal: AbortSignal | undefined
}

const bookmarkMilliseconds = 60_000
const longestTimeoutSeconds = 3600

/** Events waiting for their reader. */
class EventQueue implements AsyncIterableIterator<WatchEvent> {
  readonly #events: WatchEvent[] = []
  readonly #onEnd: () => void
  #waiting: ((result: IteratorResult<WatchEvent>) => void) | undefined
  #ended = false

  constructor(onEnd: () => void) {
    this.#onEnd = onEnd
  }

  push(event: WatchEvent): void {
    if (this.#ended) return
    const waiting = this.#waiting
    this.#waiting = undefined
    if (waiting === undefined) this.#events.push(event)
    else waiting({ done: false, value: event })
  }

  end(): void {
    if (this.#ended) return
    this.#ended = true
    this.#onEnd()
    this.#waiting?.({ done: true, value: undefined })
    this.#waiting = undefined
  }

  next(): Promise<IteratorResult<WatchEvent>> {
    const event = this.#events.shift()
    if (event !== undefined) return Promise.resolve({ done: false, value: event })
    if (this.#ended) return Promise.resolve({ done: true, value: undefined })
    return new Promise((resolve) => {
      this.#waiting = resolve
    })
  }

  return(): Promise<IteratorResult<WatchEvent>> {
    this.end()
    return Promise.resolve({ done: true, value: undefined })
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<WatchEvent> {
    return this
  }
}

function bookmark(resource: ServedResource, version: number, initialEventsEnd: boolean): WatchEvent {
  const object = withMetadata(resource.emptyObject, {
    resourceVersion: String(version),
    ...(initialEventsEnd ? { annotations: { 'k8s.io/initial-events-end': 'true' } } : {}),
  })
  return watchEvent('BOOKMARK', object)
}

/** The event that a watcher with a filter sees, which may be another than what happened. */
function seenEvent(
  event: StoreEvent,
  filter: ObjectFilter,
): { type: 'ADDED' | 'MODIFIED' | 'DELETED'; object: StoredObject } | undefined {
  const is = event.type !== 'DELETED' && filter.matches(event.object)
  const was = event.previous !== undefined && filter.matches(event.previous)
  if (is) return { type: was ? 'MODIFIED' : 'ADDED', object: event.object }
  if (!was || event.previous === undefined) return undefined
  // What leaves the selection is shown as it last was in it, under the version at which it left.
  const last: JsonObject = inStorageOrder(event.previous.object, event.version)
  return { type: 'DELETED', object: StoredObject.ofObject(event.previous.key, event.version, last) }
}

const listOptions = { group: 'meta.k8s.io', name: 'ListOptions' }

function forbiddenMatch(message: string): FieldError {
  return { type: 'FieldValueForbidden', field: 'resourceVersionMatch', message: `Forbidden: ${message}` }
}

function unsupportedMatch(match: string): readonly FieldError[] {
  if (match === '' || match === 'NotOlderThan') return []
  const message = `Unsupported value: ${JSON.stringify(match)}: supported values: "NotOlderThan"`
  return [{ type: 'FieldValueNotSupported', field: 'resourceVersionMatch', message }]
}

/** Whether a query asks for a watch: anything does but what says no. */
export function asksToWatch(query: URLSearchParams): boolean {
  const asked = query.get('watch')
  return asked !== null && asked !== '0' && asked.toLowerCase() !== 'false'
}

/** Whether the objects that are there are told first; undefined where the query leaves it open. */
function checkInitialEvents(query: URLSearchParams): boolean | undefined {
  const asked = query.get('sendInitialEvents')
  const match = query.get('resourceVersionMatch') ?? ''
  const refuse = (message: string): Error => invalid(listOptions, '', [forbiddenMatch(message)])
  if ((query.get('continue') ?? '') !== '') throw refuse('resourceVersionMatch is forbidden when continue is provided')
  if (asked === null) {
    if (match === '') return undefined
    const why = 'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided'
    throw invalid(listOptions, '', [forbiddenMatch(why), ...unsupportedMatch(match)])
  }
  if (match !== 'NotOlderThan') {
    const why = 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan'
    throw invalid(listOptions, '', [forbiddenMatch(why), ...unsupportedMatch(match)])
  }
  return asked === 'true' || asked === '1'
}

function isTrue(text: string | null): boolean {
  return text === 'true' || text === '1'
}

/** Starts a watch: what is there or happened since a version, then what happens, until time or the reader ends it. */
export function watchObjects(context: ApiContext, request: WatchRequest): AsyncIterable<WatchEvent> {
  const { resource, namespace, name, query, projection, signal } = request
  const { store } = context
  const filter = filterOf(query, resource)
  const askedInitial = checkInitialEvents(query)
  const from = watchedVersionOf(query)
  // From no version in particular a watch begins with what there is, and says when it has told all of it.
  const fromNow = from === undefined || from === 0
  const sendInitial = askedInitial ?? fromNow
  const bookmarks = isTrue(query.get('allowWatchBookmarks'))
  const concerns = (object: StoredObject): boolean =>
    object.key.resource === resource.storage &&
    (namespace === undefined || object.key.namespace === namespace) &&
    (name === undefined || object.key.name === name)

  const cleanups: (() => void)[] = []
  const queue = new EventQueue(() => {
    for (const cleanup of cleanups) cleanup()
  })
  // The first table of a watch tells the columns, the others leave them out.
  let hasColumns = false
  const push = (type: WatchEvent['type'], object: StoredObject): void => {
    // An event is no list of which metadata could be told: a watch of custom objects ends there without a word.
    if (projection.form === 'partials' && resource.custom) queue.end()
    else if (projection.form === 'object' && isAsStored(object.object, resource)) {
      queue.push({ type, object: object.object, text: () => `{"type":"${type}","object":${object.text}}` })
    } else {
      const shown = projectObject(object, resource, projection)
      queue.push(watchEvent(type, hasColumns && isJsonObject(shown) ? { ...shown, columnDefinitions: null } : shown))
      hasColumns = projection.form === 'table'
    }
  }
  const tell = (event: StoreEvent): void => {
    if (!concerns(event.object)) return
    const seen = seenEvent(event, filter)
    if (seen !== undefined) push(seen.type, seen.object)
  }

  if (sendInitial || fromNow) {
    const told = sendInitial ? store.list(resource.storage, namespace) : []
    for (const object of told) if (concerns(object) && filter.matches(object)) push('ADDED', object)
    if (sendInitial && bookmarks) queue.push(bookmark(resource, store.version, true))
  } else {
    const changes = from < store.firstWatchable ? undefined : store.changesSince(resource.storage, from)
    if (changes === undefined) {
      queue.push(watchEvent('ERROR', expired(`too old resource version: ${from} (${store.firstWatchable})`).status))
      queue.end()
      return queue
    }
    for (const change of changes) tell(change)
  }
  cleanups.push(store.subscribe(tell))
  const seconds = Math.min(queryNumber(query, 'timeoutSeconds') || longestTimeoutSeconds, longestTimeoutSeconds)
  const timer = setTimeout(() => queue.end(), seconds * 1000)
  timer.unref()
  cleanups.push(() => clearTimeout(timer))
  if (bookmarks) {
    const ticker = setInterval(() => queue.push(bookmark(resource, store.version, false)), bookmarkMilliseconds)
    ticker.unref()
    cleanups.push(() => clearInterval(ticker))
  }
  if (signal !== undefined) {
    const abort = (): void => queue.end()
    signal.addEventListener('abort', abort, { once: true })
    cleanups.push(() => signal.removeEventListener('abort', abort))
    if (signal.aborted) queue.end()
  }
  return queue
}
