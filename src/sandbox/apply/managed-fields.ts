import { isJsonObject, type JsonObject, type JsonValue } from '../../plan/json.ts'
import { decodeFieldSet, encodeFieldSet, type FieldSet, unionOf } from './field-set.ts'

/** Who owns which fields, and since when. */
export interface ManagerEntry {
  readonly manager: string
  readonly operation: 'Apply' | 'Update'
  readonly apiVersion: string
  /** '' for the main resource. */
  readonly subresource: string
  /** RFC 3339, whole seconds; absent in entries that a client wrote without it. */
  readonly time: string | undefined
  readonly fields: FieldSet
}

/** Entries by manager identifier. */
export type Managers = ReadonlyMap<string, ManagerEntry>

/** No managers. */
export const noManagers: Managers = new Map()

/** What tells managers apart: appliers are one whatever version they apply at, updaters differ by version. */
export function managerIdentifier(entry: Omit<ManagerEntry, 'fields' | 'time'>): string {
  const version = entry.operation === 'Update' ? entry.apiVersion : ''
  return JSON.stringify([entry.manager, entry.operation, version, entry.subresource])
}

/** Reads `metadata.managedFields`; undefined when an entry is not in the format. */
export function decodeManagedFields(value: JsonValue | undefined): Managers | undefined {
  if (value === undefined || value === null) return noManagers
  if (!Array.isArray(value)) return undefined
  const managers = new Map<string, ManagerEntry>()
  for (const raw of value as readonly JsonValue[]) {
    const entry = decodeEntry(raw)
    if (entry === undefined) return undefined
    // Of two entries of one manager the later one counts.
    managers.set(managerIdentifier(entry), entry)
  }
  return managers
}

function decodeEntry(raw: JsonValue): ManagerEntry | undefined {
  if (!isJsonObject(raw)) return undefined
  const { operation, apiVersion, fieldsV1 } = raw
  if (operation !== 'Apply' && operation !== 'Update') return undefined
  if (typeof apiVersion !== 'string' || apiVersion === '' || (raw.fieldsType ?? '') !== 'FieldsV1') return undefined
  const fields = isJsonObject(fieldsV1) ? decodeFieldSet(fieldsV1) : new Map()
  if (fields === undefined) return undefined
  return {
    manager: typeof raw.manager === 'string' ? raw.manager : '',
    operation,
    apiVersion,
    subresource: typeof raw.subresource === 'string' ? raw.subresource : '',
    time: typeof raw.time === 'string' ? raw.time : undefined,
    fields,
  }
}

function compareText(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0
}

function compareEntries(left: ManagerEntry, right: ManagerEntry): number {
  return (
    compareText(left.operation, right.operation) ||
    compareText(left.time ?? '', right.time ?? '') ||
    compareText(left.manager, right.manager) ||
    compareText(left.apiVersion, right.apiVersion) ||
    compareText(left.subresource, right.subresource)
  )
}

/** Writes `metadata.managedFields`, in the API server's order; undefined for none. */
export function encodeManagedFields(managers: Managers): readonly JsonObject[] | undefined {
  if (managers.size === 0) return undefined
  return [...managers.values()].sort(compareEntries).map((entry) => ({
    ...(entry.manager === '' ? {} : { manager: entry.manager }),
    operation: entry.operation,
    apiVersion: entry.apiVersion,
    ...(entry.time === undefined ? {} : { time: entry.time }),
    fieldsType: 'FieldsV1',
    fieldsV1: encodeFieldSet(entry.fields),
    ...(entry.subresource === '' ? {} : { subresource: entry.subresource }),
  }))
}

/** True for `managedFields: [{}]`, by which a client asks for no tracking. */
export function asksForReset(value: JsonValue | undefined): boolean {
  if (!Array.isArray(value) || value.length !== 1) return false
  const only: JsonValue = value[0]
  return isJsonObject(only) && Object.keys(only).length === 0
}

const maximumUpdaters = 10
const oldUpdatersName = 'ancient-changes'

/** Folds the oldest updaters of each version into one entry when there are more than ten. */
export function capUpdaters(managers: Managers): Managers {
  const updaters = [...managers].filter(([, entry]) => entry.operation === 'Update')
  let count = updaters.length
  if (count <= maximumUpdaters) return managers
  updaters.sort(
    ([leftId, left], [rightId, right]) => compareText(left.time ?? '', right.time ?? '') || compareText(leftId, rightId),
  )
  const out = new Map(managers)
  const first = new Map<string, string>()
  for (const [identifier, entry] of updaters) {
    if (count <= maximumUpdaters) break
    const earlier = first.get(entry.apiVersion)
    if (earlier === undefined) {
      first.set(entry.apiVersion, identifier)
      continue
    }
    const bucket: ManagerEntry = { ...entry, manager: oldUpdatersName, subresource: '' }
    const bucketIdentifier = managerIdentifier(bucket)
    const base = out.get(bucketIdentifier) ?? out.get(earlier)
    out.delete(earlier)
    out.delete(identifier)
    out.set(bucketIdentifier, { ...bucket, fields: base === undefined ? entry.fields : unionOf(entry.fields, base.fields) })
    count -= 1
  }
  return out
}
