import type { JsonObject } from '../../plan/json.ts'
import type { Clock } from '../../state/clock.ts'
import type { Answer, ListRequest, LiveObject, ServedKind, TargetError, WatchEvent } from '../contract.ts'
import { numberOf, objectOf, textOf } from '../json-fields.ts'
import { listObjects, named } from './list.ts'
import { resourcePath } from './resource-path.ts'
import type { RetryingSender } from './retry.ts'
import { errorOfFailure, errorOfResponse, isTransient } from './status-error.ts'
import type { StreamEvent, Transport } from './transport.ts'

/** A watch is asked anew about this often, so that one whose server vanished silently is noticed. */
const SHORTEST_WATCH_SECONDS = 60
const WATCH_SPREAD_SECONDS = 30
/** How often those who may list and not watch are shown what there is. */
const LIST_AGAIN_MS = 2000
/** Streams that end at once, one after another, before that is worth a word; and refusals of new credentials before they are believed. */
const NOTABLE_FAILURES = 3
const MOST_REFUSALS = 2
/** What a stream may be late before it counts as dead. */
const GRACE_MS = 15_000

const METADATA_ONLY = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json'

/** What a watch needs of its target. */
export interface WatchMeans {
  readonly transport: Transport
  readonly sender: RetryingSender
  readonly clock: Clock
  readonly random: () => number
}

/** Why one stream ended: it may simply go on, the server forgot our place, or nothing helps. */
type StreamEnd =
  | { readonly kind: 'ended'; readonly progress: boolean; readonly reason: string }
  | { readonly kind: 'expired'; readonly progress: boolean }
  /** The credentials were refused, and others may be had. */
  | { readonly kind: 'stale'; readonly error: TargetError }
  | { readonly kind: 'refused'; readonly error: TargetError }

/**
 * Lists a kind, then follows it. A place that the server has forgotten (410) is made up by listing again: what changed meanwhile
 * comes as events all the same. So it does, now and then, for those who may list the kind and not watch it.
 */
export async function watchObjects(
  means: WatchMeans,
  served: ServedKind,
  request: ListRequest,
  onEvent: (event: WatchEvent) => void,
  signal: AbortSignal,
): Promise<Answer<void>> {
  const { sender, clock } = means
  const known = new Map<string, LiveObject>()
  let failures = 0
  let refusals = 0
  let isFirst = true
  for (;;) {
    const listed = await listObjects(sender, served, request, signal)
    if (signal.aborted) return done
    if (!listed.ok && (isFirst || !PASSING.has(listed.error.kind))) return listed
    if (!listed.ok) {
      // Whoever waits decides how long: an upgrade of the servers may take longer than one request is tried.
      sender.tellWaiting(`listing ${served.plural}: ${listed.error.message}; trying again`)
      await clock.sleep(sender.backoff(6), signal)
      continue
    }
    isFirst = false
    replaceKnown(known, listed.value.items, onEvent)
    let place = listed.value.resourceVersion
    onEvent({ type: 'bookmark', resourceVersion: place })
    let isPlaceKept = true
    while (isPlaceKept) {
      const end = await followStream(means, served, request, place, signal, (event) => {
        place = event.place
        record(known, event.event)
        onEvent(event.event)
      })
      if (signal.aborted) return done
      if (end.kind === 'refused') {
        if (end.error.kind !== 'forbidden') return { ok: false, error: end.error }
        await clock.sleep(LIST_AGAIN_MS, signal)
        break
      }
      refusals = end.kind === 'stale' ? refusals + 1 : 0
      if (end.kind === 'stale' && refusals > MOST_REFUSALS) return { ok: false, error: end.error }
      failures = end.kind !== 'stale' && end.progress ? 0 : failures + 1
      if (end.kind === 'ended' && failures >= NOTABLE_FAILURES)
        sender.tellWaiting(`watching ${served.plural}: ${end.reason}; trying again`)
      if (failures > 0) await clock.sleep(sender.backoff(Math.min(failures, 6)), signal)
      if (signal.aborted) return done
      // Where no stream lives, lists now and then show what there is.
      isPlaceKept = end.kind !== 'expired' && failures < NOTABLE_FAILURES
    }
  }
}

/** Errors of a server that may come back. */
const PASSING: ReadonlySet<TargetError['kind']> = new Set(['unreachable', 'timeout', 'throttled'])

