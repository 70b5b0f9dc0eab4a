import type { FieldChange, ObjectChange } from '../plan/change.ts'
import type { JsonObject } from '../plan/json.ts'
import type { Candidate } from './assess.ts'
import { diffFields } from './diff/field-diff.ts'
import type { Masker } from './mask.ts'
import { visibleFields } from './visible-fields.ts'

/**
 * What others did to an object since it was recorded, as far as it concerns fields that are ours: from what was recorded to what is
 * live, the other way round from the change that mends it. Undefined when they did nothing that matters here.
 */
export function driftOf(candidate: Candidate, change: ObjectChange, masker: Masker): ObjectChange | undefined {
  if (candidate.kind === 'create') {
    const { recorded, unsure } = candidate
    if (recorded === undefined || unsure !== undefined) return undefined
    const before = masker.mask(visibleFields(recorded.desired, candidate.desired.ignore)).masked
    return { ...change, ...DONE, action: 'delete', before, after: undefined, fields: [], desired: undefined }
  }
  if (candidate.kind !== 'update' || !candidate.drifted || change.fields.length === 0) return undefined
  const { recorded, live, desired } = candidate
  if (recorded === undefined || live === undefined) return undefined
  const fields = driftedFields(
    change.fields,
    visibleFields(recorded.desired, desired.ignore),
    visibleFields(live, desired.ignore),
  )
  if (fields.length === 0) return undefined
  const before = masker.mask(visibleFields(recorded.desired, desired.ignore)).masked
  return { ...change, ...DONE, action: 'update', before, after: change.before, fields }
}

/** It has happened already, and nobody has to be asked how it comes out. */
const DONE = { reason: undefined, certainty: 'exact', certaintyReason: undefined } as const

/** Fields whose live value is not the recorded one. Secret values are recorded as digests only: there the wish stands for what was. */
function driftedFields(fields: readonly FieldChange[], recorded: JsonObject, live: JsonObject): readonly FieldChange[] {
  const since = new Map(diffFields(recorded, live).map((difference) => [JSON.stringify(difference.path), difference]))
  return fields.flatMap((field): FieldChange[] => {
    const difference = since.get(JSON.stringify(field.path))
    if (difference === undefined || (difference.before === undefined && field.after === undefined)) return []
    return [{ ...field, before: field.sensitive ? field.after : difference.before, after: field.before }]
  })
}
