import { type Action, type FieldChange, type FieldConflict, NOT_ASKED, type ObjectChange } from '../../plan/change.ts'
import { formatFieldPath } from '../../plan/field-text.ts'
import { hasChanges, type OutputChange, type Plan, type PlanSummary, summarize } from '../../plan/plan.ts'
import { newObjectLines } from '../new-object-lines.ts'
import {
  changedOutputs,
  conflictsOver,
  conflictText,
  type Describe,
  describerOf,
  isBookkeeping,
  MARKS,
  noteOf,
  otherConflicts,
  remarksOf,
  valueText,
} from '../plan-words.ts'
import { type DiffLine, valueDiff } from '../value-diff.ts'
import { plural, type Style } from './style.ts'
import { padColumns, shorten, textWidth } from './text-width.ts'

/** How much of a plan is printed. */
export interface PlanViewOptions {
  /** Every line of new objects, however many and however long. */
  readonly full: boolean
}

/** Lines shown of a new object before the rest is only counted. */
const LINES_SHOWN = 40

const VERBS: { readonly [A in Action]: string } = {
  'no-op': 'unchanged',
  create: 'create',
  update: 'change',
  replace: 'replace',
  delete: 'DELETE',
  forget: 'forget',
  import: 'adopt',
}

/** A plan as people read it in a terminal: deletes first and loud, then by component, each field with where the design says it. */
export function renderPlan(plan: Plan, style: Style, options: PlanViewOptions): string {
  const lines: string[] = []
  const visible = plan.changes.filter((change) => change.action !== 'no-op')
  const describe = describerOf(plan)
  lines.push(...renderDrift(plan, style, describe))
  const deletes = visible.filter((change) => change.action === 'delete' || change.action === 'forget')
  if (deletes.length > 0) lines.push(...renderDeletes(deletes, style, describe), '')
  const rest = visible.filter((change) => change.action !== 'delete' && change.action !== 'forget')
  let last: string | undefined
  for (const change of rest) {
    if (change.address !== last) {
      if (last !== undefined) lines.push('')
      lines.push(componentLine(change, style))
      last = change.address
    }
    lines.push(...renderChange(change, style, options, describe))
  }
  if (rest.length > 0) lines.push('')
  lines.push(...renderOutputs(plan.outputs, style), summaryLine(plan, style), ...clusterLines(plan, style))
  lines.push(...remarksOf(plan).map((remark) => style.colors.dim(remark)))
  return `${lines.join('\n')}\n`
}

function componentLine(change: ObjectChange, { colors, width }: Style): string {
  const where = change.origin === undefined || change.origin.file === '' ? '' : `${change.origin.file}:${change.origin.line}`
  const head = colors.bold(change.address)
  if (where === '') return head
  const gap = Math.min(width, 100) - textWidth(change.address) - textWidth(where)
  return gap >= 2
    ? `${head}${' '.repeat(gap)}${colors.dim(where)}`
    : besideOrBelow(head, change.address, where, { colors, width })
}

/** Where something stands: two columns after the text, or below it where the line would be too long. */
function besideOrBelow(shown: string, plain: string, where: string, { colors, width }: Style): string {
  const fits = textWidth(plain) + 2 + textWidth(where) <= width
  return fits ? `${shown}  ${colors.dim(where)}` : `${shown}\n  ${colors.dim(where)}`
}

function paintFor(action: Action, { colors }: Style): (text: string) => string {
  switch (action) {
    case 'create':
    case 'import':
      return colors.green
    case 'update':
      return colors.yellow
    case 'replace':
    case 'delete':
      return (text) => colors.red(colors.bold(text))
    case 'forget':
    case 'no-op':
      return colors.dim
  }
}

function renderDeletes(deletes: readonly ObjectChange[], style: Style, describe: Describe): readonly string[] {
  const { colors } = style
  const gone = deletes.filter((change) => change.action === 'delete').length
  const title = gone > 0 ? [colors.red(colors.bold(`${plural(gone, 'object')} will be DELETED`))] : []
  return [
    ...title,
    ...deletes.map((change) => {
      const paint = paintFor(change.action, style)
      const why = change.action === 'forget' ? forgottenWords(change) : change.address
      return `  ${paint(`${MARKS[change.action]} ${describe(change.key)}`)}  ${colors.dim(why)}`
    }),
  ]
}

