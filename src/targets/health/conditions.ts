import type { JsonObject, JsonValue } from '../../plan/json.ts'
import { numberOf, objectOf, objectsOf, textOf } from '../json-fields.ts'

/** A condition as Kubernetes objects report them. */
export interface Condition {
  readonly type: string
  readonly status: string
  readonly reason: string
  readonly message: string
  readonly observedGeneration: number | undefined
}

/** The conditions of a list as a status holds it. */
export function conditionsOf(list: JsonValue | undefined): readonly Condition[] {
  return objectsOf(list).map((condition) => ({
    type: textOf(condition.type) ?? '',
    status: textOf(condition.status) ?? 'Unknown',
    reason: textOf(condition.reason) ?? '',
    message: textOf(condition.message) ?? '',
    observedGeneration: numberOf(condition.observedGeneration),
  }))
}

/** The object's condition of a type. */
export function conditionOf(object: JsonObject, type: string): Condition | undefined {
  return conditionsOf(objectOf(object.status).conditions).find((condition) => condition.type === type)
}

/** False when the condition tells of an older generation of the object. */
export function isCurrent(object: JsonObject, condition: Condition): boolean {
  const generation = numberOf(objectOf(object.metadata).generation)
  return condition.observedGeneration === undefined || generation === undefined || condition.observedGeneration >= generation
}

/** The condition as people read it: `Ready is False: ImagePullBackOff: back-off pulling image`. */
export function describeCondition(condition: Condition): string {
  const said = [condition.reason, condition.message].filter((part) => part !== '').join(': ')
  return `${condition.type} is ${condition.status}${said === '' ? '' : `: ${said}`}`
}
