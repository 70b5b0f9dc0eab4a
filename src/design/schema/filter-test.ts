import Type from 'typebox'
import { closed, count, duration, type Evaluated, flag, freeObject, oneOf, stringMap, text } from './scalars.ts'

const scalar = Type.Union([Type.String(), Type.Number(), Type.Boolean()])

/** Header names and their values; a list is several headers of one name. */
function headers(description: string) {
  return Type.Record(Type.String(), Type.Union([scalar, Type.Array(scalar)]), { description })
}

const body = Type.Union(
  [
    Type.String(),
    closed({ json: Type.Unknown() }, 'A value that is written as JSON.'),
    closed({ base64: text('Bytes in base64.') }, 'Bytes.'),
  ],
  { description: 'A body: text, {json: ...} or {base64: ...}.' },
)

const chunks = Type.Array(Type.String(), { description: 'A body in the pieces that the filter sees one by one.' })

const request = closed(
  {
    method: Type.Optional(text('Method; default GET, or POST with a body.')),
    path: Type.Optional(text('Path with its query; default /.')),
    host: Type.Optional(text('Authority; default example.test.')),
    headers: Type.Optional(headers('Headers.')),
    body: Type.Optional(body),
    chunks: Type.Optional(chunks),
    trailers: Type.Optional(headers('Trailers.')),
  },
  'The request that a client sends.',
)

const response = closed(
  {
    status: Type.Optional(count('Status; default 200.', 100)),
    headers: Type.Optional(headers('Headers.')),
    body: Type.Optional(body),
    chunks: Type.Optional(chunks),
    trailers: Type.Optional(headers('Trailers.')),
  },
  'What the upstream answers.',
)

/** An answer to callouts of filters. */
export const filterCallout = closed(
  {
    cluster: Type.Optional(text('The cluster that is called; default any.')),
    method: Type.Optional(text('HTTP method, or gRPC method; default any.')),
    path: Type.Optional(text('Path with its query; default any.')),
    service: Type.Optional(text('gRPC service; default any.')),
    status: Type.Optional(count('HTTP status of the answer; default 200.', 100)),
    headers: Type.Optional(headers('Headers of the answer, or initial metadata.')),
    body: Type.Optional(body),
    trailers: Type.Optional(headers('Trailers of the answer, or trailing metadata.')),
    grpc: Type.Optional(
      closed(
        {
          status: Type.Optional(count('gRPC status; default 0.')),
          message: Type.Optional(text('Text of the status.')),
          messages: Type.Optional(Type.Array(body, { description: 'Messages of the answer.' })),
        },
        'The answer is one of gRPC.',
      ),
    ),
    fails: Type.Optional(flag('Nothing answers.')),
    delay: Type.Optional(duration('Time until the answer; default none.')),
    times: Type.Optional(count('How often it answers; default without end.', 1)),
  },
  'An answer to callouts of filters.',
)

/** What a text has to be: itself, null for "not there", or a condition. */
const match = Type.Union(
  [
    scalar,
    Type.Null(),
    closed(
      {
        equals: Type.Optional(Type.String()),
        contains: Type.Optional(Type.String()),
        matches: Type.Optional(text('Regular expression that must match somewhere.')),
        present: Type.Optional(Type.Boolean()),
        json: Type.Optional(Type.Unknown({ description: 'The text is JSON and holds at least this.' })),
      },
      'A condition on a text.',
    ),
  ],
  { description: 'A text, null for "not there", or {contains|matches|equals|present|json: ...}.' },
)

const matches = (description: string) => Type.Record(Type.String(), match, { description })

const expectation = closed(
  {
    starts: Type.Optional(flag('The filter starts and takes its configuration; default true.')),
    outcome: Type.Optional(
      oneOf(['responded', 'local-response', 'failed', 'reset', 'paused'], 'How the exchange ends; default anything but failed.'),
    ),
    action: Type.Optional(text('What the first filter answers to the headers: continue, pause, ...')),
    request: Type.Optional(
      closed(
        {
          reached: Type.Optional(flag('The request gets to the upstream.')),
          headers: Type.Optional(matches('Headers as the filters left them.')),
          body: Type.Optional(match),
          trailers: Type.Optional(matches('Trailers as the filters left them.')),
        },
        'The request after the filters.',
      ),
    ),
    response: Type.Optional(
      closed(
        {
          status: Type.Optional(count('Status.', 100)),
          headers: Type.Optional(matches('Headers that the client gets.')),
          body: Type.Optional(match),
          trailers: Type.Optional(matches('Trailers that the client gets.')),
          details: Type.Optional(match),
          grpcStatus: Type.Optional(count('gRPC status of a local response.')),
        },
        'The response that the client gets.',
      ),
    ),
    logs: Type.Optional(
      Type.Array(Type.Union([Type.String(), closed({ level: Type.Optional(text('Level.')), message: match }, 'A log line.')]), {
        description: 'Lines that are logged, in this order; others may stand between. A text is part of a line.',
      }),
    ),
    metrics: Type.Optional(
      Type.Record(
        Type.String(),
        Type.Union([
          Type.Number(),
          closed(
            {
              value: Type.Optional(Type.Number()),
              atLeast: Type.Optional(Type.Number()),
              atMost: Type.Optional(Type.Number()),
              sum: Type.Optional(Type.Number()),
            },
            'Bounds of a metric.',
          ),
        ]),
        { description: 'Metrics and their values after the exchange.' },
      ),
    ),
    callouts: Type.Optional(
      Type.Array(
        closed(
          {
            cluster: Type.Optional(match),
            method: Type.Optional(match),
            path: Type.Optional(match),
            service: Type.Optional(match),
            headers: Type.Optional(matches('Headers or metadata.')),
            body: Type.Optional(match),
          },
          'A callout.',
        ),
        { description: 'Exactly the callouts that are made, in order.' },
      ),
    ),
    failure: Type.Optional(match),
    connection: Type.Optional(
      closed(
        {
          toService: Type.Optional(match),
          toClient: Type.Optional(match),
          closed: Type.Optional(Type.Boolean({ description: 'A filter closed it, or a side did.' })),
        },
        'What came through a connection.',
      ),
    ),
  },
  'What must hold.',
)

