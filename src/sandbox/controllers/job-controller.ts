import type { JsonObject, JsonValue } from '../../plan/json.ts'
import { numberAt, objectAt, objectsAt, textAt } from '../builtin/json-tree.ts'
import { type ConditionState, mergeConditions, timestamp, writeStatus } from './conditions.ts'
import type { Controller, ControllerWorld } from './controller.ts'
import { controllerOf, isTerminating, nameOf, uidOf } from './object-cache.ts'
import { isPodReady, podPhase } from './pod-status.ts'
import { makePod, ownerReference, podFromTemplate } from './pod-template.ts'

const jobs = 'batch/Job'
const pods = '/Pod'
const source = 'job-controller'

interface Tally {
  readonly active: readonly JsonObject[]
  readonly succeeded: number
  readonly failed: number
}

function tallyOf(job: JsonObject, world: ControllerWorld): Tally {
  const members = world.cache.ownedBy(pods, uidOf(job))
  const before = objectAt(job, 'status')
  const count = (phase: string): number => members.filter((pod) => podPhase(pod) === phase).length
  return {
    active: members.filter((pod) => !['Succeeded', 'Failed'].includes(podPhase(pod)) && !isTerminating(pod)),
    // Pods that were cleaned away had been counted.
    succeeded: Math.max(count('Succeeded'), numberAt(before, 'succeeded') ?? 0),
    failed: Math.max(count('Failed'), numberAt(before, 'failed') ?? 0),
  }
}

type Ending = { readonly kind: 'complete' } | { readonly kind: 'failed'; readonly reason: string; readonly message: string }

function endingOf(job: JsonObject, tally: Tally, now: Date): Ending | undefined {
  const spec = objectAt(job, 'spec')
  if (tally.succeeded >= wantedOf(job)) return { kind: 'complete' }
  if (tally.failed > (numberAt(spec, 'backoffLimit') ?? 6)) {
    return { kind: 'failed', reason: 'BackoffLimitExceeded', message: 'Job has reached the specified backoff limit' }
  }
  const started = Date.parse(textAt(objectAt(job, 'status'), 'startTime'))
  const deadline = numberAt(spec, 'activeDeadlineSeconds')
  if (deadline === undefined || Number.isNaN(started) || started + deadline * 1000 > now.getTime()) return undefined
  return { kind: 'failed', reason: 'DeadlineExceeded', message: 'Job was active longer than specified deadline' }
}

/** Without a number of completions the first success is enough. */
function wantedOf(job: JsonObject): number {
  return numberAt(objectAt(job, 'spec'), 'completions') ?? 1
}

function isSuspended(job: JsonObject): boolean {
  return objectAt(job, 'spec')?.suspend === true
}

function createPods(job: JsonObject, count: number, done: number, world: ControllerWorld): void {
  const { namespace, name } = nameOf(job)
  const spec = objectAt(job, 'spec')
  const indexed = textAt(spec, 'completionMode') === 'Indexed'
  for (let made = 0; made < count; made += 1) {
    const index = String(done + made)
    const indexLabel = { 'batch.kubernetes.io/job-completion-index': index }
    const generateName = `${name}-${indexed ? `${index}-` : ''}`
    const pod = podFromTemplate(objectAt(spec, 'template') ?? {}, {
      name: `${generateName}${world.uniqueSuffix(uidOf(job))}`,
      generateName,
      namespace,
      owner: ownerReference('batch/v1', 'Job', job),
      ...(indexed ? { labels: indexLabel, annotations: indexLabel, hostname: `${name}-${index}` } : {}),
    })
    if (makePod(pod, { owner: job, source }, world) !== undefined) return
  }
}

function removeAll(job: JsonObject, members: readonly JsonObject[], world: ControllerWorld): void {
  for (const pod of members) {
    const { namespace, name } = nameOf(pod)
    world.host.delete(pods, namespace, name)
    world.report(job, { type: 'Normal', reason: 'SuccessfulDelete', message: `Deleted pod: ${name}`, source })
  }
}

/** Says once that a Job has ended. */
function reportEnding(job: JsonObject, ending: Ending, world: ControllerWorld): void {
  if (ending.kind === 'complete') world.report(job, { type: 'Normal', reason: 'Completed', message: 'Job completed', source })
  else world.report(job, { type: 'Warning', reason: ending.reason, message: ending.message, source })
}

