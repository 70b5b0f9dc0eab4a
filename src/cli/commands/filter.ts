import { Command } from 'commander'
import type { CommandIo } from '../command-io.ts'
import { filterAddCommand } from '../filter/add.ts'
import { filterBenchCommand } from '../filter/bench.ts'
import { filterInspectCommand } from '../filter/inspect.ts'
import { filterListCommand, filterRemoveCommand, filterShowCommand } from '../filter/library-commands.ts'
import { filterLockCommand } from '../filter/lock.ts'
import { filterPullCommand } from '../filter/pull.ts'
import { filterPushCommand } from '../filter/push.ts'
import { filterRunCommand } from '../filter/run.ts'
import { filterServeCommand } from '../filter/serve.ts'
import { filterSignCommand, filterVerifyCommand } from '../filter/sign.ts'
import { filterTestCommand } from '../filter/test.ts'

/** `meshform filter`: filters before any proxy sees them, and on their way to registries. */
export function filterCommand(io: CommandIo): Command {
  const command = new Command('filter')
    .summary('Inspect, test and share Wasm filters')
    .description('Inspects, runs, tests and shares Proxy-Wasm filters, on this machine and without a proxy.')
    .addHelpText(
      'after',
      "\nExamples:\n  meshform filter inspect auth.wasm\n  meshform filter run auth.wasm --config auth.json --header 'x-api-key: s3cret'\n  meshform filter test\n  meshform filter push auth.wasm oci://registry.example/filters/auth:1.2.0\n",
    )
  const commands = [
    filterInspectCommand,
    filterRunCommand,
    filterTestCommand,
    filterServeCommand,
    filterBenchCommand,
    filterAddCommand,
    filterListCommand,
    filterShowCommand,
    filterRemoveCommand,
    filterPushCommand,
    filterPullCommand,
    filterLockCommand,
    filterSignCommand,
    filterVerifyCommand,
  ]
  for (const make of commands) command.addCommand(make(io))
  return command
}
