import { Command, Option } from 'commander'
import { inspectFilter } from '../../filters/inspect/inspect-filter.ts'
import type { ImageVariant } from '../../filters/registry/image-layout.ts'
import type { ModuleResolution } from '../../filters/registry/resolve-module.ts'
import { pushImage } from '../../filters/registry/transfer-image.ts'
import { pushSignature } from '../../filters/registry/transfer-signature.ts'
import type { Diagnostic } from '../../plan/diagnostic.ts'
import { parseArtifactReference } from '../../registry/artifact-reference.ts'
import { RegistryError } from '../../registry/registry-error.ts'
import type { CommandIo } from '../command-io.ts'
import { terminalView } from '../open-view.ts'
import { type MetadataOptions, tellMetadata, withMetadataOptions } from './add.ts'
import { filterLibrary, registryAccess } from './filter-context.ts'
import { openModule } from './open-module.ts'

interface PushOptions extends MetadataOptions {
  readonly variant: ImageVariant
}

/** `meshform filter push`: put a filter where meshes can pull it. */
export function filterPushCommand(io: CommandIo): Command {
  return withMetadataOptions(new Command('push'))
    .summary('Push a filter to an OCI registry')
    .description(
      'Pushes a module to an OCI registry in a layout that meshes pull, with its metadata, and its signature if it has one. Signs in as Docker does.',
    )
    .argument('<filter>', 'file, or the name of a filter kept here')
    .argument('<address>', 'oci://registry/repository:tag')
    .addOption(
      new Option('--variant <layout>', 'oci: the layout made for modules; compat: an archive, as images of containers')
        .choices(['oci', 'compat'])
        .default('oci'),
    )
    .addHelpText(
      'after',
      '\nExamples:\n  meshform filter push auth.wasm oci://registry.example/filters/auth:1.2.0 --filter-version 1.2.0\n',
    )
    .action((filter: string, address: string, options: PushOptions) => push(io, filter, address, options))
}

async function push(io: CommandIo, filter: string, address: string, options: PushOptions): Promise<void> {
  const fail = (...diagnostics: readonly Diagnostic[]): void => {
    terminalView(io).diagnostics(diagnostics)
    io.setExitCode(1)
  }
  const target = parseArtifactReference(address)
  if (typeof target === 'string' || target.kind !== 'oci') {
    const detail = typeof target === 'string' ? `${target}.` : 'A filter is pushed to oci://registry/repository:tag.'
    return fail({ severity: 'error', code: 'MF9015', summary: `${address} is not the address of an image`, detail })
  }
  const found = await keptOrOpened(io, filter)
  if (!found.ok) return fail(found.diagnostic)
  const { module } = found
  const inspection = inspectFilter(filter, module.bytes)
  if (!inspection.loadable || inspection.abi === undefined) return fail(...inspection.diagnostics)
  const metadata = await tellMetadata(io, filter, module, options)
  if (metadata === undefined) return
  const access = registryAccess(io)
  try {
    const bytes = Buffer.from(module.bytes)
    const image = await pushImage(target, access, { module: bytes, metadata, abi: inspection.abi, variant: options.variant })
    if (module.signature !== undefined) await pushSignature(target, image, module.signature, access)
    const signed = module.signature === undefined ? '' : ', with its signature'
    io.stdout.write(`${address} is ${image.digest}${signed}\n`)
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error
    const { message, hint } = error
    fail({
      severity: 'error',
      code: 'MF9012',
      summary: `${address} could not be pushed`,
      detail: `${message}.`,
      ...(hint === undefined ? {} : { hint }),
    })
  }
}

async function keptOrOpened(io: CommandIo, filter: string): Promise<ModuleResolution> {
  const library = filterLibrary(io)
  const entry = await library.find(filter)
  const kept = entry === undefined ? undefined : await library.module(entry.sha256)
  if (entry === undefined || kept === undefined) return openModule(io, filter, { folder: io.cwd })
  const { sha256, metadata, signature } = entry
  return { ok: true, module: { bytes: kept.bytes, sha256, digest: `sha256:${sha256}`, metadata, signature } }
}
