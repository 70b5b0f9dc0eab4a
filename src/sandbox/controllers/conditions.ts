import type { JsonObject, JsonValue } from '../../plan/json.ts'
import { objectAt, objectsAt } from '../builtin/json-tree.ts'
import { sameJson } from '../builtin/validation/field-errors.ts'
import type { ControllerHost, KindKey } from './controller-host.ts'

/** What a condition says now. Further fields, such as `observedGeneration`, are carried along. */
export interface ConditionState {
  readonly type: string
  readonly status: 'True' | 'False' | 'Unknown'
  readonly reason?: string
  readonly message?: string
  readonly observedGeneration?: number
  /** Counts as updated now though it says the same: there was progress. */
  readonly touched?: boolean
}

/** A moment as Kubernetes writes it: whole seconds, UTC. */
export function timestamp(moment: Date): string {
  return `${moment.toISOString().slice(0, 19)}Z`
}

/** The condition of a type in a status. */
export function conditionOf(object: JsonObject, type: string): JsonObject | undefined {
  return objectsAt(objectAt(object, 'status'), 'conditions').find((condition) => condition.type === type)
}

/** Conditions brought up to date: the time of the last transition moves only when the status does. */
export function mergeConditions(
  old: readonly JsonObject[],
  states: readonly ConditionState[],
  now: Date,
  updateTimes = false,
): readonly JsonObject[] {
  const kept = old.filter((condition) => !states.some((state) => state.type === condition.type))
  const merged = states.map((state): JsonObject => {
    const before = old.find((condition) => condition.type === state.type)
    const same =
      state.touched !== true &&
      before !== undefined &&
      before.status === state.status &&
      before.reason === state.reason &&
      before.message === state.message
    const transition = before !== undefined && before.status === state.status ? before.lastTransitionTime : undefined
    return {
      type: state.type,
      status: state.status,
      ...(updateTimes ? { lastUpdateTime: (same ? before.lastUpdateTime : undefined) ?? timestamp(now) } : {}),
      ...(state.observedGeneration === undefined ? {} : { observedGeneration: state.observedGeneration }),
      lastTransitionTime: transition ?? timestamp(now),
      ...(state.reason === undefined ? {} : { reason: state.reason }),
      ...(state.message === undefined ? {} : { message: state.message }),
    }
  })
  return [...kept, ...merged]
}

/** Writes a status unless it is what the object has already; zeros and empty lists count as absent. Answers whether it wrote. */
export function writeStatus(
  host: ControllerHost,
  kind: KindKey,
  object: JsonObject,
  status: { readonly [key: string]: JsonValue },
): boolean {
  const next: { [key: string]: JsonValue } = {}
  for (const [key, value] of Object.entries(status)) {
    const empty = value === 0 || value === null || value === '' || (Array.isArray(value) && value.length === 0)
    if (!empty) next[key] = value
  }
  const before = objectAt(object, 'status') ?? {}
  const compared: { [key: string]: JsonValue } = {}
  for (const [key, value] of Object.entries(before)) if (value !== 0) compared[key] = value
  if (sameJson(next, compared)) return false
  // Required counts of a status are written even when zero, so that a decoder need not know them.
  const zeros = Object.entries(status).filter(([, value]) => value === 0)
  return host.updateStatus(kind, { ...object, status: { ...next, ...Object.fromEntries(zeros) } }) !== undefined
}
