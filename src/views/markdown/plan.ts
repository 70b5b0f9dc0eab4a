import type { FieldChange, ObjectChange } from '../../plan/change.ts'
import { formatFieldPath } from '../../plan/field-text.ts'
import type { Plan } from '../../plan/plan.ts'
import { newObjectLines } from '../new-object-lines.ts'
import {
  changedOutputs,
  conflictsOver,
  conflictText,
  countsText,
  type Describe,
  describerOf,
  isBookkeeping,
  noteOf,
  otherConflicts,
  remarksOf,
  valueText,
} from '../plan-words.ts'
import { valueDiff } from '../value-diff.ts'
import { fitSections, type MarkdownLimit, type Section } from './fit-sections.ts'

/** How long a text may be on hosts of pull requests. What is longer is refused or dropped whole there. */
export const MARKDOWN_LIMITS = {
  /** GitHub refuses longer comments. */
  'github-comment': { most: 65_536, unit: 'characters' },
  /** GitHub drops larger job summaries (1 MiB as a file) whole. */
  'github-summary': { most: 1_048_576, unit: 'bytes' },
  /** GitLab's limit for notes. */
  'gitlab-note': { most: 1_000_000, unit: 'characters' },
  /** Bitbucket Data Center's limit for comments. */
  'bitbucket-comment': { most: 32_768, unit: 'characters' },
  /** Azure DevOps' limit for comments of a thread. */
  'azure-comment': { most: 150_000, unit: 'characters' },
  none: { most: Number.POSITIVE_INFINITY, unit: 'characters' },
} as const satisfies Readonly<Record<string, MarkdownLimit>>

/** A host's limit by name. */
export type MarkdownHost = keyof typeof MARKDOWN_LIMITS

/** Lines shown of a new object before the rest is only counted. */
const LINES_SHOWN = 60

/** Errors listed before the rest is only counted. */
const ERRORS_LISTED = 20

/** Deletes listed by name before the rest is only counted. */
const DELETES_LISTED = 100

/** Objects that changed outside, listed before the rest is only counted. */
const DRIFT_LISTED = 100

/**
 * A plan as Markdown for a pull request: what is deleted first, then by component what changes in which field. Never longer than
 * the limit: what doesn't fit is counted, of a component or list object by object.
 */
export function planToMarkdown(plan: Plan, limit: MarkdownLimit): string {
  const head = [
    `### ${escapeText(plan.design.name)}: ${countsText(plan)}`,
    '',
    `${plan.mode === 'destroy' ? 'Destroys the design' : plan.mode === 'refresh-only' ? 'Looks for drift' : 'Applies the design'} on ${clusters(plan)}.`,
    ...remarksOf(plan).flatMap((remark) => ['', escapeText(remark)]),
  ]
  const describe = describerOf(plan)
  const sections = [
    ...errors(plan),
    ...deletes(plan, describe),
    ...drift(plan, describe),
    ...components(plan, describe),
    ...outputs(plan),
  ]
  return fitSections(head.join('\n'), sections, limit)
}

/** A section of which the first items are listed, and the others counted. */
function list(head: string, items: readonly string[], most: number, mark: string): Section {
  const shown = items.slice(0, most)
  const more = items.length - shown.length
  return { head, items: shown, tail: (left) => (left + more === 0 ? '' : `\n${mark}and ${left + more} more`) }
}

function clusters(plan: Plan): string {
  const names = plan.clusters.map(({ name, context, server }) => {
    const where = [context, server].filter((part) => part !== undefined).join(', ')
    return where === '' || name === where ? `\`${name}\`` : `\`${name}\` (${escapeText(where)})`
  })
  return names.length === 0 ? 'no cluster' : names.join(', ')
}

/** Why the plan can't be applied, before all else. */
function errors(plan: Plan): readonly Section[] {
  const found = plan.diagnostics.filter(({ severity }) => severity === 'error')
  if (found.length === 0) return []
  const lines = found.map(({ code, summary }) => `> - ${escapeText(summary)} [${code}]`)
  return [list('> [!WARNING]\n> This plan can not be applied:', lines, ERRORS_LISTED, '> - ')]
}

function deletes(plan: Plan, describe: Describe): readonly Section[] {
  const gone = plan.changes.filter(({ action }) => action === 'delete' || action === 'replace')
  const forgotten = plan.changes.filter(({ action }) => action === 'forget')
  const lines = (changes: readonly ObjectChange[]) =>
    changes.map(
      ({ key, address, action, reason }) =>
        `- \`${describe(key)}\` (${escapeText(address)})${action === 'replace' ? ', made anew' : ''}${reason === 'forget_because_occupied' ? ', since others live in it' : ''}`,
    )
  const caution = `> [!CAUTION]\n> ${gone.length} ${gone.length === 1 ? 'object' : 'objects'} will be **DELETED**\n`
  return [
    ...(gone.length === 0 ? [] : [list(caution, lines(gone), DELETES_LISTED, '- ')]),
    ...(forgotten.length === 0 ? [] : [list('Forgotten, not deleted:\n', lines(forgotten), DELETES_LISTED, '- ')]),
  ]
}

