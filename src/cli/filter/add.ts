import { basename, resolve } from 'node:path'
import { Command } from 'commander'
import { inspectFilter } from '../../filters/inspect/inspect-filter.ts'
import { type FilterMetadata, metadataOf } from '../../filters/registry/filter-metadata.ts'
import type { ResolvedModule } from '../../filters/registry/resolve-module.ts'
import type { CommandIo } from '../command-io.ts'
import { terminalView } from '../open-view.ts'
import { filterLibrary } from './filter-context.ts'
import { openModule } from './open-module.ts'
import { readJsonFile } from './read-json-file.ts'

/** What a person may tell of a filter on the command line. */
export interface MetadataOptions {
  readonly name?: string
  readonly filterVersion?: string
  readonly description?: string
  readonly licence?: string
  readonly sourceUrl?: string
  readonly schema?: string
}

/** Adds what tells of a filter. */
export function withMetadataOptions(command: Command): Command {
  return command
    .option('--name <name>', 'name of the filter (default: that of its metadata or file)')
    .option('--filter-version <version>', 'version of the filter (default: that of its metadata, or 0.0.0)')
    .option('--description <text>', 'what it does')
    .option('--licence <spdx>', 'its licence, such as Apache-2.0')
    .option('--source-url <address>', 'where its source is')
    .option('--schema <file>', 'JSON Schema that its configuration must fit')
}

/** A module's metadata with what was told on the command line in front. Undefined, with words shown, when the schema can't be read. */
export async function tellMetadata(
  io: CommandIo,
  source: string,
  module: ResolvedModule,
  options: MetadataOptions,
): Promise<(FilterMetadata & { readonly name: string; readonly version: string }) | undefined> {
  const schema = options.schema === undefined ? undefined : await readJsonFile(resolve(io.cwd, options.schema), options.schema)
  if (schema?.ok === false) {
    terminalView(io).diagnostics([schema.diagnostic])
    io.setExitCode(1)
    return undefined
  }
  const told = metadataOf({
    ...(options.name === undefined ? {} : { name: options.name }),
    ...(options.filterVersion === undefined ? {} : { version: options.filterVersion }),
    ...(options.description === undefined ? {} : { description: options.description }),
    ...(options.licence === undefined ? {} : { licence: options.licence }),
    ...(options.sourceUrl === undefined ? {} : { source: options.sourceUrl }),
    ...(schema === undefined ? {} : { configSchema: schema.value }),
  })
  const fallback = basename(source.replace(/[@?#].*$/, '').replace(/:[^:/]*$/, '')).replace(/\.wasm$/, '')
  const all = { ...module.metadata, ...told }
  return { ...all, name: all.name ?? fallback, version: all.version ?? '0.0.0' }
}

/** `meshform filter add`: keep a filter on this machine, under a name. */
export function filterAddCommand(io: CommandIo): Command {
  return withMetadataOptions(new Command('add'))
    .summary('Keep a filter under a name')
    .description('Fetches a module, checks that it is a filter, and keeps it in the project under a name and a version.')
    .argument('<source>', 'path, https:// or oci:// address')
    .option('--sha256 <digest>', 'digest that it must have')
    .addHelpText(
      'after',
      '\nExamples:\n  meshform filter add auth.wasm --filter-version 1.2.0 --schema auth.schema.json\n  meshform filter add oci://registry.example/filters/auth:1.2.0\n',
    )
    .action(async (source: string, options: MetadataOptions & { readonly sha256?: string }) => {
      const view = terminalView(io)
      const fail = () => io.setExitCode(1)
      const opened = await openModule(io, source, {
        folder: io.cwd,
        ...(options.sha256 === undefined ? {} : { sha256: options.sha256 }),
      })
      if (!opened.ok) {
        view.diagnostics([opened.diagnostic])
        return fail()
      }
      const { module } = opened
      const inspection = inspectFilter(source, module.bytes)
      view.diagnostics(inspection.diagnostics)
      if (!inspection.loadable) return fail()
      const metadata = await tellMetadata(io, source, module, options)
      if (metadata === undefined) return
      const library = filterLibrary(io)
      const sha256 = await library.keep(module.bytes, metadata, module.signature)
      const { name, version } = metadata
      await library.add({
        name,
        version,
        sha256,
        size: module.bytes.length,
        abi: inspection.abi ?? '',
        from: source,
        metadata,
        ...(module.signature === undefined ? {} : { signature: module.signature }),
      })
      io.stdout.write(`${name}@${version} is kept: sha256:${sha256}\n`)
    })
}
