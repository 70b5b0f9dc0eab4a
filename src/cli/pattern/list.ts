import { Command } from 'commander'
import type { CommandIo } from '../command-io.ts'
import { designFolder } from '../design-folder.ts'
import { type DesignOptions, withDesignOptions } from '../design-options.ts'
import { terminalView } from '../open-view.ts'
import { readDesign } from '../read-design.ts'
import { readLock } from '../read-lock.ts'
import { type FetchedSources, patternFetcher } from './pattern-context.ts'

/** `meshform pattern list`: the patterns that a design fetches, and what pins them. */
export function patternListCommand(io: CommandIo): Command {
  return withDesignOptions(new Command('list'))
    .summary('List the patterns that a design fetches')
    .description(
      'Lists the addresses that a design and its patterns use, with what each stands for and whether the lock file pins it.',
    )
    .option('--json', 'as JSON')
    .action(async (options: DesignOptions & { readonly json?: boolean }) => {
      const paths = options.file.length === 0 ? ['.'] : options.file
      const fetched: FetchedSources = new Map()
      const { design, diagnostics } = await readDesign(io, options, patternFetcher(io, paths, 'locked', fetched))
      const locked = await readLock(designFolder(io, paths[0] ?? '.'))
      const wrong = diagnostics.filter(({ code, severity }) => severity === 'error' && /^MF(16|90)/.test(code))
      terminalView(io).diagnostics(wrong)
      if (wrong.length > 0 || (design === undefined && fetched.size === 0)) {
        if (wrong.length === 0) terminalView(io).diagnostics(diagnostics)
        io.setExitCode(1)
        return
      }
      const rows = [...fetched].sort().map(([source, { pattern }]) => ({
        source,
        digest: pattern.locked.digest,
        locked: locked.ok && locked.lock.patterns.has(source),
        path: pattern.path,
      }))
      if (options.json === true) {
        io.stdout.write(`${JSON.stringify(rows, null, 2)}\n`)
        return
      }
      const width = Math.max(0, ...rows.map(({ source }) => source.length))
      for (const row of rows)
        io.stdout.write(`${row.source.padEnd(width)}  ${row.digest.slice(0, 19)}  ${row.locked ? 'locked' : 'not pinned'}\n`)
      if (rows.length === 0) terminalView(io).note(`${design?.name ?? 'The design'} has no patterns that are fetched.`)
    })
}
