import { Command, InvalidArgumentError, Option } from 'commander'
import { SMP_DIALECTS } from '../../perf/formats/smp-write.ts'
import type { CommandIo } from '../command-io.ts'
import { collect, type RunOptions, withRunOptions } from '../design-options.ts'
import type { BaselineSetOptions, HistoryOptions } from '../perf/baselines.ts'
import type { CompareOptions } from '../perf/compare-results.ts'
import type { ExportOptions } from '../perf/export-checks.ts'
import { withLoadOptions } from '../perf/perf-options.ts'
import { REPORT_FORMATS } from '../perf/report-formats.ts'
import type { ReportOptions } from '../perf/report-results.ts'
import type { PerfRunOptions } from '../perf/run-checks.ts'

/** `meshform perf`: measure latency, throughput and overhead. */
export function perfCommand(io: CommandIo): Command {
  const command = new Command('perf')
    .summary('Measure latency, throughput and overhead')
    .description('Runs perf-checks, compares and reports what they found.')
    .addHelpText('after', EXAMPLES)
  for (const make of [runCommand, compareCommand, reportCommand, baselineCommand, historyCommand, exportCommand, grafanaCommand])
    command.addCommand(make(io))
  command.addCommand(
    new Command('worker').description('The program of the pods of a distributed run.').action(async () => {
      const { runPerfWorker } = await import('../perf/worker.ts')
      await runPerfWorker(io)
    }),
    { hidden: true },
  )
  return command
}

/** The options of a run, where `--json` prints results rather than events. */
function withResultOptions(command: Command): Command {
  withRunOptions(command)
  for (const option of command.options) if (option.long === '--json') option.description = 'print what was found as JSON'
  return command
}

function runCommand(io: CommandIo): Command {
  return withPushOptions(withEnvironment(withLoadOptions(withResultOptions(new Command('run')))))
    .summary('Run perf-checks, or put a load on an address')
    .description(
      'Runs the perf-checks of a file or a design, or puts a load on an address, and prints what was measured. Exits with 1 when a check fails or its run is invalid.',
    )
    .argument('[target]', 'a file, the address of a check such as perfChecks.reviews, or http://, grpc://, tcp:// ...')
    .option('-o, --output <file>', 'also write .json, .html, .md, .xml (JUnit), .hgrm, .hlog or .prom', collect, [])
    .option('--record', 'record the result in the state of the design, to compare the next with')
    .action(async (target: string | undefined, options: PerfRunOptions) => {
      const { runChecks } = await import('../perf/run-checks.ts')
      await runChecks(io, target, options)
    })
}

function compareCommand(io: CommandIo): Command {
  return withEnvironment(withLoadOptions(withResultOptions(new Command('compare'))))
    .summary('Compare two sides by their trials')
    .description(
      'Compares two sides by trials, never by single requests, and says regression, no-regression or inconclusive. Exits with 1 for a regression or sides that must not be compared.',
    )
    .argument('<before>', 'result file or folder, baseline:NAME, or an address to load')
    .argument('<after>', 'the same; two addresses are run now, turn about')
    .option('--relative-margin <share>', 'a difference up to this share is no regression', share, 0.1)
    .option('--absolute-margin <time>', 'a difference up to this is no regression', '500us')
    .option('--alpha <level>', 'level of the decisions', share, 0.05)
    .option('--paired', 'trial i of one side was run next to trial i of the other')
    .option('--strict', 'exit with 1 also when it is inconclusive')
    .option('--markdown', 'as a Markdown table')
    .action(async (before: string, after: string, options: CompareOptions) => {
      const { compareResults } = await import('../perf/compare-results.ts')
      await compareResults(io, before, after, options)
    })
}

function reportCommand(io: CommandIo): Command {
  return withPushOptions(new Command('report'))
    .summary('Show results, or turn them into another form')
    .description(
      'Reads results of any known form (our JSON, fortio, SMP, .hgrm, .hlog) and writes them in any other, or sends them on.',
    )
    .argument('<files...>', 'result files or folders')
    .addOption(new Option('--format <form>', 'form of the output; by default what the file name says').choices(REPORT_FORMATS))
    .option('-o, --output <file>', 'file to write; standard output by default')
    .option('--baseline <file>', 'result file to compare with; may be given several times', collect, [])
    .addOption(new Option('--dialect <name>', 'spelling of SMP files').choices(SMP_DIALECTS).default('go'))
    .option('--title <text>', 'title of an HTML page', 'Perf-checks')
    .action(async (files: string[], options: ReportOptions) => {
      const { reportResults } = await import('../perf/report-results.ts')
      await reportResults(io, files, options)
    })
}

