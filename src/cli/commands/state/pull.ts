import { Command } from 'commander'
import { encodeState } from '../../../state/state-file.ts'
import type { CommandIo } from '../../command-io.ts'
import { type RunOptions, withRunOptions } from '../../design-options.ts'
import { stateOfDesign } from '../../state-of-design.ts'

/** `meshform state pull`: the state file, decrypted, wherever it is kept. */
export function pullCommand(io: CommandIo): Command {
  return withRunOptions(new Command('pull'))
    .summary('Print the state file')
    .description('Prints the state as its file has it, decrypted, wherever it is kept; `state push` takes it back.')
    .action(async (options: RunOptions) => {
      const found = await stateOfDesign(io, options)
      if (found === undefined) return
      io.stdout.write(encodeState({ state: found.state, journal: undefined }, undefined))
    })
}
