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
    .option(
      '--workloads',
      'make workloads of what runs, with its objects in files beside the design: what a mesh takes in and traffic goes to; wants --out',
    )
    .addHelpText(
      'after',
      '\nExamples:\n  meshform convert canary.yaml --out design.yaml\n  meshform convert ./manifests\n  meshform convert app.yaml --workloads --out shop/design.yaml\n',
    )
    .action(async (path: string, { out, workloads }: { readonly out?: string; readonly workloads?: boolean }) => {
      const view = terminalView(io)
      if (refuseToOverwrite(io, view, out)) return
      if (workloads === true && out === undefined) {
        view.diagnostics([
          {
            severity: 'error',
            code: 'MF6001',
            summary: '--workloads wants --out',
            hint: 'The manifests of the workloads are written beside the design: name its file with --out.',
          },
        ])
        io.setExitCode(1)
        return
      }
      const converted = await convertDesign(path, io.cwd, workloads === true ? 'workloads' : 'resources')
      const { text, components, diagnostics } = converted
      view.diagnostics(diagnostics)
      if (text === undefined) io.setExitCode(1)
      else if (out === undefined) io.stdout.write(text)
      else {
        const folder = dirname(resolve(io.cwd, out))
        const files = [...converted.manifests].map(([file, content]) => [resolve(folder, file), content] as const)
        if (files.some(([file]) => refuseToOverwrite(io, view, file))) return
        for (const [file, content] of [[resolve(io.cwd, out), text] as const, ...files]) {
          await mkdir(dirname(file), { recursive: true })
          await writeFileAtomically(file, content, 0o644)
        }
        view.note(
          `${components} ${components === 1 ? 'component is' : 'components are'} in ${out}. Next: meshform plan -f ${out}`,
        )
      }
    })
}
