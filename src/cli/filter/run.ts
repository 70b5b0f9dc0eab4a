import { readFile } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import { Command, InvalidArgumentError, Option } from 'commander'
import type { PlainMessage, TcpStep } from '../../filters/bench/bench-session.ts'
import { defaultSandboxLimits, SandboxedBench } from '../../filters/bench/sandboxed-bench.ts'
import { filterSettings } from '../../filters/host/filter-settings.ts'
import { type RunKind, runOnce } from '../../filters/run/run-once.ts'
import type { Diagnostic } from '../../plan/diagnostic.ts'
import { parseDuration } from '../../plan/duration.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../../plan/json.ts'
import { styleFor } from '../../views/terminal/style.ts'
import type { CommandIo } from '../command-io.ts'
import { collect, wholeNumber } from '../design-options.ts'
import { terminalView } from '../open-view.ts'
import { openModule } from './open-module.ts'
import { runReport } from './run-report.ts'
import { runText } from './run-text.ts'

interface RunCommandOptions {
  readonly config?: string
  readonly vmConfig?: string
  readonly name?: string
  readonly rootId: string
  readonly vmId: string
  readonly env: readonly string[]
  readonly property: readonly string[]
  readonly capability: readonly string[]
  readonly kind: RunKind | 'auto'
  readonly method?: string
  readonly path: string
  readonly host: string
  readonly header: readonly string[]
  readonly body?: string
  readonly trailer: readonly string[]
  readonly responseStatus: number
  readonly responseHeader: readonly string[]
  readonly responseBody: string
  readonly advance: number
  readonly timeout: number
  readonly memory: number
  readonly failOpen?: boolean
  readonly json?: boolean
}

/** `meshform filter run`: one request through one filter, in a proxy that is not there. */
export function filterRunCommand(io: CommandIo): Command {
  return new Command('run')
    .summary('Send one request through a filter')
    .description(
      'Starts a module in a Proxy-Wasm host, configures it, sends one request through it and a response back, and shows what the filter did. The module runs in a thread of its own, with bounds on time and memory.',
    )
    .argument('<file>', 'the module')
    .option('--config <file>', "the plugin's configuration, handed over byte for byte")
    .option('--vm-config <file>', "the VM's configuration, handed over byte for byte")
    .option('--name <name>', 'name of the plugin (default: that of the file)')
    .option('--root-id <id>', 'root id, for modules that hold several filters', '')
    .option('--vm-id <id>', 'id of the VM, which shared data and queues belong to', '')
    .option('--env <name=value>', 'environment variable of the filter; may be given several times', collect, [])
    .option('--property <path=value>', 'property that the filter may read; the value is JSON or text', collect, [])
    .option('--capability <name>', 'allow only these host functions and callbacks', collect, [])
    .addOption(
      new Option('--kind <kind>', 'what the filter gets: HTTP streams, TCP connections, or none')
        .choices(['auto', 'http', 'network', 'service'])
        .default('auto'),
    )
    .option('--method <method>', 'method of the request (default: GET, or POST with a body)')
    .option('--path <path>', 'path of the request', '/')
    .option('--host <host>', 'authority of the request', 'example.test')
    .option('--header <header>', "header of the request as 'name: value'; may be given several times", header, [])
    .option('--body <text>', 'body of the request, or of the connection; @FILE reads it from a file')
    .option('--trailer <trailer>', "trailer of the request as 'name: value'", header, [])
    .option('--response-status <status>', 'status that the upstream answers', wholeNumber(100), 200)
    .option('--response-header <header>', "header that the upstream answers as 'name: value'", header, [])
    .option('--response-body <text>', 'body that the upstream answers; @FILE reads it from a file', 'hello from the upstream\n')
    .option('--advance <time>', 'time that passes between configuration and request', duration, 0)
    .option('--timeout <time>', 'real time that the filter may take', duration, defaultSandboxLimits.commandMilliseconds)
    .option('--memory <MiB>', 'memory that the filter may grow to', wholeNumber(1), 256)
    .option('--fail-open', 'go on without the filter when it fails')
    .option('--json', 'as JSON')
    .addHelpText('after', EXAMPLES)
    .action((file: string, options: RunCommandOptions) => runFilter(io, file, options))
}

