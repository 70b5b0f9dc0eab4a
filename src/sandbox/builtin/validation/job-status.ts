import type { JsonObject } from '../../../plan/json.ts'
import { listAt, numberAt, objectAt, objectsAt, textAt } from '../json-tree.ts'
import { type FieldErrors, sameJson } from './field-errors.ts'
import { countIndexes, sharedIndex } from './job-indexes.ts'

const counts = ['active', 'succeeded', 'failed', 'ready', 'terminating']

function holds(status: JsonObject, type: string): boolean {
  return objectsAt(status, 'conditions').some((condition) => condition.type === type && condition.status === 'True')
}

/** Conditions that can't both be true; the last two never, the others where one of them changes. */
const incompatible = [
  ['Complete', 'Failed', 'cannot set Complete=True and Failed=true conditions'],
  ['Complete', 'FailureTarget', 'cannot set Complete=True and FailureTarget=true conditions'],
] as const
const neverTogether = [
  ['SuccessCriteriaMet', 'Failed', 'cannot set SuccessCriteriaMet=True and Failed=true conditions'],
  ['SuccessCriteriaMet', 'FailureTarget', 'cannot set SuccessCriteriaMet=True and FailureTarget=true conditions'],
] as const
const needed = [
  ['Failed', 'FailureTarget', 'cannot set Failed=True condition without the FailureTarget=true condition'],
  ['Complete', 'SuccessCriteriaMet', 'cannot set Complete=True condition without the SuccessCriteriaMet=true condition'],
] as const
const final = ['Failed', 'Complete', 'FailureTarget']

function validateConditions(errors: FieldErrors, job: JsonObject, status: JsonObject, before: JsonObject): void {
  const refuse = (detail: string): void => errors.invalidAsWhole('status.conditions', detail)
  const changed = (...types: readonly string[]): boolean => types.some((type) => holds(status, type) !== holds(before, type))
  for (const [one, other, detail] of incompatible) {
    if (changed(one, other) && holds(status, one) && holds(status, other)) refuse(detail)
  }
  for (const [one, other, detail] of neverTogether) if (holds(status, one) && holds(status, other)) refuse(detail)
  for (const [one, other, detail] of needed) {
    if (changed(one, other) && holds(status, one) && !holds(status, other)) refuse(detail)
  }
  for (const type of final) {
    if (holds(before, type) && !holds(status, type)) refuse(`cannot disable the terminal ${type}=True condition`)
  }
  const [isMet, wasMet] = [holds(status, 'SuccessCriteriaMet'), holds(before, 'SuccessCriteriaMet')]
  if (objectAt(job, 'spec')?.successPolicy !== undefined && !isMet && holds(status, 'Complete')) {
    refuse('cannot set Complete=True for Job with SuccessPolicy unless SuccessCriteriaMet=True')
  }
  if (wasMet && !isMet) refuse('cannot disable the SuccessCriteriaMet=True condition')
  if (holds(before, 'Complete') && !wasMet && isMet) {
    refuse('cannot set SuccessCriteriaMet=True for Job already has Complete=true conditions')
  }
}

function isFinished(status: JsonObject): boolean {
  return holds(status, 'Complete') || holds(status, 'Failed')
}

function validateTimes(errors: FieldErrors, job: JsonObject, status: JsonObject, before: JsonObject): void {
  const [started, completed] = [textAt(status, 'startTime'), textAt(status, 'completionTime')]
  const [startedBefore, completedBefore] = [textAt(before, 'startTime'), textAt(before, 'completionTime')]
  const [isComplete, startChanged, endChanged] = [
    holds(status, 'Complete'),
    started !== startedBefore,
    completed !== completedBefore,
  ]
  const field = 'status.completionTime'
  if (endChanged || isComplete !== holds(before, 'Complete')) {
    if (completed !== '' && !isComplete) {
      errors.invalid(field, completed, 'cannot set completionTime when there is no Complete=True condition')
    }
    if (completed === '' && isComplete) errors.required(field, 'completionTime is required for Complete jobs')
  }
  const isBackwards = started !== '' && completed !== '' && Date.parse(completed) < Date.parse(started)
  if ((startChanged || endChanged) && isBackwards) {
    errors.invalid(field, completed, 'completionTime cannot be set before startTime')
  }
  if (completed !== '' && completedBefore !== '' && endChanged) {
    errors.invalid(field, completed, 'completionTime cannot be mutated')
  }
  if (started === '' && isFinished(status) && (startChanged || !isFinished(before))) {
    errors.required('status.startTime', 'startTime is required for finished job')
  }
  if (startedBefore !== '' && startChanged && objectAt(job, 'spec')?.suspend !== true) {
    errors.required('status.startTime', 'startTime cannot be removed for unsuspended job')
  }
}

