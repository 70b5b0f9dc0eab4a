import { isJsonObject, type JsonObject, type JsonValue } from '../../plan/json.ts'
import { type FieldSet, fieldSetOf } from '../apply/field-set.ts'
import { type MergeType, mergeTypeOf } from '../apply/merge-type.ts'
import type { ResourceType } from '../resource-type.ts'
import type { StructuralSchema } from '../structural-schema.ts'
import type { GroupName } from './status-error.ts'
import { fieldsOutsideStatus } from './status-metadata.ts'

/** A resource at one version as it is served, with what is derived from its type once. */
export interface ServedResource {
  readonly type: ResourceType
  readonly apiVersion: string
  /** From a CustomResourceDefinition. */
  readonly custom: boolean
  /** `group/plural`: where objects of all its versions are stored. */
  readonly storage: string
  readonly mergeType: MergeType
  /** The object as Go's zero value of its type reads: what a new object is compared with. */
  readonly emptyObject: JsonObject
  /** The resource in messages. */
  readonly plural: GroupName
  /** The kind in messages. */
  readonly kind: GroupName
  /** Fields that writes to the main resource leave to the status subresource. */
  readonly ignoredFields: FieldSet
  /** Fields that writes to the status subresource leave to the main resource. */
  readonly statusIgnoredFields: FieldSet
}

const nothing: FieldSet = fieldSetOf([])
const statusFields = fieldSetOf([['f:status']])
const namespaceFields = fieldSetOf([['f:status'], ['f:spec', 'f:finalizers']])

/** `group/version`, or the version alone for the core group. */
export function apiVersionOf(group: string, version: string): string {
  return group === '' ? version : `${group}/${version}`
}

/** Lists that are always written are null in Go's zero value; it matters to who comes to own them as a whole. */
function withNullLists(object: JsonObject, schema: StructuralSchema): JsonObject {
  const out: { [name: string]: JsonValue } = { ...object }
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    const inner = out[name]
    if (inner === undefined && property.type === 'array' && schema.required?.includes(name) === true) out[name] = null
    else if (isJsonObject(inner)) out[name] = withNullLists(inner, property)
  }
  return out
}

function serve(type: ResourceType): ServedResource {
  const apiVersion = apiVersionOf(type.group, type.version)
  const custom = type.decode === undefined
  const bare = { kind: type.kind, apiVersion }
  const isNamespace = type.group === '' && type.plural === 'namespaces'
  const storage = `${type.conversion?.storageGroup ?? type.group}/${type.plural}`
  return {
    type,
    apiVersion,
    custom,
    storage,
    mergeType: mergeTypeOf(type.schema),
    emptyObject: type.decode === undefined ? bare : withNullLists(type.decode(bare).object, type.schema),
    plural: { group: type.group, name: type.plural },
    kind: { group: type.group, name: type.kind },
    ignoredFields: isNamespace ? namespaceFields : type.subresources.status ? statusFields : nothing,
    statusIgnoredFields: fieldsOutsideStatus(storage, custom),
  }
}

/** Every resource the server answers for, built in and custom, looked up by path and by kind. */
export class ResourceRegistry {
  readonly #byPath = new Map<string, ServedResource>()
  readonly #byKind = new Map<string, ServedResource>()
  #groupVersions: ReadonlySet<string> | undefined
  #generation = 0

  constructor(builtin: readonly ResourceType[]) {
    for (const type of builtin) this.add(type)
  }

  /** Grows with every change: what is derived from the whole registry can be kept until then. */
  get generation(): number {
    return this.#generation
  }

  /** Serves a resource, in place of the one that was served there. */
  add(type: ResourceType): void {
    const resource = serve(type)
    this.#byPath.set(`${resource.apiVersion}/${type.plural}`, resource)
    this.#byKind.set(`${resource.apiVersion}/${type.kind}`, resource)
    this.#groupVersions = undefined
    this.#generation += 1
  }

  /** Stops serving all versions of a resource. */
  remove(group: string, plural: string): void {
    for (const [path, resource] of this.#byPath) {
      if (resource.type.group !== group || resource.type.plural !== plural) continue
      this.#byPath.delete(path)
      this.#byKind.delete(`${resource.apiVersion}/${resource.type.kind}`)
    }
    this.#groupVersions = undefined
    this.#generation += 1
  }

  byPath(apiVersion: string, plural: string): ServedResource | undefined {
    return this.#byPath.get(`${apiVersion}/${plural}`)
  }

  byKind(apiVersion: string, kind: string): ServedResource | undefined {
    return this.#byKind.get(`${apiVersion}/${kind}`)
  }

  /** Any served version of a kind's group, for owners that name another one. */
  byGroupKind(group: string, kind: string): ServedResource | undefined {
    for (const resource of this.#byKind.values()) {
      if (resource.type.group === group && resource.type.kind === kind) return resource
    }
    return undefined
  }

  /** Any served version of a stored resource. */
  byStorage(storage: string): ServedResource | undefined {
    for (const resource of this.#byPath.values()) if (resource.storage === storage) return resource
    return undefined
  }

  hasGroupVersion(apiVersion: string): boolean {
    this.#groupVersions ??= new Set([...this.#byPath.values()].map((resource) => resource.apiVersion))
    return this.#groupVersions.has(apiVersion)
  }

  /** True where a group, in whatever version, has a built-in kind. */
  isBuiltinGroup(group: string): boolean {
    for (const { custom, type } of this.#byPath.values()) if (!custom && type.group === group) return true
    return false
  }

  all(): readonly ServedResource[] {
    return [...this.#byPath.values()]
  }
}