async function runFilter(io: CommandIo, file: string, options: RunCommandOptions): Promise<void> {
  const refuse = (diagnostic: Diagnostic): void => {
    io.setExitCode(1)
    if (options.json === true)
      io.stdout.write(
        `${JSON.stringify({ source: file, ok: false, problem: diagnostic.summary, diagnostics: [diagnostic] }, null, 2)}\n`,
      )
    else terminalView(io).diagnostics([diagnostic])
  }
  const opened = await openModule(io, file, { folder: io.cwd })
  if (!opened.ok) return refuse(opened.diagnostic)
  const texts = await readTexts(io, {
    config: options.config === undefined ? undefined : `@${options.config}`,
    vmConfig: options.vmConfig === undefined ? undefined : `@${options.vmConfig}`,
    body: options.body,
    responseBody: options.responseBody,
  })
  if ('diagnostic' in texts) return refuse(texts.diagnostic)
  const { config, vmConfig, body, responseBody } = texts
  const capabilities = options.capability.length > 0 ? { allowedCapabilities: options.capability } : {}
  const result = await runOnce(
    {
      filter: filterSettings({
        name: options.name ?? basename(file).replace(/\.wasm$/, ''),
        wasm: opened.module.bytes,
        rootId: options.rootId,
        vmId: options.vmId,
        configuration: config,
        vmConfiguration: vmConfig,
        environment: Object.fromEntries(options.env.map(nameAndValue)),
        failurePolicy: options.failOpen === true ? 'fail-open' : 'fail-closed',
        memoryLimitPages: options.memory * 16,
        ...capabilities,
      }),
      kind: options.kind,
      request: requestOf(options, body),
      upstream: upstreamOf(options, responseBody),
      connection: connectionOf(body, responseBody),
      callouts: [],
      properties: propertiesOf(options.property),
      logLevel: 0,
      advanceMilliseconds: options.advance,
      startMilliseconds: Date.now(),
    },
    () =>
      new SandboxedBench({
        signal: io.signal,
        limits: {
          ...defaultSandboxLimits,
          startMilliseconds: Math.max(options.timeout, defaultSandboxLimits.startMilliseconds),
          commandMilliseconds: options.timeout,
        },
      }),
  )
  const report = runReport(file, opened.module.bytes, result)
  if (!report.ok) io.setExitCode(1)
  if (options.json === true) io.stdout.write(`${JSON.stringify(report, null, 2)}\n`)
  else io.stdout.write(runText(report, styleFor(io.stdout as NodeJS.WriteStream, io.env)))
}

type Texts<Name extends string> = Readonly<Record<Name, Buffer>>

/** Texts as bytes; those that begin with @ out of the file that they name. What is not told is empty. */
async function readTexts<Name extends string>(
  io: CommandIo,
  given: Readonly<Record<Name, string | undefined>>,
): Promise<Texts<Name> | { readonly diagnostic: Diagnostic }> {
  const texts: Record<string, Buffer> = {}
  for (const [name, text] of Object.entries<string | undefined>(given)) {
    if (text?.startsWith('@') !== true) {
      texts[name] = Buffer.from(text ?? '')
      continue
    }
    try {
      texts[name] = await readFile(resolve(io.cwd, text.slice(1)))
    } catch (error) {
      const detail = error instanceof Error ? `${error.message}.` : 'The file system refused it.'
      return { diagnostic: { severity: 'error', code: 'MF6003', summary: `${text.slice(1)} can not be read`, detail } }
    }
  }
  return texts as Texts<Name>
}

function requestOf(options: RunCommandOptions, body: Buffer): PlainMessage {
  const given = pairs(options.header).map(([name, value]): [string, string] => [name === 'host' ? ':authority' : name, value])
  const names = new Set(given.map(([name]) => name))
  const defaults: [string, string][] = [
    [':authority', options.host],
    [':path', options.path],
    [':method', options.method ?? (body.length > 0 ? 'POST' : 'GET')],
    [':scheme', 'http'],
    ...(body.length > 0 ? [['content-length', String(body.length)] satisfies [string, string]] : []),
    ['x-request-id', '00000000-0000-4000-8000-000000000001'],
  ]
  const trailers = pairs(options.trailer)
  return {
    headers: [...defaults.filter(([name]) => !names.has(name)), ...given],
    chunks: body.length > 0 ? [body] : [],
    ...(trailers.length > 0 ? { trailers } : {}),
  }
}

function upstreamOf(options: RunCommandOptions, body: Buffer): PlainMessage {
  const given = pairs(options.responseHeader)
  const names = new Set(given.map(([name]) => name))
  const defaults: [string, string][] = [
    [':status', String(options.responseStatus)],
    ...(body.length > 0
      ? ([
          ['content-type', 'text/plain'],
          ['content-length', String(body.length)],
        ] satisfies [string, string][])
      : []),
  ]
  return {
    headers: [...defaults.filter(([name]) => !names.has(name)), ...given],
    chunks: body.length > 0 ? [body] : [],
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

function nameAndValue(text: string): [string, string] {
  const at = text.indexOf('=')
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)]
}

/** Splits `name: value`; the colon of a pseudo-header such as `:path` is part of its name. */
function pairs(headers: readonly string[]): [string, string][] {
  return headers.map((text) => {
    const at = text.indexOf(':', 1)
    return [text.slice(0, at).trim().toLowerCase(), text.slice(at + 1).trim()]
  })
}

function header(text: string, before: readonly string[]): readonly string[] {
  if (text.indexOf(':', 1) < 1) throw new InvalidArgumentError("It takes a header as 'name: value'.")
  return collect(text, before)
}

function duration(text: string): number {
  const value = text === '0' ? 0 : parseDuration(text)
  if (value === undefined) throw new InvalidArgumentError('It takes a length of time such as 30s or 2m.')
  return value
}

const EXAMPLES = `
Examples:
  meshform filter run auth.wasm --config auth.json --header 'x-api-key: s3cret' --path /orders
  meshform filter run rewrite.wasm --response-body '{"a": 1}' --response-header 'content-type: application/json'
  meshform filter run geo.wasm --property 'source.address=192.0.2.7:4000' --json
`
