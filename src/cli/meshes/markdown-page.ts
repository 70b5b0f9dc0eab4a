import { isJsonObject, type JsonObject } from '../../plan/json.ts'
import type { MeshProvider } from '../../providers/contract.ts'
import { FEATURE_NAMES, type Feature, type Support } from '../../providers/features.ts'
import { cellOf } from './markdown-matrix.ts'
import { columnsOf, type MeshColumn, plainMesh } from './mesh-column.ts'

const ENDED: { readonly [Status in MeshProvider['status']]: string } = {
  active: '',
  dormant: 'Its project has gone quiet; a plan says so as a warning.',
  archived: 'Its project is archived; a plan says so as a warning.',
  ended: 'Its project has ended; a plan says so as a warning.',
}

/** The page of a mesh as Markdown: the whole of docs/meshes/<name>.md. */
export function markdownPage(provider: MeshProvider): string {
  const columns = columnsOf(provider)
  return [
    `# ${provider.title}`,
    '',
    `\`provider: ${provider.name}\`, ${provider.status}, checked against ${provider.defaultVersion}. ${ENDED[provider.status]}`.trim(),
    'This page is written by `npm run generate` from the tables that the planner uses; [the matrix](README.md) compares the meshes.',
    '',
    ...(columns.length > 1 ? modes(columns) : []),
    ...columns.flatMap((column) => install(column, columns.length > 1)),
    ...columns.flatMap((column) => onboarding(column, columns.length > 1)),
    ...features(columns),
    ...settings(provider),
    ...rules(provider),
    ...metrics(provider),
  ].join('\n')
}

function headed(title: string, { title: name }: MeshColumn, several: boolean): readonly string[] {
  return [`## ${title}${several ? `: ${name}` : ''}`, '']
}

function modes(columns: readonly MeshColumn[]): readonly string[] {
  return [
    ...columns.map(
      ({ title, mode, provider }) =>
        `- ${title}: \`mode: ${mode ?? provider.defaultMode ?? ''}\`${mode === undefined ? ', the usual one' : ''}`,
    ),
    '',
  ]
}

function install(column: MeshColumn, several: boolean): readonly string[] {
  const planned = column.provider.install(plainMesh(column))
  const charts = planned.charts.map(
    ({ name, release, namespace, repository, crdsOnly }) =>
      `| \`${name}\` | \`${release}\` | \`${namespace}\` | ${repository} | ${crdsOnly ? 'definitions only' : ''} |`,
  )
  const parts = planned.controlPlane.map(
    ({ kind, name, container }) => `- ${kind} \`${planned.namespace}/${name}\`, container \`${container}\``,
  )
  return [
    ...headed('Installing', column, several),
    ...(charts.length === 0
      ? ['There is nothing to install from charts.', '']
      : [
          '`install: {}` on the mesh renders these charts, in this order, each once the one before is healthy:',
          '',
          '| chart | release | namespace | repository | |',
          '|---|---|---|---|---|',
          ...charts,
          '',
        ]),
    ...(planned.requires ?? []).map(({ crd, get }) => `- \`${crd}\` must be there and comes from elsewhere: ${get}`),
    ...((planned.requires ?? []).length === 0 ? [] : ['']),
    ...(parts.length === 0 ? [] : ['`existing: true` looks for:', '', ...parts, '']),
  ]
}

function onboarding(column: MeshColumn, several: boolean): readonly string[] {
  const { labels, annotations } = column.provider.namespaceMetadata(plainMesh(column).spec)
  const marks = [
    ...Object.entries(labels).map(([key, value]) => `- label \`${key}: "${value}"\``),
    ...Object.entries(annotations).map(([key, value]) => `- annotation \`${key}: "${value}"\``),
  ]
  if (marks.length === 0) return []
  return [...headed('Onboarding', column, several), 'A Namespace whose workloads are in the mesh bears:', '', ...marks, '']
}

function features(columns: readonly MeshColumn[]): readonly string[] {
  const [first] = columns
  const rows = FEATURE_NAMES.flatMap((feature) => featureRows(feature, columns))
  return [
    '## What maps to what',
    '',
    ...(columns.length > 1 ? [`Where a mode is not named, its row is that of ${first?.title ?? ''}.`, ''] : []),
    '| feature | | how, or why not |',
    '|---|:-:|---|',
    ...rows,
    '',
  ]
}

