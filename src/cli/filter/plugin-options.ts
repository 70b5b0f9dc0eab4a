import { readFile } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { type FilterSettings, filterSettings } from '../../filters/host/filter-settings.ts'
import type { Diagnostic } from '../../plan/diagnostic.ts'
import { parseDuration } from '../../plan/duration.ts'
import type { CommandIo } from '../command-io.ts'
import { collect, wholeNumber } from '../design-options.ts'
import { openModule } from './open-module.ts'

/** What a proxy would tell a filter, as flags. */
export interface PluginOptions {
  readonly config?: string
  readonly vmConfig?: string
  readonly name?: string
  readonly rootId: string
  readonly vmId: string
  readonly env: readonly string[]
  readonly capability: readonly string[]
  readonly memory: number
  readonly failOpen?: boolean
}

/** Adds what a proxy would tell a filter. */
export function withPluginOptions(command: Command): Command {
  return command
    .option('--config <file>', "the plugin's configuration, handed over byte for byte")
    .option('--vm-config <file>', "the VM's configuration, handed over byte for byte")
    .option('--name <name>', 'name of the plugin (default: that of the file)')
    .addOption(new Option('--root-id <id>', 'root id, for modules that hold several filters').default('', 'none'))
    .addOption(new Option('--vm-id <id>', 'id of the VM, which shared data and queues belong to').default('', 'none'))
    .option('--env <name=value>', 'environment variable of the filter; may be given several times', collect, [])
    .option('--capability <name>', 'allow only these host functions and callbacks', collect, [])
    .option('--memory <MiB>', 'memory that the filter may grow to', wholeNumber(1), 256)
    .option('--fail-open', 'go on without the filter when it fails')
}

/** A module with its settings, or what kept them from being read. */
export async function readPlugin(
  io: CommandIo,
  file: string,
  options: PluginOptions,
): Promise<{ readonly ok: true; readonly filter: FilterSettings } | { readonly ok: false; readonly diagnostic: Diagnostic }> {
  const opened = await openModule(io, file, { folder: io.cwd })
  if (!opened.ok) return opened
  const texts = await readTexts(io, {
    config: options.config === undefined ? undefined : `@${options.config}`,
    vmConfig: options.vmConfig === undefined ? undefined : `@${options.vmConfig}`,
  })
  if ('diagnostic' in texts) return { ok: false, diagnostic: texts.diagnostic }
  const filter = filterSettings({
    name: options.name ?? basename(file).replace(/\.wasm$/, ''),
    wasm: opened.module.bytes,
    rootId: options.rootId,
    vmId: options.vmId,
    configuration: texts.config,
    vmConfiguration: texts.vmConfig,
    environment: Object.fromEntries(options.env.map(nameAndValue)),
    failurePolicy: options.failOpen === true ? 'fail-open' : 'fail-closed',
    memoryLimitPages: options.memory * 16,
    ...(options.capability.length > 0 ? { allowedCapabilities: options.capability } : {}),
  })
  return { ok: true, filter }
}

type Texts<Name extends string> = Readonly<Record<Name, Buffer>>

/** Texts as bytes; those that begin with @ out of the file that they name. What is not told is empty. */
export async function readTexts<Name extends string>(
  io: CommandIo,
  given: Readonly<Record<Name, string | undefined>>,
): Promise<Texts<Name> | { readonly diagnostic: Diagnostic }> {
  const texts: Record<string, Buffer> = {}
  for (const [name, text] of Object.entries<string | undefined>(given)) {
    if (text?.startsWith('@') !== true) {
      texts[name] = Buffer.from(text ?? '')
      continue
    }
    try {
      texts[name] = await readFile(resolve(io.cwd, text.slice(1)))
    } catch (error) {
      const detail = error instanceof Error ? `${error.message}.` : 'The file system refused it.'
      return { diagnostic: { severity: 'error', code: 'MF6003', summary: `${text.slice(1)} can not be read`, detail } }
    }
  }
  return texts as Texts<Name>
}

/** `name=value` taken apart. */
export function nameAndValue(text: string): [string, string] {
  const at = text.indexOf('=')
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)]
}

/** Reads a length of time in milliseconds. */
export function durationOption(text: string): number {
  const value = text === '0' ? 0 : parseDuration(text)
  if (value === undefined) throw new InvalidArgumentError('It takes a length of time such as 30s or 2m.')
  return value
}
