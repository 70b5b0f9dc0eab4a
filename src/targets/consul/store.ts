import type { JsonObject } from '../../plan/json.ts'
import type { Manifest } from '../../plan/manifest.ts'
import type { Answer, LiveObject, TargetError } from '../contract.ts'
import { ownership } from './meta.ts'

/** API version of objects in Consul's own words: the fields of its HTTP API stand under `spec`. */
export const CONSUL_API = 'consul/v1'

/** Objects of some kinds, and the index at which they were so. */
export interface Listed {
  readonly objects: readonly LiveObject[]
  /** Index to block on for the next change; 0 where Consul cannot block. */
  readonly index: number
}

/** A blocking query: wait until something is newer than this. */
export interface Blocking {
  readonly index: number
  readonly waitSeconds: number
}

/** How a write is made. */
export interface StoreWrite {
  readonly fieldManager: string
  readonly dryRun: boolean
  readonly signal: AbortSignal
}

/** Where objects of some kinds are kept in Consul. */
export interface Store {
  list(kind: string, signal: AbortSignal, blocking?: Blocking): Promise<Answer<Listed>>
  get(kind: string, name: string, signal: AbortSignal): Promise<Answer<LiveObject>>
  apply(manifest: Manifest, write: StoreWrite): Promise<Answer<LiveObject>>
  delete(kind: string, name: string, uid: string | undefined, signal: AbortSignal): Promise<Answer<'deleted' | 'absent'>>
}

/** What an object is made of before it is shaped. */
export interface ObjectParts {
  readonly kind: string
  readonly name: string
  readonly spec: JsonObject
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
  readonly resourceVersion: string
  readonly uid: string
  /** Who wrote it, when it was meshform. */
  readonly manager: string | undefined
}

/** A live object in the shape that all targets answer. */
export function liveObject(parts: ObjectParts): LiveObject {
  const { kind, name, spec, labels, annotations, resourceVersion, uid, manager } = parts
  return {
    apiVersion: CONSUL_API,
    kind,
    metadata: {
      name,
      ...(Object.keys(labels).length === 0 ? {} : { labels }),
      ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
      resourceVersion,
      uid,
      ...(manager === undefined ? {} : { managedFields: [ownership(manager, { spec })] }),
    },
    spec,
  }
}

/** An answer that went well. */
export function done<Value>(value: Value): Answer<Value> {
  return { ok: true, value, warnings: [] }
}

/** An answer that did not. */
export function failed(error: TargetError): { readonly ok: false; readonly error: TargetError } {
  return { ok: false, error }
}
