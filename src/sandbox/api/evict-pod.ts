import { isJsonObject, type JsonObject } from '../../plan/json.ts'
import { numberAt, objectAt, textAt } from '../builtin/json-tree.ts'
import { selectorMatches } from '../builtin/validation/label-selector.ts'
import { isPodReady } from '../controllers/pod-status.ts'
import type { StoredObject } from '../store/stored-object.ts'
import { type ApiContext, storageKeyOf } from './api-context.ts'
import { deleteObject } from './delete-object.ts'
import type { SandboxRequest } from './exchange.ts'
import { isTerminating, metadataOf, metadataText } from './object-metadata.ts'
import { readOptions } from './request-body.ts'
import { deleteOptionsOf } from './request-options.ts'
import type { ServedResource } from './resource-registry.ts'
import { badRequest, StatusError, tooManyRequests } from './status-error.ts'

const budgets = 'policy/poddisruptionbudgets'
const refusal = "Cannot evict pod as it would violate the pod's disruption budget."
const retrySeconds = 10

/** Pods that run nothing, or go anyway, don't count. */
function countsAsDisruption(pod: JsonObject): boolean {
  const phase = textAt(objectAt(pod, 'status'), 'phase')
  return !['Pending', 'Succeeded', 'Failed'].includes(phase) && !isTerminating(pod)
}

function budgetOf(context: ApiContext, pod: StoredObject): StoredObject | undefined {
  const labels = objectAt(objectAt(pod.object, 'metadata'), 'labels') ?? {}
  const given = Object.fromEntries(Object.entries(labels).map(([key, value]) => [key, String(value)]))
  const found = context.store.list(budgets, pod.key.namespace).filter(({ object }) => {
    const selector = objectAt(objectAt(object, 'spec'), 'selector')
    return selector !== undefined && selectorMatches(selector, given)
  })
  if (found.length <= 1) return found[0]
  const message = 'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.'
  throw new StatusError({ code: 500, message })
}

/** A pod that isn't ready takes nothing from a budget that is met, or that doesn't care for it. */
function goesFreely(pod: JsonObject, budget: JsonObject): boolean {
  if (isPodReady(pod)) return false
  if (textAt(objectAt(budget, 'spec'), 'unhealthyPodEvictionPolicy') === 'AlwaysAllow') return true
  const status = objectAt(budget, 'status')
  const [healthy, desired] = [numberAt(status, 'currentHealthy') ?? 0, numberAt(status, 'desiredHealthy') ?? 0]
  return healthy >= desired && desired > 0
}

/** Takes one disruption from a budget, or refuses where none is left. */
function takeDisruption(context: ApiContext, budget: StoredObject, isDryRun: boolean): void {
  const { object, key } = budget
  const status = objectAt(object, 'status') ?? {}
  if ((numberAt(status, 'observedGeneration') ?? 0) < Number(metadataOf(object).generation ?? 0)) {
    const why = `The disruption budget ${key.name} is still being processed by the server.`
    throw tooManyRequests(refusal, [{ reason: 'DisruptionBudget', message: why }], retrySeconds)
  }
  const allowed = numberAt(status, 'disruptionsAllowed') ?? 0
  if (allowed <= 0) {
    const [healthy, desired] = [numberAt(status, 'currentHealthy') ?? 0, numberAt(status, 'desiredHealthy') ?? 0]
    const why = `The disruption budget ${key.name} needs ${desired} healthy pods and has ${healthy} currently`
    throw tooManyRequests(refusal, [{ reason: 'DisruptionBudget', message: why }])
  }
  if (!isDryRun) context.store.put(key, { ...object, status: { ...status, disruptionsAllowed: allowed - 1 } })
}

/** Deletes a pod as far as the disruption budgets allow. Answers the status of success. */
export function evictPod(
  context: ApiContext,
  request: SandboxRequest,
  query: URLSearchParams,
  pods: ServedResource,
  live: StoredObject,
): JsonObject {
  const eviction = readOptions(request, 'Eviction') ?? {}
  if (metadataText(eviction, 'name') !== live.key.name) throw badRequest('name in URL does not match name in Eviction object')
  const given = isJsonObject(eviction.deleteOptions) ? eviction.deleteOptions : undefined
  const options = deleteOptionsOf(query, given)
  if (countsAsDisruption(live.object)) {
    const budget = budgetOf(context, live)
    if (budget !== undefined && !goesFreely(live.object, budget.object)) takeDisruption(context, budget, options.dryRun)
  }
  const key = storageKeyOf(pods, live.key.namespace, live.key.name)
  deleteObject(context, pods, context.store.get(key.resource, key.namespace, key.name) ?? live, options)
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 }
}
