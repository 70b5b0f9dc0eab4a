import { Command } from 'commander'
import { stringify } from 'yaml'
import { isMeant } from '../../../state/edit-state.ts'
import type { CommandIo } from '../../command-io.ts'
import { type RunOptions, withRunOptions } from '../../design-options.ts'
import { terminalView } from '../../open-view.ts'
import { stateOfDesign } from '../../state-of-design.ts'
import { nothingRecordedAt } from './nothing-recorded.ts'

/** `meshform state show`: the recorded objects of a component, or one of them. */
export function showCommand(io: CommandIo): Command {
  return withRunOptions(new Command('show'))
    .summary('Show what is recorded of a component or an object')
    .description('Shows the recorded objects of a component, or a single object, as they were sent, secrets covered.')
    .argument(
      '<what...>',
      'a component, such as traffic.reviews, or an object as `state list` prints it: ConfigMap shop/settings',
    )
    .action(async (words: readonly string[], options: RunOptions) => {
      const found = await stateOfDesign(io, options)
      if (found === undefined) return
      const wanted = words.join(' ')
      const objects = [...found.state.objects.values()].filter((object) => isMeant(object, wanted))
      if (objects.length === 0) {
        terminalView(io).diagnostics([nothingRecordedAt(wanted, found.state)])
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
