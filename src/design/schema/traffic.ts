import Type from 'typebox'
import { componentFields } from './component.ts'
import { closed, count, duration, type Evaluated, flag, mapOf, oneOf, percent, port, stringMap, text } from './scalars.ts'

/** How a string of a request is compared. Exactly one key. */
export const stringMatch = Type.Union(
  [
    closed({ exact: text('Equal to this.') }, 'Equal.'),
    closed({ prefix: text('Begins with this.') }, 'Begins with.'),
    closed({ regex: text('Matches this RE2 expression whole.') }, 'Matches.'),
    closed({ present: flag('Is there at all (true) or is absent (false).') }, 'Is there.'),
  ],
  { description: 'How a string is compared: exact, prefix, regex or present.' },
)

/** One way a request can match; all its keys must hold. */
export const requestMatch = closed(
  {
    path: Type.Optional(stringMatch),
    headers: Type.Optional(mapOf(stringMatch, 'Headers, by name.')),
    query: Type.Optional(mapOf(stringMatch, 'Query parameters, by name.')),
    methods: Type.Optional(Type.Array(Type.String(), { description: 'HTTP methods, one of which must match.' })),
    port: Type.Optional(port('Port of the Service.')),
    from: Type.Optional(
      Type.Array(Type.String(), { description: 'Workloads the request comes from, such as `workloads.frontend`.' }),
    ),
  },
  'One way a request can match; all its keys must hold.',
)

/** What is retried, in words every mesh's provider translates; a three-digit status is allowed too. */
export const RETRY_CONDITIONS = ['5xx', 'gateway-error', 'connect-failure', 'reset', 'refused-stream', 'retriable-4xx'] as const

const retries = closed(
  {
    attempts: count('Tries after the first.'),
    perTry: Type.Optional(duration('Limit of each try.')),
    on: Type.Optional(
      Type.Array(Type.String({ pattern: `^(${RETRY_CONDITIONS.join('|')}|[1-5][0-9][0-9])$` }), {
        description: `What is retried: ${RETRY_CONDITIONS.join(', ')} or a status such as 503; default 5xx.`,
      }),
    ),
    backoff: Type.Optional(
      closed({ base: duration('First pause.'), maximum: Type.Optional(duration('Longest pause.')) }, 'Pauses between tries.'),
    ),
  },
  'Retries of failed requests.',
)

const fault = closed(
  {
    delay: Type.Optional(
      closed(
        { duration: duration('How long.'), percent: Type.Optional(percent('Share of requests; default 100.')) },
        'Delays requests.',
      ),
    ),
    abort: Type.Optional(
      closed(
        {
          status: Type.Integer({ minimum: 200, maximum: 599, description: 'HTTP status answered.' }),
          percent: Type.Optional(percent('Share of requests; default 100.')),
        },
        'Answers requests with an error.',
      ),
    ),
  },
  'Faults injected on purpose.',
)

const headerChange = closed(
  {
    set: Type.Optional(stringMap('Headers set, replacing what is there.')),
    add: Type.Optional(stringMap('Headers added.')),
    remove: Type.Optional(Type.Array(Type.String(), { description: 'Headers removed.' })),
  },
  'Changes of headers.',
)

const cors = closed(
  {
    origins: Type.Array(stringMatch, { description: 'Origins allowed.' }),
    methods: Type.Optional(Type.Array(Type.String(), { description: 'Methods allowed.' })),
    headers: Type.Optional(Type.Array(Type.String(), { description: 'Request headers allowed.' })),
    exposeHeaders: Type.Optional(Type.Array(Type.String(), { description: 'Response headers shown to scripts.' })),
    maxAge: Type.Optional(duration('How long a preflight answer is kept.')),
    credentials: Type.Optional(flag('Whether credentials are allowed.')),
  },
  'Cross-origin resource sharing.',
)

const destinationWeights = Type.Record(Type.String(), Type.Integer({ minimum: 0, maximum: 100 }), {
  description:
    'Destination to weight in per cent; the weights add up to 100. A destination is a version (`v1`), a workload (`workloads.other`), or a version of one (`workloads.other/v2`).',
})

