import type { FieldChange, FieldConflict, ObjectChange } from '../../plan/change.ts'
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
  MARKS,
  noteOf,
  otherConflicts,
  remarksOf,
  valueText,
} from '../plan-words.ts'
import { valueDiff } from '../value-diff.ts'

/** A plan as one self-contained page: no script, nothing fetched, readable in light and dark. */
export function planToHtml(plan: Plan): string {
  const title = `${plan.design.name}: ${countsText(plan)}`
  const describe = describerOf(plan)
  const gone = plan.changes.filter(({ action }) => action === 'delete')
  const rest = plan.changes.filter(({ action }) => action !== 'no-op' && action !== 'delete')
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<header>
<h1>${escapeHtml(plan.design.name)}${plan.design.version === undefined ? '' : ` <small>${escapeHtml(plan.design.version)}</small>`}</h1>
<p class="counts">${escapeHtml(countsText(plan))}</p>
<p>${plan.clusters.map(({ name, context, server }) => escapeHtml([name, context, server].filter((part) => part !== undefined).join(' · '))).join('<br>')}</p>
${remarksOf(plan)
  .map((remark) => `<p>${escapeHtml(remark)}</p>\n`)
  .join('')}</header>
<main>
${errors(plan)}${gone.length === 0 ? '' : section(`${gone.length} ${gone.length === 1 ? 'object' : 'objects'} will be DELETED`, gone, 'danger', describe)}
${plan.drift.length === 0 ? '' : section('Changed outside since the last apply', plan.drift, 'drift', describe)}
${components(rest, describe)}
${outputs(plan)}
</main>
</body>
</html>
`
}

/** Why the plan can't be applied. */
function errors(plan: Plan): string {
  const found = plan.diagnostics.filter(({ severity }) => severity === 'error')
  if (found.length === 0) return ''
  const items = found.map(({ code, summary }) => `<li>${escapeHtml(summary)} [${code}]</li>`)
  return `<section class="danger"><h2>This plan can not be applied</h2><ul>${items.join('')}</ul></section>`
}

function components(changes: readonly ObjectChange[], describe: Describe): string {
  const byAddress = new Map<string, ObjectChange[]>()
  for (const change of changes) {
    const others = byAddress.get(change.address)
    if (others === undefined) byAddress.set(change.address, [change])
    else others.push(change)
  }
  return [...byAddress].map(([address, its]) => section(address, its, 'component', describe)).join('\n')
}

function section(title: string, changes: readonly ObjectChange[], kind: string, describe: Describe): string {
  return `<section class="${kind}">\n<h2>${escapeHtml(title)}</h2>\n${changes.map((change) => object(change, describe)).join('\n')}\n</section>`
}

function object(change: ObjectChange, describe: Describe): string {
  const fields = change.fields.filter((field) => !isBookkeeping(field))
  const notes = [
    noteOf(change),
    change.certainty === 'exact' ? undefined : `${change.certainty}: ${change.certaintyReason ?? 'not asked'}`,
  ]
  const note = notes.filter((text) => text !== undefined).join('; ')
  const head = `<b class="${change.action}">${MARKS[change.action].trim()} ${escapeHtml(describe(change.key))}</b> <span>${escapeHtml(note)}</span>`
  if (fields.length === 0 || change.action === 'delete') return `<p class="object">${head}</p>`
  if (change.action === 'create') {
    const { lines } = newObjectLines(change.key.kind, fields, { most: Number.POSITIVE_INFINITY, brief: true })
    return `<details><summary>${head}</summary><pre>${escapeHtml(lines.join('\n'))}</pre></details>`
  }
  const others = otherConflicts(change)
    .map((conflict) => `<tr><th>${escapeHtml(conflict.field)}</th><td>${conflictTag(conflict)}</td><td></td></tr>`)
    .join('')
  return `<details open><summary>${head}</summary><table>${fields.map((field) => row(field, change)).join('')}${others}</table></details>`
}

function conflictTag(conflict: FieldConflict): string {
  return `<b class="${conflict.outcome === 'refused' ? 'delete' : 'forget'}">${escapeHtml(conflictText(conflict))}</b>`
}

function row(field: FieldChange, { conflicts }: ObjectChange): string {
  const owners = conflictsOver(field, conflicts).map((conflict) => ` ${conflictTag(conflict)}`)
  const where =
    field.origin === undefined || field.origin.file === ''
      ? ''
      : `${field.origin.file}:${field.origin.line}:${field.origin.column}`
  return `<tr><th>${escapeHtml(formatFieldPath(field.path))}</th><td>${difference(field)}${owners.join('')}</td><td class="where">${escapeHtml(where)}</td></tr>`
}

function difference(field: FieldChange): string {
  const diff = valueDiff(field.before, field.after)
  if (diff.kind === 'inline') {
    const before = diff.before === undefined ? '' : `<del>${escapeHtml(diff.before)}</del> `
    return `${before}${diff.after === undefined ? '' : `<ins>${escapeHtml(diff.after)}</ins>`}`
  }
  const tags = { '+': 'ins', '-': 'del', ' ': 'span', gap: 'i' } as const
  const lines = diff.lines.map(({ mark, text }) => {
    const said = mark === 'gap' ? `… ${text}` : text
    return `<${tags[mark]}>${escapeHtml(said)}</${tags[mark]}>`
  })
  return `<pre class="diff">${lines.join('\n')}</pre>`
}

function outputs(plan: Plan): string {
  const changed = changedOutputs(plan.outputs)
  if (changed.length === 0) return ''
  const rows = changed.map(({ name, before, after, unknown }) => {
    const then = unknown
      ? '<i>known after apply</i>'
      : after === undefined
        ? '<i>removed</i>'
        : `<ins>${escapeHtml(valueText(after))}</ins>`
    return `<tr><th>${escapeHtml(name)}</th><td>${before === undefined ? '' : `<del>${escapeHtml(valueText(before))}</del> `}${then}</td></tr>`
  })
  return `<section><h2>Outputs</h2><table>${rows.join('')}</table></section>`
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}

const STYLE = `
:root{color-scheme:light dark;--line:#8884;--dim:#7a7a7a;--red:#c62828;--green:#2e7d32;--yellow:#b26a00}
@media (prefers-color-scheme:dark){:root{--red:#ff8a80;--green:#81c784;--yellow:#ffcc80}}
body{font:15px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem}
h1{margin:0;font-size:1.6rem}h1 small,header p,.where,summary span,.object span{color:var(--dim);font-weight:normal}
.counts{font-size:1.1rem;margin:.2rem 0}h2{font-size:1.05rem;margin:1.6rem 0 .4rem;border-bottom:1px solid var(--line)}
.danger h2{color:var(--red)}details,.object{margin:.2rem 0 .2rem 1rem}summary{cursor:pointer}
table{border-collapse:collapse;margin:.3rem 0 .6rem 1.2rem;font:13px/1.5 ui-monospace,monospace}
th{text-align:left;font-weight:normal;vertical-align:top;padding-right:1rem;white-space:nowrap}
td{vertical-align:top;overflow-wrap:anywhere}.where{padding-left:1rem;white-space:nowrap}
del{color:var(--red);text-decoration:none}del::before{content:"- "}ins{color:var(--green);text-decoration:none}
pre{font:13px/1.5 ui-monospace,monospace;margin:.3rem 0 .6rem 1.2rem;overflow-x:auto}
td pre{margin:0}.diff ins::before{content:"+ "}.diff span::before,.diff i::before{content:"  "}.diff i{color:var(--dim)}
.create,.import{color:var(--green)}.update{color:var(--yellow)}.delete,.replace{color:var(--red)}.forget{color:var(--dim)}
`