function drift(plan: Plan, describe: Describe): readonly Section[] {
  if (plan.drift.length === 0) return []
  const lines = plan.drift.map(
    (change) => `- \`${describe(change.key)}\` (${escapeText(change.address)})${change.action === 'delete' ? ' is gone' : ''}`,
  )
  return [list('Changed outside since the last apply:\n', lines, DRIFT_LISTED, '- ')]
}

function components(plan: Plan, describe: Describe): readonly Section[] {
  const byComponent = new Map<string, ObjectChange[]>()
  for (const change of plan.changes) {
    if (change.action === 'no-op' || change.action === 'delete' || change.action === 'forget') continue
    const known = byComponent.get(change.address)
    if (known === undefined) byComponent.set(change.address, [change])
    else known.push(change)
  }
  return [...byComponent].map(([address, changes]) => {
    const items = changes.map((change) => objectLines(change, describe))
    const fence = '`'.repeat(Math.max(3, ...items.map((item) => longestRun(item) + 1)))
    const place = changes[0]?.origin
    const where = place === undefined || place.file === '' ? '' : ` <code>${escapeText(place.file)}:${place.line}</code>`
    const open = changes.some(({ action }) => action === 'update' || action === 'replace') ? ' open' : ''
    return {
      head: `<details${open}><summary><b>${escapeText(address)}</b>: ${tally(changes)}${where}</summary>\n\n${fence}diff`,
      items,
      tail: (left: number) => {
        const more = left === 0 ? '' : `\n# ${left} more ${left === 1 ? 'object' : 'objects'}`
        return `${more}\n${fence}\n\n</details>`
      },
    }
  })
}

function tally(changes: readonly ObjectChange[]): string {
  const words = { create: 'created', update: 'changed', replace: 'replaced', import: 'adopted' } as const
  return Object.entries(words)
    .flatMap(([action, word]) => {
      const count = changes.filter((change) => change.action === action).length
      return count === 0 ? [] : [`${count} ${word}`]
    })
    .join(', ')
}

/** Lines of a diff block: hosts colour them by their first character. */
function objectLines(change: ObjectChange, describe: Describe): string {
  const mark = change.action === 'create' || change.action === 'import' ? '+' : change.action === 'replace' ? '-' : '!'
  const notes = [
    noteOf(change),
    change.certainty === 'exact' ? undefined : `${change.certainty}: ${change.certaintyReason ?? 'not asked'}`,
  ]
  const note = notes.filter((text) => text !== undefined).join('; ')
  const head = `${mark} ${describe(change.key)}${note === '' ? '' : `  (${note})`}`
  if (change.action === 'create') return [head, ...newLines(change)].join('\n')
  return [
    head,
    ...change.fields
      .filter((field) => !isBookkeeping(field))
      .flatMap((field) => [
        ...fieldLines(field),
        ...conflictsOver(field, change.conflicts).map((conflict) => `!       ${conflictText(conflict)}`),
      ]),
    ...otherConflicts(change).map((conflict) => `!     ${conflict.field}: ${conflictText(conflict)}`),
  ].join('\n')
}

function newLines({ key, fields }: ObjectChange): readonly string[] {
  const { lines, hidden } = newObjectLines(key.kind, fields, { most: LINES_SHOWN, brief: true })
  return [...lines.map((line) => `+     ${line}`), ...(hidden === 0 ? [] : [`# ${hidden} more lines`])]
}

function fieldLines({ path, before, after }: FieldChange): readonly string[] {
  const name = formatFieldPath(path)
  const diff = valueDiff(before, after)
  if (diff.kind === 'lines') {
    const lines = diff.lines.map(({ mark, text }) => (mark === 'gap' ? `        … ${text}` : `${mark}       ${text}`))
    return [`      ${name}:${after === undefined ? ' removed' : ''}`, ...lines]
  }
  return [
    ...(diff.before === undefined ? [] : [`-     ${name}: ${diff.before}`]),
    ...(diff.after === undefined ? [] : [`+     ${name}: ${diff.after}`]),
  ]
}

function outputs(plan: Plan): readonly Section[] {
  const changed = changedOutputs(plan.outputs)
  if (changed.length === 0) return []
  const rows = changed.map(({ name, before, after, unknown }) => {
    const then = unknown ? '*known after apply*' : after === undefined ? '*removed*' : code(valueText(after))
    return `| ${escapeText(name)} | ${before === undefined ? '' : code(valueText(before))} | ${then} |`
  })
  return [list('| output | before | after |\n|---|---|---|', rows, rows.length, '| ')]
}

function code(text: string): string {
  return `<code>${escapeText(text)}</code>`
}

function escapeText(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('|', '&#124;')
    .replaceAll('\n', ' ')
}

/** The longest run of backticks, so that a fence can be longer than any inside it. */
function longestRun(text: string): number {
  return Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length))
}
