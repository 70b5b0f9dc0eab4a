import type { MeshProvider } from '../../providers/contract.ts'
import { FEATURE_NAMES, type Support } from '../../providers/features.ts'
import type { Style } from '../../views/terminal/style.ts'
import { columnsOf, type MeshColumn } from './mesh-column.ts'

const WIDTH = Math.max(...FEATURE_NAMES.map((feature) => feature.length)) + 2

function mark(support: Support, { colors }: Style): string {
  switch (support.level) {
    case 'yes':
      return colors.green('●')
    case 'partial':
      return colors.yellow('◐')
    case 'no':
      return colors.dim('·')
  }
}

/** The capability matrix, a column for each mesh in each of its modes. */
export function terminalMatrix(providers: readonly MeshProvider[], style: Style): string {
  const { colors } = style
  const columns = providers.flatMap(columnsOf)
  const head = columns.map(
    ({ name, provider }, index) =>
      `${' '.repeat(WIDTH)}${'│ '.repeat(index)}${colors.bold(name)}${provider.status === 'active' ? '' : colors.dim(` (${provider.status})`)}`,
  )
  const rows = FEATURE_NAMES.map(
    (feature) => `${feature.padEnd(WIDTH)}${columns.map(({ table }) => mark(table[feature], style)).join(' ')}`,
  )
  const legend = `${colors.green('●')} yes  ${colors.yellow('◐')} partly  ${colors.dim('·')} no     meshform providers show NAME tells more`
  return `${head.join('\n')}\n${rows.join('\n')}\n\n${legend}\n`
}

/** One mesh in detail: what it can do, what it writes itself, how health and order are told. */
export function terminalDetail(provider: MeshProvider, style: Style): string {
  const { colors } = style
  const { ignore, health, order } = provider.rules
  const section = (title: string, lines: readonly string[]) =>
    ['', colors.bold(title), ...(lines.length === 0 ? [colors.dim('  none')] : lines)].join('\n')
  return [
    `${colors.bold(provider.title)}  ${colors.dim(`${provider.name}, ${provider.status}, checked against ${provider.defaultVersion}, namespace ${provider.defaultNamespace}`)}`,
    ...columnsOf(provider).map((column) =>
      section(column.mode === undefined ? 'what it can do' : `what it can do: ${column.title}`, featureLines(column, style)),
    ),
    section(
      'fields that it writes itself, neither drift nor change',
      ignore.flatMap((rule) => [
        `  ${rule.kinds.join(', ')}${rule.names === undefined ? '' : ` (${rule.names.join(', ')})`}  ${colors.dim(rule.reason)}`,
        ...rule.paths.map((path) => `      ${path}`),
      ]),
    ),
    section(
      'how health is told, beside what is built in',
      health.map(({ kinds, condition, status }) => `  ${kinds.join(', ')}  ${colors.dim(`condition ${condition} is ${status}`)}`),
    ),
    section(
      'what is applied before what',
      order.map(
        ({ before, after, reason }) =>
          `  ${before.kinds.join(', ')} ${colors.dim('before')} ${after.kinds.join(', ')}  ${colors.dim(reason)}`,
      ),
    ),
    '',
  ].join('\n')
}

/** The lines of a mode; of one that is not the usual, only what it does otherwise. */
function featureLines({ table, mode, provider }: MeshColumn, style: Style): readonly string[] {
  return FEATURE_NAMES.flatMap((feature) => {
    const support = table[feature]
    if (mode !== undefined && support === provider.capabilities[feature]) return []
    const since = support.level !== 'no' && support.since !== undefined ? `from ${support.since}. ` : ''
    const alternative = support.level === 'no' && support.alternative !== undefined ? `. ${support.alternative}` : ''
    return [
      `  ${mark(support, style)} ${feature.padEnd(WIDTH)}${style.colors.dim(`${since}${support.note ?? ''}${alternative}`)}`,
    ]
  })
}
