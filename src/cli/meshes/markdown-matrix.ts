import type { MeshProvider } from '../../providers/contract.ts'
import { FEATURE_NAMES, FEATURES, type Feature, type Support } from '../../providers/features.ts'
import { columnsOf, type MeshColumn } from './mesh-column.ts'

/** How a cell of the matrix reads. */
export function cellOf(support: Support): string {
  switch (support.level) {
    case 'yes':
      return support.since === undefined ? '●' : `● ${support.since}`
    case 'partial':
      return support.since === undefined ? '◐' : `◐ ${support.since}`
    case 'no':
      return '·'
  }
}

/** The file of a mesh's page. */
export function pageName(provider: MeshProvider): string {
  return `${provider.name}.md`
}

/** The capability matrix of all meshes as Markdown: the whole of docs/meshes/README.md. */
export function markdownMatrix(providers: readonly MeshProvider[]): string {
  const columns = providers.flatMap(columnsOf)
  const groups = [...new Set(FEATURE_NAMES.map(groupOf))]
  return [
    '# Meshes and what they can do',
    '',
    'This page is written by `npm run generate` from the same tables that refuse a plan: what a mesh cannot do is refused with the',
    'place in the design, the reason and the nearest alternative. The page of a mesh says how each thing is done.',
    '',
    '● yes, ◐ with a difference that its page names, · no. A number is the version of the mesh from which it works.',
    '',
    '| mesh | `provider:` | `mode:` | state | checked against |',
    '|---|---|---|---|---|',
    ...columns.map(meshRow),
    '',
    'SOFAMesh (a fork of Istio 1.1, deprecated in 2020, whose definitions had no schema) and Octarine (a service without public resources,',
    'gone in 2020) have no provider; their objects stand under `resources`.',
    '',
    ...groups.flatMap((group) =>
      groupTable(
        group,
        FEATURE_NAMES.filter((feature) => groupOf(feature) === group),
        columns,
      ),
    ),
  ].join('\n')
}

function groupOf(feature: Feature): string {
  return feature.slice(0, feature.indexOf('.'))
}

function meshRow({ provider, title, mode }: MeshColumn): string {
  const usual = provider.defaultMode === undefined ? '' : `\`${provider.defaultMode}\``
  return `| [${title}](${pageName(provider)}) | \`${provider.name}\` | ${mode === undefined ? usual : `\`${mode}\``} | ${provider.status} | ${provider.defaultVersion} |`
}

function groupTable(group: string, features: readonly Feature[], columns: readonly MeshColumn[]): readonly string[] {
  return [
    `## ${group}`,
    '',
    `| feature | |${columns.map(({ name }) => ` ${name} |`).join('')}`,
    `|---|---|${columns.map(() => ':-:|').join('')}`,
    ...features.map(
      (feature) =>
        `| \`${feature}\` | ${FEATURES[feature]} |${columns.map(({ table }) => ` ${cellOf(table[feature])} |`).join('')}`,
    ),
    '',
  ]
}
