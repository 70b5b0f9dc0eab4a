import { stat } from 'node:fs/promises'
import { basename, dirname, resolve } from 'node:path'
import { Command } from 'commander'
import { pushPattern } from '../../catalog/pattern-image.ts'
import { readFolder } from '../../catalog/pattern-store.ts'
import { readPattern } from '../../design/read-pattern.ts'
import { type Diagnostic, hasErrors } from '../../plan/diagnostic.ts'
import { parseArtifactReference } from '../../registry/artifact-reference.ts'
import { RegistryError } from '../../registry/registry-error.ts'
import type { CommandIo } from '../command-io.ts'
import { registryAccess } from '../filter/filter-context.ts'
import { PROJECT_FOLDER } from '../local-project.ts'
import { terminalView } from '../open-view.ts'
import { patternFetcher } from './pattern-context.ts'

/** What never travels with a pattern: what tools keep for themselves. */
const LEFT_OUT: ReadonlySet<string> = new Set([PROJECT_FOLDER, '.git', 'node_modules'])

/** `meshform pattern push`: put a pattern where other designs can use it. */
export function patternPushCommand(io: CommandIo): Command {
  return new Command('push')
    .summary('Push a pattern to an OCI registry')
    .description(
      'Checks the design in a folder and pushes the folder to an OCI registry. The same files give the same digest. Signs in as Docker does.',
    )
    .argument('<folder>', 'folder of the design')
    .argument('<address>', 'oci://registry/repository:tag')
    .addHelpText('after', '\nExamples:\n  meshform pattern push ingress oci://registry.example/patterns/ingress:1.2.0\n')
    .action((folder: string, address: string) => push(io, folder, address))
}

async function push(io: CommandIo, folder: string, address: string): Promise<void> {
  const view = terminalView(io)
  const fail = (...diagnostics: readonly Diagnostic[]): void => {
    view.diagnostics(diagnostics)
    io.setExitCode(1)
  }
  const target = parseArtifactReference(address)
  if (typeof target === 'string' || target.kind !== 'oci') {
    const detail = typeof target === 'string' ? `${target}.` : 'A pattern is pushed to oci://registry/repository:tag.'
    return fail({ severity: 'error', code: 'MF1611', summary: `${address} is not the address of an image`, detail })
  }
  const path = resolve(io.cwd, folder)
  const directory = (await stat(path).catch(() => undefined))?.isFile() === true ? dirname(path) : path
  const { summary, diagnostics } = await readPattern(path, io.cwd, patternFetcher(io, [folder]))
  // What does not travel with it would be missing wherever it is used.
  const found = diagnostics.map((each): Diagnostic => (each.code === 'MF1013' ? { ...each, severity: 'error' } : each))
  if (summary === undefined || hasErrors(found)) return fail(...found)
  view.diagnostics(found)
  const files = await readFolder(directory, LEFT_OUT)
  if (files === undefined) throw new Error(`${basename(directory)} was read and can not be read`)
  const { name, version, description } = summary
  const metadata = {
    name,
    ...(version === undefined ? {} : { version }),
    ...(description === undefined ? {} : { description }),
  }
  try {
    const digest = await pushPattern(target, registryAccess(io), files, metadata)
    io.stdout.write(`${address} is ${digest}: ${files.size} ${files.size === 1 ? 'file' : 'files'}\n`)
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error
    const { message, hint } = error
    const detail = `${message.charAt(0).toUpperCase()}${message.slice(1)}.`
    fail({
      severity: 'error',
      code: 'MF1612',
      summary: `${address} could not be pushed`,
      detail,
      ...(hint === undefined ? {} : { hint }),
    })
  }
}
