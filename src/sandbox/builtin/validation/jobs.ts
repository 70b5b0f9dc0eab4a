import type { JsonObject, JsonValue } from '../../../plan/json.ts'
import { parseSchedule } from '../cron-schedule.ts'
import { internalValue } from '../internal-value.ts'
import { numberAt, objectAt, textAt } from '../json-tree.ts'
import { validateDomainPrefixedPath } from './domain-path.ts'
import { type FieldErrors, sameJson } from './field-errors.ts'
import { validatePodFailurePolicy, validatePodReplacementPolicy, validateSuccessPolicy } from './job-policies.ts'
import { isReadableSelector, selectorMatches, validateLabelSelector } from './label-selector.ts'
import { validatePodTemplate } from './pod-spec.ts'

const counts = [
  'parallelism',
  'completions',
  'activeDeadlineSeconds',
  'backoffLimit',
  'ttlSecondsAfterFinished',
  'backoffLimitPerIndex',
  'maxFailedIndexes',
]
/** What an indexed Job may have, and what it may have once it has more than the first number of completions. */
const mostOfIndexed = 100_000
const mostOfLargeIndexed = 10_000
const restartPolicies = ['OnFailure', 'Never']

/** Counts that only a Job with indexes may have, and how high they go. */
function validateIndexCounts(errors: FieldErrors, spec: JsonObject, field: string): void {
  const [completions, parallelism] = [numberAt(spec, 'completions'), numberAt(spec, 'parallelism')]
  const [limit, failed] = [numberAt(spec, 'backoffLimitPerIndex'), numberAt(spec, 'maxFailedIndexes')]
  const atMost = (key: string, value: number | undefined, most: number, detail: string): void => {
    if (value !== undefined && value > most) errors.invalid(`${field}.${key}`, value, detail)
  }
  const mode = textAt(spec, 'completionMode')
  // Jobs have it by default; the templates of CronJobs have what was written.
  if (spec.completionMode === undefined) return
  if (mode !== 'Indexed') {
    if (mode !== 'NonIndexed') errors.notSupported(`${field}.completionMode`, mode, ['NonIndexed', 'Indexed'])
    else {
      const detail = 'requires indexed completion mode'
      if (limit !== undefined) errors.invalid(`${field}.backoffLimitPerIndex`, limit, detail)
      if (failed !== undefined) errors.invalid(`${field}.maxFailedIndexes`, failed, detail)
    }
    return
  }
  if (completions === undefined) errors.required(`${field}.completions`, 'when completion mode is Indexed')
  const indexed = `must be less than or equal to ${mostOfIndexed}`
  atMost('parallelism', parallelism, mostOfIndexed, `${indexed} when completion mode is Indexed`)
  atMost('maxFailedIndexes', failed, completions ?? Number.POSITIVE_INFINITY, 'must be less than or equal to completions')
  atMost('maxFailedIndexes', failed, mostOfIndexed, indexed)
  if (limit === undefined || completions === undefined || completions <= mostOfIndexed) return
  if (failed === undefined) {
    errors.required(`${field}.maxFailedIndexes`, `must be specified when completions is above ${mostOfIndexed}`)
  }
  const detail = `must be less than or equal to ${mostOfLargeIndexed} when completions are above ${mostOfIndexed} and used with backoff limit per index`
  atMost('parallelism', parallelism, mostOfLargeIndexed, detail)
  atMost('maxFailedIndexes', failed, mostOfLargeIndexed, detail)
}

const longestManager = 63

