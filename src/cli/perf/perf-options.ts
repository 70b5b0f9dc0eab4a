import { type Command, InvalidArgumentError, Option } from 'commander'
import { parseDuration } from '../../perf/check/duration.ts'
import type { LoadProtocol } from '../../perf/load/load-spec.ts'
import { LOAD_PROTOCOLS } from '../../perf/load/load-spec.ts'
import { collect, wholeNumber } from '../design-options.ts'

/** What the command line may say about the load of an address, and in place of what a file says. */
export interface LoadOptions {
  readonly rate?: number
  readonly duration?: string
  readonly connections?: number
  readonly streams?: number
  readonly protocol?: LoadProtocol
  readonly method?: string
  readonly header: readonly string[]
  readonly body?: string
  readonly requests?: number
  readonly warmup?: string
  readonly timeout?: string
  readonly threads?: number
  readonly keepAlive: boolean
  readonly arrival?: 'uniform' | 'poisson'
  readonly pacing?: 'spin' | 'thread'
  readonly stopOnErrors?: string
  readonly threshold: readonly string[]
  readonly trials?: number
  readonly ca?: string
  readonly cert?: string
  readonly key?: string
  readonly serverName?: string
  readonly insecure?: boolean
  readonly engine?: 'meshform' | 'fortio' | 'wrk2' | 'k6' | 'nighthawk'
}

function positive(text: string): number {
  const value = Number(text)
  if (!(value > 0 && Number.isFinite(value))) throw new InvalidArgumentError('It takes a number above zero.')
  return value
}

function duration(text: string): string {
  const plain = /^\d+(\.\d+)?$/.test(text) ? `${text}s` : text
  if (parseDuration(plain) === undefined) throw new InvalidArgumentError('It takes a length of time such as 30s or 1m30s.')
  return plain
}

function warmup(text: string): string {
  return text === 'auto' || text === 'none' ? text : duration(text)
}

/** Adds the options of a load. */
export function withLoadOptions(command: Command): Command {
  return command
    .option('--rate <rate>', 'planned requests a second (open loop); without it a closed loop', positive)
    .option('--duration <time>', 'how long, such as 30s', duration)
    .option('--connections <count>', 'connections; in a closed loop the concurrency', wholeNumber(1))
    .option('--streams <count>', 'HTTP/2 and gRPC: requests at once on a connection', wholeNumber(1))
    .addOption(new Option('--protocol <name>', 'protocol; by default what the address says').choices(LOAD_PROTOCOLS))
    .option('--method <method>', 'HTTP method')
    .option('-H, --header <name: value>', 'header field; may be given several times', collect, [])
    .option('--body <text>', 'body; @FILE reads it from a file')
    .option('--requests <count>', 'stop after so many requests', wholeNumber(1))
    .option('--warmup <time>', 'drop so much from the front; auto finds where latency settles', warmup)
    .option('--timeout <time>', 'longest time of a request', duration)
    .option('--threads <count>', 'generator threads', wholeNumber(1))
    .option('--no-keep-alive', 'a new connection for each request')
    .addOption(new Option('--arrival <kind>', 'even arrivals, or as independent users arrive').choices(['uniform', 'poisson']))
    .addOption(
      new Option(
        '--pacing <kind>',
        'exact times, which take a core at high rates, or little CPU and a tenth of a millisecond',
      ).choices(['spin', 'thread']),
    )
    .option('--stop-on-errors <share>', 'end the run when this share of requests fails, such as 50%')
    .option('--threshold <text>', 'what must hold, such as "p99 < 250ms"; may be given several times', collect, [])
    .option('--trials <count>', 'runs of the load', wholeNumber(1))
    .option('--ca <file>', 'certificate authorities to trust (PEM)')
    .option('--cert <file>', 'client certificate (PEM)')
    .option('--key <file>', 'its key (PEM)')
    .option('--server-name <name>', 'server name to send and check')
    .option('--insecure', 'accept any certificate')
    .addOption(new Option('--engine <name>', 'what makes the load').choices(['meshform', 'fortio', 'wrk2', 'k6', 'nighthawk']))
}

/** A check as a file would say it, with what the command line says in place of the same in the file. */
export function withLoadOverrides(value: Readonly<Record<string, unknown>>, options: LoadOptions): Record<string, unknown> {
  const load = isRecord(value.load) ? { ...value.load } : {}
  const tls = isRecord(value.tls) ? { ...value.tls } : {}
  const set = (target: Record<string, unknown>, name: string, given: unknown): void => {
    if (given !== undefined) target[name] = given
  }
  if (options.rate !== undefined) {
    for (const other of ['stages', 'search', 'mode']) delete load[other]
  }
  for (const name of LOAD_FIELDS) set(load, name, options[name])
  if (!options.keepAlive) load.keepAlive = false
  set(tls, 'ca', options.ca)
  set(tls, 'certificate', options.cert)
  set(tls, 'key', options.key)
  set(tls, 'serverName', options.serverName)
  set(tls, 'insecure', options.insecure)
  const check: Record<string, unknown> = { ...value }
  if (Object.keys(load).length > 0) check.load = load
  if (Object.keys(tls).length > 0) check.tls = tls
  for (const name of ['protocol', 'method', 'trials', 'engine'] as const) set(check, name, options[name])
  if (options.body !== undefined) {
    if (options.body.startsWith('@')) check.bodyFile = options.body.slice(1)
    else check.body = options.body
  }
  if (options.header.length > 0) {
    const before = isRecord(value.headers) ? value.headers : {}
    check.headers = { ...before, ...Object.fromEntries(options.header.map(headerOf)) }
  }
  if (options.threshold.length > 0) {
    check.thresholds = [...(Array.isArray(value.thresholds) ? value.thresholds : []), ...options.threshold]
  }
  return check
}

const LOAD_FIELDS = [
  'rate',
  'duration',
  'connections',
  'streams',
  'requests',
  'warmup',
  'timeout',
  'threads',
  'arrival',
  'pacing',
  'stopOnErrors',
] as const

function headerOf(text: string): readonly [string, string] {
  const colon = text.indexOf(':')
  return colon < 0 ? [text.trim(), ''] : [text.slice(0, colon).trim(), text.slice(colon + 1).trim()]
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