function baselineCommand(io: CommandIo): Command {
  const command = new Command('baseline')
    .summary('Set, list and remove baselines')
    .description('Keeps results by name in the state of the design, to compare later runs with.')
  command.addCommand(
    withResultOptions(new Command('set'))
      .summary('Make a baseline')
      .description('Makes a baseline of the last recorded run that passed, or of result files.')
      .argument('<name>', 'name of the baseline; a check uses the one of its own name when it names none')
      .option('--check <name>', 'check whose last run it is made of; by default the one of the same name')
      .option('--from <file>', 'result file to make it of; may be given several times', collect, [])
      .action(async (name: string, options: BaselineSetOptions) => {
        const { setBaseline } = await import('../perf/baselines.ts')
        await setBaseline(io, name, options)
      }),
  )
  command.addCommand(
    withResultOptions(new Command('list'))
      .summary('List baselines')
      .description('Lists the baselines with their figures.')
      .action(async (options: RunOptions) => {
        const { listBaselines } = await import('../perf/baselines.ts')
        await listBaselines(io, options)
      }),
  )
  command.addCommand(
    withResultOptions(new Command('rm'))
      .summary('Remove a baseline')
      .description('Removes a baseline from the state.')
      .argument('<name>', 'name of the baseline')
      .action(async (name: string, options: RunOptions) => {
        const { removeBaseline } = await import('../perf/baselines.ts')
        await removeBaseline(io, name, options)
      }),
  )
  return command
}

function historyCommand(io: CommandIo): Command {
  return withResultOptions(new Command('history'))
    .summary('Show runs over time, by release or by mesh')
    .description('Shows the recorded runs of a check with their environment, or their medians by release, mesh or commit.')
    .argument('[check]', 'a check; all by default')
    .option('--by <key>', 'one row for each value of mesh, meshVersion, cluster, node or commit')
    .option('--markdown', 'as a Markdown table')
    .action(async (check: string | undefined, options: HistoryOptions) => {
      const { showHistory } = await import('../perf/baselines.ts')
      await showHistory(io, check, options)
    })
}

function exportCommand(io: CommandIo): Command {
  return withLoadOptions(withResultOptions(new Command('export')))
    .summary('Write checks as SMP tests')
    .description(
      'Writes perf-checks as Service Mesh Performance tests, for tools that read those. What SMP has no words for is said.',
    )
    .argument('[target]', 'a file, the address of a check, or an address to load')
    .addOption(new Option('--dialect <name>', 'spelling of the file').choices(SMP_DIALECTS).default('go'))
    .action(async (target: string | undefined, options: ExportOptions) => {
      const { exportChecks } = await import('../perf/export-checks.ts')
      await exportChecks(io, target, options)
    })
}

function grafanaCommand(io: CommandIo): Command {
  const command = new Command('grafana')
    .summary('Dashboards as code')
    .description('Dashboards of perf-checks and of each mesh, made from code. The token is read from MESHFORM_GRAFANA_TOKEN.')
  command
    .command('dashboards')
    .summary('List the dashboards, or write them as files')
    .description('Lists the dashboards of perf-checks and meshes, or writes them as JSON files.')
    .option('-o, --output <folder>', 'folder to write them to')
    .action(async (options: { readonly output?: string }) => {
      const { writeDashboards } = await import('../perf/grafana.ts')
      await writeDashboards(io, options)
    })
  command
    .command('push')
    .summary('Put the dashboards into a Grafana')
    .description('Creates the dashboards in a Grafana, or brings those it has up to date.')
    .argument('<address>', 'address of the Grafana')
    .option('--folder <uid>', 'folder to put them in')
    .action(async (address: string, options: { readonly folder?: string }) => {
      const { pushDashboards } = await import('../perf/grafana.ts')
      await pushDashboards(io, address, options)
    })
  command
    .command('import')
    .summary('Take over the queries of an existing board')
    .description('Prints the Prometheus queries of a board as `overhead.queries` of a perf-check.')
    .argument('<board>', 'a dashboard file, or with --url the uid of a dashboard')
    .option('--url <address>', 'Grafana to fetch it from')
    .action(async (board: string, options: { readonly url?: string }) => {
      const { importBoard } = await import('../perf/grafana.ts')
      await importBoard(io, board, options)
    })
  return command
}

function withEnvironment(command: Command): Command {
  return command.option('--env <name=value>', 'what the result says of its environment, such as mesh=istio', collect, [])
}

function withPushOptions(command: Command): Command {
  return command
    .option('--push-gateway <address>', 'send the figures to a Pushgateway')
    .option('--remote-write <address>', 'send the figures to a Prometheus by remote write')
    .option('--grafana <address>', 'leave an annotation for each run in a Grafana')
}

function share(text: string): number {
  const value = text.endsWith('%') ? Number(text.slice(0, -1)) / 100 : Number(text)
  if (!(value >= 0 && value <= 10)) throw new InvalidArgumentError('It takes a share such as 0.1 or 10%.')
  return value
}

const EXAMPLES = `
Examples:
  meshform perf run http://localhost:8080/ --rate 1000 --duration 10s --connections 64
  meshform perf run http://localhost:8080/ --duration 10s --threshold "p99 < 50ms"
  meshform perf run perfChecks.reviews -f .
  meshform perf run load-test.yaml --json > result.json
  meshform perf compare before.json after.json
  meshform perf compare http://localhost:8080/ http://localhost:8081/ --rate 500 --duration 5s
  meshform perf report result.json -o report.html
  meshform perf baseline set reviews -f .
  meshform perf history reviews -f . --by meshVersion
`
