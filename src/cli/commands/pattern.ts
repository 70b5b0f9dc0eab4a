import { Command } from 'commander'
import type { CommandIo } from '../command-io.ts'
import { patternListCommand } from '../pattern/list.ts'
import { patternLockCommand } from '../pattern/lock.ts'
import { patternPullCommand } from '../pattern/pull.ts'
import { patternPushCommand } from '../pattern/push.ts'
import { patternShowCommand } from '../pattern/show.ts'

/** `meshform pattern`: designs that other designs use, and where they come from. */
export function patternCommand(io: CommandIo): Command {
  const command = new Command('pattern')
    .summary('Share designs, and pin those that you use')
    .description('Shares designs through OCI registries, git and archives, and pins the ones that a design uses.')
    .addHelpText(
      'after',
      '\nExamples:\n  meshform pattern show patterns/deny-by-default\n  meshform pattern push ingress oci://registry.example/patterns/ingress:1.2.0\n  meshform pattern lock -f .\n',
    )
  const commands = [patternListCommand, patternShowCommand, patternLockCommand, patternPushCommand, patternPullCommand]
  for (const make of commands) command.addCommand(make(io))
  return command
}
