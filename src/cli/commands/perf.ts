import { Command } from 'commander'
import type { CommandIo } from '../command-io.ts'
import { withRunOptions } from '../design-options.ts'
import { withLoadOptions } from '../perf/perf-options.ts'
import type { PerfRunOptions } from '../perf/run-checks.ts'

/** `meshform perf`: measure latency, throughput and overhead. */
export function perfCommand(io: CommandIo): Command {
  const command = new Command('perf')
    .summary('Measure latency, throughput and overhead')
    .description('Runs perf-checks, compares and reports what they found.')
    .addHelpText('after', EXAMPLES)
  command.addCommand(runCommand(io))
  return command
}

/** The options of a run, where `--json` prints results rather than events. */
function withResultOptions(command: Command): Command {
  withRunOptions(command)
  for (const option of command.options) if (option.long === '--json') option.description = 'print what was found as JSON'
  return command
}

function runCommand(io: CommandIo): Command {
  return withLoadOptions(withResultOptions(new Command('run')))
    .summary('Run perf-checks, or put a load on an address')
    .description(
      'Runs the perf-checks of a file or a design, or puts a load on an address, and prints what was measured. Exits with 1 when a check fails or its run is invalid.',
    )
    .argument('[target]', 'a file, the address of a check such as perfChecks.reviews, or http://, grpc://, tcp:// ...')
    .action(async (target: string | undefined, options: PerfRunOptions) => {
      const { runChecks } = await import('../perf/run-checks.ts')
      await runChecks(io, target, options)
    })
}

const EXAMPLES = `
Examples:
  meshform perf run http://localhost:8080/ --rate 1000 --duration 10s --connections 64
  meshform perf run http://localhost:8080/ --duration 10s --threshold "p99 < 50ms"
  meshform perf run perfChecks.reviews -f .
  meshform perf run load-test.yaml --json > result.json
`
