import type { JsonObject, JsonValue } from '../../plan/json.ts'
import { formatDuration } from '../check/duration.ts'
import type { MeasuredOverhead } from '../check/run-perf-check.ts'
import type { LoadResult } from '../load/load-result.ts'
import type { LoadSpec } from '../load/load-spec.ts'
import { meanRate } from '../load/rate-profile.ts'
import { SMP_MESHES, SMP_PROTOCOLS, type SmpProtocol, smpMeshOf } from './smp-words.ts'

/**
 * How an SMP file is spelt: `go` (snake_case, enums by number: what the published files use), `protobuf` (lowerCamelCase, enums by
 * name: protobuf's own JSON) or `meshery` (lowerCamelCase, lower-case words).
 */
export const SMP_DIALECTS = ['go', 'protobuf', 'meshery'] as const
/** One of {@link SMP_DIALECTS}. */
export type SmpDialect = (typeof SMP_DIALECTS)[number]

const SMP_VERSION = 'v0.0.1'

const PROTOCOL: Readonly<Record<LoadSpec['protocol'], SmpProtocol>> = {
  http1: 'PROTOCOL_HTTP',
  http2: 'PROTOCOL_HTTP',
  grpc: 'PROTOCOL_GRPC',
  tcp: 'PROTOCOL_TCP',
}

/** A load as an SMP test (`PerformanceTestConfig`), wrapped with its mesh, and what SMP has no words for. */
export function writeSmpTest(
  spec: LoadSpec,
  context: { readonly name: string; readonly mesh: string | undefined; readonly generator: string },
  dialect: SmpDialect,
): { readonly file: JsonObject; readonly leftOut: readonly string[] } {
  const first = spec.requests[0]
  const cookies = cookiesOf(first?.headers ?? [])
  const plain = (first?.headers ?? []).filter(([name]) => !['cookie', 'content-type'].includes(name.toLowerCase()))
  const contentType = first?.headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1] ?? ''
  const client: JsonObject = {
    internal: false,
    load_generator: context.generator,
    protocol: enumValue(PROTOCOL[spec.protocol], SMP_PROTOCOLS, 'PROTOCOL_', dialect),
    connections: spec.connections,
    rps: spec.mode.kind === 'open' ? Math.round(meanRate(spec.mode.profile)) : 0,
    headers: Object.fromEntries(plain),
    cookies,
    body: first?.body === undefined ? '' : Buffer.from(first.body).toString('utf8'),
    content_type: contentType,
    endpoint_urls: [...new Set(spec.requests.map((request) => request.url))],
  }
  const test: JsonObject = {
    smp_version: SMP_VERSION,
    name: context.name,
    labels: {},
    clients: [client],
    duration: formatDuration(spec.seconds),
  }
  const mesh = smpMeshOf(context.mesh ?? '')
  const wrapped: JsonObject =
    dialect === 'meshery'
      ? { ...test, mesh: context.mesh ?? '' }
      : { test, mesh: { type: enumValue(mesh, SMP_MESHES, '', dialect) } }
  const leftOut = [
    ...(spec.mode.kind === 'open' && spec.mode.profile.pieces.length > 1 ? ['the changing rate (its mean is written)'] : []),
    ...(spec.warmup.kind === 'none' ? [] : ['the warm-up']),
    ...(spec.protocol === 'http2' ? ['HTTP/2 (SMP knows only HTTP)'] : []),
    ...(spec.requests.some((request) => request.weight !== spec.requests[0]?.weight) ? ['the weights of the requests'] : []),
    ...(spec.rows.length > 0 ? ['the data'] : []),
    ...(spec.tls === undefined ? [] : ['the TLS files']),
  ]
  return { file: spelt(wrapped, dialect), leftOut }
}

function cookiesOf(headers: readonly (readonly [string, string])[]): JsonObject {
  const cookie = headers.find(([name]) => name.toLowerCase() === 'cookie')?.[1] ?? ''
  return Object.fromEntries(
    cookie
      .split('; ')
      .filter((pair) => pair.includes('='))
      .map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
  )
}

/** What SMP keeps beside a result, where it is known. */
export interface SmpContext {
  readonly overhead?: MeasuredOverhead
  /** Version of the cluster's Kubernetes and its nodes. */
  readonly environment?: {
    readonly kubernetesVersion?: string
    readonly nodes?: readonly { readonly type: string; readonly cores: number; readonly memoryMb: number }[]
  }
}

