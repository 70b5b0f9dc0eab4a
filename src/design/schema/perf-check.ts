import Type from 'typebox'
import { componentFields } from './component.ts'
import { closed, type Evaluated } from './scalars.ts'

/*
 * What a perf-check may say, as one schema: in a design, in a file of its own, and published.
 */

const strict = { additionalProperties: false } as const
const duration = (description: string) =>
  Type.String({
    pattern: '^(\\d+(\\.\\d+)?(ns|us|µs|ms|s|m|h))+$',
    maxLength: 100,
    description: `${description}, such as 30s or 1m30s`,
  })
const text = (description: string) => Type.String({ maxLength: 10_000, description })
const words = <const Values extends readonly string[]>(values: Values, description: string) =>
  Type.Unsafe<Values[number]>({ type: 'string', enum: [...values], description })
const headers = (description: string) =>
  Type.Record(Type.String({ maxLength: 256 }), Type.String({ maxLength: 16_384 }), { description })
const rate = (description: string) =>
  Type.Number({ exclusiveMinimum: 0, maximum: 10_000_000, description: `${description}, requests a second` })

const Tls = Type.Object(
  {
    ca: Type.Optional(text('File of certificate authorities (PEM) to trust instead of the system’s')),
    certificate: Type.Optional(text('File of the client certificate (PEM), for mutual TLS')),
    key: Type.Optional(text('File of its key (PEM)')),
    serverName: Type.Optional(text('Server name to send (SNI) and check')),
    insecure: Type.Optional(Type.Boolean({ description: 'Accept any certificate' })),
  },
  strict,
)

const Stage = Type.Object(
  {
    rate: Type.Optional(rate('Constant rate of the stage')),
    from: Type.Optional(Type.Number({ minimum: 0, description: 'Rate at the start; the last stage’s end by default' })),
    to: Type.Optional(Type.Number({ minimum: 0, description: 'Rate at the end' })),
    duration: duration('Length of the stage'),
  },
  strict,
)

const Search = Type.Object(
  {
    from: Type.Optional(rate('First rate tried; 100 by default')),
    to: Type.Optional(rate('Highest rate tried; 100,000 by default')),
    precision: Type.Optional(
      Type.Number({ minimum: 0.001, maximum: 0.5, description: 'Share within which the answer lies; 0.05 by default' }),
    ),
    hold: Type.Optional(duration('How long each rate is held; 10s by default')),
  },
  strict,
)

const Load = Type.Object(
  {
    rate: Type.Optional(rate('Planned rate of an open loop')),
    stages: Type.Optional(Type.Array(Stage, { minItems: 1, maxItems: 100, description: 'A rate that changes over time' })),
    search: Type.Optional(Search),
    arrival: Type.Optional(words(['uniform', 'poisson'], 'Even arrivals, or as independent users arrive')),
    mode: Type.Optional(words(['open', 'closed'], 'Closed when no rate is given')),
    duration: Type.Optional(duration('How long')),
    requests: Type.Optional(Type.Integer({ minimum: 1, maximum: 1e12, description: 'Stop after so many requests' })),
    connections: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 65_000, description: 'Connections; in a closed loop the concurrency' }),
    ),
    streams: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 1_000, description: 'HTTP/2 and gRPC: requests at once on a connection' }),
    ),
    keepAlive: Type.Optional(Type.Boolean({ description: 'Use a connection again; true by default' })),
    warmup: Type.Optional(
      Type.Union([words(['none', 'auto'], 'Nothing, or until latency settles'), duration('Dropped from the front')], {
        description: 'What to drop from the front',
      }),
    ),
    timeout: Type.Optional(duration('Longest time a request may take; 10s by default')),
    stopOnErrors: Type.Optional(
      Type.String({ pattern: '^\\d+(\\.\\d+)?%$', description: 'Share of errors that ends the run, such as 50%' }),
    ),
    threads: Type.Optional(Type.Integer({ minimum: 1, maximum: 256, description: 'Generator threads' })),
    pacing: Type.Optional(
      words(['spin', 'thread'], 'Exact times, which take a core at high rates, or little CPU and a tenth of a millisecond'),
    ),
    seed: Type.Optional(Type.Integer({ minimum: 0, description: 'Seed of random arrivals' })),
  },
  strict,
)

