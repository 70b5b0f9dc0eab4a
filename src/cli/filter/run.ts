import { Command, Option } from 'commander'
import type { TcpStep } from '../../filters/bench/bench-session.ts'
import { defaultSandboxLimits, SandboxedBench, type SandboxLimits } from '../../filters/bench/sandboxed-bench.ts'
import { type RunKind, runOnce } from '../../filters/run/run-once.ts'
import { calloutRules } from '../../filters/test/test-messages.ts'
import type { Diagnostic } from '../../plan/diagnostic.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../../plan/json.ts'
import { styleFor } from '../../views/terminal/style.ts'
import type { CommandIo } from '../command-io.ts'
import { collect } from '../design-options.ts'
import { terminalView } from '../open-view.ts'
import { durationOption, nameAndValue, type PluginOptions, readPlugin, readTexts, withPluginOptions } from './plugin-options.ts'
import { readCallouts } from './read-callouts.ts'
import { type RequestOptions, requestOf, upstreamOf, withRequestOptions } from './request-options.ts'
import { runReport } from './run-report.ts'
import { runText } from './run-text.ts'

interface RunCommandOptions extends PluginOptions, RequestOptions {
  readonly property: readonly string[]
  readonly callouts?: string
  readonly kind: RunKind | 'auto'
  readonly advance: number
  readonly timeout: number
  readonly json?: boolean
}

/** `meshform filter run`: one request through one filter, in a proxy that is not there. */
export function filterRunCommand(io: CommandIo): Command {
  return withRequestOptions(withPluginOptions(new Command('run')))
    .summary('Send one request through a filter')
    .description(
      'Starts a module in a Proxy-Wasm host, configures it, sends one request through it and a response back, and shows what the filter did. The module runs in a thread of its own, with bounds on time and memory.',
    )
    .argument('<file>', 'the module: a path, or an https:// or oci:// address')
    .option('--property <path=value>', 'property that the filter may read; the value is JSON or text', collect, [])
    .option('--callouts <file>', 'YAML list of answers to callouts, as in filter tests')
    .addOption(
      new Option('--kind <kind>', 'what the filter gets: HTTP streams, TCP connections, or none')
        .choices(['auto', 'http', 'network', 'service'])
        .default('auto'),
    )
    .option('--advance <time>', 'time that passes between configuration and request', durationOption, 0)
    .addOption(
      new Option('--timeout <time>', 'real time that the run may take, all in all')
        .argParser(durationOption)
        .default(15_000, '15s'),
    )
    .option('--json', 'as JSON')
    .addHelpText('after', EXAMPLES)
    .action((file: string, options: RunCommandOptions) => runFilter(io, file, options))
}

async function runFilter(io: CommandIo, file: string, options: RunCommandOptions): Promise<void> {
  const refuse = (...diagnostics: readonly Diagnostic[]): void => {
    io.setExitCode(1)
    const problem = diagnostics[0]?.summary
    if (options.json === true) io.stdout.write(`${JSON.stringify({ source: file, ok: false, problem, diagnostics }, null, 2)}\n`)
    else terminalView(io).diagnostics(diagnostics)
  }
  const plugin = await readPlugin(io, file, options)
  if (!plugin.ok) return refuse(plugin.diagnostic)
  const texts = await readTexts(io, { body: options.body, responseBody: options.responseBody })
  if ('diagnostic' in texts) return refuse(texts.diagnostic)
  const callouts = options.callouts === undefined ? { callouts: [], diagnostics: [] } : await readCallouts(io, options.callouts)
  if (callouts.diagnostics.length > 0) return refuse(...callouts.diagnostics)
  const { body, responseBody } = texts
  const limits = limitsOf(options.timeout)
  const result = await runOnce(
    {
      filter: plugin.filter,
      kind: options.kind,
      request: requestOf(options, body),
      upstream: upstreamOf(options, responseBody),
      connection: connectionOf(body, responseBody),
      callouts: calloutRules(callouts.callouts),
      properties: propertiesOf(options.property),
      logLevel: 0,
      advanceMilliseconds: options.advance,
      startMilliseconds: Date.now(),
    },
    () => new SandboxedBench({ signal: io.signal, limits }),
  )
  const report = runReport(file, plugin.filter.wasm, result)
  if (!report.ok) io.setExitCode(1)
  if (options.json === true) io.stdout.write(`${JSON.stringify(report, null, 2)}\n`)
  else io.stdout.write(runText(report, styleFor(io.stdout as NodeJS.WriteStream, io.env)))
}

/** One bound for whatever the filter is asked to do, tries and all; looking for a root id takes a third of it at most. */
function limitsOf(milliseconds: number): SandboxLimits {
  return {
    ...defaultSandboxLimits,
    startMilliseconds: milliseconds,
    commandMilliseconds: milliseconds,
    searchMilliseconds: milliseconds / 3,
    whole: { until: performance.now() + milliseconds, milliseconds },
  }
}

function connectionOf(body: Buffer, answer: Buffer): readonly TcpStep[] {
  const sent = body.length > 0 ? body : Buffer.from('hello from the client\n')
  return [
    { kind: 'send', bytes: sent, endOfStream: false },
    { kind: 'receive', bytes: answer, endOfStream: true },
    { kind: 'close', peer: 'client' },
  ]
}

/** Properties by dotted path; a value that is JSON is that, any other is text. */
function propertiesOf(texts: readonly string[]): JsonObject {
  const properties: Record<string, JsonValue> = {}
  for (const [path, text] of texts.map(nameAndValue)) {
    let value: JsonValue = text
    try {
      const parsed: JsonValue = JSON.parse(text)
      value = parsed
    } catch {
      // Not JSON: the text itself.
    }
    const before = properties[path]
    properties[path] = isJsonObject(before) && isJsonObject(value) ? { ...before, ...value } : value
  }
  return properties
}

const EXAMPLES = `
Examples:
  meshform filter run auth.wasm --config auth.json --header 'x-api-key: s3cret' --path /orders
  meshform filter run rewrite.wasm --response-body '{"a": 1}' --response-header 'content-type: application/json'
  meshform filter run geo.wasm --property 'source.address=192.0.2.7:4000' --json
`
