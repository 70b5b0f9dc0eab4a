import { isJsonObject, type JsonObject } from '../../plan/json.ts'
import { createHistogram, recordMany } from '../load/histogram.ts'
import type { LoadResult } from '../load/load-result.ts'
import { foreignResult, tlsOf } from './foreign-result.ts'
import { readNumber } from './json-fields.ts'
import { field } from './smp-read.ts'
import { meshNameOf, readEnum, SMP_MESHES } from './smp-words.ts'

/** True for SMP's `PerformanceTestResult`, bare or beside its mesh and environment. */
export function isSmpResult(value: JsonObject): boolean {
  return isJsonObject(field(resultOf(value), 'latencies_ms'))
}

function resultOf(value: JsonObject): JsonObject {
  const inner = field(value, 'result')
  return isJsonObject(inner) ? inner : value
}

/** Below this greatest latency with this average, a file of milliseconds is almost surely one of seconds. */
const SECONDS_LIKELY = { min: 1, average: 2 }

/**
 * Reads an SMP result in any dialect. It holds six figures and no histogram, so what lies between them is drawn as steps. Files
 * written by tools that copied fortio's seconds into `latencies_ms` are known by their size: they are converted, with a warning.
 */
export function readSmpResult(
  value: JsonObject,
): { readonly result: LoadResult; readonly warnings: readonly string[] } | undefined {
  const record = resultOf(value)
  const latencies = field(record, 'latencies_ms')
  if (!isJsonObject(latencies)) return undefined
  const figure = (name: string): number => readNumber(field(latencies, name)) ?? 0
  const seconds = figure('min') < SECONDS_LIKELY.min && figure('average') < SECONDS_LIKELY.average && figure('max') < 100
  const looksLikeFortio = seconds && text(field(record, 'id')) !== undefined && !isOurs(record)
  const scale = looksLikeFortio ? 1000 : 1
  const warnings = [
    ...(looksLikeFortio
      ? [
          'latencies_ms is probably in seconds (an average below 2 with a minimum below 1, as copied from fortio); it was taken so',
        ]
      : []),
    'SMP keeps six figures of the latency and no histogram; what lies between them is drawn as steps',
  ]
  const rate = readNumber(field(record, 'actual_qps')) ?? 0
  const start = Date.parse(text(field(record, 'start_time')) ?? '')
  const end = Date.parse(text(field(record, 'end_time')) ?? '')
  const elapsed = Number.isNaN(start) || Number.isNaN(end) ? 0 : Math.max(0, (end - start) / 1000)
  const count = Math.max(100, Math.round(rate * elapsed))
  const histogram = createHistogram()
  const steps: readonly (readonly [number, string])[] = [
    [0.5, 'p50'],
    [0.9, 'p90'],
    [0.99, 'p99'],
    [1, 'max'],
  ]
  let before = 0
  for (const [share, name] of steps) {
    const upTo = share === 1 ? count : Math.floor(count * share)
    recordMany(histogram, figure(name) * scale, upTo - before)
    before = upTo
  }
  const mesh = field(value, 'mesh_config')
  const type = isJsonObject(mesh) ? field(mesh, 'mesh_type') : undefined
  const known = isJsonObject(type) ? readEnum(field(type, 'type'), SMP_MESHES, '') : undefined
  const environment = field(value, 'environment')
  const traffic = isJsonObject(environment) ? field(environment, 'traffic_metadata') : undefined
  const target = (isJsonObject(traffic) ? text(field(traffic, 'host_endpoint')) : undefined) ?? ''
  const result = foreignResult({
    engine: 'smp',
    name: text(field(record, 'test_id')) ?? text(field(record, 'id')) ?? 'smp',
    target,
    protocol: 'http1',
    rate: undefined,
    seconds: elapsed,
    elapsedSeconds: elapsed,
    connections: 1,
    threads: 1,
    keepAlive: true,
    tls: tlsOf(target),
    requestBytes: 0,
    startedAt: new Date(Number.isNaN(start) ? 0 : start).toISOString(),
    environment: known === undefined || known === 'INVALID_MESH' ? {} : { mesh: meshNameOf(known) },
    achievedRate: rate,
    requests: count,
    errors: 0,
    failures: {},
    statuses: {},
    bytes: 0,
    latency: histogram,
    warnings,
  })
  return { result, warnings }
}

/** Results that say which engine made them come from here, in true milliseconds. */
function isOurs(record: JsonObject): boolean {
  const labels = field(record, 'labels')
  return isJsonObject(labels) && typeof labels.engine === 'string'
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}
