import type { FieldChange } from '../plan/change.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../plan/json.ts'
import { blockLines, flowText } from './block-lines.ts'
import { isBookkeeping } from './plan-words.ts'

/** How much of a new object is shown. */
export interface NewObjectOptions {
  /** Lines before the rest is only counted. */
  readonly most: number
  /** Whether kinds that are long and always alike are told in a line. */
  readonly brief: boolean
}

/** Kinds whose objects nobody reads line by line, and what is said of them instead. */
const BRIEFS: { readonly [kind: string]: (spec: JsonObject) => readonly string[] } = {
  CustomResourceDefinition: (spec) => {
    const versions = Array.isArray(spec.versions) ? spec.versions.flatMap((version) => nameOf(version) ?? []) : []
    const kind = isJsonObject(spec.names ?? null) ? (spec.names as JsonObject).kind : undefined
    return [`${flowText(spec.group ?? '')}/${versions.join(', ')} ${flowText(kind ?? '')}`]
  },
}

/** A new object as lines, without what is true of every object, and how many lines were left out. */
export function newObjectLines(
  kind: string,
  fields: readonly FieldChange[],
  { most, brief }: NewObjectOptions,
): { readonly lines: readonly string[]; readonly hidden: number } {
  const object = objectOf(fields.filter((field) => !isBookkeeping(field)))
  const short = brief ? BRIEFS[kind] : undefined
  if (short !== undefined && isJsonObject(object.spec ?? null)) return { lines: short(object.spec as JsonObject), hidden: 0 }
  const lines = Object.keys(object).length === 0 ? [] : blockLines(object)
  // One line more costs no more room than the line that counts it.
  if (lines.length <= most + 1) return { lines, hidden: 0 }
  return { lines: lines.slice(0, most), hidden: lines.length - most }
}

function nameOf(version: JsonValue): string | undefined {
  return isJsonObject(version) && typeof version.name === 'string' ? version.name : undefined
}

/** The object that these fields make up, its metadata first. */
function objectOf(fields: readonly FieldChange[]): JsonObject {
  const root: Branch = new Map()
  if (fields.some(({ path }) => path[0] === 'metadata')) root.set('metadata', new Map())
  for (const { path, after } of fields) {
    if (after === undefined) continue
    let branch = root
    const last = path.length - 1
    for (let index = 0; index < last; index++) branch = branchAt(branch, String(path[index]))
    branch.set(String(path[last]), after)
  }
  return grown(root)
}

type Branch = Map<string, Branch | JsonValue>

function branchAt(branch: Branch, key: string): Branch {
  const known = branch.get(key)
  if (known instanceof Map) return known
  const made: Branch = new Map()
  branch.set(key, made)
  return made
}

function grown(branch: Branch): JsonObject {
  const object: Record<string, JsonValue> = {}
  for (const [key, value] of branch) {
    const item = value instanceof Map ? grown(value) : value
    // The one name that an assignment would not make a key of.
    if (key === '__proto__') Object.defineProperty(object, key, { value: item, enumerable: true })
    else object[key] = item
  }
  return object
}