function forgottenWords({ reason }: ObjectChange): string {
  return reason === 'forget_because_occupied' ? 'forgotten, not deleted: others live in it' : 'forgotten, not deleted'
}

function renderChange(change: ObjectChange, style: Style, options: PlanViewOptions, describe: Describe): readonly string[] {
  const { colors } = style
  const paint = paintFor(change.action, style)
  const notes = [
    change.action === 'replace' ? VERBS.replace : undefined,
    change.action === 'import' ? VERBS.import : undefined,
    noteOf(change),
    change.certainty === 'exact' || change.certaintyReason === NOT_ASKED
      ? undefined
      : colors.dim(`(${change.certainty}: ${change.certaintyReason ?? 'not asked'})`),
  ].filter((note) => note !== undefined)
  const head = `  ${paint(`${MARKS[change.action]} ${describe(change.key)}`)}${notes.length === 0 ? '' : `  ${notes.join('  ')}`}`
  if (change.action === 'create') return [head, ...renderNew(change, style, options)]
  const fields = change.fields.filter((field) => !isBookkeeping(field))
  return [
    head,
    ...fields.flatMap((field) => [
      ...renderField(field, style),
      ...conflictsOver(field, change.conflicts).map((conflict) => `        ${paintConflict(conflict, colors)}`),
    ]),
    ...otherConflicts(change).map((conflict) => `      ${conflict.field}: ${paintConflict(conflict, colors)}`),
  ]
}

function paintConflict(conflict: FieldConflict, colors: Style['colors']): string {
  const text = conflictText(conflict)
  return conflict.outcome === 'refused' ? colors.red(colors.bold(`✗ ${text}`)) : colors.cyan(`! ${text}`)
}

function renderNew(change: ObjectChange, { colors, width }: Style, { full }: PlanViewOptions): readonly string[] {
  const most = full ? Number.POSITIVE_INFINITY : LINES_SHOWN
  const { lines, hidden } = newObjectLines(change.key.kind, change.fields, { most, brief: !full })
  const longest = full ? Number.POSITIVE_INFINITY : Math.max(12, Number.isFinite(width) ? width - 6 : 200)
  const more = hidden === 0 ? [] : [colors.dim(`      … ${plural(hidden, 'more line')} (--full shows them)`)]
  return [...lines.map((line) => `      ${shorten(line, longest)}`), ...more]
}

/** What changes in a field, whole: short values side by side, long ones line by line. */
function renderField(field: FieldChange, { colors, width }: Style): readonly string[] {
  const path = formatFieldPath(field.path)
  const where =
    field.origin === undefined || field.origin.file === ''
      ? ''
      : `${field.origin.file}:${field.origin.line}:${field.origin.column}`
  const diff = valueDiff(field.before, field.after)
  if (diff.kind === 'lines') {
    const note = field.after === undefined ? ` ${colors.dim('removed')}` : ''
    const head = `      ${path}:${note}${where === '' ? '' : `  ${colors.dim(where)}`}`
    return [head, ...diff.lines.map((line) => `      ${renderDiffLine(line, colors)}`)]
  }
  const { before = '', after = '' } = diff
  const value =
    field.before === undefined
      ? colors.green(after)
      : field.after === undefined
        ? `${colors.red(before)} ${colors.dim('removed')}`
        : `${colors.red(before)} ${colors.dim('→')} ${colors.green(after)}`
  const taken = 6 + textWidth(`${path}: ${before} → ${after}`)
  const text = `      ${path}: ${value}`
  if (where === '') return [text]
  return taken + textWidth(where) + 2 <= width ? [`${text}  ${colors.dim(where)}`] : [text, `        ${colors.dim(where)}`]
}

function renderDiffLine({ mark, text }: DiffLine, colors: Style['colors']): string {
  switch (mark) {
    case '+':
      return colors.green(`+ ${text}`)
    case '-':
      return colors.red(`- ${text}`)
    case 'gap':
      return colors.dim(`  … ${text}`)
    case ' ':
      return `  ${text}`
  }
}

function renderDrift(plan: Plan, style: Style, describe: Describe): readonly string[] {
  if (plan.drift.length === 0) return []
  const { colors } = style
  const lines = [colors.bold(`${plural(plan.drift.length, 'object')} changed outside since the last apply`)]
  for (const change of plan.drift) {
    const gone = change.action === 'delete' ? `  ${colors.red('gone')}` : ''
    lines.push(`  ${colors.cyan('!')} ${describe(change.key)}  ${colors.dim(change.address)}${gone}`)
    if (plan.mode === 'refresh-only')
      lines.push(...change.fields.filter((field) => !isBookkeeping(field)).flatMap((field) => renderField(field, style)))
  }
  return [...lines, '']
}

