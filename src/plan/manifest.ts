import type { JsonObject } from './json.ts'

/** String to string, as Kubernetes labels and annotations are. */
export type StringMap = { readonly [key: string]: string }

/** The metadata that a person or a provider writes; a server adds more. */
export interface ObjectMeta extends JsonObject {
  readonly name: string
  readonly namespace?: string
  readonly labels?: StringMap
  readonly annotations?: StringMap
}

/** One Kubernetes-shaped object, as sent to a target. */
export interface Manifest extends JsonObject {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: ObjectMeta
}

/** What makes an object itself, wherever it lives. The version is left out: an object served at two versions is one object. */
export interface ObjectKey {
  /** The cluster's name in the design; the sandbox is called `sandbox`. */
  readonly cluster: string
  /** The API group, '' for the core group. */
  readonly group: string
  readonly kind: string
  /** '' for cluster-scoped objects. */
  readonly namespace: string
  readonly name: string
}

/** The group of an apiVersion: `apps` of `apps/v1`, '' of `v1`. */
export function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf('/')
  return slash < 0 ? '' : apiVersion.slice(0, slash)
}

/** The key of a manifest in a cluster. */
export function objectKeyOf(cluster: string, manifest: Manifest): ObjectKey {
  return {
    cluster,
    group: groupOf(manifest.apiVersion),
    kind: manifest.kind,
    namespace: manifest.metadata.namespace ?? '',
    name: manifest.metadata.name,
  }
}

/** The key as one string, unique and sortable: for maps, state and plan files. */
export function objectKeyText(key: ObjectKey): string {
  return `${key.cluster}/${key.group}/${key.kind}/${key.namespace}/${key.name}`
}

/** The object as people name it: `Deployment shop/web`, `Namespace shop`. */
export function describeObject(key: Pick<ObjectKey, 'kind' | 'namespace' | 'name'>): string {
  return key.namespace === '' ? `${key.kind} ${key.name}` : `${key.kind} ${key.namespace}/${key.name}`
}
