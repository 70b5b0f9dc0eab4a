import type { Diagnostic } from '../../plan/diagnostic.ts'
import { formatLocation } from '../../plan/source.ts'
import { printable, type Style } from './style.ts'
import { beginning, textWidth } from './text-width.ts'

/** Reads a line of a file, for the excerpt under a diagnostic; undefined where it can't be read. */
export type ReadLine = (file: string, line: number) => string | undefined

/** Characters of a line that are shown at most. */
const LONGEST_EXCERPT = 160
const SHORTEST_EXCERPT = 12
/** What stands for the part of a line that is not shown. */
const CUT = '...'

/** Diagnostics as people read them: what, where with the line itself, why, what to do. */
export function renderDiagnostics(diagnostics: readonly Diagnostic[], style: Style, readLine: ReadLine): string {
  return diagnostics.map((diagnostic) => renderDiagnostic(diagnostic, style, readLine)).join('\n')
}

function renderDiagnostic(diagnostic: Diagnostic, { colors, width }: Style, readLine: ReadLine): string {
  const paint = diagnostic.severity === 'error' ? colors.red : diagnostic.severity === 'warning' ? colors.yellow : colors.cyan
  const bar = paint('│')
  const { severity } = diagnostic
  const [head = '', ...more] = wrap(`${severity} ${printable(diagnostic.summary)}`, width - 2)
  const lines = [
    `${paint(colors.bold(severity))} ${colors.bold(head.slice(severity.length + 1))}`,
    ...more.map((line) => `${bar} ${colors.bold(line)}`),
  ]
  const code = `[${diagnostic.code}]`
  const beside = textWidth(more.at(-1) ?? head) + code.length + 3 <= width
  lines.push(beside ? `${lines.pop()} ${colors.dim(code)}` : `${bar} ${colors.dim(code)}`)
  const { location } = diagnostic
  if (location !== undefined && location.file !== '') {
    const where = diagnostic.address === undefined ? '' : colors.dim(`  ${diagnostic.address}`)
    lines.push(`${bar} ${colors.cyan(formatLocation(location))}${where}`)
    const line = location.concealed === true ? undefined : readLine(location.file, location.line)
    const text = line === undefined ? undefined : printable(line)
    if (text !== undefined && text.trim() !== '') {
      const number = String(location.line)
      const { shown, column } = excerpt(
        text,
        location.column,
        Math.max(SHORTEST_EXCERPT, Math.min(width - number.length - 5, LONGEST_EXCERPT)),
      )
      lines.push(`${bar} ${colors.dim(`${number} │`)} ${shown}`)
      if (column <= shown.length)
        lines.push(`${bar} ${' '.repeat(number.length)} ${colors.dim('│')} ${blank(shown.slice(0, column - 1))}${paint('^')}`)
    }
  } else if (diagnostic.address !== undefined) {
    lines.push(`${bar} ${colors.dim(diagnostic.address)}`)
  }
  for (const line of wrap(printable(diagnostic.detail ?? ''), Math.min(width, 120) - 2)) lines.push(`${bar} ${line}`)
  if (diagnostic.hint !== undefined) {
    wrap(printable(diagnostic.hint), Math.min(width, 120) - 4).forEach((line, index) => {
      lines.push(`${bar} ${index === 0 ? colors.green('→') : ' '} ${line}`)
    })
  }
  return `${lines.join('\n')}\n`
}

/** As much of a line as fits into `longest` columns, with its column in it. */
function excerpt(text: string, column: number, longest: number): { readonly shown: string; readonly column: number } {
  const whole = textWidth(text)
  if (whole <= longest) return { shown: text, column }
  const before = textWidth(text.slice(0, column - 1))
  if (before < longest - CUT.length) return { shown: `${beginning(text, longest - CUT.length)}${CUT}`, column }
  const start = Math.min(before + 1 - Math.ceil(longest / 2), whole - longest)
  const skipped = beginning(text, start + CUT.length).length
  const rest = text.slice(skipped)
  const end = textWidth(rest) + CUT.length <= longest ? rest : `${beginning(rest, longest - 2 * CUT.length)}${CUT}`
  return { shown: `${CUT}${end}`, column: column - skipped + CUT.length }
}

/** Spaces as wide as a text; tabs stay, since how wide they are depends on where they stand. */
function blank(text: string): string {
  return text
    .split('\t')
    .map((part) => ' '.repeat(textWidth(part)))
    .join('\t')
}

/** Breaks a text between words; lines that the text has already are kept. */
export function wrap(text: string, width: number): readonly string[] {
  if (text === '') return []
  return text.split('\n').flatMap((paragraph) => {
    const lines: string[] = []
    let line = ''
    for (const word of paragraph.split(' ')) {
      if (line !== '' && textWidth(line) + 1 + textWidth(word) > width) {
        lines.push(line)
        line = word
      } else line = line === '' ? word : `${line} ${word}`
    }
    return [...lines, line]
  })
}
