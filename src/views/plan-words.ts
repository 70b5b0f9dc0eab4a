import type { Action, FieldChange, FieldConflict, ObjectChange } from '../plan/change.ts'
import { matchesFieldPath } from '../plan/field-path.ts'
import type { JsonValue } from '../plan/json.ts'
import { describeObject, type ObjectKey } from '../plan/manifest.ts'
import type { OutputChange, Plan } from '../plan/plan.ts'
import { summarize } from '../plan/plan.ts'
import { flowText } from './block-lines.ts'
import { shorten } from './terminal/text-width.ts'

/** The sign of each action, the same in every view. */
export const MARKS: { readonly [A in Action]: string } = {
  'no-op': ' ',
  create: '+',
  update: '~',
  replace: '±',
  delete: '-',
  forget: '.',
  import: '<',
}

/** What kubectl keeps of a client-side apply: a copy of the object, which goes with its ownership. */
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration'

/** How an object is named in a view. */
export type Describe = (key: ObjectKey) => string

/** Objects of plans over several clusters are told with theirs, since two of them may bear the same name. */
export function describerOf(plan: Plan): Describe {
  const clusters = new Set([...plan.changes, ...plan.drift].map(({ key }) => key.cluster))
  return clusters.size < 2 ? describeObject : (key) => `${describeObject(key)} on ${key.cluster}`
}

/** Marks that meshform puts on every object: true of each, so worth no line. */
export function isBookkeeping(field: FieldChange): boolean {
  const [first, second, third] = field.path
  if (first === 'apiVersion' || first === 'kind') return true
  if (first !== 'metadata') return false
  if (second === 'name' || second === 'namespace') return true
  return typeof third === 'string' && (third.startsWith('meshform.dev/') || third === LAST_APPLIED)
}

/** Checks named in a line before the rest is only counted. */
const CHECKS_NAMED = 3

/** What the numbers of a plan do not tell, a sentence each: that what is replaced is gone for a while, and what is measured in the end. */
export function remarksOf(plan: Plan): readonly string[] {
  if (plan.mode !== 'apply' || plan.diagnostics.some(({ severity }) => severity === 'error')) return []
  const { replace } = summarize(plan)
  const gap =
    replace === 0
      ? []
      : [
          replace === 1
            ? 'The replaced object is deleted before it is made anew: in between it is gone.'
            : 'Replaced objects are deleted before they are made anew: in between they are gone.',
        ]
  const checks = plan.options.rollbackTo === undefined ? plan.checks.map(({ address }) => address) : []
  const more = checks.length > CHECKS_NAMED ? ` and ${checks.length - CHECKS_NAMED} more` : ''
  const measured = checks.length === 0 ? [] : [`Measured afterwards: ${checks.slice(0, CHECKS_NAMED).join(', ')}${more}.`]
  return [...gap, ...measured]
}

/** Why an object is changed and whom it is taken from, where the change itself does not tell. */
export function noteOf(change: ObjectChange): string | undefined {
  const owners = change.takesFrom.map((manager) => `"${manager}"`).join(', ')
  const notes = [reasonOf(change), owners === '' ? undefined : `fields of ${owners} become ours`]
  const said = notes.filter((note) => note !== undefined)
  return said.length === 0 ? undefined : said.join(', ')
}

function reasonOf(change: ObjectChange): string | undefined {
  switch (change.reason) {
    case 'update_because_drift':
      return 'changed outside, put back'
    case 'create_because_missing':
      return 'was gone'
    case 'adopt_unowned':
      return 'exists, taken over'
    case 'take_from_other_design':
      return 'taken from another design'
    case 'moved':
      return `moved from ${change.previousAddress ?? 'another address'}`
    case 'replace_by_request':
      return 'as asked'
    case 'replace_by_triggers':
      return 'triggered'
    case 'replace_with_container':
      return 'goes with what holds it'
    default:
      return undefined
  }
}

/** What is said of a field that another manager owns. */
export function conflictText({ manager, outcome }: FieldConflict): string {
  switch (outcome) {
    case 'refused':
      return `conflict: it belongs to "${manager}"`
    case 'taken':
      return `taken from "${manager}"`
    case 'left':
      return `left to "${manager}"`
  }
}

/** The conflicts over one field, and over what is in it. */
export function conflictsOver(field: FieldChange, conflicts: readonly FieldConflict[]): readonly FieldConflict[] {
  return conflicts.filter((conflict) => matchesFieldPath(conflict.field, field.path))
}

/** The conflicts over fields that the change does not show: they stay as they are, or are shown as part of others. */
export function otherConflicts({ conflicts, fields }: Pick<ObjectChange, 'conflicts' | 'fields'>): readonly FieldConflict[] {
  return conflicts.filter((conflict) => !fields.some((field) => matchesFieldPath(conflict.field, field.path)))
}

/** A value on one line, the end of a long one cut off. */
export function valueText(value: JsonValue | undefined): string {
  return value === undefined ? '' : shorten(flowText(value), 120)
}

/** Outputs that would not be what they are. */
export function changedOutputs(outputs: readonly OutputChange[]): readonly OutputChange[] {
  return outputs.filter((output) => output.unknown || JSON.stringify(output.before) !== JSON.stringify(output.after))
}

/** A plan in numbers, without colour: `1 to change, 24 unchanged`. */
export function countsText(plan: Plan): string {
  const counts = summarize(plan)
  const parts = [
    counts.delete > 0 ? `${counts.delete} to DELETE` : '',
    counts.replace > 0 ? `${counts.replace} to REPLACE` : '',
    counts.create > 0 ? `${counts.create} to create` : '',
    counts.update > 0 ? `${counts.update} to change` : '',
    counts.import > 0 ? `${counts.import} to adopt` : '',
    counts.forget > 0 ? `${counts.forget} to forget` : '',
  ].filter((part) => part !== '')
  const work = parts.length === 0 ? (changedOutputs(plan.outputs).length > 0 ? 'outputs only' : 'no changes') : parts.join(', ')
  return `${work}${counts.unchanged > 0 ? `, ${counts.unchanged} unchanged` : ''}`
}
