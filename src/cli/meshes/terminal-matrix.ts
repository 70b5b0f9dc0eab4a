import type { MeshProvider } from '../../providers/contract.ts'
import { FEATURE_NAMES, type Support } from '../../providers/features.ts'
import { wrap } from '../../views/terminal/diagnostics.ts'
import type { Style } from '../../views/terminal/style.ts'
import { shorten } from '../../views/terminal/text-width.ts'
import { columnsOf, type MeshColumn } from './mesh-column.ts'

const WIDTH = Math.max(...FEATURE_NAMES.map((feature) => feature.length)) + 2
/** Columns before the note of a feature. */
const INDENT = WIDTH + 4
/** How many meshes a part of the matrix must have room for. */
const FEWEST = 4
/** How many columns what is told of a mesh must have to stand beside its name. */
const FEWEST_OF_REST = 8
/** How many columns a note must have to stand beside its feature. */
const NARROWEST = 30

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

/**
 * The capability matrix, a column for each mesh in each of its modes: in parts below each other where the terminal is narrow, and the
 * list of meshes where it is too narrow for that.
 */
export function terminalMatrix(providers: readonly MeshProvider[], style: Style): string {
  const { colors, width } = style
  const columns = providers.flatMap(columnsOf)
  const more = 'meshform providers show NAME tells more'
  if (columns.some((column) => WIDTH + 2 * FEWEST + labelOf(column).length > width)) {
    const lines = [`A matrix of what they can do needs a wider terminal.`, more].flatMap((line) => wrap(line, width))
    return `${terminalList(providers, style)}\n${lines.join('\n')}\n`
  }
  const parts = partsOf(columns, width).map((part) => matrixPart(part, style))
  const legend = `${colors.green('●')} yes  ${colors.yellow('◐')} partly  ${colors.dim('·')} no`
  const beside = width < 70 ? '\n' : '     '
  return `${parts.join('\n')}\n${legend}${beside}${more}\n`
}

/** As many columns in each part as have room for their names. */
function partsOf(columns: readonly MeshColumn[], width: number): readonly (readonly MeshColumn[])[] {
  const parts: MeshColumn[][] = []
  for (const column of columns) {
    const part = parts.at(-1)
    if (part === undefined || WIDTH + 2 * part.length + labelOf(column).length > width) parts.push([column])
    else part.push(column)
  }
  return parts
}

function labelOf({ name, provider }: MeshColumn): string {
  return provider.status === 'active' ? name : `${name} (${provider.status})`
}

function matrixPart(columns: readonly MeshColumn[], style: Style): string {
  const { colors } = style
  const head = columns.map(({ name, provider }, index) => {
    const status = provider.status === 'active' ? '' : colors.dim(` (${provider.status})`)
    return `${' '.repeat(WIDTH)}${'│ '.repeat(index)}${colors.bold(name)}${status}`
  })
  const rows = FEATURE_NAMES.map(
    (feature) => `${feature.padEnd(WIDTH)}${columns.map(({ table }) => mark(table[feature], style)).join(' ')}`,
  )
  return `${[...head, ...rows].join('\n')}\n`
}

/** The meshes, a line each: a mode that is not the usual one has its own. */
export function terminalList(providers: readonly MeshProvider[], { colors, width }: Style): string {
  const lines = providers.flatMap(columnsOf).map(({ name, title, provider, table, mode }) => ({
    name,
    title,
    status: mode === undefined ? provider.status : '',
    version: mode === undefined ? provider.defaultVersion : '',
    done: FEATURE_NAMES.filter((feature) => table[feature].level !== 'no').length,
  }))
  const widest = (texts: readonly string[]) => Math.max(...texts.map((text) => text.length)) + 2
  const [names, titles] = [widest(lines.map(({ name }) => name)), widest(lines.map(({ title }) => title))]
  const [states, versions] = [widest(lines.map(({ status }) => status)), widest(lines.map(({ version }) => version))]
  return lines
    .map(({ name, title, status, version, done }) => {
      if (width - names < FEWEST_OF_REST) return `${colors.bold(name)}\n`
      const rest = `${title.padEnd(titles)}${status.padEnd(states)}${version.padEnd(versions)}${done} of ${FEATURE_NAMES.length}`
      return `${colors.bold(name.padEnd(names))}${colors.dim(shorten(rest, width - names))}\n`
    })
    .join('')
}

/** One mesh in detail: what it can do, what it writes itself, how health and order are told. */
export function terminalDetail(provider: MeshProvider, style: Style): string {
  const { colors } = style
  const { ignore, health, order, unchangeable = [] } = provider.rules
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
        ...hung(`  ${rule.kinds.join(', ')}${rule.names === undefined ? '' : ` (${rule.names.join(', ')})`}`, rule.reason, style),
        ...rule.paths.map((path) => `      ${path}`),
      ]),
    ),
    ...(unchangeable.length === 0
      ? []
      : [
          section(
            'fields that it takes once and for all: a change makes the object anew',
            unchangeable.flatMap(({ kinds, paths, reason, otherwise }) => [
              ...hung(`  ${kinds.join(', ')}`, reason, style),
              ...paths.map((path) => `      ${path}`),
              ...(otherwise === undefined ? [] : wrap(`refused. ${otherwise}`, style.width - 6).map((line) => `      ${line}`)),
            ]),
          ),
        ]),
    section(
      'how health is told, beside what is built in',
      health.flatMap(({ kinds, condition, status }) =>
        hung(`  ${kinds.join(', ')}`, `condition ${condition} is ${status}`, style),
      ),
    ),
    section(
      'what is applied before what',
      order.flatMap(({ before, after, reason }) =>
        hung(`  ${before.kinds.join(', ')} before ${after.kinds.join(', ')}`, reason, style),
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
    const note = `${since}${support.note ?? ''}${alternative}`
    const name = `  ${mark(support, style)} ${feature.padEnd(WIDTH)}`
    if (note === '') return [name.trimEnd()]
    if (style.width - INDENT < NARROWEST) {
      return [name.trimEnd(), ...wrap(note, style.width - 6).map((line) => `      ${style.colors.dim(line)}`)]
    }
    return wrap(note, style.width - INDENT).map(
      (line, index) => `${index === 0 ? name : ' '.repeat(INDENT)}${style.colors.dim(line)}`,
    )
  })
}

/** What something is, and why: on one line where both fit, else the reason below. */
function hung(what: string, reason: string, { colors, width }: Style): readonly string[] {
  if (what.length + 2 + reason.length <= width) return [`${what}  ${colors.dim(reason)}`]
  const lines = wrap(what.trimStart(), width - 4).map((line, index) => `${index === 0 ? '  ' : '    '}${line}`)
  return [...lines, ...wrap(reason, width - 4).map((line) => `    ${colors.dim(line)}`)]
}