function validateJobSpec(errors: FieldErrors, spec: JsonObject, field: string): void {
  for (const count of counts) errors.nonNegative(`${field}.${count}`, spec[count])
  if (spec.maxFailedIndexes !== undefined && spec.backoffLimitPerIndex === undefined) {
    errors.required(`${field}.backoffLimitPerIndex`, 'when maxFailedIndexes is specified')
  }
  const { managedBy } = spec
  if (typeof managedBy === 'string') {
    validateDomainPrefixedPath(errors, managedBy, `${field}.managedBy`)
    if (managedBy.length > longestManager) errors.tooLong(`${field}.managedBy`, longestManager)
  }
  validateIndexCounts(errors, spec, field)
  validatePodFailurePolicy(errors, spec, `${field}.podFailurePolicy`)
  validateSuccessPolicy(errors, spec, `${field}.successPolicy`)
  validatePodReplacementPolicy(errors, spec, `${field}.podReplacementPolicy`)
  validatePodTemplate(errors, objectAt(spec, 'template'), `${field}.template`)
  const policy = textAt(objectAt(objectAt(spec, 'template'), 'spec'), 'restartPolicy')
  const place = `${field}.template.spec.restartPolicy`
  // "Always" is what defaulting makes of a missing policy, so it is answered as missing.
  if (policy === 'Always' || policy === '') errors.required(place, 'valid values: "OnFailure", "Never"')
  else if (!restartPolicies.includes(policy)) errors.notSupported(place, policy, restartPolicies)
  else if (spec.podFailurePolicy !== undefined && policy !== 'Never') {
    errors.invalid(place, policy, 'only "Never" is supported when podFailurePolicy is specified')
  }
}

const legacyLabels = ['controller-uid', 'job-name']
const prefixedLabels = ['batch.kubernetes.io/controller-uid', 'batch.kubernetes.io/job-name']

function labelsOfTemplate(job: JsonObject): JsonObject | undefined {
  return objectAt(objectAt(objectAt(objectAt(job, 'spec'), 'template'), 'metadata'), 'labels')
}

/** A selector that the server made, or that claims to be: by uid, and borne by the template. */
function validateGeneratedSelector(errors: FieldErrors, job: JsonObject, generatedLabels: readonly string[]): void {
  const spec = objectAt(job, 'spec') ?? {}
  const labels = labelsOfTemplate(job)
  const selector = objectAt(spec, 'selector')
  if (spec.manualSelector === true || selector === undefined) return
  const metadata = objectAt(job, 'metadata')
  const expected = Object.fromEntries(generatedLabels.map((key) => [key, textAt(metadata, key.endsWith('uid') ? 'uid' : 'name')]))
  for (const [key, value] of Object.entries(expected)) {
    const field = `spec.template.metadata.labels[${key}]`
    if (labels?.[key] === undefined) errors.required(field, `must be '${value}'`)
    else if (labels[key] !== value) errors.invalid(field, labels, `must be '${value}'`)
  }
  if (isReadableSelector(selector) && !selectorMatches(selector, expected))
    errors.invalid('spec.selector', selector, '`selector` not auto-generated')
}

/** A Job after defaulting and with its selector made. */
export function validateJob(errors: FieldErrors, job: JsonObject): void {
  const spec = objectAt(job, 'spec') ?? {}
  validateJobSpec(errors, spec, 'spec')
  const selector = objectAt(spec, 'selector')
  if (selector === undefined) errors.required('spec.selector')
  else validateLabelSelector(errors, selector, 'spec.selector')
  const labels = labelsOfTemplate(job)
  if ((selector === undefined || isReadableSelector(selector)) && !selectorMatches(selector, labels)) {
    errors.invalid('spec.template.metadata.labels', labels, '`selector` does not match template `labels`')
  }
}

/** What holds for the selector of a new Job. */
export function validateJobCreate(errors: FieldErrors, job: JsonObject): void {
  validateGeneratedSelector(errors, job, [...prefixedLabels, ...legacyLabels])
}

const fixedFields = ['selector', 'completionMode', 'podFailurePolicy', 'successPolicy', 'backoffLimitPerIndex', 'managedBy']

/** A Job that was suspended before it began may still be told where its pods go. */
function isNotBegun(job: JsonObject): boolean {
  return objectAt(job, 'spec')?.suspend === true && objectAt(job, 'status')?.startTime === undefined
}

function withSchedulingOf(template: JsonObject | undefined, old: JsonObject | undefined): JsonObject {
  const spec: { [key: string]: JsonValue } = { ...objectAt(template, 'spec') }
  const oldSpec = objectAt(old, 'spec')
  for (const key of ['nodeSelector', 'tolerations', 'affinity', 'schedulingGates']) {
    const value = oldSpec?.[key]
    if (value === undefined) delete spec[key]
    else spec[key] = value
  }
  const metadata = objectAt(old, 'metadata')
  return { ...template, ...(metadata === undefined ? {} : { metadata }), spec }
}

