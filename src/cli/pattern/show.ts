import { Command } from 'commander'
import { type PatternInput, type PatternSummary, readPattern } from '../../design/read-pattern.ts'
import { hasErrors } from '../../plan/diagnostic.ts'
import { styleFor } from '../../views/terminal/style.ts'
import type { CommandIo } from '../command-io.ts'
import { terminalView } from '../open-view.ts'
import { openPattern } from './open-pattern.ts'

/** `meshform pattern show`: what a pattern wants and what it makes. */
export function patternShowCommand(io: CommandIo): Command {
  return new Command('show')
    .summary('Show what a pattern wants and makes')
    .description('Shows the inputs, components and outputs of a pattern, from a folder or from an address.')
    .argument('<source>', 'folder or file, or an oci://, https:// or git address')
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      "\nExamples:\n  meshform pattern show patterns/deny-by-default\n  meshform pattern show 'git::https://git.example/patterns.git//ingress?ref=v1.2.0'\n",
    )
    .action(async (source: string, options: { readonly json?: boolean }) => {
      const opened = await openPattern(io, source)
      if (!opened.ok) {
        terminalView(io).diagnostics([opened.diagnostic])
        io.setExitCode(1)
        return
      }
      const { summary, diagnostics } = await readPattern(opened.path, io.cwd, opened.fetchPattern)
      const errors = diagnostics.filter(({ severity }) => severity === 'error')
      terminalView(io).diagnostics(errors)
      if (summary === undefined || hasErrors(errors)) {
        io.setExitCode(1)
        return
      }
      if (options.json === true) {
        io.stdout.write(`${JSON.stringify({ source, digest: opened.digest ?? null, ...summary }, null, 2)}\n`)
      } else io.stdout.write(described(io, source, opened.digest, summary))
    })
}

function described(io: CommandIo, source: string, digest: string | undefined, summary: PatternSummary): string {
  const { colors } = styleFor(io.stdout as NodeJS.WriteStream, io.env)
  const { name, version, description, inputs, outputs, components, patterns } = summary
  const lines = [`${colors.bold(name)}${version === undefined ? '' : ` ${version}`}`]
  if (description !== undefined) lines.push(description)
  if (digest !== undefined) lines.push(colors.dim(digest))
  const table = (title: string, rows: readonly (readonly [string, string])[]): void => {
    if (rows.length === 0) return
    const width = Math.max(...rows.map(([left]) => left.length))
    lines.push('', title, ...rows.map(([left, right]) => `  ${left.padEnd(right === '' ? 0 : width)}  ${right}`.trimEnd()))
  }
  table(
    'inputs',
    inputs.map((input) => [`${input.name}: ${input.type}`, inputNote(input)] as const),
  )
  table(
    'makes',
    components.map((address) => [address, ''] as const),
  )
  table(
    'outputs',
    outputs.map((output) => [output.name, output.description ?? ''] as const),
  )
  const values = inputs.filter(({ required }) => required).map((input) => `${input.name}: ...`)
  lines.push(
    '',
    colors.dim('In a design:'),
    `patterns:`,
    `  ${name}: {source: ${quoted(source)}${values.length === 0 ? '' : `, inputs: {${values.join(', ')}}`}}`,
  )
  if (patterns.length > 0) lines.push('', `It uses ${patterns.join(', ')}.`)
  return `${lines.join('\n')}\n`
}

function inputNote({ description, required, default: value, sensitive }: PatternInput): string {
  const state = required ? 'required' : sensitive ? 'has a default' : `default ${JSON.stringify(value)}`
  const notes = [state, ...(sensitive ? ['sensitive'] : [])].join(', ')
  return description === undefined ? notes : `${description} (${notes})`
}

function quoted(source: string): string {
  return /[?#,{}[\]]/.test(source) ? `'${source}'` : source
}
