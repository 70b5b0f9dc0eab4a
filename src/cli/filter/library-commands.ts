import { Command } from 'commander'
import { inspectFilter } from '../../filters/inspect/inspect-filter.ts'
import { describeModule } from '../../filters/registry/describe-module.ts'
import { describeSignature, verifyModule } from '../../filters/registry/dsse.ts'
import type { LibraryEntry } from '../../filters/registry/filter-library.ts'
import type { Diagnostic } from '../../plan/diagnostic.ts'
import { printableStrings } from '../../views/terminal/printable-strings.ts'
import { plural, printable, styleFor } from '../../views/terminal/style.ts'
import type { CommandIo } from '../command-io.ts'
import { terminalView } from '../open-view.ts'
import { filterLibrary } from './filter-context.ts'
import { openModule } from './open-module.ts'

/** A filter that was asked for and is not kept here. */
export function noSuchFilter(name: string): Diagnostic {
  return {
    severity: 'error',
    code: 'MF9021',
    summary: `There is no filter ${name} here`,
    hint: '`meshform filter list` shows those that are.',
  }
}

/** `meshform filter list`: the filters kept in the project. */
export function filterListCommand(io: CommandIo): Command {
  return new Command('list')
    .summary('List the filters kept here')
    .description('Lists the filters that are kept in the project, by name and version.')
    .option('--json', 'as JSON')
    .action(async (options: { readonly json?: boolean }) => {
      const kept = await filterLibrary(io).list()
      if (options.json === true) {
        io.stdout.write(`${JSON.stringify(kept, null, 2)}\n`)
        return
      }
      const entries = printableStrings(kept)
      const { colors } = styleFor(io.stdout as NodeJS.WriteStream, io.env)
      const width = Math.max(0, ...entries.map((entry) => `${entry.name}@${entry.version}`.length))
      for (const entry of entries) {
        const signed = entry.signature === undefined ? '' : '  signed'
        io.stdout.write(
          `${`${entry.name}@${entry.version}`.padEnd(width)}  ${entry.sha256.slice(0, 12)}  ABI ${entry.abi}  ${colors.dim(entry.from)}${signed}\n`,
        )
      }
      if (entries.length === 0) terminalView(io).note('No filters are kept here. Add one with `meshform filter add`.')
    })
}

/** `meshform filter show`: all that is known of one. */
export function filterShowCommand(io: CommandIo): Command {
  return new Command('show')
    .summary('Show a filter')
    .description('Shows what is known of a filter: version, licence, source, signature, configuration schema, and what it does.')
    .argument('<name>', 'name or name@version of one that is kept here, a path, or an https:// or oci:// address')
    .option('--json', 'as JSON')
    .action(async (name: string, options: { readonly json?: boolean }) => {
      const found = await findFilter(io, name)
      if ('diagnostic' in found) {
        terminalView(io).diagnostics([found.diagnostic])
        io.setExitCode(1)
        return
      }
      const { entry, bytes } = found
      const inspection = inspectFilter(entry.name, bytes)
      const behaviour = describeModule(inspection, entry.metadata)
      const signature = verifyModule(bytes, entry.signature, [])
      if (options.json === true) {
        io.stdout.write(`${JSON.stringify({ ...entry, behaviour, signature, meshes: inspection.meshes }, null, 2)}\n`)
        return
      }
      const { colors } = styleFor(io.stdout as NodeJS.WriteStream, io.env)
      const { metadata } = entry
      const rows: [string, string | undefined][] = [
        ['version', entry.version === '' ? undefined : entry.version],
        ['description', metadata.description],
        ['licence', metadata.licence],
        ['source', metadata.source],
        ['from', entry.from],
        ['sha256', entry.sha256],
        ['size', `${entry.size.toLocaleString('en-US')} bytes`],
        ['does', behaviour],
        ['root ids', metadata.rootIds?.join(', ')],
        ['signature', describeSignature(signature)],
        ['configuration', metadata.configSchema === undefined ? 'no schema' : JSON.stringify(metadata.configSchema)],
        [
          'meshes',
          inspection.meshes
            .filter((verdict) => verdict.accepted)
            .map((verdict) => verdict.mesh)
            .join(', '),
        ],
      ]
      io.stdout.write(`${colors.bold(printable(entry.name))}\n`)
      for (const [title, text] of rows) if (text !== undefined) io.stdout.write(`  ${title.padEnd(14)}${printable(text)}\n`)
    })
}

/** A filter that is kept here under a name, or that a path or an address stands for. */
async function findFilter(
  io: CommandIo,
  name: string,
): Promise<{ readonly entry: LibraryEntry; readonly bytes: Uint8Array } | { readonly diagnostic: Diagnostic }> {
  const library = filterLibrary(io)
  const entry = await library.find(name)
  const kept = entry === undefined ? undefined : await library.module(entry.sha256)
  if (entry !== undefined && kept !== undefined) return { entry, bytes: kept.bytes }
  if (!/^[a-z]+:\/\/|\.wasm$/.test(name)) return { diagnostic: noSuchFilter(name) }
  const opened = await openModule(io, name, { folder: io.cwd })
  if (!opened.ok) return { diagnostic: opened.diagnostic }
  const { bytes, sha256, metadata, signature } = opened.module
  const { version = '', name: title = name } = metadata
  const signed = signature === undefined ? {} : { signature }
  const { abi = '' } = inspectFilter(name, bytes)
  return { entry: { name: title, version, sha256, size: bytes.length, abi, from: name, metadata, ...signed }, bytes }
}

/** `meshform filter rm`: keep a filter no more. */
export function filterRemoveCommand(io: CommandIo): Command {
  return new Command('rm')
    .summary('Forget a filter that is kept here')
    .description('Takes a filter out of the project: one version, or all of them.')
    .argument('<name>', 'name, or name@version')
    .action(async (name: string) => {
      const removed = await filterLibrary(io).remove(name)
      if (removed === 0) {
        terminalView(io).diagnostics([noSuchFilter(name)])
        io.setExitCode(1)
        return
      }
      io.stdout.write(`${plural(removed, 'filter')} gone.\n`)
    })
}
