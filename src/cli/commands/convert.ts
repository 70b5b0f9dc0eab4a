import { mkdir } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { Command } from 'commander'
import { convertDesign } from '../../design/convert-design.ts'
import type { CommandIo } from '../command-io.ts'
import { terminalView } from '../open-view.ts'
import { refuseToOverwrite } from '../refuse-to-overwrite.ts'
import { writeFileAtomically } from '../write-file.ts'

/** `meshform convert`: designs of other languages in this one. */
export function convertCommand(io: CommandIo): Command {
  return new Command('convert')
    .summary('Write a design of Meshery, an OAM application or plain manifests as a design')
    .description(
      'Reads a design of Meshery (with `services` or `components`), applications of OAM (core.oam.dev/v1beta1) or plain manifests, and writes the design that they are here. Commands that take -f read these files as they are; this is for those who want to go on in the language. Changes nothing.',
    )
    .argument('<path>', 'file, or folder of manifests')
    .option('-o, --out <file>', 'write to a file')
    .addHelpText('after', '\nExamples:\n  meshform convert canary.yaml --out design.yaml\n  meshform convert ./manifests\n')
    .action(async (path: string, { out }: { readonly out?: string }) => {
      const view = terminalView(io)
      if (refuseToOverwrite(io, view, out)) return
      const { text, components, diagnostics } = await convertDesign(path, io.cwd)
      view.diagnostics(diagnostics)
      if (text === undefined) io.setExitCode(1)
      else if (out === undefined) io.stdout.write(text)
      else {
        await mkdir(dirname(resolve(io.cwd, out)), { recursive: true })
        await writeFileAtomically(resolve(io.cwd, out), text, 0o644)
        view.note(
          `${components} ${components === 1 ? 'component is' : 'components are'} in ${out}. Next: meshform plan -f ${out}`,
        )
      }
    })
}
