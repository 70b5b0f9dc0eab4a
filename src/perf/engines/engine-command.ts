import { formatDuration } from '../check/duration.ts'
import type { LoadSpec, RequestSpec } from '../load/load-spec.ts'
import { meanRate } from '../load/rate-profile.ts'

/** Load generators that are run where they are installed, and their results read. */
export const OUTSIDE_ENGINES = ['fortio', 'wrk2', 'nighthawk', 'k6'] as const
/** One of {@link OUTSIDE_ENGINES}. */
export type OutsideEngine = (typeof OUTSIDE_ENGINES)[number]

/** How an engine is started: its program by the names it goes by, arguments, and files it needs beside it. */
export interface EngineCommand {
  readonly programs: readonly string[]
  readonly arguments: readonly string[]
  /** Files in the working folder, by name. */
  readonly files: Readonly<Record<string, string>>
  /** Where the result is: what it prints, or a file in the working folder. */
  readonly result: { readonly kind: 'stdout' } | { readonly kind: 'file'; readonly name: string }
}

/** A command, or why the engine can't make this load. */
export type EngineCommandResult =
  | { readonly ok: true; readonly command: EngineCommand }
  | { readonly ok: false; readonly problem: string }

/** The command line with which an engine makes a load. What it can't do is said, never left out. */
export function engineCommand(engine: OutsideEngine, spec: LoadSpec): EngineCommandResult {
  const [request, ...others] = spec.requests
  if (request === undefined || others.length > 0) return refuse(engine, 'several kinds of request')
  if (spec.rows.length > 0) return refuse(engine, 'data from a file')
  if (spec.mode.kind === 'open' && spec.mode.profile.pieces.some((piece) => piece.from !== piece.to)) {
    return refuse(engine, 'a changing rate')
  }
  if (spec.tls?.certificate !== undefined && engine !== 'fortio') return refuse(engine, 'a client certificate')
  switch (engine) {
    case 'fortio':
      return fortio(spec, request)
    case 'wrk2':
      return wrk2(spec, request)
    case 'nighthawk':
      return nighthawk(spec, request)
    case 'k6':
      return k6(spec, request)
  }
}

function refuse(engine: OutsideEngine, what: string): EngineCommandResult {
  return { ok: false, problem: `${engine} is not given ${what}; use our own engine for it` }
}

function rateOf(spec: LoadSpec): number | undefined {
  return spec.mode.kind === 'open' ? meanRate(spec.mode.profile) : undefined
}

function bodyText(request: RequestSpec): string | undefined {
  return request.body === undefined ? undefined : Buffer.from(request.body).toString('utf8')
}

function fortio(spec: LoadSpec, request: RequestSpec): EngineCommandResult {
  if (spec.tls !== undefined) return refuse('fortio', 'TLS files, which it reads by name,')
  const rate = rateOf(spec)
  const body = bodyText(request)
  const url = new URL(request.url)
  const target = spec.protocol === 'grpc' ? url.host : request.url
  return made(
    ['fortio'],
    [
      'load',
      '-quiet',
      ...['-json', '-'],
      ...['-r', '0.000001'],
      ...['-qps', rate === undefined ? '0' : String(rate)],
      ...['-c', String(spec.connections)],
      ...(spec.requestLimit === undefined ? ['-t', formatDuration(spec.seconds)] : ['-n', String(spec.requestLimit)]),
      ...['-timeout', formatDuration(spec.timeoutMs / 1000)],
      ...(spec.mode.kind === 'open' ? ['-uniform'] : []),
      ...(spec.protocol === 'grpc' ? ['-grpc', '-s', String(spec.streams)] : []),
      ...(spec.protocol === 'http2' ? ['-h2'] : []),
      ...(spec.keepAlive ? [] : ['-keepalive=false']),
      ...request.headers.flatMap(([name, value]) => ['-H', `${name}: ${value}`]),
      ...(body === undefined ? [] : ['-payload', body]),
      target,
    ],
  )
}

