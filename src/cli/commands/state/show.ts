import { Command } from 'commander'
import { stringify } from 'yaml'
import { movedAddress } from '../../../state/edit-state.ts'
import type { CommandIo } from '../../command-io.ts'
import { type RunOptions, withRunOptions } from '../../design-options.ts'
import { terminalView } from '../../open-view.ts'
import { stateOfDesign } from '../../state-of-design.ts'
import { nothingRecordedAt } from './nothing-recorded.ts'

/** `meshform state show`: the recorded objects of a component. */
export function showCommand(io: CommandIo): Command {
  return withRunOptions(new Command('show'))
    .summary('Show what is recorded of a component')
    .description('Shows the recorded objects of a component as they were sent, secrets covered.')
    .argument('<address>', 'a component, such as traffic.reviews')
    .action(async (address: string, options: RunOptions) => {
      const found = await stateOfDesign(io, options)
      if (found === undefined) return
      const objects = [...found.state.objects.values()].filter(
        (object) => movedAddress(object.address, address, address) !== undefined,
      )
      if (objects.length === 0) {
        terminalView(io).diagnostics([nothingRecordedAt(address, found.state)])
        io.setExitCode(1)
        return
      }
      if (options.json === true) {
        io.stdout.write(`${JSON.stringify(objects, null, 2)}\n`)
        return
      }
      io.stdout.write(objects.map((object) => stringify(object.desired)).join('---\n'))
    })
}
