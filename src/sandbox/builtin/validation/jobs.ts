import type { JsonObject } from '../../../plan/json.ts'
import { objectAt, textAt } from '../json-tree.ts'
import type { FieldErrors } from './field-errors.ts'
import { selectorMatches, validateLabelSelector } from './label-selector.ts'
import { validatePodTemplate } from './pod-spec.ts'

const counts = ['parallelism', 'completions', 'activeDeadlineSeconds', 'backoffLimit', 'ttlSecondsAfterFinished']
const restartPolicies = ['OnFailure', 'Never']

function validateJobSpec(errors: FieldErrors, spec: JsonObject, field: string): void {
  for (const count of counts) errors.nonNegative(`${field}.${count}`, spec[count])
  const mode = textAt(spec, 'completionMode')
  if (mode !== '' && mode !== 'NonIndexed' && mode !== 'Indexed') {
    errors.notSupported(`${field}.completionMode`, mode, ['Indexed', 'NonIndexed'])
  }
  if (mode === 'Indexed' && spec.completions === undefined) {
    errors.required(`${field}.completions`, 'when completion mode is Indexed')
  }
  validatePodTemplate(errors, objectAt(spec, 'template'), `${field}.template`)
  const policy = textAt(objectAt(objectAt(spec, 'template'), 'spec'), 'restartPolicy')
  const place = `${field}.template.spec.restartPolicy`
  // "Always" is what defaulting makes of a missing policy, so it is answered as missing.
  if (policy === 'Always' || policy === '') errors.required(place, 'valid values: "OnFailure", "Never"')
  else if (!restartPolicies.includes(policy)) errors.notSupported(place, policy, restartPolicies)
}

/** A Job after defaulting and with its selector made. */
export function validateJob(errors: FieldErrors, job: JsonObject): void {
  const spec = objectAt(job, 'spec') ?? {}
  validateJobSpec(errors, spec, 'spec')
  const selector = objectAt(spec, 'selector')
  if (selector === undefined) {
    errors.required('spec.selector')
    return
  }
  validateLabelSelector(errors, selector, 'spec.selector')
  const labels = objectAt(objectAt(objectAt(spec, 'template'), 'metadata'), 'labels')
  if (!selectorMatches(selector, labels)) {
    errors.invalid('spec.template.metadata.labels', labels, '`selector` does not match template `labels`')
  }
}

/** What may not change once a Job is made: which pods it counts, how many, and what they run. */
export function validateJobUpdate(errors: FieldErrors, job: JsonObject, old: JsonObject): void {
  const spec = objectAt(job, 'spec')
  const oldSpec = objectAt(old, 'spec')
  for (const key of [
    'completions',
    'selector',
    'template',
    'completionMode',
    'podFailurePolicy',
    'successPolicy',
    'backoffLimitPerIndex',
    'managedBy',
  ]) {
    errors.immutable(`spec.${key}`, spec?.[key], oldSpec?.[key])
  }
}

const concurrencyPolicies = ['Allow', 'Forbid', 'Replace']
const monthNames = 'jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec'
const dayNames = 'sun|mon|tue|wed|thu|fri|sat'
const predefinedSchedules: ReadonlySet<string> = new Set([
  '@yearly',
  '@annually',
  '@monthly',
  '@weekly',
  '@daily',
  '@midnight',
  '@hourly',
])
/** Field patterns of a cron line: a star, a number or a range, perhaps with a step, perhaps several. */
const cronField = (values: string): RegExp => {
  const one = `(?:\\*|\\?|(?:${values})(?:-(?:${values}))?)(?:/\\d+)?`
  return new RegExp(`^${one}(?:,${one})*$`, 'i')
}
const cronFields = [
  cronField('\\d{1,2}'),
  cronField('\\d{1,2}'),
  cronField('\\d{1,2}'),
  cronField(`\\d{1,2}|${monthNames}`),
  cronField(`\\d|${dayNames}`),
]

function scheduleComplaint(schedule: string): string | undefined {
  if (predefinedSchedules.has(schedule) || /^@every \d+(?:\.\d+)?(?:h|m|s)/.test(schedule)) return undefined
  if (schedule.startsWith('@')) return `unrecognized descriptor: ${schedule}`
  const fields = schedule.trim().split(/\s+/)
  if (fields.length !== cronFields.length) return `expected exactly 5 fields, found ${fields.length}: [${fields.join(' ')}]`
  const bad = fields.find((field, index) => field.length > 200 || cronFields[index]?.test(field) !== true)
  return bad === undefined ? undefined : `failed to parse int from ${bad}: strconv.Atoi: parsing "${bad}": invalid syntax`
}

/** A CronJob after defaulting. */
export function validateCronJob(errors: FieldErrors, cronJob: JsonObject): void {
  const spec = objectAt(cronJob, 'spec') ?? {}
  const schedule = textAt(spec, 'schedule')
  if (schedule === '') errors.required('spec.schedule')
  else {
    const complaint = scheduleComplaint(schedule)
    if (complaint !== undefined) errors.invalid('spec.schedule', schedule, complaint)
  }
  errors.nonNegative('spec.startingDeadlineSeconds', spec.startingDeadlineSeconds)
  errors.oneOf('spec.concurrencyPolicy', textAt(spec, 'concurrencyPolicy'), concurrencyPolicies)
  errors.nonNegative('spec.successfulJobsHistoryLimit', spec.successfulJobsHistoryLimit)
  errors.nonNegative('spec.failedJobsHistoryLimit', spec.failedJobsHistoryLimit)
  validateJobSpec(errors, objectAt(objectAt(spec, 'jobTemplate'), 'spec') ?? {}, 'spec.jobTemplate.spec')
  const name = textAt(objectAt(cronJob, 'metadata'), 'name')
  // Jobs get eleven more characters, and their pods' labels hold the whole name.
  if (name.length > 52) errors.invalid('metadata.name', name, 'must be no more than 52 characters')
}
