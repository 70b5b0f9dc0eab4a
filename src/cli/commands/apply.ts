import { Command, Option } from 'commander'
import type { CommandIo } from '../command-io.ts'
import {
  type ExecuteOptions,
  type RunOptions,
  type SelectionOptions,
  withExecuteOptions,
  withRunOptions,
  withSelectionOptions,
} from '../design-options.ts'
import { executeRun } from '../execute-run.ts'

type ApplyOptions = RunOptions & SelectionOptions & ExecuteOptions & { readonly refreshOnly?: boolean }

/** `meshform apply`: the same plan, confirmed, carried out, waited for, recorded. */
export function applyCommand(io: CommandIo): Command {
  return withExecuteOptions(withSelectionOptions(withRunOptions(new Command('apply'))))
    .summary('Carry out a plan, wait, and record it')
    .description(
      'Plans, asks, carries the plan out, waits until everything is healthy and records it. A saved plan is carried out as it is, or refused as stale.',
    )
    .argument('[plan]', 'a plan saved by `meshform plan --out`')
    .addOption(
      new Option('--refresh-only', 'change no object: only bring the state up to what is live').conflicts([
        'replace',
        'target',
        'exclude',
        'targetFile',
        'excludeFile',
      ]),
    )
    .addHelpText('after', EXAMPLES)
    .action((plan: string | undefined, options: ApplyOptions) =>
      executeRun(io, { operation: 'apply', options, planFile: plan, refreshOnly: options.refreshOnly === true }),
    )
}

const EXAMPLES = `
Examples:
  meshform apply -f patterns/bookinfo-canary
  meshform apply -f patterns/bookinfo-canary --input weight=30 --yes
  meshform apply plan.json
  meshform apply -f . --context kind-east

Ctrl-C once lets what is under way finish and records it; the next apply goes on from there.
`
