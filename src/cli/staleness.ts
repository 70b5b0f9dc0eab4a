import { canonicalJson, digestOf } from '../plan/canonical-json.ts'
import type { ObjectChange } from '../plan/change.ts'
import type { Diagnostic } from '../plan/diagnostic.ts'
import { formatFieldPath } from '../plan/field-text.ts'
import type { JsonObject, JsonValue } from '../plan/json.ts'
import { describeObject } from '../plan/manifest.ts'
import type { Plan } from '../plan/plan.ts'
import type { RecordedState } from '../plan/recorded-state.ts'

/**
 * Why a saved plan no longer fits: compared with the plan made now from the same design and state. Empty when it still does.
 * `byOutcome`: objects whose ignored fields only they themselves tell, by their managers or an expression. Such a field may have become
 * another's since; what counts is whether the same would come of the plan.
 */
export function staleness(
  saved: Plan,
  current: Plan,
  state: RecordedState,
  byOutcome: (id: string) => boolean,
): readonly Diagnostic[] {
  if (saved.design.digest !== current.design.digest) {
    return [stalePlan('the design was changed after the plan was made', 'Its files or inputs are not those of the plan.')]
  }
  if (saved.state.lineage !== current.state.lineage) {
    const first = saved.state.lineage === '' && saved.state.serial === 0
    if (first) {
      return [
        stalePlan(
          'something was applied after the plan was made',
          `Nothing was recorded when the plan was made, and the state is at ${current.state.serial} now.`,
        ),
      ]
    }
    return [
      stalePlan(
        'it was made from another state',
        'The state has another lineage: it was made anew, or the plan belongs to another workspace.',
      ),
    ]
  }
  if (saved.state.serial !== current.state.serial) {
    return [
      stalePlan(
        'something was applied after the plan was made',
        `The plan was made from serial ${saved.state.serial}, the state is at ${current.state.serial} now.`,
      ),
    ]
  }
  const now = new Map(current.changes.map((change) => [change.id, change]))
  const unseen = new Set(saved.clusters.filter(({ kind }) => kind === 'offline').map(({ name }) => name))
  const moved = saved.changes.flatMap((change) => {
    // What was planned without its cluster was compared with what was recorded.
    const seen = unseen.has(change.key.cluster) ? { ...change, liveDigest: state.objects.get(change.id)?.ownedDigest } : change
    const here = now.get(change.id)
    if (here !== undefined && byOutcome(change.id) && comesToTheSame(seen, here)) return []
    const difference = differenceOf(seen, here)
    return difference === undefined ? [] : [difference]
  })
  const known = new Set(saved.changes.map((change) => change.id))
  const added = current.changes
    .filter((change) => !known.has(change.id))
    .map((change) => `${describeObject(change.key)}: was not in the plan`)
  const all = [...moved, ...added]
  if (all.length === 0) return []
  return [
    stalePlan(
      'live objects changed after the plan was made',
      `${all.slice(0, 10).join('\n')}${all.length > 10 ? `\nand ${all.length - 10} more` : ''}`,
    ),
  ]
}

/** Only owned, normalised fields count, so that what controllers write makes no plan stale. */
function differenceOf(saved: ObjectChange, current: ObjectChange | undefined): string | undefined {
  const name = describeObject(saved.key)
  if (current === undefined) return `${name}: is no longer part of the plan`
  if (saved.liveDigest !== current.liveDigest) {
    return saved.liveDigest === undefined
      ? `${name}: exists now`
      : current.liveDigest === undefined
        ? `${name}: is gone`
        : `${name}: ${whatChanged(saved, current)}`
  }
  if (saved.action !== current.action) return `${name}: the plan says ${saved.action}, now it would be ${current.action}`
  if (saved.desiredDigest !== current.desiredDigest) return `${name}: the design comes to something else now`
  return undefined
}

/** Fields told by name before the rest is only counted. */
const FIELDS_TOLD = 3

/** Which of the object's fields others changed since, as far as what is to be done now tells: from what they were to what they are. */
function whatChanged(saved: ObjectChange, current: ObjectChange): string {
  const planned = new Map(saved.fields.map((field) => [formatFieldPath(field.path), field]))
  const found = new Map(current.fields.map((field) => [formatFieldPath(field.path), field]))
  const managers = new Map(current.conflicts.map(({ field, manager }) => [field, manager]))
  const moved = [...new Set([...found.keys(), ...planned.keys()])].flatMap((path): string[] => {
    const now = found.get(path)
    // A field that the plan did not touch was as designed, and one that is not to be touched any more is.
    const was = planned.has(path) ? planned.get(path)?.before : now?.after
    const is = now === undefined ? planned.get(path)?.after : now.before
    if (canonicalJson(was ?? null) === canonicalJson(is ?? null)) return []
    const manager = managers.get(path)
    return [`${path} changed from ${shortText(was)} to ${shortText(is)}${manager === undefined ? '' : ` by "${manager}"`}`]
  })
  if (moved.length === 0) return 'its fields were changed by someone else'
  const more = moved.length - FIELDS_TOLD
  return `${moved.slice(0, FIELDS_TOLD).join(', ')}${more > 0 ? `, and ${more} more fields` : ''}`
}

function shortText(value: JsonValue | undefined): string {
  if (value === undefined) return 'nothing'
  const text = JSON.stringify(value)
  return text.length <= 60 ? text : `${text.slice(0, 59)}…`
}

/** The same fields would be changed from the same to the same, in the same conflicts. */
function comesToTheSame(saved: ObjectChange, current: ObjectChange): boolean {
  if (saved.liveDigest === undefined || current.liveDigest === undefined) return false
  return digestOf(outcomeOf(saved)) === digestOf(outcomeOf(current))
}

function outcomeOf({ action, uid, desiredDigest, fields, conflicts, takesFrom }: ObjectChange): JsonObject {
  const changed = fields.map(({ path, before, after }) => ({ path: [...path], before: before ?? null, after: after ?? null }))
  const fought = conflicts.map(({ field, manager, outcome }) => ({ field, manager, outcome }))
  return { action, uid: uid ?? '', desired: desiredDigest ?? '', changed, fought, takesFrom: [...takesFrom] }
}

/** True of a plan that says why a saved one no longer fits. */
export function isStale(plan: Pick<Plan, 'diagnostics'>): boolean {
  return plan.diagnostics.some(({ code }) => code === STALE)
}

const STALE = 'MF4007'

/** The refusal of a saved plan that no longer fits. */
export function stalePlan(why: string, detail: string): Diagnostic {
  return {
    severity: 'error',
    code: STALE,
    summary: `The plan is stale: ${why}`,
    detail,
    hint: 'Make a new plan, review it, and apply that.',
  }
}
