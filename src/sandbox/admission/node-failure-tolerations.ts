import type { JsonObject } from '../../plan/json.ts'
import { objectAt, objectsAt } from '../builtin/json-tree.ts'

const taints = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable']

/** A pod with how long it stays on a node that went away, unless it says so itself. */
export function withFailureTolerations(pod: JsonObject): JsonObject {
  const spec = objectAt(pod, 'spec') ?? {}
  const tolerations = objectsAt(spec, 'tolerations')
  const covers = (each: JsonObject, key: string): boolean =>
    (each.key === key || each.key === undefined) && (each.effect === undefined || each.effect === 'NoExecute')
  const missing = taints.filter((key) => !tolerations.some((each) => covers(each, key)))
  if (missing.length === 0) return pod
  const added = missing.map((key) => ({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 }))
  return { ...pod, spec: { ...spec, tolerations: [...tolerations, ...added] } }
}