/** One row for a feature, and one more for each mode that says something else about it. */
function featureRows(feature: Feature, columns: readonly MeshColumn[]): readonly string[] {
  const [first, ...others] = columns
  if (first === undefined) return []
  const usual = first.table[feature]
  const different = others.filter(({ table }) => wordsOf(table[feature]) !== wordsOf(usual))
  return [
    `| \`${feature}\` | ${wordsOf(usual)} |`,
    ...different.map(({ mode, table }) => `| \`${feature}\`, \`${mode ?? ''}\` | ${wordsOf(table[feature])} |`),
  ]
}

function wordsOf(support: Support): string {
  const note = support.note ?? ''
  const alternative = support.level === 'no' && support.alternative !== undefined ? support.alternative : ''
  const text = [note, alternative].filter((part) => part !== '').join('. ')
  return `${cellOf(support)} | ${cell(text)}`
}

/** Text inside a table: its bars would end the cell. */
function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll(/[<>]/g, (bracket) => (bracket === '<' ? '&lt;' : '&gt;'))
}

function settings(provider: MeshProvider): readonly string[] {
  const properties = isJsonObject(provider.settingsSchema.properties) ? provider.settingsSchema.properties : {}
  const rows = Object.entries(properties).map(([name, schema]) => settingRow(name, isJsonObject(schema) ? schema : {}))
  return [
    '## Settings',
    '',
    ...(rows.length === 0
      ? ['The mesh takes no `settings`.']
      : ['`settings` of the mesh:', '', '| name | type | |', '|---|---|---|', ...rows]),
    '',
    '`settings` of another component are merged into the spec of the objects of the kind they name, last, so that they win.',
    '',
  ]
}

function settingRow(name: string, schema: JsonObject): string {
  const type = Array.isArray(schema.enum)
    ? schema.enum.map((value) => `\`${String(value)}\``).join(', ')
    : String(schema.type ?? '')
  return `| \`${name}\` | ${type} | ${cell(typeof schema.description === 'string' ? schema.description : '')} |`
}

function rules({ rules: { ignore, health, order, unchangeable = [] } }: MeshProvider): readonly string[] {
  const kindsOf = (side: { readonly group: string; readonly kinds: readonly string[] }) => side.kinds.join(', ')
  return [
    '## Fields that others write',
    '',
    'Changes there are neither drift nor a reason to apply. `ignore` on the mesh adds more.',
    '',
    ...(ignore.length === 0 ? ['None.'] : []),
    ...ignore.map(
      ({ kinds, names, paths, reason }) =>
        `- ${kinds.join(', ')}${names === undefined ? '' : ` (${names.join(', ')})`}: ${paths.map((path) => `\`${path}\``).join(', ')}. ${reason}`,
    ),
    '',
    ...(unchangeable.length === 0
      ? []
      : [
          '## Fields that can not be changed',
          '',
          'An object whose field changes is made anew, unless it says otherwise here.',
          '',
          ...unchangeable.map(
            ({ kinds, paths, reason, otherwise }) =>
              `- ${kinds.join(', ')}: ${paths.map((path) => `\`${path}\``).join(', ')}. ${reason}${otherwise === undefined ? '' : `. ${otherwise}`}`,
          ),
          '',
        ]),
    ...(health.length === 0
      ? []
      : [
          '## Health',
          '',
          ...health.map(({ kinds, condition, status }) => `- ${kinds.join(', ')}: condition ${condition} is ${status}`),
          '',
        ]),
    ...(order.length === 0
      ? []
      : [
          '## Order',
          '',
          ...order.map(({ before, after, reason }) => `- ${kindsOf(before)} before ${kindsOf(after)}: ${reason}`),
          '',
        ]),
  ]
}

function metrics({ metrics: queries }: MeshProvider): readonly string[] {
  const rows = Object.entries(queries).filter(([, query]) => query !== '')
  if (rows.length === 0) return []
  return [
    '## Metrics',
    '',
    'PromQL by which perf-checks and reports look at a workload:',
    '',
    ...rows.map(([name, query]) => `- ${name}: \`${query}\``),
    '',
  ]
}