function conditionsFor(job: JsonObject, ending: Ending | undefined): readonly ConditionState[] {
  if (ending === undefined) {
    if (isSuspended(job)) return [{ type: 'Suspended', status: 'True', reason: 'JobSuspended', message: 'Job suspended' }]
    const was = objectsAt(objectAt(job, 'status'), 'conditions').some((condition) => condition.type === 'Suspended')
    return was ? [{ type: 'Suspended', status: 'False', reason: 'JobResumed', message: 'Job resumed' }] : []
  }
  if (ending.kind === 'failed') {
    const { reason, message } = ending
    return [
      { type: 'FailureTarget', status: 'True', reason, message },
      { type: 'Failed', status: 'True', reason, message },
    ]
  }
  const said = { reason: 'CompletionsReached', message: 'Reached expected number of succeeded pods' }
  return [
    { type: 'SuccessCriteriaMet', status: 'True', ...said },
    { type: 'Complete', status: 'True', ...said },
  ]
}

/** A Job's condition was looked at when it came about. */
function probed(condition: JsonObject): JsonObject {
  const { lastProbeTime, lastTransitionTime = null } = condition
  return { ...condition, lastProbeTime: lastProbeTime ?? lastTransitionTime }
}

function recordStatus(job: JsonObject, ending: Ending | undefined, world: ControllerWorld): void {
  const before = objectAt(job, 'status')
  const now = world.host.now()
  const { active, succeeded, failed } = tallyOf(job, world)
  const status: { [key: string]: JsonValue } = {
    conditions: mergeConditions(objectsAt(before, 'conditions'), conditionsFor(job, ending), now).map(probed),
    startTime: textAt(before, 'startTime') || (isSuspended(job) ? '' : timestamp(now)),
    active: ending === undefined ? active.length : 0,
    ready: ending === undefined ? active.filter(isPodReady).length : 0,
    terminating: 0,
    succeeded,
    failed,
    uncountedTerminatedPods: {},
  }
  if (ending?.kind === 'complete') {
    status.completionTime = timestamp(now)
    if (textAt(objectAt(job, 'spec'), 'completionMode') === 'Indexed') {
      status.completedIndexes = succeeded === 1 ? '0' : `0-${succeeded - 1}`
    }
  }
  writeStatus(world.host, jobs, job, status)
}

function isFinished(job: JsonObject): boolean {
  return objectsAt(objectAt(job, 'status'), 'conditions').some(
    (condition) => (condition.type === 'Complete' || condition.type === 'Failed') && condition.status === 'True',
  )
}

/** Deletes a finished Job when its time is over. */
function expire(job: JsonObject, world: ControllerWorld): void {
  const lifetime = numberAt(objectAt(job, 'spec'), 'ttlSecondsAfterFinished')
  if (lifetime === undefined) return
  const finished = objectsAt(objectAt(job, 'status'), 'conditions').map((each) => Date.parse(textAt(each, 'lastTransitionTime')))
  const left = Math.max(...finished) + lifetime * 1000 - world.host.now().getTime()
  if (left > 0) world.lookAgain(left)
  else world.host.delete(jobs, nameOf(job).namespace, nameOf(job).name)
}

/** Runs the pods of Jobs until enough have succeeded or too many failed. */
export function jobController(): Controller {
  return {
    name: 'jobs',
    watches: [jobs, pods],
    concerned: (kind, object) => {
      if (kind === jobs) return [nameOf(object)]
      const owner = controllerOf(object)
      return textAt(owner, 'kind') === 'Job' ? [{ namespace: nameOf(object).namespace, name: textAt(owner, 'name') }] : []
    },
    reconcile: (name, world) => {
      const job = world.cache.get(jobs, name)
      if (job === undefined || isTerminating(job)) return
      if (isFinished(job)) return expire(job, world)
      const tally = tallyOf(job, world)
      const ending = endingOf(job, tally, world.host.now())
      const spec = objectAt(job, 'spec')
      if (ending !== undefined || isSuspended(job)) removeAll(job, tally.active, world)
      else {
        const parallelism = numberAt(spec, 'parallelism') ?? 1
        const missing = Math.min(parallelism, wantedOf(job) - tally.succeeded) - tally.active.length
        if (missing > 0) createPods(job, missing, tally.succeeded + tally.active.length, world)
      }
      recordStatus(job, ending, world)
      if (ending !== undefined) reportEnding(job, ending, world)
      const deadline = numberAt(spec, 'activeDeadlineSeconds')
      if (ending === undefined && deadline !== undefined) world.lookAgain(deadline * 1000)
    },
  }
}
