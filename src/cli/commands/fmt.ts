import { readFile, stat } from 'node:fs/promises'
import { join, relative, resolve } from 'node:path'
import { Command } from 'commander'
import { glob } from 'tinyglobby'
import { formatDesign } from '../../design/format-design.ts'
import type { CommandIo } from '../command-io.ts'
import { collect } from '../design-options.ts'
import { terminalView } from '../open-view.ts'
import { writeFileAtomically } from '../write-file.ts'

/** `meshform fmt`: design files in one form. */
export function fmtCommand(io: CommandIo): Command {
  return new Command('fmt')
    .summary('Format design files')
    .description(
      'Puts design files into the canonical form: order of keys, indent. Comments stay where they are. Other YAML files are left alone.',
    )
    .argument('[paths...]', 'files or folders, or `-` for what is piped in (default: the current folder)')
    .option('-f, --file <path>', 'the same as a path, as other commands take it', collect, [])
    .option('--diff', 'show what changes')
    .option('--check', 'write nothing; exit with 1 when a file would change')
    .addHelpText('after', '\nExamples:\n  meshform fmt\n  meshform fmt --check --diff patterns\n')
    .action(async (paths: readonly string[], options: FmtOptions) => {
      const view = terminalView(io)
      const named = [...paths, ...options.file]
      if (named.includes('-')) return formatInput(io, options)
      const missing = await missingPaths(io, named)
      if (missing.length > 0) {
        view.diagnostics(
          missing.map((path) => ({
            severity: 'error',
            code: 'MF6003',
            summary: `${path} can not be read`,
            detail: 'It does not exist.',
          })),
        )
        io.setExitCode(1)
        return
      }
      const found = await designFiles(io, named.length === 0 ? ['.'] : named)
      for (const path of found.foreign) view.note(`${path} is no design, and is left alone.`)
      for (const file of found.designs) {
        const name = relative(io.cwd, file)
        const text = await readFile(file, 'utf8')
        const formatted = formatDesign(text, name)
        if (formatted.text === undefined) {
          view.diagnostics(formatted.diagnostics)
          io.setExitCode(1)
          continue
        }
        if (!formatted.changed) continue
        io.stdout.write(options.diff === true ? await differenceOf(name, text, formatted.text) : `${name}\n`)
        if (options.check === true) io.setExitCode(1)
        else await writeFileAtomically(file, formatted.text, (await stat(file)).mode & 0o777)
      }
    })
}

interface FmtOptions {
  readonly check?: boolean
  readonly diff?: boolean
  readonly file: readonly string[]
}

/** As `diff -u` writes it. */
async function differenceOf(name: string, before: string, after: string): Promise<string> {
  const { unifiedPatch } = await import('../../views/unified-patch.ts')
  return unifiedPatch(name, before, after)
}

async function missingPaths(io: CommandIo, paths: readonly string[]): Promise<readonly string[]> {
  const there = await Promise.all(paths.map((path) => stat(resolve(io.cwd, path)).catch(() => undefined)))
  return paths.filter((_, index) => there[index] === undefined)
}

/** What is piped in, formatted to the output; with `--check` and `--diff` as for files. */
async function formatInput(io: CommandIo, options: FmtOptions): Promise<void> {
  const { text: readAll } = await import('node:stream/consumers')
  const text = await readAll(process.stdin)
  const formatted = formatDesign(text, 'stdin')
  if (formatted.text === undefined) {
    terminalView(io).diagnostics(formatted.diagnostics)
    io.setExitCode(1)
    return
  }
  if (options.check === true && formatted.changed) io.setExitCode(1)
  if (options.diff === true) io.stdout.write(formatted.changed ? await differenceOf('stdin', text, formatted.text) : '')
  else if (options.check !== true) io.stdout.write(formatted.text)
}

/** Files that say they are designs, and those that were named and do not; what else lies in folders is not ours to format. */
async function designFiles(
  io: CommandIo,
  paths: readonly string[],
): Promise<{ readonly designs: readonly string[]; readonly foreign: readonly string[] }> {
  const designs: string[] = []
  const foreign: string[] = []
  for (const path of paths) {
    const full = resolve(io.cwd, path)
    if (!(await stat(full)).isDirectory()) {
      if (await isDesign(full)) designs.push(full)
      else foreign.push(path)
      continue
    }
    const names = await glob(['**/*.yaml', '**/*.yml'], { cwd: full, ignore: ['**/node_modules/**', '**/.meshform/**'] })
    const files = names.sort().map((name) => join(full, name))
    const are = await Promise.all(files.map(isDesign))
    designs.push(...files.filter((_, index) => are[index]))
  }
  return { designs, foreign }
}

async function isDesign(file: string): Promise<boolean> {
  return /^apiVersion:\s*["']?meshform\.dev\//m.test(await readFile(file, 'utf8'))
}
