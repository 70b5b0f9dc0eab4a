import { isJsonObject, type JsonObject, type JsonValue } from '../plan/json.ts'
import type { ValuePath } from '../plan/source.ts'
import { keyFieldsOf } from './diff/list-keys.ts'

/** A field of an object that has no fields itself, or is a list of such. */
export interface Leaf {
  readonly place: ValuePath
  /** As a field path, items by what names them: `spec.containers[name="app"].image`. */
  readonly path: string
  readonly value: JsonValue
  /** Managers that own it, of whatever subresource. Sorted, each once. */
  readonly managers: readonly string[]
}

/** What one manager owns of a value; true: all of it. The form is FieldsV1. */
interface Share {
  readonly manager: string
  readonly fields: JsonObject | true
}

/** Every leaf of an object with those who own it, by its managedFields. */
export function ownedLeaves(object: JsonObject): readonly Leaf[] {
  const leaves: Leaf[] = []
  const metadata = isJsonObject(object.metadata) ? object.metadata : {}
  const { managedFields, ...rest } = metadata
  const entries = Array.isArray(managedFields) ? (managedFields as readonly JsonValue[]).filter(isJsonObject) : []
  const shares = entries.flatMap(({ manager, fieldsV1 }): Share[] =>
    typeof manager === 'string' && isJsonObject(fieldsV1) ? [{ manager, fields: fieldsV1 }] : [],
  )
  walk({ ...object, metadata: rest }, [], '', shares, leaves)
  return leaves
}

function walk(value: JsonValue, place: ValuePath, path: string, shares: readonly Share[], leaves: Leaf[]): void {
  if (isJsonObject(value) && Object.keys(value).length > 0) {
    for (const [name, child] of Object.entries(value)) {
      walk(
        child,
        [...place, name],
        `${path}${fieldStep(name, path)}`,
        within(shares, (key) => key === `f:${name}`),
        leaves,
      )
    }
    return
  }
  const items: readonly JsonValue[] = Array.isArray(value) ? value : []
  if (!items.some(isJsonObject)) {
    const managers = [...new Set(shares.filter(ownsSome).map(({ manager }) => manager))].sort()
    leaves.push({ place, path, value, managers })
    return
  }
  const named = keyFieldsOf(items)
  items.forEach((item, index) => {
    const step = named !== undefined && isJsonObject(item) ? keyStep(item, named) : `[${index}]`
    walk(
      item,
      [...place, index],
      `${path}${step}`,
      within(shares, (key) => namesItem(key, item, index)),
      leaves,
    )
  })
}

/** The parts of shares that are of one child. A set without members is the whole of it. */
function within(shares: readonly Share[], isOfChild: (key: string) => boolean): readonly Share[] {
  return shares.flatMap(({ manager, fields }): Share[] => {
    if (fields === true) return [{ manager, fields }]
    const key = Object.keys(fields).find(isOfChild)
    const part = key === undefined ? undefined : fields[key]
    if (!isJsonObject(part)) return []
    return [{ manager, fields: Object.keys(part).length === 0 ? true : part }]
  })
}

/** Of a list of values a manager may own members alone (`v:"x"`); whoever has put something in counts as its owner. */
function ownsSome({ fields }: Share): boolean {
  return fields === true || Object.keys(fields).length > 0
}

function namesItem(key: string, item: JsonValue, index: number): boolean {
  if (key === `i:${index}`) return true
  if (!key.startsWith('k:') || !isJsonObject(item)) return false
  try {
    const wanted = JSON.parse(key.slice(2)) as JsonValue
    return isJsonObject(wanted) && Object.entries(wanted).every(([name, value]) => item[name] === value)
  } catch {
    return false
  }
}

function fieldStep(name: string, path: string): string {
  if (/^[A-Za-z0-9_$-]+$/.test(name)) return path === '' ? name : `.${name}`
  return `[${JSON.stringify(name)}]`
}

function keyStep(item: JsonObject, fields: readonly string[]): string {
  const keys = fields.filter((field) => item[field] !== undefined).map((field) => `${field}=${JSON.stringify(item[field])}`)
  return `[${keys.join(',')}]`
}
