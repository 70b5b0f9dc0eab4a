import type { JsonObject } from '../../plan/json.ts'
import type { LiveObject } from '../contract.ts'
import { numberOf, objectOf, textOf } from '../json-fields.ts'
import { conditionOf, describeCondition } from './conditions.ts'
import { observedHealth } from './generic.ts'
import type { Health } from './health.ts'

const current: Health = { status: 'current', reason: '' }

function inProgress(reason: string): Health {
  return { status: 'in-progress', reason }
}

function count(holder: JsonObject, field: string): number {
  return numberOf(holder[field]) ?? 0
}

/** Controllers of workloads always report the generation they saw: until they do, nothing is known. */
function unobserved(object: LiveObject): Health | undefined {
  if (numberOf(objectOf(object.status).observedGeneration) === undefined && objectOf(object.metadata).generation !== undefined) {
    return inProgress('its controller has not seen it yet')
  }
  return observedHealth(object)
}

/** The first of these that is not so, as a reason to wait. */
function firstShortfall(checks: readonly (readonly [have: number, want: number, what: string])[]): Health | undefined {
  const short = checks.find(([have, want]) => have < want)
  return short === undefined ? undefined : inProgress(`${short[0]} of ${short[1]} replicas ${short[2]}`)
}

/** A Deployment is there when all its replicas are of the newest kind, available, and no old one is left. */
export function deploymentHealth(object: LiveObject): Health {
  const spec = objectOf(object.spec)
  const status = objectOf(object.status)
  const early = unobserved(object)
  if (early !== undefined) return early
  if (spec.paused === true) return { status: 'current', reason: 'its rollout is paused' }
  const progressing = conditionOf(object, 'Progressing')
  if (progressing?.reason === 'ProgressDeadlineExceeded') {
    return { status: 'failed', reason: describeCondition(progressing) }
  }
  const failure = conditionOf(object, 'ReplicaFailure')
  if (failure?.status === 'True') return inProgress(describeCondition(failure))
  const want = numberOf(spec.replicas) ?? 1
  const short = firstShortfall([
    [count(status, 'updatedReplicas'), want, 'are updated'],
    [count(status, 'readyReplicas'), want, 'are ready'],
    [count(status, 'availableReplicas'), want, 'are available'],
  ])
  if (short !== undefined) return short
  const old = count(status, 'replicas') - want
  return old > 0 ? inProgress(`${old} old replicas are still there`) : current
}

/** A StatefulSet is there when all replicas beyond its partition are updated and ready. */
export function statefulSetHealth(object: LiveObject): Health {
  const spec = objectOf(object.spec)
  const status = objectOf(object.status)
  const early = unobserved(object)
  if (early !== undefined) return early
  const strategy = objectOf(spec.updateStrategy)
  if (textOf(strategy.type) === 'OnDelete') return { status: 'current', reason: 'its pods are updated when they are deleted' }
  const want = numberOf(spec.replicas) ?? 1
  const partition = numberOf(objectOf(strategy.rollingUpdate).partition) ?? 0
  const short = firstShortfall([
    [count(status, 'replicas'), want, 'exist'],
    [count(status, 'readyReplicas'), want, 'are ready'],
    [count(status, 'updatedReplicas'), Math.max(0, want - partition), 'are updated'],
  ])
  if (short !== undefined) return short
  const old = count(status, 'replicas') - want
  if (old > 0) return inProgress(`${old} old replicas are still there`)
  if (partition === 0 && want > 0 && textOf(status.currentRevision) !== textOf(status.updateRevision)) {
    return inProgress('the last replicas are being updated')
  }
  return current
}

/** A DaemonSet is there when every node that should run it does, updated and available. */
export function daemonSetHealth(object: LiveObject): Health {
  const status = objectOf(object.status)
  const early = unobserved(object)
  if (early !== undefined) return early
  if (numberOf(status.desiredNumberScheduled) === undefined) return inProgress('it is not scheduled yet')
  const onDelete = textOf(objectOf(objectOf(object.spec).updateStrategy).type) === 'OnDelete'
  const want = count(status, 'desiredNumberScheduled')
  return (
    firstShortfall([
      [count(status, 'currentNumberScheduled'), want, 'are scheduled'],
      [onDelete ? want : count(status, 'updatedNumberScheduled'), want, 'are updated'],
      [count(status, 'numberReady'), want, 'are ready'],
      [count(status, 'numberAvailable'), want, 'are available'],
    ]) ?? current
  )
}

/** A ReplicaSet is there when all its replicas are available. */
export function replicaSetHealth(object: LiveObject): Health {
  const status = objectOf(object.status)
  const early = unobserved(object)
  if (early !== undefined) return early
  const failure = conditionOf(object, 'ReplicaFailure')
  if (failure?.status === 'True') return inProgress(describeCondition(failure))
  const want = numberOf(objectOf(object.spec).replicas) ?? 1
  const short = firstShortfall([
    [count(status, 'readyReplicas'), want, 'are ready'],
    [count(status, 'availableReplicas'), want, 'are available'],
  ])
  if (short !== undefined) return short
  const old = count(status, 'replicas') - want
  return old > 0 ? inProgress(`${old} surplus replicas are still there`) : current
}

/** A Job is there when it is complete. */
export function jobHealth(object: LiveObject): Health {
  const failed = conditionOf(object, 'Failed')
  if (failed?.status === 'True') return { status: 'failed', reason: describeCondition(failed) }
  if (conditionOf(object, 'Complete')?.status === 'True') return current
  if (objectOf(object.spec).suspend === true) return { status: 'current', reason: 'it is suspended' }
  const status = objectOf(object.status)
  const failures = count(status, 'failed')
  const done = `${count(status, 'succeeded')} of ${numberOf(objectOf(object.spec).completions) ?? 1} completions`
  return inProgress(failures === 0 ? done : `${done}, ${failures} failed`)
}