/** One route: the first whose match holds is taken. */
export const route = closed(
  {
    name: Type.Optional(text('Name of the route, seen in metrics and logs where the mesh names routes.')),
    match: Type.Optional(Type.Array(requestMatch, { description: 'Any of these must hold; none: every request.' })),
    to: Type.Optional(destinationWeights),
    redirect: Type.Optional(
      closed(
        {
          host: Type.Optional(text('Host sent to.')),
          path: Type.Optional(text('Path sent to.')),
          scheme: Type.Optional(text('http or https.')),
          status: Type.Optional(Type.Integer({ minimum: 301, maximum: 308, description: 'Status; default 302.' })),
        },
        'Answers with a redirect instead of routing.',
      ),
    ),
    timeout: Type.Optional(duration('Limit of the whole request, retries included.')),
    retries: Type.Optional(retries),
    fault: Type.Optional(fault),
    mirror: Type.Optional(
      closed(
        { to: text('Destination as in `to`.'), percent: Type.Optional(percent('Share of requests; default 100.')) },
        'Sends a copy elsewhere.',
      ),
    ),
    rewrite: Type.Optional(
      closed(
        {
          path: Type.Optional(text('Replaces the whole path.')),
          prefix: Type.Optional(text('Replaces the matched prefix.')),
          host: Type.Optional(text('Replaces the host.')),
        },
        'Rewrites the request.',
      ),
    ),
    headers: Type.Optional(
      closed({ request: Type.Optional(headerChange), response: Type.Optional(headerChange) }, 'Changes of headers.'),
    ),
    cors: Type.Optional(cors),
    rollout: Type.Optional(
      closed(
        {
          steps: Type.Array(Type.Integer({ minimum: 1, maximum: 100 }), {
            minItems: 1,
            description: 'Weights of the new version, step by step.',
          }),
          version: Type.Optional(text('The version rolled out; default: the last of `to`.')),
          check: text('The perf-check that judges each step, such as `perfChecks.reviews`.'),
          hold: Type.Optional(duration('How long each step is held before it is judged.')),
        },
        'Walks to the final weights in steps, each judged by a perf-check.',
      ),
    ),
  },
  'A route.',
)

/** Limits on connections and the ejection of failing endpoints. */
export const circuitBreaker = closed(
  {
    maxConnections: Type.Optional(count('Connections to the workload.', 1)),
    maxPendingRequests: Type.Optional(count('Requests waiting for a connection.', 1)),
    maxRequests: Type.Optional(count('Requests in flight.', 1)),
    maxRequestsPerConnection: Type.Optional(count('Requests after which a connection is closed.', 1)),
    maxRetries: Type.Optional(count('Retries in flight.', 0)),
    connectTimeout: Type.Optional(duration('Limit of a TCP connect.')),
    idleTimeout: Type.Optional(duration('Idle time after which a connection is closed.')),
    outlier: Type.Optional(
      closed(
        {
          consecutiveErrors: Type.Optional(count('5xx answers in a row that eject an endpoint.', 1)),
          consecutiveGatewayErrors: Type.Optional(count('502, 503, 504 in a row that eject an endpoint.', 1)),
          interval: Type.Optional(duration('Time between sweeps.')),
          ejectFor: Type.Optional(duration('Shortest time an endpoint stays out.')),
          maxEjectedPercent: Type.Optional(percent('Share of endpoints that may be out at once.')),
          minHealthPercent: Type.Optional(percent('Below this share of healthy endpoints nothing is ejected.')),
        },
        'Ejects endpoints that fail.',
      ),
    ),
  },
  'Circuit breaking.',
)