/**
 * A result as SMP's records, tied by their ids: `PerformanceTestResult` in true milliseconds, `ServiceMeshConfig` and
 * `EnvironmentConfig`. A figure that was not measured is left out rather than written as zero.
 */
export function writeSmpResult(result: LoadResult, dialect: SmpDialect, context: SmpContext = {}): JsonObject {
  const id = `${result.name}-${result.startedAt}`.replaceAll(/[^\w.-]+/g, '-').toLowerCase()
  const { latency, environment, load } = result
  const end = new Date(Date.parse(result.startedAt) + result.elapsedSeconds * 1000).toISOString()
  const { overhead } = context
  const mesh = smpMeshOf(environment.mesh ?? '')
  const record: JsonObject = {
    result: {
      smp_version: SMP_VERSION,
      id: `${id}-result`,
      labels: { engine: result.engine, protocol: load.protocol, valid: String(result.valid) },
      start_time: result.startedAt,
      end_time: end,
      latencies_ms: {
        min: latency.min,
        average: latency.mean,
        p50: latency.p50,
        p90: latency.p90,
        p99: latency.p99,
        max: latency.max,
      },
      actual_qps: result.achievedRate,
      details_uri: '',
      test_id: `${id}-test`,
      mesh_config_id: `${id}-mesh`,
      env_id: `${id}-environment`,
    },
    mesh_config: {
      smp_version: SMP_VERSION,
      id: `${id}-mesh`,
      labels: {},
      ...(overhead?.dataplane === undefined
        ? {}
        : {
            sidecar: {
              cpu_mcores: Math.round(overhead.dataplane.cpu * 1000),
              mem_mb: Math.round(overhead.dataplane.memory / 1e6),
              rps: Math.round(result.achievedRate),
            },
          }),
      ...(overhead?.controlplane === undefined
        ? {}
        : {
            mesh_control_plane: {
              cpu_mcores: Math.round(overhead.controlplane.cpu * 1000),
              mem_mb: Math.round(overhead.controlplane.memory / 1e6),
            },
          }),
      mesh_type: {
        type: enumValue(mesh, SMP_MESHES, '', dialect),
        version: environment.meshVersion ?? '',
        labels: {},
        annotations: {},
      },
      ...(environment.mtls === undefined ? {} : { mtls_enabled: environment.mtls !== 'off' }),
    },
    environment: {
      smp_version: SMP_VERSION,
      id: `${id}-environment`,
      labels: stringsOf(environment),
      ...(context.environment?.kubernetesVersion === undefined
        ? {}
        : { kubernetes_version: context.environment.kubernetesVersion }),
      ...(context.environment?.nodes === undefined
        ? {}
        : { nodes: context.environment.nodes.map(({ type, cores, memoryMb }) => ({ type, cores, mem_mb: memoryMb })) }),
      traffic_metadata: { host_endpoint: result.target, user_agent: result.engine },
    },
  }
  return spelt(record, dialect)
}

function stringsOf(values: Readonly<Record<string, string | undefined>>): JsonObject {
  return Object.fromEntries(
    Object.entries(values).flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const])),
  )
}

function enumValue(name: string, names: readonly string[], prefix: string, dialect: SmpDialect): JsonValue {
  switch (dialect) {
    case 'go':
      return names.indexOf(name)
    case 'protobuf':
      return name
    case 'meshery':
      return name.slice(prefix.length).toLowerCase()
  }
}

/** Keys whose own keys are the user's data, not names of fields. */
const USER_MAPS = new Set(['labels', 'headers', 'cookies', 'annotations'])

/** The same with field names in the case of the dialect. */
function spelt(value: JsonObject, dialect: SmpDialect): JsonObject {
  if (dialect === 'go') return value
  const respell = (item: JsonValue): JsonValue => {
    if (Array.isArray(item)) return item.map(respell)
    if (typeof item !== 'object' || item === null) return item
    return Object.fromEntries(
      Object.entries(item).map(([key, inner]) => [camelCase(key), USER_MAPS.has(key) ? inner : respell(inner)]),
    )
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [camelCase(key), USER_MAPS.has(key) ? inner : respell(inner)]),
  )
}

function camelCase(key: string): string {
  return key.replaceAll(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
}
