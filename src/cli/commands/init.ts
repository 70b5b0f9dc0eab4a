import { mkdir, readdir } from 'node:fs/promises'
import { join, relative, resolve } from 'node:path'
import { Command } from 'commander'
import type { CommandIo } from '../command-io.ts'
import { terminalView } from '../open-view.ts'
import { writeFileAtomically } from '../write-file.ts'

/** `meshform init`: a small design that plans and applies as it is. */
export function initCommand(io: CommandIo): Command {
  return new Command('init')
    .summary('Start a new design')
    .description('Writes a small design that plans and applies on the sandbox as it is, to be changed into yours.')
    .argument('[folder]', 'folder to write it into', '.')
    .option('--name <name>', 'name of the design (default: that of the folder)')
    .addHelpText('after', '\nExamples:\n  meshform init shop && meshform apply -f shop\n')
    .action(async (folder: string, options: { readonly name?: string }) => {
      const directory = resolve(io.cwd, folder)
      await mkdir(directory, { recursive: true })
      const file = join(directory, 'design.yaml')
      if ((await readdir(directory)).includes('design.yaml')) {
        terminalView(io).diagnostics([
          {
            severity: 'error',
            code: 'MF6003',
            summary: `${relative(io.cwd, file)} exists already`,
            hint: 'Choose another folder.',
          },
        ])
        io.setExitCode(1)
        return
      }
      await writeFileAtomically(file, starter(options.name ?? designName(directory)), 0o644)
      const where = folder === '.' ? '' : ` -f ${folder}`
      io.stdout.write(`Wrote ${relative(io.cwd, file)}. Next:\n  meshform plan${where}\n  meshform apply${where}\n`)
    })
}

function designName(directory: string): string {
  const base = directory.split('/').at(-1) ?? ''
  const name = base
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 63)
  return name === '' ? 'my-design' : name
}

function starter(name: string): string {
  return `apiVersion: meshform.dev/v1
kind: Design
metadata:
  name: ${name}
  version: 0.1.0

inputs:
  image:
    type: string
    description: Image of the web server.
    default: docker.io/library/nginx:1.27

workloads:
  web:
    namespace: ${name}
    image: "\${inputs.image}"
    ports:
      - {name: http, port: 80}
    replicas: 2

outputs:
  host:
    value: "\${workloads.web.host}"
`
}
