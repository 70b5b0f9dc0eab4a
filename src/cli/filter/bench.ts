import { Command, InvalidArgumentError } from 'commander'
import type { OverheadReport } from '../../filters/bench/measure-overhead.ts'
import { defaultSandboxLimits, describeSandboxProblem, SandboxedBench } from '../../filters/bench/sandboxed-bench.ts'
import { describeFailure } from '../../filters/host/failure.ts'
import { styleFor } from '../../views/terminal/style.ts'
import type { CommandIo } from '../command-io.ts'
import { wholeNumber } from '../design-options.ts'
import { terminalView } from '../open-view.ts'
import { type PluginOptions, readPlugin, readTexts, withPluginOptions } from './plugin-options.ts'
import { type RequestOptions, requestOf, upstreamOf, withRequestOptions } from './request-options.ts'
import { withRootId } from './with-root-id.ts'

interface BenchOptions extends PluginOptions, RequestOptions {
  readonly requests: number
  readonly maxMean?: number
  readonly maxP99?: number
  readonly maxCpu?: number
  readonly json?: boolean
}

/** How long a whole measurement may take, in milliseconds of real time. */
const longest = 120_000

/** `meshform filter bench`: what a filter adds to each request, in time and processor time. */
export function filterBenchCommand(io: CommandIo): Command {
  return withRequestOptions(withPluginOptions(new Command('bench')))
    .summary('Measure what a filter adds to each request')
    .description(
      'Sends many requests through a filter and as many through none, in turns on one thread, and shows what the filter adds: latency and processor time. With bounds it is a gate: the exit code is 1 when one is passed.',
    )
    .argument('<file>', 'the module')
    .option('--requests <count>', 'requests to send', wholeNumber(1), 20_000)
    .option('--max-mean <microseconds>', 'bound on the mean latency that is added', microseconds)
    .option('--max-p99 <microseconds>', 'bound on the 99th percentile that is added', microseconds)
    .option('--max-cpu <microseconds>', 'bound on the processor time that is added', microseconds)
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      "\nExamples:\n  meshform filter bench auth.wasm --config auth.json --header 'x-api-key: s3cret'\n  meshform filter bench auth.wasm --max-p99 200 --json\n",
    )
    .action((file: string, options: BenchOptions) => benchFilter(io, file, options))
}

async function benchFilter(io: CommandIo, file: string, options: BenchOptions): Promise<void> {
  const fail = (summary: string): void => {
    terminalView(io).diagnostics([{ severity: 'error', code: 'MF9013', summary }])
    io.setExitCode(1)
  }
  const plugin = await readPlugin(io, file, options)
  const texts = await readTexts(io, { body: options.body, responseBody: options.responseBody })
  if (!plugin.ok || 'diagnostic' in texts) {
    terminalView(io).diagnostics([
      ...(plugin.ok ? [] : [plugin.diagnostic]),
      ...('diagnostic' in texts ? [texts.diagnostic] : []),
    ])
    io.setExitCode(1)
    return
  }
  const bench = new SandboxedBench({ signal: io.signal, limits: { ...defaultSandboxLimits, commandMilliseconds: longest } })
  try {
    const setup = {
      filters: [await withRootId(io, plugin.filter)],
      properties: {},
      callouts: [],
      foreignFunctions: {},
      logLevel: 0,
    }
    const started = await bench.send({ op: 'start', setup })
    if (!started.ok) return fail(describeSandboxProblem(started.problem))
    if (started.reply.kind === 'state' && started.reply.state.startFailures.length > 0)
      return fail(started.reply.state.startFailures.map(describeFailure).join('; '))
    const measured = await bench.send({
      op: 'measure',
      request: requestOf(options, texts.body),
      upstream: upstreamOf(options, texts.responseBody),
      requests: options.requests,
    })
    if (!measured.ok) return fail(describeSandboxProblem(measured.problem))
    if (measured.reply.kind !== 'overhead') return fail('the bench gave no figures')
    show(io, file, measured.reply.report, options)
  } finally {
    await bench.close()
  }
}

function show(io: CommandIo, file: string, report: OverheadReport, options: BenchOptions): void {
  const { added } = report
  const bounds = [
    { name: 'mean', found: added.mean, bound: options.maxMean },
    { name: 'p99', found: added.p99, bound: options.maxP99 },
    { name: 'cpu', found: added.cpu, bound: options.maxCpu },
  ]
  const broken = bounds.filter(({ found, bound }) => bound !== undefined && found > bound)
  if (broken.length > 0) io.setExitCode(1)
  if (options.json === true) {
    const rounded: unknown = JSON.parse(JSON.stringify(report), (_key, value: unknown) =>
      typeof value === 'number' ? Math.round(value * 100) / 100 : value,
    )
    io.stdout.write(
      `${JSON.stringify({ source: file, unit: 'microseconds', passed: broken.length === 0, report: rounded }, null, 2)}\n`,
    )
    return
  }
  const { colors } = styleFor(io.stdout as NodeJS.WriteStream, io.env)
  const number = (value: number): string => value.toFixed(1).padStart(9)
  const row = (title: string, figures: { mean: number; p50: number; p99: number; cpu: number }): string =>
    `${title.padEnd(14)}${number(figures.mean)}${number(figures.p50)}${number(figures.p99)}${number(figures.cpu)}`
  const outcomes = Object.entries(report.outcomes).map(([outcome, count]) => `${count.toLocaleString('en-US')} ${outcome}`)
  io.stdout.write(
    `${[
      colors.dim(`${'microseconds'.padEnd(14)}${['mean', 'p50', 'p99', 'cpu'].map((name) => name.padStart(9)).join('')}`),
      row('with filter', report.withFilters),
      row('without', report.without),
      colors.bold(row('added', added)),
      '',
      `${Math.round(report.requestsPerSecond).toLocaleString('en-US')} requests a second on one thread: ${outcomes.join(', ')}`,
      ...broken.map(({ name, found, bound }) => colors.red(`${name} ${found.toFixed(1)} is above ${bound}`)),
    ].join('\n')}\n`,
  )
}

function microseconds(text: string): number {
  const value = Number(text)
  if (!(value > 0)) throw new InvalidArgumentError('It takes a number of microseconds above 0.')
  return value
}
