import { Command } from 'commander'
import { padColumns, textWidth } from '../../views/terminal/text-width.ts'
import type { CommandIo } from '../command-io.ts'
import { type RunOptions, withRunOptions } from '../design-options.ts'
import { terminalView } from '../open-view.ts'
import { stateOfDesign } from '../state-of-design.ts'

/** `meshform output`: the outputs that the last apply recorded. */
export function outputCommand(io: CommandIo): Command {
  return withRunOptions(new Command('output'))
    .summary('Print the outputs of the last apply')
    .description('Prints the outputs recorded by the last apply: all of them, or one alone for use in scripts.')
    .argument('[name]', 'print this output alone')
    .option('--raw', 'print a string without quotes')
    .addHelpText(
      'after',
      '\nExamples:\n  meshform output -f patterns/bookinfo-canary\n  host=$(meshform output reviews --raw -f patterns/bookinfo-canary)\n',
    )
    .action(async (name: string | undefined, options: RunOptions & { readonly raw?: boolean }) => {
      const found = await stateOfDesign(io, options)
      if (found === undefined) return
      const { outputs } = found.state
      if (name === undefined) {
        if (options.json === true) io.stdout.write(`${JSON.stringify(outputs, null, 2)}\n`)
        else {
          if (Object.keys(outputs).length === 0) terminalView(io).note('Nothing was applied yet, or the design has no outputs.')
          const width = Math.max(0, ...Object.keys(outputs).map(textWidth))
          for (const [key, { value }] of Object.entries(outputs))
            io.stdout.write(`${padColumns(key, width)}  ${typeof value === 'string' ? value : JSON.stringify(value)}\n`)
        }
        return
      }
      const output = outputs[name]
      if (output === undefined) {
        terminalView(io).diagnostics([
          {
            severity: 'error',
            code: 'MF6005',
            summary: `There is no output "${name}"`,
            detail:
              Object.keys(outputs).length === 0
                ? 'Nothing was applied yet, or the design has no outputs.'
                : `Outputs are ${Object.keys(outputs).join(', ')}.`,
          },
        ])
        io.setExitCode(1)
        return
      }
      const { value } = output
      io.stdout.write(`${options.raw === true && typeof value === 'string' ? value : JSON.stringify(value, null, 2)}\n`)
    })
}