const bodyFields = {
  headers: Type.Optional(headers('Header fields')),
  cookies: Type.Optional(headers('Cookies')),
  body: Type.Optional(
    Type.Union(
      [Type.String({ maxLength: 16_777_216 }), Type.Object({}, { additionalProperties: true }), Type.Array(Type.Unknown())],
      {
        description: 'Text as it is, or a value sent as JSON',
      },
    ),
  ),
  bodyFile: Type.Optional(text('File whose bytes are the body')),
  bodyBase64: Type.Optional(Type.String({ maxLength: 22_369_622, contentEncoding: 'base64', description: 'Bytes of the body' })),
  bodySize: Type.Optional(Type.Integer({ minimum: 0, maximum: 67_108_864, description: 'A body of so many bytes' })),
  method: Type.Optional(text('HTTP method')),
  expectStatus: Type.Optional(
    Type.Array(Type.Integer({ minimum: 0, maximum: 999 }), {
      description: 'Statuses that count as good; below 400 by default, for gRPC 0',
    }),
  ),
}

/** One of a check's requests. */
export const perfCheckRequest = Type.Object(
  {
    name: Type.Optional(text('Name in results and thresholds')),
    weight: Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: 1_000_000, description: 'Share of the requests' })),
    url: Type.Optional(text('Whole address, when it differs from the target')),
    path: Type.Optional(text('Path at the target')),
    answer: Type.Optional(text('TCP: the answer expected')),
    answerBytes: Type.Optional(Type.Integer({ minimum: 1, description: 'TCP: bytes of an answer' })),
    ...bodyFields,
  },
  strict,
)

const Matrix = Type.Object(
  {
    meshes: Type.Optional(
      Type.Array(text('A mesh, with a version after an @ where versions are compared; none for without'), { minItems: 1 }),
    ),
    targets: Type.Optional(
      Type.Record(Type.String({ maxLength: 256 }), Type.String({ maxLength: 10_000 }), {
        description: 'Where each mesh is measured, by its name in meshes; the check’s target for those not named',
      }),
    ),
    connections: Type.Optional(Type.Array(Type.Integer({ minimum: 1 }), { minItems: 1 })),
    rates: Type.Optional(Type.Array(rate('A rate'), { minItems: 1 })),
    payloads: Type.Optional(Type.Array(Type.Integer({ minimum: 0 }), { minItems: 1, description: 'Body sizes in bytes' })),
    protocols: Type.Optional(Type.Array(words(['http1', 'http2', 'grpc', 'tcp'], 'A protocol'), { minItems: 1 })),
  },
  { ...strict, description: 'Runs the check for every combination' },
)

const Compare = Type.Object(
  {
    relativeMargin: Type.Optional(
      Type.Number({ minimum: 0, maximum: 10, description: 'Share that is no regression; 0.1 by default' }),
    ),
    absoluteMargin: Type.Optional(duration('Difference that is no regression; 500us by default')),
  },
  strict,
)

const Overhead = Type.Object(
  {
    prometheus: Type.Optional(text('Address of a Prometheus to ask for processor and memory use')),
    source: Type.Optional(
      words(
        ['prometheus', 'metrics-server', 'kubelet'],
        'Who is asked; by default Prometheus where its address is given, else metrics-server where the cluster has it, else the kubelets',
      ),
    ),
    mesh: Type.Optional(text('Mesh whose queries are used')),
    namespace: Type.Optional(text('Namespace of the workloads')),
    workload: Type.Optional(text('Workload whose proxies are measured; by default the first word of the target’s host')),
    controlPlaneNamespace: Type.Optional(text('Namespace of the control plane')),
    capacity: Type.Optional(
      Type.Object(
        {
          cpu: Type.Number({ exclusiveMinimum: 0, description: 'Processor cores of the nodes' }),
          memory: Type.Number({ exclusiveMinimum: 0, description: 'Bytes of memory of the nodes' }),
        },
        { ...strict, description: 'What the nodes have, for MeshMark’s figures of what the mesh leaves of it' },
      ),
    ),
    queries: Type.Optional(
      Type.Record(Type.String({ maxLength: 256 }), Type.String({ maxLength: 10_000 }), {
        description:
          'Further queries of Prometheus over the time of the run, by name; $namespace, $workload and $window are filled in',
      }),
    ),
  },
  strict,
)

