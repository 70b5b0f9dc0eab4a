import type { JsonObject } from '../../plan/json.ts'
import { withManagedFields } from './field-manager.ts'
import { differenceOf, type FieldPath, fieldSetHas, fieldSetOf } from './field-set.ts'
import { decodeManagedFields, type ManagerEntry, type Managers, managerIdentifier, noManagers } from './managed-fields.ts'
import type { Conflict } from './ownership.ts'

/** Who scales an object, and where its replicas are. */
export interface ScaleWriter {
  readonly manager: string
  /** The version of the scaled object that the Scale was asked of. */
  readonly apiVersion: string
  /** The path of the replicas at a version; `unscaled` where that version has no scale, undefined where there is no such version. */
  readonly pathAt: (apiVersion: string) => FieldPath | 'unscaled' | undefined
}

/** The replicas of a Scale before and after; undefined where it has none, which is how it writes nought. */
export interface Replicas {
  readonly before: number | undefined
  readonly after: number | undefined
}

/** What came of an applied Scale. */
export type AppliedScale =
  | { readonly kind: 'unowned' }
  | { readonly kind: 'conflicts'; readonly conflicts: readonly Conflict[] }
  | { readonly kind: 'applied'; readonly replicas: number | undefined; readonly managers: Managers }

const scaleVersion = 'autoscaling/v1'
const replicasInScale: FieldPath = ['f:spec', 'f:replicas']
const beforeFirstApply = 'before-first-apply'

function managersOf(object: JsonObject): Managers {
  const { metadata } = object as { readonly metadata?: JsonObject }
  return decodeManagedFields(metadata?.managedFields) ?? noManagers
}

/** Where an entry's version has the replicas, if the entry owns them. */
function heldPath(entry: ManagerEntry, writer: ScaleWriter): FieldPath | undefined {
  const path = writer.pathAt(entry.apiVersion)
  return path !== undefined && path !== 'unscaled' && fieldSetHas(entry.fields, path) ? path : undefined
}

/** The owners of a Scale: those of the replicas. Updaters are others there than they are of the object, their version being another. */
function scaleOwners(managers: Managers, writer: ScaleWriter): Map<string, ManagerEntry> {
  const owners = new Map<string, ManagerEntry>()
  for (const entry of managers.values()) {
    if (heldPath(entry, writer) === undefined) continue
    const owner: ManagerEntry = { ...entry, apiVersion: scaleVersion, fields: fieldSetOf([replicasInScale]) }
    owners.set(managerIdentifier(owner), owner)
  }
  return owners
}

function ownEntry(manager: string, operation: 'Apply' | 'Update'): ManagerEntry {
  const fields = fieldSetOf([replicasInScale])
  return { manager, operation, apiVersion: scaleVersion, subresource: 'scale', time: undefined, fields }
}

/**
 * The object's managers once its Scale has these owners. As on a real server an updater who keeps the replicas gets a second
 * entry for them, without a time; the next write finds one of the two.
 */
function withScaleOwners(managers: Managers, owners: ReadonlyMap<string, ManagerEntry>, writer: ScaleWriter): Managers {
  const left = new Map(owners)
  const out = new Map<string, ManagerEntry>()
  for (const [identifier, entry] of managers) {
    if (writer.pathAt(entry.apiVersion) === undefined) continue
    const held = heldPath(entry, writer)
    if (held === undefined || left.delete(identifier)) {
      out.set(identifier, entry)
      continue
    }
    const fields = differenceOf(entry.fields, fieldSetOf([held]))
    if (fields.size > 0) out.set(identifier, { ...entry, fields })
  }
  const path = writer.pathAt(writer.apiVersion)
  if (path === undefined || path === 'unscaled') return out
  for (const [identifier, owner] of left) {
    out.set(identifier, { ...owner, apiVersion: writer.apiVersion, time: undefined, fields: fieldSetOf([path]) })
  }
  return out
}

/**
 * The scaled object with the replicas taken from whoever owned them. Where nobody did nobody does: a real server follows the
 * owners of a Scale only once there are any.
 */
export function ownAfterScale(current: JsonObject, scaled: JsonObject, replicas: Replicas, writer: ScaleWriter): JsonObject {
  const managers = managersOf(current)
  const owners = scaleOwners(managers, writer)
  if (owners.size > 0 && replicas.before !== replicas.after) {
    owners.clear()
    const own = ownEntry(writer.manager, 'Update')
    if (replicas.after !== undefined) owners.set(managerIdentifier(own), own)
  }
  return withManagedFields(scaled, withScaleOwners(managers, owners, writer))
}

/** What an applied Scale comes to: who owns the replicas then, and how many they are. */
export function applyScale(current: JsonObject, { before, after }: Replicas, writer: ScaleWriter, force: boolean): AppliedScale {
  const managers = managersOf(current)
  const owners = scaleOwners(managers, writer)
  if (owners.size === 0) return { kind: 'unowned' }
  return laidOver(owners, { before, after }, writer, force, managers)
}

/** As `applyScale`, where nobody is known to own the replicas: whoever set them came before the first apply. */
export function applyFirstScale(current: JsonObject, replicas: Replicas, writer: ScaleWriter, force: boolean): AppliedScale {
  const earlier = ownEntry(beforeFirstApply, 'Update')
  const owners = new Map(replicas.before === undefined ? [] : [[managerIdentifier(earlier), earlier] as const])
  return laidOver(owners, replicas, writer, force, managersOf(current))
}

function laidOver(
  owners: Map<string, ManagerEntry>,
  { before, after }: Replicas,
  writer: ScaleWriter,
  force: boolean,
  managers: Managers,
): AppliedScale {
  const own = ownEntry(writer.manager, 'Apply')
  const identifier = managerIdentifier(own)
  const others = [...owners].filter(([other]) => other !== identifier)
  if (after === undefined) {
    const wasOwn = owners.delete(identifier)
    const replicas = wasOwn && others.length === 0 ? undefined : before
    return { kind: 'applied', replicas, managers: withScaleOwners(managers, owners, writer) }
  }
  if (after !== before) {
    if (!force && others.length > 0) {
      return { kind: 'conflicts', conflicts: others.map(([, owner]) => ({ owner, path: replicasInScale })) }
    }
    for (const [other] of others) owners.delete(other)
  }
  owners.set(identifier, owners.get(identifier) ?? own)
  return { kind: 'applied', replicas: after, managers: withScaleOwners(managers, owners, writer) }
}
