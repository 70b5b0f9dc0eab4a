import { type Static, Type } from 'typebox'
import type { JsonObject } from '../../plan/json.ts'

/** Name and version of the result format. */
export const RESULT_FORMAT = 'meshform.dev/perf-result/v1'

const milliseconds = (description: string) => Type.Number({ minimum: 0, description: `${description}, milliseconds` })

const Latency = Type.Object(
  {
    count: Type.Integer({ minimum: 0, description: 'Recordings' }),
    min: milliseconds('Smallest'),
    mean: milliseconds('Mean'),
    stddev: milliseconds('Standard deviation'),
    p50: milliseconds('Median'),
    p75: milliseconds('75th percentile'),
    p90: milliseconds('90th percentile'),
    p95: milliseconds('95th percentile'),
    p99: milliseconds('99th percentile'),
    p999: milliseconds('99.9th percentile'),
    max: milliseconds('Greatest'),
    histogram: Type.String({ description: 'HdrHistogram V2, zlib-compressed, base64; whole microseconds, three digits' }),
  },
  { additionalProperties: false, title: 'Latency' },
)

const Counts = Type.Record(Type.String(), Type.Integer({ minimum: 0 }))

const LoadSummary = Type.Object(
  {
    protocol: Type.Union([Type.Literal('http1'), Type.Literal('http2'), Type.Literal('grpc'), Type.Literal('tcp')]),
    mode: Type.Union([Type.Literal('open'), Type.Literal('closed')]),
    rate: Type.Union([Type.Number({ minimum: 0 }), Type.Null()], {
      description: 'Mean planned requests a second; null in a closed loop',
    }),
    profile: Type.Array(
      Type.Object({ from: Type.Number(), to: Type.Number(), seconds: Type.Number() }, { additionalProperties: false }),
      { description: 'The planned rate over time, straight pieces; empty in a closed loop' },
    ),
    arrival: Type.Union([Type.Literal('uniform'), Type.Literal('poisson'), Type.Null()]),
    seconds: Type.Number({ minimum: 0 }),
    connections: Type.Integer({ minimum: 1 }),
    streams: Type.Integer({ minimum: 1 }),
    keepAlive: Type.Boolean(),
    threads: Type.Integer({ minimum: 1 }),
    tls: Type.Union([Type.Literal('none'), Type.Literal('tls'), Type.Literal('mtls')]),
    requestBytes: Type.Integer({ minimum: 0, description: 'Body bytes of the first request' }),
  },
  { additionalProperties: false, title: 'Load' },
)

/** Where and on what a run was made: free words, the keys that comparisons know are given. */
export const EnvironmentSchema = Type.Object(
  {
    mesh: Type.Optional(Type.String()),
    meshVersion: Type.Optional(Type.String()),
    cluster: Type.Optional(Type.String()),
    node: Type.Optional(Type.String()),
    commit: Type.Optional(Type.String()),
    mtls: Type.Optional(Type.String()),
  },
  { additionalProperties: Type.String(), title: 'Environment' },
)

/** The shape of a result file. The JSON Schema published for it is this, serialised. */
export const LoadResultSchema = Type.Object(
  {
    format: Type.Literal(RESULT_FORMAT),
    name: Type.String(),
    target: Type.String({ description: 'The address of the first request' }),
    engine: Type.String({ description: 'What made the load: meshform, or the outside engine the result was read from' }),
    load: LoadSummary,
    environment: EnvironmentSchema,
    startedAt: Type.String({ description: 'RFC 3339, UTC' }),
    elapsedSeconds: Type.Number({ minimum: 0 }),
    warmupSeconds: Type.Number({ minimum: 0, description: 'Dropped from the front; all figures are of what follows' }),
    settled: Type.Union([Type.Boolean(), Type.Null()], {
      description: 'Whether latency was steady after the warm-up; null when that was not asked',
    }),
    ended: Type.Union([Type.Literal('complete'), Type.Literal('aborted'), Type.Literal('error-share')]),
    requests: Type.Integer({ minimum: 0, description: 'Requests that ended, well or badly' }),
    errors: Type.Integer({ minimum: 0, description: 'Of these, those that failed' }),
    errorShare: Type.Number({ minimum: 0, maximum: 1 }),
    failures: Type.Record(Type.String(), Type.Integer({ minimum: 0 }), { description: 'Failed requests by kind' }),
    failureExamples: Type.Record(Type.String(), Type.String(), { description: 'The first message seen of a kind' }),
    statuses: Type.Record(Type.String(), Type.Integer({ minimum: 0 }), { description: 'Answers by status' }),
    achievedRate: Type.Number({ minimum: 0, description: 'Whole answers a second' }),
    bytes: Type.Integer({ minimum: 0, description: 'Bytes of the answers' }),
    latency: Latency,
    serviceTime: Latency,
    scheduleLag: Latency,
    failureTime: Latency,
    byRequest: Type.Array(
      Type.Object(
        { name: Type.String(), errors: Type.Integer({ minimum: 0 }), latency: Latency },
        { additionalProperties: false },
      ),
      { description: 'The same per kind of request, when there are several' },
    ),
    overTime: Type.Array(
      Type.Object(
        {
          second: Type.Number({ minimum: 0, description: 'Start of the slice' }),
          requests: Type.Integer({ minimum: 0 }),
          errors: Type.Integer({ minimum: 0 }),
          p50: milliseconds('Median'),
          p99: milliseconds('99th percentile'),
          max: milliseconds('Greatest'),
        },
        { additionalProperties: false },
      ),
    ),
    sliceSeconds: Type.Number({ minimum: 0, description: 'Length of a slice of overTime' }),
    generator: Type.Object(
      {
        busy: Type.Number({ minimum: 0, maximum: 1, description: 'Share of its time the busiest generator thread was working' }),
        pacingP99: milliseconds('How late requests left that had a free connection, 99th percentile'),
        longestQueue: Type.Integer({ minimum: 0, description: 'Most requests waiting for a connection at once' }),
        connectionsMade: Type.Integer({ minimum: 0 }),
        reconnects: Type.Integer({ minimum: 0 }),
      },
      { additionalProperties: false },
    ),
    valid: Type.Boolean({ description: 'False when the figures are not those of the target' }),
    invalidReasons: Type.Array(Type.String()),
    warnings: Type.Array(Type.String()),
  },
  { additionalProperties: false, title: 'meshform perf result', $id: 'https://meshform.dev/schemas/perf-result.schema.json' },
)

/** What a run measured: the one model that every format, threshold, comparison and report works on. */
export type LoadResult = Static<typeof LoadResultSchema>
/** Where and on what a run was made. */
export type RunEnvironment = Static<typeof EnvironmentSchema>
/** One histogram with its usual figures, milliseconds. */
export type Latency = Static<typeof Latency>
/** The load as it was asked for, in brief. */
export type LoadSummary = Static<typeof LoadSummary>
/** Counts by a word. */
export type Counts = Static<typeof Counts>

/** The JSON Schema of result files (draft 2020-12), as published in schemas/perf-result.schema.json. */
export function resultJsonSchema(): JsonObject {
  return { $schema: 'https://json-schema.org/draft/2020-12/schema', ...JSON.parse(JSON.stringify(LoadResultSchema)) }
}
