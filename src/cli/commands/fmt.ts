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
    .argument('[paths...]', 'files or folders (default: the current folder)')
    .option('-f, --file <path>', 'the same as a path, as other commands take it', collect, [])
    .option('--check', 'write nothing; exit with 1 when a file would change')
    .addHelpText('after', '\nExamples:\n  meshform fmt\n  meshform fmt --check patterns\n')
    .action(async (paths: readonly string[], options: { readonly check?: boolean; readonly file: readonly string[] }) => {
      const view = terminalView(io)
      const named = [...paths, ...options.file]
      for (const file of await designFiles(io, named.length === 0 ? ['.'] : named)) {
        const name = relative(io.cwd, file)
        const formatted = formatDesign(await readFile(file, 'utf8'), name)
        if (formatted.text === undefined) {
          view.diagnostics(formatted.diagnostics)
          io.setExitCode(1)
          continue
        }
        if (!formatted.changed) continue
        io.stdout.write(`${name}\n`)
        if (options.check === true) io.setExitCode(1)
        else await writeFileAtomically(file, formatted.text, (await stat(file)).mode & 0o777)
      }
    })
}

/** Files that say they are designs; whatever else lies in the folders is not ours to format. */
async function designFiles(io: CommandIo, paths: readonly string[]): Promise<readonly string[]> {
  const found: string[] = []
  for (const path of paths) {
    const full = resolve(io.cwd, path)
    if ((await stat(full)).isDirectory()) {
      const names = await glob(['**/*.yaml', '**/*.yml'], { cwd: full, ignore: ['**/node_modules/**', '**/.meshform/**'] })
      found.push(...names.sort().map((name) => join(full, name)))
    } else found.push(full)
  }
  const designs = await Promise.all(
    found.map(async (file) => /^apiVersion:\s*["']?meshform\.dev\//m.test(await readFile(file, 'utf8'))),
  )
  return found.filter((_, index) => designs[index])
}
