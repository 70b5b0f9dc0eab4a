import type { ListRequest, LiveObject, Target, TargetError, WatchEvent } from './contract.ts'
import { objectOf, textOf } from './json-fields.ts'

/** What a watch knows of one object. */
export interface WatchedObject {
  readonly object: LiveObject | undefined
  /** False until the first list is complete: until then an absent object may only not have come yet. */
  readonly listed: boolean
  /** Set when the watch ended for good. */
  readonly error: TargetError | undefined
}

/** The object to follow. */
export interface Followed {
  readonly apiVersion: string
  readonly kind: string
  readonly namespace: string
  readonly name: string
  readonly metadataOnly: boolean
}

type Listener = (state: WatchedObject) => void

interface Watch {
  /** '' for all namespaces. */
  readonly namespace: string
  readonly objects: Map<string, LiveObject>
  readonly listeners: Map<string, Map<Listener, Followed>>
  readonly stop: AbortController
  listed: boolean
  error: TargetError | undefined
  idle: ReturnType<typeof setTimeout> | undefined
}

/** From so many namespaces on one watch of all of them is cheaper. */
const MOST_NAMESPACED = 4
/** Objects are waited for one after another: a watch outlives its last follower a little. */
const IDLE_MS = 3000

/** Watches of one target, each shared by all that follow objects of its kind. Never more than one stream a kind and scope. */
export class SharedWatches {
  readonly #target: Target
  readonly #signal: AbortSignal
  readonly #labelSelector: string | undefined
  readonly #watches = new Map<string, Map<string, Watch>>()
  /** Kinds that may not be watched in all namespaces. */
  readonly #narrow = new Set<string>()

  constructor(target: Target, signal: AbortSignal, labelSelector: string | undefined) {
    this.#target = target
    this.#signal = signal
    this.#labelSelector = labelSelector
    signal.addEventListener('abort', () => this.close(), { once: true })
  }

  /** Tells a listener what is known of an object, now and whenever it changes, until the returned function is called. */
  follow(followed: Followed, listener: Listener): () => void {
    const watch = this.#watchFor(followed)
    const identity = `${followed.namespace}/${followed.name}`
    let listeners = watch.listeners.get(identity)
    if (listeners === undefined) {
      listeners = new Map()
      watch.listeners.set(identity, listeners)
    }
    listeners.set(listener, followed)
    clearTimeout(watch.idle)
    listener({ object: watch.objects.get(identity), listed: watch.listed, error: watch.error })
    return () => this.#leave(followed, identity, listener)
  }

  /** Ends every watch. */
  close(): void {
    for (const ofKind of this.#watches.values()) {
      for (const watch of ofKind.values()) {
        clearTimeout(watch.idle)
        watch.stop.abort()
      }
    }
    this.#watches.clear()
  }

  #watchFor(followed: Followed): Watch {
    const kind = kindKey(followed)
    let ofKind = this.#watches.get(kind)
    if (ofKind === undefined) {
      ofKind = new Map()
      this.#watches.set(kind, ofKind)
    }
    const known = ofKind.get('') ?? ofKind.get(followed.namespace)
    if (known !== undefined) return known
    const namespace = ofKind.size >= MOST_NAMESPACED && !this.#narrow.has(kind) ? '' : followed.namespace
    return this.#start(followed, ofKind, namespace)
  }

  #start(followed: Followed, ofKind: Map<string, Watch>, namespace: string): Watch {
    const watch: Watch = {
      namespace,
      objects: new Map(),
      listeners: new Map(),
      stop: new AbortController(),
      listed: false,
      error: undefined,
      idle: undefined,
    }
    ofKind.set(namespace, watch)
    const request: ListRequest = {
      apiVersion: followed.apiVersion,
      kind: followed.kind,
      ...(namespace === '' ? {} : { namespace }),
      ...(this.#labelSelector === undefined ? {} : { labelSelector: this.#labelSelector }),
      ...(followed.metadataOnly ? { metadataOnly: true } : {}),
    }
    if (this.#signal.aborted) watch.stop.abort()
    void this.#target
      .watch(request, (event) => onEvent(watch, event), watch.stop.signal)
      .then((ended) => {
        if (ended.ok || watch.stop.signal.aborted) return
        this.#ended(watch, followed, ofKind, ended.error)
      })
    return watch
  }

  #ended(watch: Watch, followed: Followed, ofKind: Map<string, Watch>, error: TargetError): void {
    ofKind.delete(watch.namespace)
    watch.error = error
    // Those who may not see all namespaces may well see theirs.
    const narrower = error.kind === 'forbidden' && watch.namespace === ''
    if (narrower) this.#narrow.add(kindKey(followed))
    for (const [identity, listeners] of watch.listeners) {
      for (const [listener, wanted] of [...listeners]) {
        if (narrower && wanted.namespace !== '') this.follow(wanted, listener)
        else listener({ object: watch.objects.get(identity), listed: watch.listed, error })
      }
    }
  }

  #leave(followed: Followed, identity: string, listener: Listener): void {
    const ofKind = this.#watches.get(kindKey(followed))
    for (const watch of ofKind?.values() ?? []) {
      const listeners = watch.listeners.get(identity)
      if (listeners === undefined) continue
      listeners.delete(listener)
      if (listeners.size === 0) watch.listeners.delete(identity)
      if (watch.listeners.size > 0) continue
      clearTimeout(watch.idle)
      watch.idle = setTimeout(() => {
        watch.stop.abort()
        if (ofKind?.get(watch.namespace) === watch) ofKind.delete(watch.namespace)
      }, IDLE_MS)
      watch.idle.unref()
    }
  }
}

function kindKey(followed: Followed): string {
  return `${followed.apiVersion}/${followed.kind}${followed.metadataOnly ? '/metadata' : ''}`
}

function onEvent(watch: Watch, event: WatchEvent): void {
  if (event.type === 'bookmark') {
    if (watch.listed) return
    watch.listed = true
    for (const [identity, listeners] of watch.listeners) tell(watch, identity, listeners)
    return
  }
  const metadata = objectOf(event.object.metadata)
  const identity = `${textOf(metadata.namespace) ?? ''}/${textOf(metadata.name) ?? ''}`
  if (event.type === 'deleted') {
    // An object made anew under the same name may have come first, after a gap in the watch.
    const now = watch.objects.get(identity)
    if (now !== undefined && objectOf(now.metadata).uid !== metadata.uid) return
    watch.objects.delete(identity)
  } else watch.objects.set(identity, event.object)
  const listeners = watch.listeners.get(identity)
  if (listeners !== undefined) tell(watch, identity, listeners)
}

function tell(watch: Watch, identity: string, listeners: ReadonlyMap<Listener, Followed>): void {
  for (const listener of [...listeners.keys()])
    listener({ object: watch.objects.get(identity), listed: watch.listed, error: undefined })
}
