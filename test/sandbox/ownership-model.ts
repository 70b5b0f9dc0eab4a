import { isJsonObject, type JsonObject, type JsonValue } from '../../src/plan/json.ts'

/**
 * A model of server-side apply that is too simple to be wrong: an object is a set of leaves with values, a manager owns the
 * leaves that it applied, and a leaf that nobody owns is not there.
 */
export type Shape =
  | { readonly kind: 'scalar'; readonly type: 'string' | 'integer' | 'boolean' }
  | { readonly kind: 'struct'; readonly fields: { readonly [name: string]: Shape } }
  | { readonly kind: 'map'; readonly value: Shape }
  | { readonly kind: 'set' }
  | { readonly kind: 'keyed'; readonly keys: readonly ListKey[]; readonly fields: { readonly [name: string]: Shape } }
  | { readonly kind: 'atomicList'; readonly item: Shape }
  | { readonly kind: 'atomicMap'; readonly fields: { readonly [name: string]: Shape } }

/** A key of a keyed list; one with a default may be left out of an item. */
export interface ListKey {
  readonly name: string
  readonly default: string | undefined
}

function structSchema(fields: { readonly [name: string]: Shape }): { readonly [name: string]: JsonValue } {
  const properties = Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, schemaOf(field)]))
  return { type: 'object', properties }
}

/** The shape as a definition's schema. */
export function schemaOf(shape: Shape): JsonObject {
  switch (shape.kind) {
    case 'scalar':
      return { type: shape.type }
    case 'struct':
      return structSchema(shape.fields)
    case 'map':
      return { type: 'object', additionalProperties: schemaOf(shape.value) }
    case 'set':
      return { type: 'array', 'x-kubernetes-list-type': 'set', items: { type: 'string' } }
    case 'keyed': {
      const keys = shape.keys.map((key) => [
        key.name,
        { type: 'string', ...(key.default === undefined ? {} : { default: key.default }) },
      ])
      const items = structSchema(shape.fields)
      return {
        type: 'array',
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': shape.keys.map((key) => key.name),
        items: {
          ...items,
          required: shape.keys.filter((key) => key.default === undefined).map((key) => key.name),
          properties: { ...(items.properties as JsonObject), ...Object.fromEntries(keys) },
        },
      }
    }
    case 'atomicList':
      return { type: 'array', 'x-kubernetes-list-type': 'atomic', items: schemaOf(shape.item) }
    case 'atomicMap':
      return { ...structSchema(shape.fields), 'x-kubernetes-map-type': 'atomic' }
  }
}

/** Leaves by path. A value is what managers can disagree on; presence alone is `true`. */
export type Leaves = Map<string, JsonValue>

const presence = true

function join(path: string, element: string): string {
  return path === '' ? element : `${path} / ${element}`
}

function fieldLeaves(value: JsonObject, fields: { readonly [name: string]: Shape }, path: string, leaves: Leaves): void {
  for (const [name, inner] of Object.entries(value)) {
    const shape = fields[name]
    if (shape !== undefined) addLeaves(inner, shape, join(path, `f:${name}`), leaves)
  }
}

function itemElement(item: JsonObject, keys: readonly ListKey[]): string {
  const entries = keys.map((key) => [key.name, item[key.name] ?? key.default ?? null] as const)
  return `k:${JSON.stringify(Object.fromEntries([...entries].sort(([left], [right]) => (left < right ? -1 : 1))))}`
}

/** Collects the leaves of a value: what its manager comes to own. */
export function addLeaves(value: JsonValue, shape: Shape, path: string, leaves: Leaves): void {
  switch (shape.kind) {
    case 'scalar':
    case 'atomicList':
    case 'atomicMap':
      leaves.set(path, value)
      return
    case 'struct':
      if (!isJsonObject(value)) return
      if (Object.keys(value).length === 0) leaves.set(path, presence)
      fieldLeaves(value, shape.fields, path, leaves)
      return
    case 'map':
      if (!isJsonObject(value)) return
      if (Object.keys(value).length === 0) leaves.set(path, presence)
      for (const [name, inner] of Object.entries(value)) {
        const at = join(path, `f:${name}`)
        addLeaves(inner, shape.value, at, leaves)
        if (!leaves.has(at)) leaves.set(at, presence)
      }
      return
    case 'set':
      for (const item of value as readonly JsonValue[]) leaves.set(join(path, `v:${JSON.stringify(item)}`), presence)
      return
    case 'keyed':
      for (const item of (value as readonly JsonValue[]).filter(isJsonObject)) {
        const at = join(path, itemElement(item, shape.keys))
        leaves.set(at, presence)
        fieldLeaves(item, shape.fields, at, leaves)
        for (const key of shape.keys) {
          const given = item[key.name]
          if (given !== undefined) leaves.set(join(at, `f:${key.name}`), given)
        }
      }
  }
}

/** A disagreement: who else owns a leaf under another value. */
export interface ModelConflict {
  readonly manager: string
  readonly path: string
}

function sameValue(left: JsonValue | undefined, right: JsonValue): boolean {
  return JSON.stringify(left) === JSON.stringify(right)
}

/** The object and who owns what of it. */
export class OwnershipModel {
  readonly leaves: Leaves = new Map()
  readonly owners = new Map<string, Set<string>>()

  /** Applies what a manager wants; without force nothing happens when others disagree. */
  apply(manager: string, wanted: Leaves, force: boolean): readonly ModelConflict[] {
    const conflicts: ModelConflict[] = []
    for (const [path, value] of wanted) {
      if (!this.leaves.has(path) || sameValue(this.leaves.get(path), value)) continue
      for (const [other, owned] of this.owners) {
        if (other !== manager && owned.has(path)) conflicts.push({ manager: other, path })
      }
    }
    if (conflicts.length > 0 && !force) return conflicts
    for (const { manager: other, path } of conflicts) this.owners.get(other)?.delete(path)
    for (const [path, value] of wanted) this.leaves.set(path, value)
    this.owners.set(manager, new Set(wanted.keys()))
    const owned = new Set([...this.owners.values()].flatMap((paths) => [...paths]))
    for (const path of [...this.leaves.keys()]) if (!owned.has(path)) this.leaves.delete(path)
    for (const [name, paths] of this.owners) if (paths.size === 0) this.owners.delete(name)
    return []
  }
}