const done = { ok: true, value: undefined, warnings: [] } as const

async function followStream(
  means: WatchMeans,
  served: ServedKind,
  request: ListRequest,
  place: string,
  signal: AbortSignal,
  emit: (event: { readonly event: WatchEvent; readonly place: string }) => void,
): Promise<StreamEnd> {
  const seconds = SHORTEST_WATCH_SECONDS + Math.floor(means.random() * WATCH_SPREAD_SECONDS)
  const started = means.clock.now()
  const exchange = await means.transport.stream({
    method: 'GET',
    path: resourcePath(served, request.namespace ?? ''),
    query: [
      ['watch', '1'],
      ['resourceVersion', place],
      ['allowWatchBookmarks', 'true'],
      ['timeoutSeconds', String(seconds)],
      ...(request.labelSelector === undefined ? [] : [['labelSelector', request.labelSelector] as const]),
    ],
    accept: request.metadataOnly === true ? METADATA_ONLY : 'application/json',
    timeoutMs: seconds * 1000 + GRACE_MS,
    signal,
  })
  if (!exchange.ok) {
    const { kind } = exchange.failure
    if (kind === 'tls' || kind === 'credentials') return { kind: 'refused', error: errorOfFailure(exchange.failure) }
    return { kind: 'ended', progress: false, reason: exchange.failure.message }
  }
  if (exchange.kind === 'answer') {
    const { response } = exchange
    if (response.status === 410) return { kind: 'expired', progress: false }
    if (isTransient(response))
      return { kind: 'ended', progress: false, reason: `the server answers with status ${response.status}` }
    const error = errorOfResponse(response)
    return { kind: response.status === 401 && means.transport.renewCredentials(started) ? 'stale' : 'refused', error }
  }
  let seen = false
  const ended = (reason: string): StreamEnd => ({
    kind: 'ended',
    // A stream that lived its time without an event was a quiet one, not a failed one.
    progress: seen || means.clock.now() - started >= 1000,
    reason,
  })
  for await (const event of exchange.events) {
    if (signal.aborted) break
    if (event.type === 'ERROR') {
      const reason = textOf(event.object.message) ?? 'the server broke it off'
      return numberOf(event.object.code) === 410
        ? { kind: 'expired', progress: seen }
        : { kind: 'ended', progress: false, reason }
    }
    const translated = translate(event, request)
    if (translated === undefined) continue
    seen = true
    emit(translated)
  }
  return ended('the connection is cut')
}

function translate(event: StreamEvent, request: ListRequest): { readonly event: WatchEvent; readonly place: string } | undefined {
  const place = resourceVersionOf(event.object)
  if (place === '') return undefined
  switch (event.type) {
    case 'ADDED':
      return { place, event: { type: 'added', object: named(event.object, request) } }
    case 'MODIFIED':
      return { place, event: { type: 'modified', object: named(event.object, request) } }
    case 'DELETED':
      return { place, event: { type: 'deleted', object: named(event.object, request) } }
    case 'BOOKMARK':
      return { place, event: { type: 'bookmark', resourceVersion: place } }
    default:
      return undefined
  }
}

function record(known: Map<string, LiveObject>, event: WatchEvent): void {
  if (event.type === 'bookmark') return
  if (event.type === 'deleted') known.delete(identityOf(event.object))
  else known.set(identityOf(event.object), event.object)
}

/** Tells what changed between what was known and a new list. An object made anew under its old name was deleted in between. */
function replaceKnown(known: Map<string, LiveObject>, items: readonly LiveObject[], onEvent: (event: WatchEvent) => void): void {
  const left = new Map(known)
  known.clear()
  for (const object of items) known.set(identityOf(object), object)
  for (const [identity, object] of left) if (!known.has(identity)) onEvent({ type: 'deleted', object })
  for (const [identity, object] of known) {
    const before = left.get(identity)
    if (before === undefined) onEvent({ type: 'added', object })
    else if (resourceVersionOf(before) !== resourceVersionOf(object)) onEvent({ type: 'modified', object })
  }
}

function identityOf(object: JsonObject): string {
  const metadata = objectOf(object.metadata)
  return `${textOf(metadata.namespace) ?? ''}/${textOf(metadata.name) ?? ''}/${textOf(metadata.uid) ?? ''}`
}

function resourceVersionOf(object: JsonObject): string {
  return textOf(objectOf(object.metadata).resourceVersion) ?? ''
}
