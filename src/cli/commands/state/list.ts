import { Command } from 'commander'
import { describeObject } from '../../../plan/manifest.ts'
import { movedAddress } from '../../../state/edit-state.ts'
import { styleFor } from '../../../views/terminal/style.ts'
import { padColumns, textWidth } from '../../../views/terminal/text-width.ts'
import type { CommandIo } from '../../command-io.ts'
import { type RunOptions, withRunOptions } from '../../design-options.ts'
import { terminalView } from '../../open-view.ts'
import { stateOfDesign } from '../../state-of-design.ts'

/** `meshform state list`: every recorded object with its component. */
export function listCommand(io: CommandIo): Command {
  return withRunOptions(new Command('list'))
    .summary('List recorded objects')
    .description('Lists every recorded object with its component.')
    .argument('[address]', 'only those of this component')
    .action(async (address: string | undefined, options: RunOptions) => {
      const found = await stateOfDesign(io, options)
      if (found === undefined) return
      const objects = [...found.state.objects.values()].filter(
        (object) => address === undefined || movedAddress(object.address, address, address) !== undefined,
      )
      if (options.json === true) {
        const rows = objects.map(({ address: component, key, apiVersion, created, context }) => ({
          address: component,
          ...key,
          apiVersion,
          created,
          ...(context === undefined ? {} : { context }),
        }))
        io.stdout.write(`${JSON.stringify(rows, null, 2)}\n`)
        return
      }
      const { colors } = styleFor(io.stdout as NodeJS.WriteStream, io.env)
      const width = Math.max(0, ...objects.map((object) => textWidth(object.address)))
      for (const object of objects) {
        io.stdout.write(
          `${padColumns(object.address, width)}  ${describeObject(object.key)}  ${colors.dim(object.context ?? object.key.cluster)}\n`,
        )
      }
      if (objects.length === 0) terminalView(io).note('Nothing is recorded.')
    })
}
