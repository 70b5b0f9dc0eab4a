import type { JsonObject } from '../../plan/json.ts'
import { withManagedFields } from './field-manager.ts'
import { differenceOf, type FieldPath, fieldSetHas, fieldSetOf } from './field-set.ts'
import { decodeManagedFields, type ManagerEntry, type Managers, managerIdentifier, noManagers } from './managed-fields.ts'
import type { Conflict } from './ownership.ts'

/** Who scales an object of a custom kind, and where its replicas are. */
export interface ScaleWriter {
  readonly manager: string
  /** The version of the scaled object that the Scale was asked of. */
  readonly apiVersion: string
  /** The path of the replicas at a version; undefined where that version isn't served or has no scale. */
  readonly pathAt: (apiVersion: string) => FieldPath | undefined
}

/** What came of an applied Scale. */
export type AppliedScale =
  | { readonly kind: 'unowned' }
  | { readonly kind: 'conflicts'; readonly conflicts: readonly Conflict[] }
  | { readonly kind: 'changed' }
  | { readonly kind: 'unchanged'; readonly object: JsonObject }

const scaleVersion = 'autoscaling/v1'
const replicasInScale: FieldPath = ['f:spec', 'f:replicas']

function managersOf(object: JsonObject): Managers {
  const { metadata } = object as { readonly metadata?: JsonObject }
  return decodeManagedFields(metadata?.managedFields) ?? noManagers
}

function isHolder(entry: ManagerEntry, writer: ScaleWriter): boolean {
  const path = writer.pathAt(entry.apiVersion)
  return path !== undefined && fieldSetHas(entry.fields, path)
}

function ownEntry(writer: ScaleWriter, operation: 'Apply' | 'Update', path: FieldPath): ManagerEntry {
  const { manager, apiVersion } = writer
  // A real server has no time for whoever came to own the replicas through a Scale.
  return { manager, operation, apiVersion, subresource: 'scale', time: undefined, fields: fieldSetOf([path]) }
}

/**
 * The scaled object with the replicas taken from whoever owned them. Where nobody did nobody does: a real server follows the
 * owners of a Scale only once there are any.
 */
export function ownAfterScale(current: JsonObject, scaled: JsonObject, changed: boolean, writer: ScaleWriter): JsonObject {
  const managers = managersOf(current)
  const path = writer.pathAt(writer.apiVersion)
  if (!changed || path === undefined) return scaled
  if (![...managers.values()].some((entry) => isHolder(entry, writer))) return scaled
  const out = new Map<string, ManagerEntry>()
  for (const [identifier, entry] of managers) {
    const held = isHolder(entry, writer) ? writer.pathAt(entry.apiVersion) : undefined
    const fields = held === undefined ? entry.fields : differenceOf(entry.fields, fieldSetOf([held]))
    if (fields.size > 0) out.set(identifier, { ...entry, fields })
  }
  const own = ownEntry(writer, 'Update', path)
  return withManagedFields(scaled, out.set(managerIdentifier(own), own))
}

/**
 * What an applied Scale of a custom kind comes to. A real server can't convert the Scale that it makes of one, so that only
 * those can be applied that change nothing.
 */
export function applyScale(current: JsonObject, changes: boolean, writer: ScaleWriter, force: boolean): AppliedScale {
  const managers = managersOf(current)
  const path = writer.pathAt(writer.apiVersion)
  const holders = [...managers.values()].filter((entry) => isHolder(entry, writer))
  if (holders.length === 0 || path === undefined) return { kind: 'unowned' }
  const own = ownEntry(writer, 'Apply', path)
  const identifier = managerIdentifier(own)
  const others = holders.filter((entry) => managerIdentifier(entry) !== identifier)
  if (changes && !force && others.length > 0) {
    const owners = others.map((entry) => ({ ...entry, apiVersion: scaleVersion }))
    return { kind: 'conflicts', conflicts: owners.map((owner) => ({ owner, path: replicasInScale })) }
  }
  if (changes) return { kind: 'changed' }
  const before = managers.get(identifier)
  if (before !== undefined && fieldSetHas(before.fields, path)) return { kind: 'unchanged', object: current }
  return { kind: 'unchanged', object: withManagedFields(current, new Map(managers).set(identifier, own)) }
}