const amounts = (description: string) =>
  Type.Record(Type.String({ maxLength: 256 }), Type.Union([Type.String({ maxLength: 64 }), Type.Number({ minimum: 0 })]), {
    description: `${description}, such as cpu: 2 or memory: 512Mi`,
  })

const Toleration = Type.Object(
  {
    key: Type.Optional(text('Key of the taint; every taint when it is left out')),
    operator: Type.Optional(words(['Equal', 'Exists'], 'How key and value are compared')),
    value: Type.Optional(text('Value of the taint')),
    effect: Type.Optional(
      words(['NoSchedule', 'PreferNoSchedule', 'NoExecute'], 'Effect of the taint; every one when it is left out'),
    ),
    tolerationSeconds: Type.Optional(Type.Integer({ minimum: 0, description: 'How long NoExecute is tolerated' })),
  },
  strict,
)

const Distributed = Type.Object(
  {
    workers: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000, description: 'Pods in each cluster; 1 by default' })),
    clusters: Type.Optional(Type.Array(text('A cluster of the design'), { minItems: 1 })),
    namespace: Type.Optional(text('Namespace of the pods; default by default')),
    image: Type.Optional(text('Image of the pods; that of this version of meshform by default')),
    command: Type.Optional(Type.Array(text('A word of the command'), { minItems: 1 })),
    labels: Type.Optional(headers('Labels of the pods, such as those that bring them into a mesh')),
    resources: Type.Optional(
      Type.Object(
        { requests: Type.Optional(amounts('What a pod is given')), limits: Type.Optional(amounts('What it may take at most')) },
        { ...strict, description: 'Processor and memory of a pod; a whole processor keeps its times exact' },
      ),
    ),
    nodeSelector: Type.Optional(headers('Labels of the nodes that pods may run on, such as nodes of their own')),
    tolerations: Type.Optional(
      Type.Array(Toleration, { maxItems: 100, description: 'Taints that pods tolerate, as Kubernetes writes them' }),
    ),
    timeout: Type.Optional(duration('How long pods may take until they are ready; 2m by default')),
  },
  { ...strict, description: 'Puts the load on from inside clusters, by an indexed Job in each' },
)

/** What a check says of itself: everything but its place in a design. */
export const perfCheckFields = {
  target: text('Address to load: http://, https://, grpc://, grpcs://, tcp:// or tls://'),
  protocol: Type.Optional(words(['http1', 'http2', 'grpc', 'tcp'], 'By default what the target’s scheme says')),
  load: Type.Optional(Load),
  requests: Type.Optional(Type.Array(perfCheckRequest, { minItems: 1, maxItems: 1_000 })),
  data: Type.Optional(text('File of rows (CSV or JSON) for {{column}} placeholders')),
  tls: Type.Optional(Tls),
  thresholds: Type.Optional(Type.Array(Type.String({ maxLength: 500 }), { maxItems: 100 })),
  onFail: Type.Optional(words(['fail', 'warn', 'rollback'], 'What a failure does to the apply')),
  baseline: Type.Optional(text('Name of the baseline to compare with')),
  trials: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, description: 'Runs of the load; comparisons need at least 4' })),
  compare: Type.Optional(Compare),
  matrix: Type.Optional(Matrix),
  overhead: Type.Optional(Overhead),
  distributed: Type.Optional(Distributed),
  environment: Type.Optional(Type.Record(Type.String(), Type.String({ maxLength: 1_000 }))),
  engine: Type.Optional(words(['meshform', 'fortio', 'wrk2', 'k6', 'nighthawk'], 'What makes the load')),
  ...bodyFields,
}

/** `perfChecks.<name>` */
export const perfCheck = closed(
  {
    ...componentFields,
    measures: Type.Optional(
      Type.Array(Type.String(), { description: 'Components it measures and therefore runs after, such as `traffic.reviews`.' }),
    ),
    ...perfCheckFields,
  },
  'A measurement that gates an apply.',
)

/** An evaluated `perfChecks.<name>`. */
export type PerfCheckSpec = Evaluated<typeof perfCheck>
