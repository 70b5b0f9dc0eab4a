import type { JsonObject, JsonValue } from '../../plan/json.ts'
import { numberAt, objectAt, objectsAt, stringMapAt, textAt } from '../builtin/json-tree.ts'
import { selectorMatches } from '../builtin/validation/label-selector.ts'
import { mergeConditions, writeStatus } from './conditions.ts'
import type { Controller, ControllerWorld } from './controller.ts'
import { isTerminating, labelsOf, nameOf, type ObjectName } from './object-cache.ts'
import { isPodReady } from './pod-status.ts'
import { isActivePod } from './replica-set-controller.ts'

const budgets = 'policy/PodDisruptionBudget'
const pods = '/Pod'

function share(value: JsonValue | undefined, total: number): number | undefined {
  if (typeof value === 'number') return value
  if (typeof value !== 'string' || !value.endsWith('%')) return undefined
  return Math.ceil((Number(value.slice(0, -1)) / 100) * total)
}

function candidates(namespace: string, selector: JsonObject | undefined, world: ControllerWorld): readonly JsonObject[] {
  const labels = stringMapAt(selector, 'matchLabels')
  if (Object.keys(labels).length > 0) return world.cache.labelled(pods, namespace, labels)
  return [...world.cache.all(pods)].filter((pod) => nameOf(pod).namespace === namespace)
}

function reconcileBudget(budget: JsonObject, world: ControllerWorld): void {
  const spec = objectAt(budget, 'spec')
  const { namespace } = nameOf(budget)
  const selector = objectAt(spec, 'selector')
  const members = candidates(namespace, selector, world).filter(
    (pod) => isActivePod(pod) && selectorMatches(selector, labelsOf(pod)),
  )
  if (members.length === 0) {
    const message = 'No matching pods found'
    world.report(budget, { type: 'Normal', reason: 'NoPods', message, source: 'controllermanager' })
  }
  const healthy = members.filter(isPodReady).length
  const unavailable = share(spec?.maxUnavailable, members.length)
  const desired =
    unavailable === undefined ? (share(spec?.minAvailable, members.length) ?? 1) : Math.max(members.length - unavailable, 0)
  const allowed = Math.max(healthy - desired, 0)
  const generation = numberAt(objectAt(budget, 'metadata'), 'generation') ?? 0
  writeStatus(world.host, budgets, budget, {
    observedGeneration: generation,
    disruptionsAllowed: allowed,
    currentHealthy: healthy,
    desiredHealthy: desired,
    expectedPods: members.length,
    conditions: mergeConditions(
      objectsAt(objectAt(budget, 'status'), 'conditions'),
      [
        {
          type: 'DisruptionAllowed',
          status: allowed > 0 ? 'True' : 'False',
          reason: allowed > 0 ? 'SufficientPods' : 'InsufficientPods',
          message: '',
          observedGeneration: generation,
        },
      ],
      world.host.now(),
    ),
  })
}

/** Counts how many pods each disruption budget lets go. */
export function disruptionController(): Controller {
  const names = new Map<string, Map<string, ObjectName>>()
  return {
    name: 'poddisruptionbudgets',
    watches: [budgets, pods],
    concerned: (kind, object) => {
      const name = nameOf(object)
      if (kind === pods) return [...(names.get(name.namespace)?.values() ?? [])]
      const known = names.get(name.namespace) ?? new Map<string, ObjectName>()
      known.set(textAt(objectAt(object, 'metadata'), 'name'), name)
      names.set(name.namespace, known)
      return [name]
    },
    reconcile: (name, world) => {
      const budget = world.cache.get(budgets, name)
      if (budget === undefined) names.get(name.namespace)?.delete(name.name)
      else if (!isTerminating(budget)) reconcileBudget(budget, world)
    },
  }
}
