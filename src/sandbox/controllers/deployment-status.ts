import type { JsonObject } from '../../plan/json.ts'
import { numberAt, objectAt, objectsAt, textAt } from '../builtin/json-tree.ts'
import { type ConditionState, conditionOf, mergeConditions } from './conditions.ts'
import { nameOf } from './object-cache.ts'

function sum(sets: readonly JsonObject[], key: string): number {
  return sets.reduce((total, set) => total + (numberAt(objectAt(set, 'status'), key) ?? 0), 0)
}

/** Counts of a Deployment over its ReplicaSets. */
export interface DeploymentCounts {
  readonly replicas: number
  readonly updated: number
  readonly ready: number
  readonly available: number
  readonly wanted: number
}

/** Adds up the ReplicaSets of a Deployment; `current` is the one of its present template. */
export function deploymentCounts(
  deployment: JsonObject,
  sets: readonly JsonObject[],
  current: JsonObject | undefined,
): DeploymentCounts {
  return {
    replicas: sum(sets, 'replicas'),
    updated: current === undefined ? 0 : sum([current], 'replicas'),
    ready: sum(sets, 'readyReplicas'),
    available: sum(sets, 'availableReplicas'),
    wanted: numberAt(objectAt(deployment, 'spec'), 'replicas') ?? 1,
  }
}

/** True when every wanted pod is of the present template and available, and no other is left. */
export function isComplete(counts: DeploymentCounts): boolean {
  return counts.updated === counts.wanted && counts.replicas === counts.wanted && counts.available === counts.wanted
}

/** A condition as it was. */
function stateOf(condition: JsonObject): ConditionState {
  const [type, reason, message] = ['type', 'reason', 'message'].map((key) => textAt(condition, key))
  const status = condition.status === 'True' || condition.status === 'False' ? condition.status : 'Unknown'
  return { type: type ?? '', status, reason: reason ?? '', message: message ?? '' }
}

function progressing(
  deployment: JsonObject,
  counts: DeploymentCounts,
  current: JsonObject | undefined,
  advanced: boolean,
  timedOut: boolean,
): ConditionState {
  const set = current === undefined ? '' : `ReplicaSet "${nameOf(current).name}"`
  const before = conditionOf(deployment, 'Progressing')
  if (objectAt(deployment, 'spec')?.paused === true) {
    // That there was no progress is not forgotten by a pause.
    if (before?.reason === 'ProgressDeadlineExceeded') return stateOf(before)
    return { type: 'Progressing', status: 'Unknown', reason: 'DeploymentPaused', message: 'Deployment is paused' }
  }
  if (isComplete(counts)) {
    return {
      type: 'Progressing',
      status: 'True',
      reason: 'NewReplicaSetAvailable',
      message: `${set} has successfully progressed.`,
    }
  }
  if (timedOut) {
    return {
      type: 'Progressing',
      status: 'False',
      reason: 'ProgressDeadlineExceeded',
      message: `${set} has timed out progressing.`,
    }
  }
  if (before !== undefined && before.reason === 'ProgressDeadlineExceeded' && !advanced) {
    return stateOf(before)
  }
  return {
    type: 'Progressing',
    status: 'True',
    reason: 'ReplicaSetUpdated',
    message: `${set} is progressing.`,
    touched: advanced,
  }
}

/** Why the current ReplicaSet can't make its pods. */
function failures(current: JsonObject | undefined): readonly ConditionState[] {
  const failure = current === undefined ? undefined : conditionOf(current, 'ReplicaFailure')
  if (failure === undefined || failure.status !== 'True') return []
  return [{ type: 'ReplicaFailure', status: 'True', reason: textAt(failure, 'reason'), message: textAt(failure, 'message') }]
}

/** The whole status of a Deployment. */
export function deploymentStatus(
  deployment: JsonObject,
  counts: DeploymentCounts,
  current: JsonObject | undefined,
  maxUnavailable: number,
  timedOut: boolean,
  now: Date,
): { readonly [key: string]: JsonObject | number | readonly JsonObject[] } {
  const before = objectAt(deployment, 'status')
  const enough = counts.available >= counts.wanted - maxUnavailable
  const available: ConditionState = enough
    ? { type: 'Available', status: 'True', reason: 'MinimumReplicasAvailable', message: 'Deployment has minimum availability.' }
    : {
        type: 'Available',
        status: 'False',
        reason: 'MinimumReplicasUnavailable',
        message: 'Deployment does not have minimum availability.',
      }
  const advanced =
    counts.updated > (numberAt(before, 'updatedReplicas') ?? 0) ||
    counts.available > (numberAt(before, 'availableReplicas') ?? 0) ||
    counts.replicas - counts.updated < (numberAt(before, 'replicas') ?? 0) - (numberAt(before, 'updatedReplicas') ?? 0)
  return {
    observedGeneration: numberAt(objectAt(deployment, 'metadata'), 'generation') ?? 0,
    replicas: counts.replicas,
    updatedReplicas: counts.updated,
    readyReplicas: counts.ready,
    availableReplicas: counts.available,
    unavailableReplicas: Math.max(counts.wanted - counts.available, 0),
    conditions: mergeConditions(
      objectsAt(before, 'conditions').filter((condition) => condition.type !== 'ReplicaFailure' || failures(current).length > 0),
      [available, progressing(deployment, counts, current, advanced, timedOut), ...failures(current)],
      now,
      true,
    ),
  }
}