function renderOutputs(outputs: readonly OutputChange[], { colors }: Style): readonly string[] {
  const changed = changedOutputs(outputs)
  if (changed.length === 0) return []
  const width = Math.max(...changed.map((output) => textWidth(output.name)))
  return [
    colors.bold('outputs'),
    ...changed.map((output) => {
      const after = output.unknown
        ? colors.dim('known after apply')
        : output.after === undefined
          ? colors.red('removed')
          : colors.green(valueText(output.after))
      const before = output.before === undefined ? '' : `${colors.red(valueText(output.before))} ${colors.dim('→')} `
      const mark =
        output.before === undefined
          ? colors.green('+')
          : output.after === undefined && !output.unknown
            ? colors.red('-')
            : colors.yellow('~')
      return `  ${mark} ${padColumns(output.name, width)}  ${before}${after}`
    }),
    '',
  ]
}

/** The last line of a plan: what it does in numbers. */
export function summaryLine(plan: Plan, style: Style): string {
  const errors = plan.diagnostics.filter(({ severity }) => severity === 'error').length
  if (errors === 0) return countsLine(plan, style)
  const { colors } = style
  const changes = plan.mode !== 'refresh-only' && hasChanges(plan)
  const refusal = `${changes ? 'It' : 'The plan'} can not be applied: ${plural(errors, 'error')}.`
  return `${changes ? `${countsLine(plan, style)} ` : ''}${colors.red(colors.bold(refusal))}`
}

/** A line for each cluster, where the plan is about several; those that can't be reached are named as such. */
function clusterLines(plan: Plan, style: Style): readonly string[] {
  if (plan.clusters.length < 2) return []
  const width = Math.max(...plan.clusters.map(({ name }) => name.length))
  const someReached = plan.clusters.some(({ kind }) => kind !== 'offline')
  return plan.clusters.map(({ name, kind }) => {
    const changes = plan.changes.filter(({ key }) => key.cluster === name)
    const drift = plan.drift.filter(({ key }) => key.cluster === name)
    const counts = summarize({ changes })
    const parts =
      plan.mode === 'refresh-only' ? driftParts(drift.length) : [...workParts(counts, style), ...unchangedPart(counts)]
    const reach = kind === 'offline' && someReached ? [style.colors.red('not reached')] : []
    return `  ${name.padEnd(width)}  ${[...reach, ...parts].join(', ') || 'nothing'}`
  })
}

function driftParts(count: number): readonly string[] {
  return count === 0 ? [] : [plural(count, 'object')]
}

function unchangedPart({ unchanged }: PlanSummary): readonly string[] {
  return unchanged === 0 ? [] : [`${unchanged} unchanged`]
}

function countsLine(plan: Plan, style: Style): string {
  const { colors } = style
  const counts = summarize(plan)
  if (plan.mode === 'refresh-only') {
    return plan.drift.length === 0
      ? colors.green('No drift. Everything is as it was applied.')
      : `Drift: ${plural(plan.drift.length, 'object')}.`
  }
  if (!hasChanges(plan)) return colors.green(`No changes. ${plural(counts.unchanged, 'object')} as designed.`)
  const parts = workParts(counts, style)
  const work = parts.length === 0 ? 'outputs only' : parts.join(', ')
  return `${colors.bold('Plan:')} ${work}${counts.unchanged > 0 ? colors.dim(`; ${counts.unchanged} unchanged`) : ''}.`
}

function workParts(counts: PlanSummary, { colors }: Style): readonly string[] {
  return [
    counts.create > 0 ? colors.green(`${counts.create} to create`) : undefined,
    counts.update > 0 ? colors.yellow(`${counts.update} to change`) : undefined,
    counts.replace > 0 ? colors.red(colors.bold(`${counts.replace} to REPLACE`)) : undefined,
    counts.delete > 0 ? colors.red(colors.bold(`${counts.delete} to DELETE`)) : undefined,
    counts.import > 0 ? colors.green(`${counts.import} to adopt`) : undefined,
    counts.forget > 0 ? `${counts.forget} to forget` : undefined,
  ].filter((part) => part !== undefined)
}
