import { join } from 'node:path'
import { Command } from 'commander'
import { formatLock, LOCK_FILE } from '../../lock/lock-file.ts'
import type { LockedPattern } from '../../lock/pattern-lock.ts'
import { hasErrors } from '../../plan/diagnostic.ts'
import type { CommandIo } from '../command-io.ts'
import { designFolder } from '../design-folder.ts'
import { type DesignOptions, withDesignOptions } from '../design-options.ts'
import { terminalView } from '../open-view.ts'
import { readDesign } from '../read-design.ts'
import { readLock } from '../read-lock.ts'
import { writeFileAtomically } from '../write-file.ts'
import { type FetchedSources, patternFetcher } from './pattern-context.ts'

/** `meshform pattern lock`: write down which designs a design's patterns are. */
export function patternLockCommand(io: CommandIo): Command {
  return withDesignOptions(new Command('lock'))
    .summary('Pin the patterns of a design')
    .description(
      `Fetches every pattern that a design uses, and those that they use, and writes into ${LOCK_FILE} beside it which content each address stands for. An address that stands for something else than before is refused, unless --update is given.`,
    )
    .option('--update', 'take what the addresses stand for now')
    .addHelpText('after', '\nExamples:\n  meshform pattern lock -f .\n  meshform pattern lock -f . --update\n')
    .action((options: DesignOptions & { readonly update?: boolean }) => lockPatterns(io, options))
}

async function lockPatterns(io: CommandIo, options: DesignOptions & { readonly update?: boolean }): Promise<void> {
  const view = terminalView(io)
  const paths = options.file.length === 0 ? ['.'] : options.file
  const folder = designFolder(io, paths[0] ?? '.')
  const read = await readLock(folder)
  const fetched: FetchedSources = new Map()
  const fetchPattern = patternFetcher(io, paths, options.update === true ? 'update' : 'compare', fetched)
  const { design, diagnostics } = await readDesign(io, options, fetchPattern)
  // What the lock itself causes is about to be put right; filters have a command of their own.
  const others = diagnostics.filter(({ code }) => !['MF1614', 'MF9016', 'MF9018', 'MF9019', 'MF9020'].includes(code))
  if (design === undefined || hasErrors(others) || !read.ok) {
    view.diagnostics(read.ok ? others : [...others, read.diagnostic])
    io.setExitCode(1)
    return
  }
  const locked = new Map<string, LockedPattern>([...fetched].map(([source, { pattern }]) => [source, pattern.locked]))
  for (const [source, now] of [...locked].sort()) {
    const before = read.lock.patterns.get(source)
    const change = before === undefined ? 'locked' : before.digest === now.digest ? 'unchanged' : 'updated'
    io.stdout.write(`${change}  ${source}  ${now.digest}\n`)
    if (change === 'updated') io.stdout.write(`  was  ${before?.digest}\n`)
  }
  for (const source of read.lock.patterns.keys()) if (!locked.has(source)) io.stdout.write(`gone  ${source}\n`)
  if (locked.size === 0 && read.lock.patterns.size === 0) {
    view.note(`${design.name} has no patterns that are fetched.`)
    return
  }
  await writeFileAtomically(join(folder, LOCK_FILE), formatLock({ ...read.lock, patterns: locked }), 0o644)
}
