import { isJsonObject, type JsonObject, type JsonValue } from '../../plan/json.ts'
import type { Manifest, StringMap } from '../../plan/manifest.ts'

/** What metadata of Consul says of meshform and of the user. */
export interface Marks {
  readonly labels: StringMap
  readonly annotations: StringMap
  /** The field manager that wrote the object last. */
  readonly manager: string | undefined
}

/** Annotations that meshform sets on every object; Consul keeps one map for both, so that they are told apart by name. */
const ANNOTATIONS: ReadonlySet<string> = new Set(['meshform.dev/address'])
const MANAGER = 'meshform.dev/manager'
const PREFIX = 'meshform.dev/'
const NARROW_PREFIX = 'meshform-dev_'

/** Our marks as metadata of Consul. `narrow` is for services, whose keys know letters, digits, dashes and underscores only. */
export function metaOfMarks(metadata: Manifest['metadata'], manager: string, narrow: boolean): StringMap {
  const all = { ...metadata.labels, ...metadata.annotations, [MANAGER]: manager }
  return Object.fromEntries(Object.entries(all).map(([key, value]) => [narrow ? narrowKey(key) : key, value]))
}

/** The marks in metadata of Consul. */
export function marksOfMeta(meta: JsonValue | undefined, narrow: boolean): Marks {
  const labels: Record<string, string> = {}
  const annotations: Record<string, string> = {}
  let manager: string | undefined
  for (const [key, value] of Object.entries(isJsonObject(meta) ? meta : {})) {
    if (typeof value !== 'string') continue
    const name = narrow ? wideKey(key) : key
    if (name === MANAGER) manager = value
    else if (ANNOTATIONS.has(name)) annotations[name] = value
    else labels[name] = value
  }
  return { labels, annotations, manager }
}

/** Metadata without our marks: what is left when an object is given up. */
export function withoutMarks(meta: JsonValue | undefined, narrow: boolean): JsonObject {
  const entries = Object.entries(isJsonObject(meta) ? meta : {})
  return Object.fromEntries(entries.filter(([key]) => !(narrow ? wideKey(key) : key).startsWith(PREFIX)))
}

function narrowKey(key: string): string {
  return key.startsWith(PREFIX) ? `${NARROW_PREFIX}${key.slice(PREFIX.length)}` : key
}

function wideKey(key: string): string {
  return key.startsWith(NARROW_PREFIX) ? `${PREFIX}${key.slice(NARROW_PREFIX.length)}` : key
}

/** Fields as server-side apply would record them: a Consul object has one writer, who owns every field of it whole. */
export function ownership(manager: string, object: JsonObject): JsonObject {
  const spec = isJsonObject(object.spec) ? object.spec : {}
  const fields = Object.fromEntries(Object.keys(spec).map((name) => [`f:${name}`, {}]))
  return { manager, operation: 'Apply', fieldsType: 'FieldsV1', fieldsV1: { 'f:spec': fields } }
}
