import type { Design } from '../design/design.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../plan/json.ts'
import type { RecordedObject } from '../plan/recorded-state.ts'
import type { DesiredObject } from './desired-object.ts'
import { DEFAULT_WORKSPACE, type Owner } from './owner-labels.ts'

/** The manager that `kubectl apply` writes as, unless it is told to apply on the server's side. */
const KUBECTL_CLIENT_SIDE = 'kubectl-client-side-apply'

/** Who writes fields in the name of a design. */
export interface FieldManagers {
  /** The name that a design without settings writes as. */
  readonly usual: string
  /** The name on a cluster. */
  of(cluster: string): string
  /** Managers whose fields become those of the design when it takes an object in. */
  readonly takeFrom: readonly string[]
}

/** The field managers of a design: designs that fight over a field are told apart by them. */
export function fieldManagersOf(design: Pick<Design, 'ownership' | 'clusters'>, owner: Owner): FieldManagers {
  const usual = owner.workspace === DEFAULT_WORKSPACE ? `meshform-${owner.design}` : `meshform-${owner.design}-${owner.workspace}`
  return {
    usual,
    of: (cluster) => design.clusters.get(cluster)?.fieldManager ?? design.ownership?.fieldManager ?? usual,
    takeFrom: design.ownership?.takeFrom ?? [KUBECTL_CLIENT_SIDE],
  }
}

/**
 * Managers of a live object that the plan takes over from: those that the design names, where it takes the object in or forces its
 * way; and the name under which the design itself wrote before. Sorted.
 */
export function takenManagers(
  { conflict, key }: Pick<DesiredObject, 'conflict' | 'key'>,
  recorded: RecordedObject | undefined,
  live: JsonObject,
  managers: FieldManagers,
): readonly string[] {
  const current = managers.of(key.cluster)
  const wanted = new Set(recorded === undefined || conflict === 'force' ? managers.takeFrom : [])
  wanted.add(recorded?.fieldManager ?? managers.usual)
  wanted.delete(current)
  if (wanted.size === 0) return []
  return managerNames(live).filter((name) => wanted.has(name))
}

/** Managers of the object itself, not of its subresources. Sorted, each once. */
function managerNames(live: JsonObject): readonly string[] {
  const entries: JsonValue | undefined = isJsonObject(live.metadata) ? live.metadata.managedFields : undefined
  if (!Array.isArray(entries)) return []
  const names = (entries as readonly JsonValue[]).flatMap((entry) =>
    isJsonObject(entry) && typeof entry.manager === 'string' && (entry.subresource ?? '') === '' ? [entry.manager] : [],
  )
  return [...new Set(names)].sort()
}