/** How endpoints are chosen. */
export const loadBalancing = closed(
  {
    policy: Type.Optional(
      oneOf(['round-robin', 'least-request', 'random', 'ring-hash', 'maglev', 'passthrough'], 'How an endpoint is chosen.'),
    ),
    hashOn: Type.Optional(
      closed(
        {
          header: Type.Optional(text('Header hashed.')),
          cookie: Type.Optional(text('Cookie hashed, made if absent.')),
          cookieTtl: Type.Optional(duration('Life of a cookie made.')),
          query: Type.Optional(text('Query parameter hashed.')),
          sourceIp: Type.Optional(flag('Hash the source address.')),
        },
        'What ring-hash and maglev hash.',
      ),
    ),
    failover: Type.Optional(
      Type.Array(
        closed({ from: text('Region, zone or cluster.'), to: text('Where its traffic goes when it fails.') }, 'A failover.'),
        {
          description: 'Where traffic goes when endpoints of a locality fail.',
        },
      ),
    ),
    warmup: Type.Optional(duration('Time over which a new endpoint gets its full share.')),
  },
  'Load balancing.',
)

/** A limit of requests. */
export const rateLimit = closed(
  {
    requests: count('Requests allowed.', 1),
    per: Type.Optional(oneOf(['second', 'minute', 'hour'], 'In which time; default second.')),
    burst: Type.Optional(count('Requests allowed at once above the rate.', 1)),
    by: Type.Optional(
      closed(
        {
          header: Type.Optional(text('Header whose values are counted apart.')),
          client: Type.Optional(flag('Each client identity is counted apart.')),
        },
        'What is counted apart; default: all requests together.',
      ),
    ),
    scope: Type.Optional(oneOf(['local', 'global'], 'Counted in each proxy (default) or by a rate limit service.')),
    service: Type.Optional(text('Address of the rate limit service for scope global: host:port.')),
    status: Type.Optional(Type.Integer({ minimum: 400, maximum: 599, description: 'Status of refused requests; default 429.' })),
  },
  'A rate limit.',
)

/** `traffic.<name>` */
export const traffic = closed(
  {
    ...componentFields,
    workload: text('The workload whose traffic this shapes: its name or `workloads.<name>`.'),
    mesh: Type.Optional(text('The mesh that carries it out; default: that of the workload.')),
    hosts: Type.Optional(Type.Array(Type.String(), { description: 'Hosts it holds for; default: the Service of the workload.' })),
    gateways: Type.Optional(
      Type.Array(Type.String(), {
        description: 'Gateways it holds on too, such as `gateways.web`; `mesh` is meant always unless `onlyGateways`.',
      }),
    ),
    onlyGateways: Type.Optional(flag('Holds on the gateways only, not inside the mesh.')),
    port: Type.Optional(port('Port of the Service; default: its only one.')),
    protocol: Type.Optional(oneOf(['http', 'grpc', 'tcp', 'tls'], 'Protocol of the routes; default: that of the port.')),
    routes: Type.Optional(
      Type.Array(route, {
        description:
          'Routes, first match wins. A request that none takes is answered 404, or goes on to the workload as a whole where the mesh has it so, which the plan tells.',
      }),
    ),
    circuitBreaker: Type.Optional(circuitBreaker),
    loadBalancing: Type.Optional(loadBalancing),
    rateLimit: Type.Optional(rateLimit),
    tls: Type.Optional(
      oneOf(['mutual', 'off', 'simple'], 'TLS that clients in the mesh speak to it; default: what the mesh finds out itself.'),
    ),
    settings: Type.Optional(Type.Record(Type.String(), Type.Unknown(), { description: 'Settings of the provider alone.' })),
  },
  'A traffic policy: routes to versions, timeouts, retries, circuit breaking, load balancing, rate limits.',
)

/** An evaluated `traffic.<name>`. */
export type TrafficSpec = Evaluated<typeof traffic>
/** An evaluated route. */
export type RouteSpec = Evaluated<typeof route>
/** An evaluated request match. */
export type RequestMatchSpec = Evaluated<typeof requestMatch>
/** An evaluated comparison of a string. */
export type StringMatchSpec = Evaluated<typeof stringMatch>
/** An evaluated rate limit. */
export type RateLimitSpec = Evaluated<typeof rateLimit>
