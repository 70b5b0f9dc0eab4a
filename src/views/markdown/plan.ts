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
  valueText,
} from '../plan-words.ts'
import { valueDiff } from '../value-diff.ts'

/** How long a text may be on hosts of pull requests, in characters. What is longer is refused or dropped whole there. */
export const MARKDOWN_LIMITS = {
  /** GitHub refuses longer comments. */
  'github-comment': 65_536,
  /** GitHub drops longer job summaries (1 MiB) whole. */
  'github-summary': 1_048_576,
  /** GitLab's limit for notes. */
  'gitlab-note': 1_000_000,
  /** Bitbucket Data Center's limit for comments. */
  'bitbucket-comment': 32_768,
  /** Azure DevOps' limit for comments of a thread. */
  'azure-comment': 150_000,
  none: Number.POSITIVE_INFINITY,
} as const

/** A host's limit by name. */
export type MarkdownLimit = keyof typeof MARKDOWN_LIMITS

/** Lines shown of a new object before the rest is only counted. */
const LINES_SHOWN = 60

/** Errors listed before the rest is only counted. */
const ERRORS_LISTED = 20

/** Deletes listed by name before the rest is only counted, so that the list itself always fits. */
const DELETES_LISTED = 100

/**
 * A plan as Markdown for a pull request: what is deleted first, then by component what changes in which field. Never longer than
 * the limit: what doesn't fit is counted, whole components at a time.
 */
export function planToMarkdown(plan: Plan, limit: number): string {
  const head = [
    `### ${escapeText(plan.design.name)}: ${countsText(plan)}`,
    '',
    `${plan.mode === 'destroy' ? 'Destroys the design' : plan.mode === 'refresh-only' ? 'Looks for drift' : 'Applies the design'} on ${clusters(plan)}.`,
  ]
  const describe = describerOf(plan)
  const sections = [
    ...errors(plan),
    ...deletes(plan, describe),
    ...drift(plan, describe),
    ...components(plan, describe),
    ...outputs(plan),
  ]
  const text: string[] = [head.join('\n')]
  // Room for the line that says what was left out.
  let room = limit - (text[0]?.length ?? 0) - 200
  let left = 0
  for (const section of sections) {
    const cost = section.length + 2
    if (left > 0 || cost > room) {
      left++
      continue
    }
    text.push(section)
    room -= cost
  }
  if (left > 0) text.push(`**${left} more sections do not fit here.** \`meshform show PLAN\` prints all of them.`)
  return `${text.join('\n\n')}\n`
}

function clusters(plan: Plan): string {
  const names = plan.clusters.map(({ name, context, server }) => {
    const where = [context, server].filter((part) => part !== undefined).join(', ')
    return where === '' || name === where ? `\`${name}\`` : `\`${name}\` (${escapeText(where)})`
  })
  return names.length === 0 ? 'no cluster' : names.join(', ')
}

/** Why the plan can't be applied, before all else. */
function errors(plan: Plan): readonly string[] {
  const found = plan.diagnostics.filter(({ severity }) => severity === 'error')
  if (found.length === 0) return []
  const lines = found.slice(0, ERRORS_LISTED).map(({ code, summary }) => `> - ${escapeText(summary)} [${code}]`)
  const more = found.length > ERRORS_LISTED ? [`> - and ${found.length - ERRORS_LISTED} more`] : []
  return [['> [!WARNING]', '> This plan can not be applied:', ...lines, ...more].join('\n')]
}

function deletes(plan: Plan, describe: Describe): readonly string[] {
  const gone = plan.changes.filter(({ action }) => action === 'delete' || action === 'replace')
  const forgotten = plan.changes.filter(({ action }) => action === 'forget')
  const list = (changes: readonly ObjectChange[]) => [
    ...changes
      .slice(0, DELETES_LISTED)
      .map(
        ({ key, address, action, reason }) =>
          `- \`${describe(key)}\` (${escapeText(address)})${action === 'replace' ? ', made anew' : ''}${reason === 'forget_because_occupied' ? ', since others live in it' : ''}`,
      ),
    ...(changes.length > DELETES_LISTED ? [`- and ${changes.length - DELETES_LISTED} more`] : []),
  ]
  return [
    ...(gone.length === 0
      ? []
      : [
          [
            `> [!CAUTION]`,
            `> ${gone.length} ${gone.length === 1 ? 'object' : 'objects'} will be **DELETED**`,
            '',
            ...list(gone),
          ].join('\n'),
        ]),
    ...(forgotten.length === 0 ? [] : [['Forgotten, not deleted:', '', ...list(forgotten)].join('\n')]),
  ]
}

function drift(plan: Plan, describe: Describe): readonly string[] {
  if (plan.drift.length === 0) return []
  return [
    [
      'Changed outside since the last apply:',
      '',
      ...plan.drift.map(
        (change) =>
          `- \`${describe(change.key)}\` (${escapeText(change.address)})${change.action === 'delete' ? ' is gone' : ''}`,
      ),
    ].join('\n'),
  ]
}

function components(plan: Plan, describe: Describe): readonly string[] {
  const byComponent = new Map<string, ObjectChange[]>()
  for (const change of plan.changes) {
    if (change.action === 'no-op' || change.action === 'delete' || change.action === 'forget') continue
    const known = byComponent.get(change.address)
    if (known === undefined) byComponent.set(change.address, [change])
    else known.push(change)
  }
  return [...byComponent].map(([address, changes]) => {
    const body = changes.map((change) => objectLines(change, describe)).join('\n')
    const fence = '`'.repeat(Math.max(3, longestRun(body) + 1))
    const place = changes[0]?.origin
    const where = place === undefined || place.file === '' ? '' : ` <code>${escapeText(place.file)}:${place.line}</code>`
    const open = changes.some(({ action }) => action === 'update' || action === 'replace') ? ' open' : ''
    return `<details${open}><summary><b>${escapeText(address)}</b>: ${tally(changes)}${where}</summary>\n\n${fence}diff\n${body}\n${fence}\n\n</details>`
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

function outputs(plan: Plan): readonly string[] {
  const changed = changedOutputs(plan.outputs)
  if (changed.length === 0) return []
  const rows = changed.map(({ name, before, after, unknown }) => {
    const then = unknown ? '*known after apply*' : after === undefined ? '*removed*' : code(valueText(after))
    return `| ${escapeText(name)} | ${before === undefined ? '' : code(valueText(before))} | ${then} |`
  })
  return [['| output | before | after |', '|---|---|---|', ...rows].join('\n')]
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