/**
 * What may not change once a Job is made: which pods it counts, how many, and what they run. The server looks at the whole of a
 * changed Job twice, and names its causes as often; labels of today are not asked of a Job that was made without.
 */
export function validateJobUpdate(errors: FieldErrors, job: JsonObject, old: JsonObject): void {
  const before = labelsOfTemplate(old) ?? {}
  const isOfToday = prefixedLabels.every((key) => before[key] !== undefined)
  validateGeneratedSelector(errors, job, isOfToday ? [...prefixedLabels, ...legacyLabels] : legacyLabels)
  validateJob(errors, job)
  const spec = objectAt(job, 'spec')
  const oldSpec = objectAt(old, 'spec')
  const isElastic = textAt(spec, 'completionMode') === 'Indexed' && spec?.completions !== oldSpec?.completions
  if (!isElastic) errors.immutable('spec.completions', spec?.completions, oldSpec?.completions)
  else if (spec?.completions !== spec?.parallelism) {
    errors.invalid('spec.completions', spec?.completions, 'can only be modified in tandem with spec.parallelism')
  }
  for (const key of fixedFields) errors.immutable(`spec.${key}`, spec?.[key], oldSpec?.[key])
  const template = objectAt(spec, 'template') ?? {}
  const oldTemplate = objectAt(oldSpec, 'template')
  const compared = isNotBegun(old) ? withSchedulingOf(template, oldTemplate) : template
  if (sameJson(compared, oldTemplate)) return
  errors.invalid('spec.template', internalValue('PodTemplateSpec', compared), 'field is immutable')
}

const concurrencyPolicies = ['Allow', 'Forbid', 'Replace']

function validateTimeZone(errors: FieldErrors, zone: JsonValue | undefined, schedule: string): void {
  const field = 'spec.timeZone'
  if (schedule.includes('TZ')) {
    const detail = zone === undefined ? 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead' : undefined
    errors.invalid('spec.schedule', schedule, detail ?? 'cannot use both timeZone field and TZ or CRON_TZ in schedule')
  }
  if (typeof zone !== 'string') return
  if (zone === '') errors.invalid(field, zone, 'timeZone must be nil or non-empty string')
  else if (zone.toLowerCase() === 'local') {
    const detail = 'timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones'
    errors.invalid(field, zone, detail)
  } else if (!isTimeZone(zone)) errors.invalid(field, zone, `unknown time zone ${zone}`)
}

function isTimeZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }) !== undefined
  } catch {
    return false
  }
}

/** A CronJob after defaulting. */
export function validateCronJob(errors: FieldErrors, cronJob: JsonObject): void {
  const spec = objectAt(cronJob, 'spec') ?? {}
  const schedule = textAt(spec, 'schedule')
  if (schedule === '') errors.required('spec.schedule')
  else {
    const parsed = parseSchedule(schedule)
    if (!parsed.ok) errors.invalid('spec.schedule', schedule, parsed.problem)
  }
  errors.nonNegative('spec.startingDeadlineSeconds', spec.startingDeadlineSeconds)
  errors.oneOf('spec.concurrencyPolicy', textAt(spec, 'concurrencyPolicy'), concurrencyPolicies)
  errors.nonNegative('spec.successfulJobsHistoryLimit', spec.successfulJobsHistoryLimit)
  errors.nonNegative('spec.failedJobsHistoryLimit', spec.failedJobsHistoryLimit)
  validateTimeZone(errors, spec.timeZone, schedule)
  const jobSpec = objectAt(objectAt(spec, 'jobTemplate'), 'spec') ?? {}
  validateJobSpec(errors, jobSpec, 'spec.jobTemplate.spec')
  if (jobSpec.selector !== undefined) {
    errors.invalid('spec.jobTemplate.spec.selector', jobSpec.selector, '`selector` will be auto-generated')
  }
  if (jobSpec.manualSelector === true) {
    errors.notSupported('spec.jobTemplate.spec.manualSelector', true, ['nil', 'false'])
  }
  const name = textAt(objectAt(cronJob, 'metadata'), 'name')
  // Jobs get eleven more characters, and their pods' labels hold the whole name.
  if (name.length > 52) errors.invalid('metadata.name', name, 'must be no more than 52 characters')
}