const step = {
  after: Type.Optional(duration('Time that passes before it.')),
  repeat: Type.Optional(count('How often it is sent; what must hold is compared with the last; default once.', 1)),
  shutdown: Type.Optional(flag('Sends nothing and ends the filters, as a proxy does that drains; the last step then.')),
  request: Type.Optional(request),
  response: Type.Optional(response),
  connection: Type.Optional(
    Type.Array(
      closed(
        {
          send: Type.Optional(text('Bytes of the client.')),
          receive: Type.Optional(text('Bytes of the service.')),
          close: Type.Optional(oneOf(['client', 'service'], 'Who closes.')),
        },
        'One step of a connection.',
      ),
      { description: 'A TCP connection instead of a request.' },
    ),
  ),
  expect: Type.Optional(expectation),
}

/** One declarative test of a filter, or of a chain. */
export const filterTest = closed(
  {
    name: text('What it shows.'),
    config: Type.Optional(
      Type.Union([Type.String(), Type.Record(Type.String(), Type.Unknown())], {
        description: 'Configuration instead of that of the filter; of the first, in a chain.',
      }),
    ),
    properties: Type.Optional(freeObject('Properties that the filters may read, by dotted path.')),
    environment: Type.Optional(stringMap('Environment variables of the filters.')),
    clusters: Type.Optional(Type.Array(Type.String(), { description: 'Clusters that callouts may name; default any.' })),
    callouts: Type.Optional(Type.Array(filterCallout, { description: 'Answers to callouts; the first that fits is given.' })),
    time: Type.Optional(text('Where the clock starts, such as 2026-01-01T00:00:00Z.')),
    ...step,
    steps: Type.Optional(
      Type.Array(closed(step, 'One request or connection.'), { description: 'Several requests to the same filters, in order.' }),
    ),
  },
  'A declarative test of a filter.',
)

/** An evaluated answer to callouts. */
export type FilterCalloutSpec = Evaluated<typeof filterCallout>

/** A `*.filter-test.yaml` file. */
export const filterTestFile = closed(
  {
    apiVersion: Type.Optional(Type.Literal('meshform.dev/v1')),
    kind: Type.Optional(Type.Literal('FilterTest')),
    filters: Type.Record(
      Type.String(),
      closed(
        {
          source: text('Path or address of the module.'),
          sha256: Type.Optional(text('Digest that the module must have.')),
          config: Type.Optional(
            Type.Union([Type.String(), Type.Record(Type.String(), Type.Unknown())], {
              description: 'Configuration of the plugin.',
            }),
          ),
          vmConfig: Type.Optional(text('Configuration of the VM.')),
          rootId: Type.Optional(text('Root id of a module that holds several filters.')),
          vmId: Type.Optional(text('Id of the VM; filters of one id share data and queues.')),
          environment: Type.Optional(stringMap('Environment variables.')),
          capabilities: Type.Optional(
            Type.Array(Type.String(), { description: 'Host functions and callbacks allowed; default all.' }),
          ),
          failOpen: Type.Optional(flag('Go on without it when it fails; default false.')),
          allowOnHeadersStopIteration: Type.Optional(flag("Envoy's switch of that name; default false.")),
          kind: Type.Optional(oneOf(['http', 'network', 'service'], 'What it gets; default http.')),
        },
        'A filter.',
      ),
      { description: 'The filters in the order that requests meet them.' },
    ),
    tests: Type.Array(filterTest, { description: 'The tests.' }),
  },
  'Tests of filters.',
)

/** An evaluated file of tests. */
export type FilterTestFileSpec = Evaluated<typeof filterTestFile>
