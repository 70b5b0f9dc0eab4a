import type { JsonObject } from '../../../plan/json.ts'
import { listAt, numberAt, objectAt, objectsAt, textAt } from '../json-tree.ts'
import { type FieldErrors, sameJson } from './field-errors.ts'
import { countIndexes } from './job-indexes.ts'

const counts = ['active', 'succeeded', 'failed', 'ready', 'terminating']

function holds(status: JsonObject, type: string): boolean {
  return objectsAt(status, 'conditions').some((condition) => condition.type === type && condition.status === 'True')
}

/** A pair of conditions that can't both be true, or of which the first needs the second. */
const incompatible = [
  ['Complete', 'Failed', 'cannot set Complete=True and Failed=true conditions'],
  ['Complete', 'FailureTarget', 'cannot set Complete=True and FailureTarget=true conditions'],
  ['SuccessCriteriaMet', 'Failed', 'cannot set SuccessCriteriaMet=True and Failed=true conditions'],
  ['SuccessCriteriaMet', 'FailureTarget', 'cannot set SuccessCriteriaMet=True and FailureTarget=true conditions'],
] as const
const needed = [
  ['Failed', 'FailureTarget', 'cannot set Failed=True condition without the FailureTarget=true condition'],
  ['Complete', 'SuccessCriteriaMet', 'cannot set Complete=True condition without the SuccessCriteriaMet=true condition'],
] as const
const final = ['Failed', 'Complete', 'FailureTarget']

function validateConditions(errors: FieldErrors, status: JsonObject, before: JsonObject): void {
  const refuse = (detail: string): void => errors.invalidAsWhole('status.conditions', detail)
  const changed = (...types: readonly string[]): boolean => types.some((type) => holds(status, type) !== holds(before, type))
  for (const [one, other, detail] of incompatible) {
    if (changed(one, other) && holds(status, one) && holds(status, other)) refuse(detail)
  }
  for (const [one, other, detail] of needed) {
    if (changed(one, other) && holds(status, one) && !holds(status, other)) refuse(detail)
  }
  for (const type of final) {
    if (holds(before, type) && !holds(status, type)) refuse(`cannot disable the terminal ${type}=True condition`)
  }
  if (holds(before, 'SuccessCriteriaMet') && !holds(status, 'SuccessCriteriaMet')) {
    refuse('cannot disable the SuccessCriteriaMet=True condition')
  }
}

function validateTimes(errors: FieldErrors, job: JsonObject, status: JsonObject, before: JsonObject): void {
  const [started, completed] = [textAt(status, 'startTime'), textAt(status, 'completionTime')]
  const [startedBefore, completedBefore] = [textAt(before, 'startTime'), textAt(before, 'completionTime')]
  const isComplete = holds(status, 'Complete')
  const isFinished = isComplete || holds(status, 'Failed')
  const field = 'status.completionTime'
  if (completed !== '' && !isComplete) {
    errors.invalid(field, completed, 'cannot set completionTime when there is no Complete=True condition')
  }
  if (completed === '' && isComplete) errors.required(field, 'completionTime is required for Complete jobs')
  if (started !== '' && completed !== '' && Date.parse(completed) < Date.parse(started)) {
    errors.invalid(field, completed, 'completionTime cannot be set before startTime')
  }
  if (completed !== '' && completedBefore !== '' && completed !== completedBefore) {
    errors.invalid(field, completed, 'completionTime cannot be mutated')
  }
  if (started === '' && isFinished) errors.required('status.startTime', 'startTime is required for finished job')
  if (startedBefore !== '' && started !== startedBefore && objectAt(job, 'spec')?.suspend !== true) {
    errors.required('status.startTime', 'startTime cannot be removed for unsuspended job')
  }
}

function validateCounts(errors: FieldErrors, status: JsonObject, before: JsonObject): void {
  const count = (key: string): number => numberAt(status, key) ?? 0
  const isFinished = holds(status, 'Complete') || holds(status, 'Failed')
  for (const key of counts) errors.nonNegative(`status.${key}`, status[key])
  for (const key of ['active', 'terminating']) {
    if (isFinished && count(key) > 0) errors.invalid(`status.${key}`, count(key), `${key}>0 is invalid for finished job`)
  }
  if (count('ready') > count('active')) errors.invalid('status.ready', count('ready'), 'cannot set more ready pods than active')
  for (const key of ['failed', 'succeeded']) {
    if (count(key) < (numberAt(before, key) ?? 0)) {
      errors.invalid(`status.${key}`, count(key), `cannot decrease the ${key} counter`)
    }
  }
  const uncounted = objectAt(status, 'uncountedTerminatedPods')
  const seen = new Set<string>()
  for (const key of ['succeeded', 'failed']) {
    for (const [index, uid] of listAt(uncounted, key).map(String).entries()) {
      const place = `status.uncountedTerminatedPods.${key}[${index}]`
      if (uid === '') errors.invalid(place, uid, 'must not be empty')
      else if (seen.has(uid)) errors.duplicate(place, uid)
      seen.add(uid)
    }
  }
  if (isFinished && seen.size > 0) {
    const shown = { Succeeded: uncounted?.succeeded ?? null, Failed: uncounted?.failed ?? null }
    errors.invalid('status.uncountedTerminatedPods', shown, 'uncountedTerminatedPods needs to be empty for finished job')
  }
}

function validateIndexes(errors: FieldErrors, job: JsonObject, status: JsonObject, before: JsonObject): void {
  const spec = objectAt(job, 'spec')
  const completions = numberAt(spec, 'completions')
  const completed = textAt(status, 'completedIndexes')
  if (completed !== textAt(before, 'completedIndexes')) {
    const read = completions === undefined ? undefined : countIndexes(completed, completions)
    const field = 'status.completedIndexes'
    if (read?.ok === false) errors.invalid(field, completed, `error parsing completedIndexes: ${read.problem}`)
    if (completed !== '' && spec?.completionMode !== 'Indexed') {
      errors.invalid(field, completed, 'cannot set non-empty completedIndexes when non-indexed completion mode')
    }
  }
  const { failedIndexes: failed } = status
  if (typeof failed !== 'string' || failed === before.failedIndexes) return
  if (spec?.backoffLimitPerIndex === undefined) {
    errors.invalid('status.failedIndexes', failed, 'cannot set non-null failedIndexes when backoffLimitPerIndex is null')
    return
  }
  const read = countIndexes(failed, completions ?? 0)
  if (!read.ok) errors.invalid('status.failedIndexes', failed, `error parsing failedIndexes: ${read.problem}`)
}

/** What a Job's status may say: how it ended, when, and how many pods and indexes it took. Only what changes is looked at. */
export function validateJobStatus(errors: FieldErrors, job: JsonObject, old: JsonObject): void {
  const [status, before] = [objectAt(job, 'status') ?? {}, objectAt(old, 'status') ?? {}]
  if (sameJson(status, before)) return
  validateCounts(errors, status, before)
  validateConditions(errors, status, before)
  validateTimes(errors, job, status, before)
  validateIndexes(errors, job, status, before)
}
