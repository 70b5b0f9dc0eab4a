import type { JsonObject } from '../plan/json.ts'
import type { Manifest, ObjectKey } from '../plan/manifest.ts'

/** A field that another manager owns. */
export interface FieldConflict {
  /** As Kubernetes writes it, such as `.spec.replicas`. */
  readonly field: string
  readonly manager: string
  readonly message: string
}

/** Why a target did not do what it was asked. Never thrown: always an answer. */
export type TargetError =
  | { readonly kind: 'conflict'; readonly message: string; readonly conflicts: readonly FieldConflict[] }
  | {
      readonly kind: 'invalid'
      readonly message: string
      readonly causes: readonly { readonly field: string; readonly message: string }[]
    }
  /** The kind is not served: its CRD is not there (yet). */
  | { readonly kind: 'not-served'; readonly message: string }
  /** The API group is served by a server of its own, which does not answer: its objects may well be there. */
  | { readonly kind: 'group-silent'; readonly message: string; readonly group: string }
  | { readonly kind: 'not-found'; readonly message: string }
  | { readonly kind: 'already-exists'; readonly message: string }
  | { readonly kind: 'unauthorized'; readonly message: string; readonly hint?: string }
  /** No credentials could be had: a plugin failed, a file is missing. */
  | { readonly kind: 'credentials'; readonly message: string; readonly hint?: string }
  /** The kubeconfig does not lead to a cluster. */
  | {
      readonly kind: 'kubeconfig'
      readonly problem: 'unreadable' | 'no-context' | 'no-current-context' | 'incomplete'
      readonly message: string
      readonly context: string | undefined
      /** The contexts there are, sorted. */
      readonly contexts: readonly string[]
    }
  | {
      readonly kind: 'forbidden'
      readonly message: string
      /** A finer reason where the server gives one, such as `NamespaceTerminating`. */
      readonly cause?: string
      /** What to do about it, where the target knows better than what is usual with Kubernetes; so in the kinds around it. */
      readonly hint?: string
    }
  | {
      readonly kind: 'immutable'
      readonly message: string
      readonly causes: readonly { readonly field: string; readonly message: string }[]
    }
  | {
      readonly kind: 'unreachable'
      readonly message: string
      /** The system's or OpenSSL's code, such as `ECONNREFUSED` or `CERT_HAS_EXPIRED`. */
      readonly code?: string
      readonly hint?: string
    }
  | { readonly kind: 'throttled'; readonly message: string }
  | { readonly kind: 'timeout'; readonly message: string }
  | { readonly kind: 'aborted'; readonly message: string }
  | { readonly kind: 'other'; readonly message: string; readonly status: number; readonly hint?: string }

/** An answer: a value, or why there is none. */
export type Answer<Value> =
  | { readonly ok: true; readonly value: Value; readonly warnings: readonly string[] }
  | { readonly ok: false; readonly error: TargetError }

/** A live object as the target answered it. */
export type LiveObject = JsonObject

/** A kind that the target serves. */
export interface ServedKind {
  readonly group: string
  readonly version: string
  readonly kind: string
  readonly plural: string
  readonly namespaced: boolean
  readonly verbs: readonly string[]
}

/** The kinds a target serves, by `group/kind`; the preferred version first. */
export interface ServedKinds {
  find(group: string, kind: string, version?: string): ServedKind | undefined
  readonly all: readonly ServedKind[]
  /** Versions of API groups whose own servers did not answer: nobody knows what they serve. Not every target has such. */
  readonly silent?: readonly SilentGroup[]
}

/** A version of an API group that another server serves (an APIService), which does not answer. */
export interface SilentGroup {
  readonly group: string
  readonly version: string
}

/** One kind to list, everywhere or in one namespace, by label. */
export interface ListRequest {
  readonly apiVersion: string
  readonly kind: string
  readonly namespace?: string
  readonly labelSelector?: string
  /** Ask for metadata only: enough to see that nothing changed. */
  readonly metadataOnly?: boolean
}

/** Options of a write. */
export interface ApplyOptions {
  readonly fieldManager: string
  /** Take fields that others own. */
  readonly force: boolean
  readonly dryRun: boolean
  readonly signal: AbortSignal
}

/** A change seen by a watch. */
export type WatchEvent =
  | { readonly type: 'added' | 'modified' | 'deleted'; readonly object: LiveObject }
  /** The watch is at this resourceVersion and goes on. */
  | { readonly type: 'bookmark'; readonly resourceVersion: string }

/** Who answers at a target: shown in prompts and plans, never with a credential. */
export interface TargetDescription {
  readonly kind: 'sandbox' | 'kubernetes' | 'consul'
  readonly context: string | undefined
  readonly server: string
  readonly version: string | undefined
}

/**
 * Where objects live. Retries, throttling, paging and cancellation are inside; every answer is a value. A target never decides
 * what should be there.
 */
export interface Target {
  readonly cluster: string
  describe(signal: AbortSignal): Promise<Answer<TargetDescription>>
  /** Calls a listener with the reason, now and then, while the server does not answer or asks for patience. */
  whenWaiting?(listener: (reason: string) => void): void
  /** Which kinds are served. Cached; `refresh` asks again, as after a CRD was applied. */
  served(signal: AbortSignal, refresh?: boolean): Promise<Answer<ServedKinds>>
  list(request: ListRequest, signal: AbortSignal): Promise<Answer<readonly LiveObject[]>>
  get(key: ObjectKey, apiVersion: string, signal: AbortSignal): Promise<Answer<LiveObject>>
  /** Server-side apply, one request. The answer is the object as it is now (or would be). */
  apply(manifest: Manifest, options: ApplyOptions): Promise<Answer<LiveObject>>
  /**
   * Makes fields of other managers those of `to`, as if it had applied them, where they have any. No field of the object itself
   * changes. `expects` is asked about the object as it is when it is written: where it says no, nothing is. Only targets that keep
   * track of managers know it.
   */
  takeOver?(
    key: ObjectKey,
    apiVersion: string,
    options: {
      readonly from: readonly string[]
      readonly to: string
      readonly expects: (live: LiveObject) => boolean
      readonly signal: AbortSignal
    },
  ): Promise<Answer<'taken' | 'not-as-expected'>>
  /** What the object would be if this were put in its place: defaults come back, webhooks are heard. Nothing is written. */
  previewReplacement?(
    object: Manifest,
    options: { readonly fieldManager: string; readonly signal: AbortSignal },
  ): Promise<Answer<LiveObject>>
  /** Deletes; an object that is gone already is a success. `uid` guards against deleting a successor. */
  delete(
    key: ObjectKey,
    apiVersion: string,
    options: {
      readonly uid?: string
      readonly propagation: 'Background' | 'Foreground' | 'Orphan'
      readonly signal: AbortSignal
    },
  ): Promise<Answer<'deleted' | 'deleting' | 'absent'>>
  /**
   * Lists and then watches one kind until the signal aborts: first an `added` for each object there is, then a bookmark, then changes.
   * Reconnects by itself; ends with an error answer only when it can't go on.
   */
  watch(request: ListRequest, onEvent: (event: WatchEvent) => void, signal: AbortSignal): Promise<Answer<void>>
  /** What the kubelet of a node says of its pods (`/stats/summary`); not every target has kubelets. */
  nodeSummary?(node: string, signal: AbortSignal): Promise<Answer<JsonObject>>
  close(): Promise<void>
}
