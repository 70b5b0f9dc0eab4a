import { Command } from 'commander'
import { styleFor } from '../../../views/terminal/style.ts'
import type { CommandIo } from '../../command-io.ts'
import { type RunOptions, withRunOptions } from '../../design-options.ts'
import { terminalView } from '../../open-view.ts'
import { stateOfDesign } from '../../state-of-design.ts'

/** `meshform state history`: every apply, destroy and rollback. */
export function historyCommand(io: CommandIo): Command {
  return withRunOptions(new Command('history'))
    .summary('List earlier applies')
    .description('Lists every apply, destroy and rollback: when, by whom, what it did, how long it took and how it ended.')
    .addHelpText('after', '\n`meshform rollback SERIAL` plans the way back to one of them.\n')
    .action(async (options: RunOptions) => {
      const found = await stateOfDesign(io, options)
      if (found === undefined) return
      if (options.json === true) {
        const records = found.state.history.map(({ undo, ...record }) => ({ ...record, reversible: undo !== undefined }))
        io.stdout.write(`${JSON.stringify(records, null, 2)}\n`)
        return
      }
      if (found.state.history.length === 0) terminalView(io).note('Nothing was applied yet.')
      const { colors } = styleFor(io.stdout as NodeJS.WriteStream, io.env)
      for (const record of found.state.history) {
        const counts = Object.entries(record.summary).map(([action, count]) => `${count} ${action}`)
        const result = record.result === 'succeeded' ? colors.green(record.result) : colors.red(record.result)
        const seconds = `${(record.durationMs / 1000).toFixed(1)}s`
        const by = colors.dim(`${record.author}, plan ${record.planDigest.slice(0, 12)}`)
        io.stdout.write(
          `${String(record.serial).padStart(4)}  ${record.startedAt}  ${record.operation.padEnd(8)}  ${result}  ${seconds}  ${counts.join(', ')}  ${by}\n`,
        )
      }
    })
}
