import { Command } from 'commander'
import { describeObject } from '../../plan/manifest.ts'
import type { RecordedState } from '../../plan/recorded-state.ts'
import { styleFor } from '../../views/terminal/style.ts'
import type { CommandIo } from '../command-io.ts'
import { type RunOptions, withRunOptions } from '../design-options.ts'
import { terminalView } from '../open-view.ts'
import { stateOfDesign } from '../state-of-design.ts'

/** `meshform state`: what is recorded. */
export function stateCommand(io: CommandIo): Command {
  const command = new Command('state')
    .summary('Look at and mend the recorded state')
    .description('Looks at what was recorded when the design was applied.')
    .addHelpText(
      'after',
      '\nExamples:\n  meshform state list -f patterns/bookinfo-canary\n  meshform state show traffic.reviews -f patterns/bookinfo-canary\n',
    )
  command.addCommand(listCommand(io))
  command.addCommand(showCommand(io))
  command.addCommand(historyCommand(io))
  return command
}

function listCommand(io: CommandIo): Command {
  return withRunOptions(new Command('list'))
    .summary('List recorded objects')
    .description('Lists every recorded object with its component.')
    .argument('[address]', 'only those of this component')
    .action(async (address: string | undefined, options: RunOptions) => {
      const found = await stateOfDesign(io, options)
      if (found === undefined) return
      const objects = [...found.state.objects.values()].filter(
        (object) => address === undefined || object.address === address || object.address.startsWith(`${address}.`),
      )
      if (options.json === true) {
        io.stdout.write(
          `${JSON.stringify(
            objects.map(({ address: component, key, apiVersion, created }) => ({
              address: component,
              ...key,
              apiVersion,
              created,
            })),
            null,
            2,
          )}\n`,
        )
        return
      }
      const { colors } = styleFor(io.stdout as NodeJS.WriteStream, io.env)
      const width = Math.max(0, ...objects.map((object) => object.address.length))
      for (const object of objects)
        io.stdout.write(`${object.address.padEnd(width)}  ${describeObject(object.key)}  ${colors.dim(object.key.cluster)}\n`)
      if (objects.length === 0) terminalView(io).note('Nothing is recorded.')
    })
}

function showCommand(io: CommandIo): Command {
  return withRunOptions(new Command('show'))
    .summary('Show what is recorded of a component')
    .description('Shows the recorded objects of a component as they were sent, secrets covered.')
    .argument('<address>', 'a component, such as traffic.reviews')
    .action(async (address: string, options: RunOptions) => {
      const found = await stateOfDesign(io, options)
      if (found === undefined) return
      const objects = [...found.state.objects.values()].filter((object) => object.address === address)
      if (objects.length === 0) {
        terminalView(io).diagnostics([nothingAt(address, found.state)])
        io.setExitCode(1)
        return
      }
      if (options.json === true) {
        io.stdout.write(`${JSON.stringify(objects, null, 2)}\n`)
        return
      }
      const { stringify } = await import('yaml')
      io.stdout.write(objects.map((object) => stringify(object.desired)).join('---\n'))
    })
}

function nothingAt(address: string, state: RecordedState) {
  const known = [...new Set([...state.objects.values()].map((object) => object.address))].sort()
  return {
    severity: 'error' as const,
    code: 'MF2012',
    summary: `Nothing is recorded at ${address}`,
    detail:
      known.length === 0
        ? 'The state is empty.'
        : `Recorded are ${known.slice(0, 12).join(', ')}${known.length > 12 ? ` and ${known.length - 12} more` : ''}.`,
  }
}

function historyCommand(io: CommandIo): Command {
  return withRunOptions(new Command('history'))
    .summary('List earlier applies')
    .description('Lists every apply and destroy: when, by whom, what it did and how it ended.')
    .action(async (options: RunOptions) => {
      const found = await stateOfDesign(io, options)
      if (found === undefined) return
      if (options.json === true) {
        io.stdout.write(`${JSON.stringify(found.state.history, null, 2)}\n`)
        return
      }
      const { colors } = styleFor(io.stdout as NodeJS.WriteStream, io.env)
      for (const record of found.state.history) {
        const counts = Object.entries(record.summary).map(([action, count]) => `${count} ${action}`)
        const result = record.result === 'succeeded' ? colors.green(record.result) : colors.red(record.result)
        io.stdout.write(
          `${String(record.serial).padStart(4)}  ${record.startedAt}  ${record.operation.padEnd(8)}  ${result}  ${counts.join(', ')}  ${colors.dim(`${record.author}, plan ${record.planDigest.slice(0, 12)}`)}\n`,
        )
      }
    })
}
