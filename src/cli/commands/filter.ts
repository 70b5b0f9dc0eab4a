import { Command } from 'commander'
import type { CommandIo } from '../command-io.ts'
import { filterInspectCommand } from '../filter/inspect.ts'
import { filterRunCommand } from '../filter/run.ts'
import { filterTestCommand } from '../filter/test.ts'

/** `meshform filter`: filters before any proxy sees them. */
export function filterCommand(io: CommandIo): Command {
  return new Command('filter')
    .summary('Inspect, test and share Wasm filters')
    .description('Inspects, runs, tests and shares Proxy-Wasm filters, on this machine and without a proxy.')
    .addHelpText(
      'after',
      "\nExamples:\n  meshform filter inspect auth.wasm\n  meshform filter run auth.wasm --config auth.json --header 'x-api-key: s3cret'\n",
    )
    .addCommand(filterInspectCommand(io))
    .addCommand(filterRunCommand(io))
    .addCommand(filterTestCommand(io))
}
