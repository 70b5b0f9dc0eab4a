import { Command } from 'commander'
import type { CommandIo } from '../command-io.ts'
import { VERSION } from '../version.ts'

/** `meshform version`. */
export function versionCommand(io: CommandIo): Command {
  return new Command('version')
    .summary('Print the version')
    .description('Prints the version of meshform, and of the Node.js it runs on.')
    .option('--json', 'as JSON')
    .action((options: { readonly json?: boolean }) => {
      const versions = { meshform: VERSION, node: process.versions.node, platform: `${process.platform}-${process.arch}` }
      if (options.json === true) io.stdout.write(`${JSON.stringify(versions, null, 2)}\n`)
      else io.stdout.write(`meshform ${versions.meshform}\nnode ${versions.node} on ${versions.platform}\n`)
    })
}