/** Pods that are counted while their finalizers go: each once, and none when the Job has ended. */
function validateUncounted(errors: FieldErrors, status: JsonObject, before: JsonObject): void {
  const uncounted = objectAt(status, 'uncountedTerminatedPods')
  const seen = new Set<string>()
  let count = 0
  for (const key of ['succeeded', 'failed']) {
    for (const [index, uid] of listAt(uncounted, key).map(String).entries()) {
      const place = `status.uncountedTerminatedPods.${key}[${index}]`
      if (uid === '') errors.invalid(place, uid, 'must not be empty')
      else if (seen.has(uid)) errors.duplicate(place, uid)
      seen.add(uid)
      count += 1
    }
  }
  const changed = !isFinished(before) || !sameJson(uncounted ?? {}, objectAt(before, 'uncountedTerminatedPods') ?? {})
  if (!isFinished(status) || !changed || count === 0) return
  const shown = { Succeeded: uncounted?.succeeded ?? null, Failed: uncounted?.failed ?? null }
  errors.invalid('status.uncountedTerminatedPods', shown, 'uncountedTerminatedPods needs to be empty for finished job')
}

/** An indexed Job of as many pods as it completes may be scaled down, and forget successes. */
function mayForget(job: JsonObject): boolean {
  const spec = objectAt(job, 'spec')
  return spec?.completionMode === 'Indexed' && spec.completions === spec.parallelism
}

function validateCounts(errors: FieldErrors, job: JsonObject, status: JsonObject, before: JsonObject): void {
  const count = (key: string): number => numberAt(status, key) ?? 0
  const changed = (key: string): boolean => status[key] !== before[key]
  for (const key of counts) errors.nonNegative(`status.${key}`, status[key])
  for (const key of ['active', 'terminating']) {
    if (isFinished(status) && count(key) > 0 && (changed(key) || !isFinished(before))) {
      errors.invalid(`status.${key}`, count(key), `${key}>0 is invalid for finished job`)
    }
  }
  if ((changed('ready') || changed('active')) && count('ready') > count('active')) {
    errors.invalid('status.ready', count('ready'), 'cannot set more ready pods than active')
  }
  for (const key of ['failed', 'succeeded']) {
    if (count(key) >= (numberAt(before, key) ?? 0) || (key === 'succeeded' && mayForget(job))) continue
    errors.invalid(`status.${key}`, count(key), `cannot decrease the ${key} counter`)
  }
  validateUncounted(errors, status, before)
}

function validateIndexes(errors: FieldErrors, job: JsonObject, status: JsonObject, before: JsonObject): void {
  const spec = objectAt(job, 'spec')
  const completions = numberAt(spec, 'completions')
  const [completed, failed] = [textAt(status, 'completedIndexes'), status.failedIndexes]
  const completedChanged = completed !== textAt(before, 'completedIndexes')
  const failedChanged = failed !== before.failedIndexes
  const field = 'status.completedIndexes'
  if (completedChanged) {
    const read = completions === undefined ? undefined : countIndexes(completed, completions)
    if (read?.ok === false) errors.invalid(field, completed, `error parsing completedIndexes: ${read.problem}`)
    if (completed !== '' && spec?.completionMode !== 'Indexed') {
      errors.invalid(field, completed, 'cannot set non-empty completedIndexes when non-indexed completion mode')
    }
  }
  if (typeof failed !== 'string') return
  if (failedChanged) {
    const perIndex = spec?.backoffLimitPerIndex !== undefined
    const read = completions !== undefined && perIndex ? countIndexes(failed, completions) : undefined
    if (read?.ok === false) errors.invalid('status.failedIndexes', failed, `error parsing failedIndexes: ${read.problem}`)
    if (!perIndex) {
      const detail = 'cannot set non-null failedIndexes when backoffLimitPerIndex is null'
      errors.invalid('status.failedIndexes', failed, detail)
    }
  }
  const shared = completions === undefined ? undefined : sharedIndex(completed, failed, completions)
  if (shared === undefined || !(completedChanged || failedChanged)) return
  errors.invalid('status.failedIndexes', failed, `failedIndexes and completedIndexes overlap at index: ${shared}`)
}

/** What a Job's status may say: how it ended, when, and how many pods and indexes it took. Only what changes is looked at. */
export function validateJobStatus(errors: FieldErrors, job: JsonObject, old: JsonObject): void {
  const [status, before] = [objectAt(job, 'status') ?? {}, objectAt(old, 'status') ?? {}]
  if (sameJson(status, before)) return
  validateCounts(errors, job, status, before)
  validateConditions(errors, job, status, before)
  validateTimes(errors, job, status, before)
  validateIndexes(errors, job, status, before)
}
