import { cp, mkdir, readdir } from 'node:fs/promises'
import { relative, resolve } from 'node:path'
import { Command } from 'commander'
import type { Diagnostic } from '../../plan/diagnostic.ts'
import type { CommandIo } from '../command-io.ts'
import { terminalView } from '../open-view.ts'
import { openPattern } from './open-pattern.ts'

/** `meshform pattern pull`: a copy of a pattern, to read or to change. */
export function patternPullCommand(io: CommandIo): Command {
  return new Command('pull')
    .summary('Copy a pattern into a folder')
    .description('Fetches a pattern, checks its digests, and copies its files into a folder that is empty or not there yet.')
    .argument('<source>', 'oci://, https:// or git address, or a folder')
    .argument('<folder>', 'where to put it')
    .addHelpText('after', '\nExamples:\n  meshform pattern pull oci://registry.example/patterns/ingress:1.2.0 ingress\n')
    .action(async (source: string, folder: string) => {
      const fail = (diagnostic: Diagnostic): void => {
        terminalView(io).diagnostics([diagnostic])
        io.setExitCode(1)
      }
      const target = resolve(io.cwd, folder)
      const there = await readdir(target).catch((error: NodeJS.ErrnoException) => (error.code === 'ENOENT' ? [] : undefined))
      if (there === undefined || there.length > 0) {
        const summary = `${folder} is ${there === undefined ? 'no folder' : 'not empty'}`
        return fail({ severity: 'error', code: 'MF6003', summary, hint: 'Choose another folder.' })
      }
      const opened = await openPattern(io, source)
      if (!opened.ok) return fail(opened.diagnostic)
      await mkdir(target, { recursive: true })
      await cp(resolve(io.cwd, opened.path), target, { recursive: true, verbatimSymlinks: true })
      const digest = opened.digest === undefined ? '' : `${opened.digest} `
      io.stdout.write(`Copied ${digest}into ${relative(io.cwd, target)}. Next:\n  meshform plan -f ${folder}\n`)
    })
}
