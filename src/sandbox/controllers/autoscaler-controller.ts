import type { JsonObject } from '../../plan/json.ts'
import { numberAt, objectAt, objectsAt, textAt } from '../builtin/json-tree.ts'
import { type ConditionState, mergeConditions, writeStatus } from './conditions.ts'
import type { Controller, ControllerWorld } from './controller.ts'
import type { KindKey } from './controller-host.ts'
import { isTerminating, nameOf, type ObjectName } from './object-cache.ts'

const autoscalers = 'autoscaling/HorizontalPodAutoscaler'
const scaled: { readonly [kind: string]: KindKey } = {
  Deployment: 'apps/Deployment',
  StatefulSet: 'apps/StatefulSet',
  ReplicaSet: 'apps/ReplicaSet',
}

function failed(reason: string, message: string): readonly ConditionState[] {
  return [{ type: 'AbleToScale', status: 'False', reason, message }]
}

/** Keeps a workload within its bounds; without metrics there is nothing else to go by. */
function scaleTarget(autoscaler: JsonObject, kind: KindKey, target: JsonObject, world: ControllerWorld): number {
  const spec = objectAt(autoscaler, 'spec')
  const targetSpec = objectAt(target, 'spec') ?? {}
  const replicas = numberAt(targetSpec, 'replicas') ?? 1
  // Zero replicas switch scaling off.
  if (replicas === 0) return 0
  const wanted = Math.min(Math.max(replicas, numberAt(spec, 'minReplicas') ?? 1), numberAt(spec, 'maxReplicas') ?? replicas)
  if (wanted !== replicas) world.host.update(kind, { ...target, spec: { ...targetSpec, replicas: wanted } })
  return wanted
}

function reconcileAutoscaler(autoscaler: JsonObject, world: ControllerWorld): void {
  const reference = objectAt(objectAt(autoscaler, 'spec'), 'scaleTargetRef')
  const kind = scaled[textAt(reference, 'kind')]
  const { namespace } = nameOf(autoscaler)
  const target = kind === undefined ? undefined : world.cache.get(kind, { namespace, name: textAt(reference, 'name') })
  const before = objectsAt(objectAt(autoscaler, 'status'), 'conditions')
  const now = world.host.now()
  if (kind === undefined || target === undefined) {
    const what = `${textAt(reference, 'kind')} ${JSON.stringify(textAt(reference, 'name'))}`
    const states = failed('FailedGetScale', `the HPA controller was unable to get the target's current scale: ${what} not found`)
    writeStatus(world.host, autoscalers, autoscaler, {
      currentReplicas: 0,
      desiredReplicas: 0,
      conditions: mergeConditions(before, states, now),
    })
    return
  }
  const desired = scaleTarget(autoscaler, kind, target, world)
  const active: ConditionState =
    desired === 0
      ? {
          type: 'ScalingActive',
          status: 'False',
          reason: 'ScalingDisabled',
          message: 'scaling is disabled since the replica count of the target is zero',
        }
      : {
          type: 'ScalingActive',
          status: 'True',
          reason: 'ValidMetricFound',
          message: 'the HPA was able to successfully calculate a replica count',
        }
  const states: readonly ConditionState[] = [
    { type: 'AbleToScale', status: 'True', reason: 'ReadyForNewScale', message: 'recommended size matches current size' },
    active,
    {
      type: 'ScalingLimited',
      status: 'False',
      reason: 'DesiredWithinRange',
      message: 'the desired count is within the acceptable range',
    },
  ]
  writeStatus(world.host, autoscalers, autoscaler, {
    currentReplicas: numberAt(objectAt(target, 'status'), 'replicas') ?? 0,
    desiredReplicas: desired,
    conditions: mergeConditions(before, states, now),
  })
}

/** Autoscalers of a cluster without load: they keep their workloads within the bounds and say so. */
export function autoscalerController(): Controller {
  // Autoscalers by what they scale.
  const byTarget = new Map<string, Map<string, ObjectName>>()
  return {
    name: 'horizontalpodautoscalers',
    watches: [autoscalers, ...Object.values(scaled)],
    concerned: (kind, object) => {
      const name = nameOf(object)
      if (kind !== autoscalers) return [...(byTarget.get(`${kind} ${name.namespace}/${name.name}`)?.values() ?? [])]
      const reference = objectAt(objectAt(object, 'spec'), 'scaleTargetRef')
      const key = `${scaled[textAt(reference, 'kind')] ?? ''} ${name.namespace}/${textAt(reference, 'name')}`
      const known = byTarget.get(key) ?? new Map<string, ObjectName>()
      known.set(name.name, name)
      byTarget.set(key, known)
      return [name]
    },
    reconcile: (name, world) => {
      const autoscaler = world.cache.get(autoscalers, name)
      if (autoscaler !== undefined && !isTerminating(autoscaler)) reconcileAutoscaler(autoscaler, world)
    },
  }
}
