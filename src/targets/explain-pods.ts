import type { LiveObject, Target } from './contract.ts'
import { conditionOf } from './health/conditions.ts'
import { podReason } from './health/pods.ts'
import { objectOf, objectsOf, textOf, textsOf } from './json-fields.ts'

/** Kinds whose pods tell why they are not there. */
const OWNERS = new Set(['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'Job'])
const MOST_PODS = 3

/** What the pods of a workload say about why it is not there; '' when they say nothing. One LIST. */
export async function explainPods(target: Target, object: LiveObject, signal: AbortSignal): Promise<string> {
  if (!OWNERS.has(textOf(object.kind) ?? '')) return ''
  const labelSelector = selectorText(object)
  const namespace = textOf(objectOf(object.metadata).namespace)
  if (labelSelector === '' || namespace === undefined) return ''
  const pods = await target.list({ apiVersion: 'v1', kind: 'Pod', namespace, labelSelector }, signal)
  if (!pods.ok) return ''
  const reasons = new Map<string, string>()
  for (const pod of pods.value) {
    if (conditionOf(pod, 'Ready')?.status === 'True') continue
    const reason = podReason(pod)
    // Pods of one workload mostly suffer from the same thing: it is told once.
    if (reason !== undefined && !reasons.has(reason)) reasons.set(reason, textOf(objectOf(pod.metadata).name) ?? '')
  }
  const told = [...reasons].slice(0, MOST_PODS).map(([reason, pod]) => `Pod ${pod}: ${reason}`)
  return told.join('\n')
}

/** A workload's selector in the words of a query. */
function selectorText(object: LiveObject): string {
  const selector = objectOf(objectOf(object.spec).selector)
  const parts = Object.entries(objectOf(selector.matchLabels)).map(([name, value]) => `${name}=${String(value)}`)
  for (const expression of objectsOf(selector.matchExpressions)) {
    const key = textOf(expression.key) ?? ''
    const values = textsOf(expression.values).join(',')
    switch (textOf(expression.operator)) {
      case 'In':
        parts.push(`${key} in (${values})`)
        break
      case 'NotIn':
        parts.push(`${key} notin (${values})`)
        break
      case 'Exists':
        parts.push(key)
        break
      case 'DoesNotExist':
        parts.push(`!${key}`)
        break
      default:
        break
    }
  }
  return parts.join(',')
}