function wrk2(spec: LoadSpec, request: RequestSpec): EngineCommandResult {
  if (spec.protocol !== 'http1') return refuse('wrk2', `the protocol ${spec.protocol}`)
  if (!spec.keepAlive) return refuse('wrk2', 'a load without keep-alive')
  const rate = rateOf(spec)
  if (rate === undefined) return refuse('wrk2', 'a closed loop')
  if (request.method !== 'GET' || request.body !== undefined) return refuse('wrk2', 'a method or body')
  return made(
    ['wrk2', 'wrk'],
    [
      `-t${spec.threads}`,
      `-c${spec.connections}`,
      `-d${Math.max(1, Math.round(spec.seconds))}s`,
      `-R${rate}`,
      '--latency',
      ...['--timeout', `${Math.ceil(spec.timeoutMs / 1000)}s`],
      ...request.headers.flatMap(([name, value]) => ['-H', `${name}: ${value}`]),
      request.url,
    ],
  )
}

function nighthawk(spec: LoadSpec, request: RequestSpec): EngineCommandResult {
  if (spec.protocol !== 'http1' && spec.protocol !== 'http2') return refuse('nighthawk', `the protocol ${spec.protocol}`)
  if (!spec.keepAlive) return refuse('nighthawk', 'a load without keep-alive')
  if (request.body !== undefined) return refuse('nighthawk', 'a body')
  const rate = rateOf(spec)
  return made(
    ['nighthawk_client'],
    [
      ...['--concurrency', '1'],
      ...(rate === undefined ? ['--rps', '1000000'] : ['--rps', String(Math.round(rate)), '--open-loop']),
      ...['--connections', String(spec.connections)],
      ...['--duration', String(Math.max(1, Math.round(spec.seconds)))],
      ...['--timeout', String(Math.ceil(spec.timeoutMs / 1000))],
      ...(spec.protocol === 'http2' ? ['--protocol', 'http2'] : []),
      ...['--request-method', request.method],
      ...request.headers.flatMap(([name, value]) => ['--request-header', `${name}:${value}`]),
      ...['--output-format', 'fortio'],
      request.url,
    ],
  )
}

function k6(spec: LoadSpec, request: RequestSpec): EngineCommandResult {
  if (spec.protocol !== 'http1') return refuse('k6', `the protocol ${spec.protocol}`)
  const rate = rateOf(spec)
  const duration = formatDuration(spec.seconds)
  const scenario =
    rate === undefined
      ? { executor: 'constant-vus', vus: spec.connections, duration }
      : {
          executor: 'constant-arrival-rate',
          rate: Math.max(1, Math.round(rate)),
          timeUnit: '1s',
          duration,
          preAllocatedVUs: spec.connections,
          maxVUs: spec.connections,
        }
  const options = {
    scenarios: { load: scenario },
    noConnectionReuse: !spec.keepAlive,
    insecureSkipTLSVerify: spec.tls?.insecure === true,
    discardResponseBodies: true,
  }
  const parameters = { headers: Object.fromEntries(request.headers), timeout: `${spec.timeoutMs}ms` }
  const script = [
    "import http from 'k6/http'",
    `export const options = ${JSON.stringify(options)}`,
    `const parameters = ${JSON.stringify(parameters)}`,
    `const body = ${JSON.stringify(bodyText(request) ?? null)}`,
    'export default function () {',
    `  http.request(${JSON.stringify(request.method)}, ${JSON.stringify(request.url)}, body, parameters)`,
    '}',
    '',
  ].join('\n')
  return {
    ok: true,
    command: {
      programs: ['k6'],
      arguments: ['run', '--quiet', '--no-usage-report', '--out', 'json=points.json', 'load.js'],
      files: { 'load.js': script },
      result: { kind: 'file', name: 'points.json' },
    },
  }
}

function made(programs: readonly string[], args: readonly string[]): EngineCommandResult {
  return { ok: true, command: { programs, arguments: args, files: {}, result: { kind: 'stdout' } } }
}
