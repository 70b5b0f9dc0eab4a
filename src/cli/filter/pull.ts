import { resolve } from 'node:path'
import { Command } from 'commander'
import type { CommandIo } from '../command-io.ts'
import { terminalView } from '../open-view.ts'
import { writeFileAtomically } from '../write-file.ts'
import { openModule } from './open-module.ts'

/** `meshform filter pull`: get a module, checked, into the project's cache or a file. */
export function filterPullCommand(io: CommandIo): Command {
  return new Command('pull')
    .summary('Pull a module from an address')
    .description(
      'Fetches a module over OCI or HTTPS, checks every digest and the lock file, and keeps it; with --output writes it to a file.',
    )
    .argument('<source>', 'oci://, https:// or http:// address')
    .option('--sha256 <digest>', 'digest that it must have: of the image, or of the module over HTTP')
    .option('-o, --output <file>', 'write the module here')
    .option('--json', 'as JSON')
    .addHelpText('after', '\nExamples:\n  meshform filter pull oci://registry.example/filters/auth:1.2.0 -o auth.wasm\n')
    .action(async (source: string, options: { readonly sha256?: string; readonly output?: string; readonly json?: boolean }) => {
      const opened = await openModule(io, source, {
        folder: io.cwd,
        ...(options.sha256 === undefined ? {} : { sha256: options.sha256 }),
      })
      if (!opened.ok) {
        terminalView(io).diagnostics([opened.diagnostic])
        io.setExitCode(1)
        return
      }
      const { bytes, sha256, digest, metadata, signature } = opened.module
      if (options.output !== undefined) await writeFileAtomically(resolve(io.cwd, options.output), bytes, 0o644)
      if (options.json === true) {
        io.stdout.write(
          `${JSON.stringify({ source, digest, sha256, size: bytes.length, metadata, signed: signature !== undefined }, null, 2)}\n`,
        )
      } else io.stdout.write(`${source} is ${digest}: ${bytes.length.toLocaleString('en-US')} bytes, sha256:${sha256}\n`)
    })
}
