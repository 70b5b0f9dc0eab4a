import type { JsonObject, JsonValue } from '../../plan/json.ts'
import { type CronSchedule, nextTime, parseSchedule } from '../builtin/cron-schedule.ts'
import { numberAt, objectAt, objectsAt, stringMapAt, textAt } from '../builtin/json-tree.ts'
import { timestamp, writeStatus } from './conditions.ts'
import type { Controller, ControllerWorld } from './controller.ts'
import { controllerOf, isTerminating, nameOf, uidOf } from './object-cache.ts'
import { ownerReference } from './pod-template.ts'

const cronJobs = 'batch/CronJob'
const jobs = 'batch/Job'
const scheduledAt = 'batch.kubernetes.io/cronjob-scheduled-timestamp'
const dayMs = 86_400_000

function endOf(job: JsonObject): 'Complete' | 'Failed' | undefined {
  const conditions = objectsAt(objectAt(job, 'status'), 'conditions').filter((each) => each.status === 'True')
  if (conditions.some((each) => each.type === 'Complete')) return 'Complete'
  return conditions.some((each) => each.type === 'Failed') ? 'Failed' : undefined
}

function createdAt(object: JsonObject): number {
  return Date.parse(textAt(objectAt(object, 'metadata'), 'creationTimestamp'))
}

/** The latest time at which a job was due and was not yet made; several missed ones are made up for by one. */
function dueTime(cronJob: JsonObject, schedule: CronSchedule, now: Date): Date | undefined {
  const spec = objectAt(cronJob, 'spec')
  const last = Date.parse(textAt(objectAt(cronJob, 'status'), 'lastScheduleTime'))
  const deadline = numberAt(spec, 'startingDeadlineSeconds')
  let from = Number.isNaN(last) ? createdAt(cronJob) : last
  if (deadline !== undefined) from = Math.max(from, now.getTime() - deadline * 1000)
  const zone = textAt(spec, 'timeZone') || undefined
  const latestSince = (start: number): Date | undefined => {
    let due: Date | undefined
    for (let next = nextTime(schedule, new Date(start), zone); next !== undefined && next <= now; ) {
      due = next
      next = nextTime(schedule, next, zone)
    }
    return due
  }
  // What is due every minute may have been missed for months: the last day is looked at first.
  return latestSince(Math.max(from, now.getTime() - dayMs)) ?? latestSince(from)
}

function createJob(cronJob: JsonObject, due: Date, world: ControllerWorld): JsonObject | undefined {
  const { namespace, name } = nameOf(cronJob)
  const template = objectAt(objectAt(cronJob, 'spec'), 'jobTemplate')
  const metadata = objectAt(template, 'metadata')
  return world.host.create(jobs, {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name: `${name}-${Math.floor(due.getTime() / 60_000)}`,
      namespace,
      labels: stringMapAt(metadata, 'labels'),
      annotations: { ...stringMapAt(metadata, 'annotations'), [scheduledAt]: timestamp(due) },
      ownerReferences: [ownerReference('batch/v1', 'CronJob', cronJob)],
    },
    spec: objectAt(template, 'spec') ?? {},
  })
}

function remove(job: JsonObject, world: ControllerWorld): void {
  world.host.delete(jobs, nameOf(job).namespace, nameOf(job).name)
}

/** Finished jobs beyond those that are to be kept go, oldest first. */
function removeOld(cronJob: JsonObject, own: readonly JsonObject[], world: ControllerWorld): void {
  const spec = objectAt(cronJob, 'spec')
  for (const [ending, kept] of [
    ['Complete', numberAt(spec, 'successfulJobsHistoryLimit') ?? 3],
    ['Failed', numberAt(spec, 'failedJobsHistoryLimit') ?? 1],
  ] as const) {
    const ended = own.filter((job) => endOf(job) === ending).sort((left, right) => createdAt(left) - createdAt(right))
    for (const job of ended.slice(0, Math.max(0, ended.length - kept))) remove(job, world)
  }
}

function recordStatus(cronJob: JsonObject, scheduled: Date | undefined, world: ControllerWorld): void {
  const before = objectAt(cronJob, 'status')
  const own = world.cache.ownedBy(jobs, uidOf(cronJob))
  const active = own.filter((job) => endOf(job) === undefined && !isTerminating(job))
  const completed = own.map((job) => textAt(objectAt(job, 'status'), 'completionTime'))
  const lastSuccess = [textAt(before, 'lastSuccessfulTime'), ...completed].sort().at(-1) ?? ''
  const lastSchedule = scheduled === undefined ? textAt(before, 'lastScheduleTime') : timestamp(scheduled)
  const references = active.map((job): JsonValue => {
    const { namespace, name } = nameOf(job)
    const resourceVersion = textAt(objectAt(job, 'metadata'), 'resourceVersion')
    return { kind: 'Job', namespace, name, uid: uidOf(job), apiVersion: 'batch/v1', resourceVersion }
  })
  writeStatus(world.host, cronJobs, cronJob, {
    ...(references.length === 0 ? {} : { active: references }),
    ...(lastSchedule === '' ? {} : { lastScheduleTime: lastSchedule }),
    ...(lastSuccess === '' ? {} : { lastSuccessfulTime: lastSuccess }),
  })
}

/** Makes the job that is due, if its concurrency policy lets it. Answers the time that counts as taken care of. */
function startDue(cronJob: JsonObject, due: Date, active: readonly JsonObject[], world: ControllerWorld): Date | undefined {
  const policy = textAt(objectAt(cronJob, 'spec'), 'concurrencyPolicy')
  if (policy === 'Forbid' && active.length > 0) return undefined
  if (policy === 'Replace') for (const job of active) remove(job, world)
  const job = createJob(cronJob, due, world)
  if (job === undefined) return undefined
  const message = `Created job ${nameOf(job).name}`
  world.report(cronJob, { type: 'Normal', reason: 'SuccessfulCreate', message, source: 'cronjob-controller' })
  return due
}

/** Makes Jobs at the times that CronJobs name. */
export function cronJobController(): Controller {
  return {
    name: 'cron-jobs',
    watches: [cronJobs, jobs],
    concerned: (kind, object) => {
      if (kind === cronJobs) return [nameOf(object)]
      const owner = controllerOf(object)
      return textAt(owner, 'kind') === 'CronJob' ? [{ namespace: nameOf(object).namespace, name: textAt(owner, 'name') }] : []
    },
    reconcile: (name, world) => {
      const cronJob = world.cache.get(cronJobs, name)
      if (cronJob === undefined || isTerminating(cronJob)) return
      const spec = objectAt(cronJob, 'spec')
      const parsed = parseSchedule(textAt(spec, 'schedule'))
      const own = world.cache.ownedBy(jobs, uidOf(cronJob))
      const active = own.filter((job) => endOf(job) === undefined && !isTerminating(job))
      removeOld(cronJob, own, world)
      const now = world.host.now()
      const runs = parsed.ok && spec?.suspend !== true
      const due = runs ? dueTime(cronJob, parsed.schedule, now) : undefined
      recordStatus(cronJob, due === undefined ? undefined : startDue(cronJob, due, active, world), world)
      if (!runs) return
      const next = nextTime(parsed.schedule, now, textAt(spec, 'timeZone') || undefined)
      if (next !== undefined) world.lookAgain(Math.min(next.getTime() - now.getTime(), dayMs))
    },
  }
}
