import { Command } from 'commander'
import type { CommandIo } from '../command-io.ts'
import { rollbackCommand } from './rollback.ts'
import { historyCommand } from './state/history.ts'
import { listCommand } from './state/list.ts'
import { mvCommand } from './state/mv.ts'
import { pullCommand } from './state/pull.ts'
import { pushCommand } from './state/push.ts'
import { rekeyCommand } from './state/rekey.ts'
import { rmCommand } from './state/rm.ts'
import { showCommand } from './state/show.ts'

/** `meshform state`: what is recorded, and how to mend it. */
export function stateCommand(io: CommandIo): Command {
  const command = new Command('state')
    .summary('Look at and mend the recorded state')
    .description('Looks at what was recorded when the design was applied, and mends it under its lock.')
    .addHelpText('after', EXAMPLES)
  for (const make of [
    listCommand,
    showCommand,
    historyCommand,
    mvCommand,
    rmCommand,
    pullCommand,
    pushCommand,
    rekeyCommand,
    rollbackCommand,
  ]) {
    command.addCommand(make(io))
  }
  return command
}

const EXAMPLES = `
Examples:
  meshform state list -f patterns/bookinfo-canary
  meshform state show traffic.reviews -f patterns/bookinfo-canary
  meshform state mv traffic.reviews traffic.ratings -f .
  meshform state rm ConfigMap/shop/settings -f .
  meshform state pull -f . > state.json
  meshform state rollback 7 -f .
`
