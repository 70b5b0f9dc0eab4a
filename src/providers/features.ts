/** What a design can ask of a mesh. One row of the capability matrix each; the docs and the plan's refusals come from here. */
export const FEATURES = {
  'onboarding.namespace': 'take a whole namespace in',
  'onboarding.workload': 'take single workloads in',
  'onboarding.off': 'keep a workload out',
  'onboarding.revision': 'choose a control plane revision',
  'traffic.split': 'split by weight',
  'traffic.otherWorkloads': 'send requests to another workload',
  'traffic.hosts': 'hold for hosts other than the Service',
  'traffic.gateways': 'hold on gateways too',
  'traffic.match.path': 'match on the path',
  'traffic.match.pathPrefix': 'match the beginning of a path',
  'traffic.match.headers': 'match on headers',
  'traffic.match.query': 'match on query parameters',
  'traffic.match.method': 'match on the method',
  'traffic.match.port': 'match on the port',
  'traffic.match.from': 'match on the calling workload',
  'traffic.match.regex': 'match by regular expression',
  'traffic.match.prefix': 'match headers and parameters by prefix',
  'traffic.match.absent': 'match where a header or parameter is absent',
  'traffic.timeout': 'limit the time of a request',
  'traffic.retries': 'retry failed requests',
  'traffic.retries.perTry': 'limit the time of each try',
  'traffic.retries.backoff': 'pause between tries',
  'traffic.retries.backoff.maximum': 'limit the pause between tries',
  'traffic.retries.connection': 'retry on connect failures, resets and refused streams',
  'traffic.retries.status': 'retry on chosen statuses',
  'traffic.fault.delay': 'inject delays',
  'traffic.fault.abort': 'inject errors',
  'traffic.mirror': 'mirror requests',
  'traffic.mirror.percent': 'mirror a share of requests',
  'traffic.rewrite': 'rewrite path or host',
  'traffic.redirect': 'redirect',
  'traffic.headers': 'change headers',
  'traffic.cors': 'cross-origin rules',
  'traffic.tcp': 'route TCP',
  'traffic.tls': 'choose the TLS that clients speak',
  'circuitBreaker.connections': 'limit connections and requests',
  'circuitBreaker.requestsPerConnection': 'limit requests per connection',
  'circuitBreaker.retries': 'limit retries in flight',
  'circuitBreaker.idleTimeout': 'close idle connections',
  'circuitBreaker.connectTimeout': 'limit connect time',
  'circuitBreaker.outlier': 'eject failing endpoints',
  'circuitBreaker.outlier.gatewayErrors': 'eject on gateway errors alone',
  'circuitBreaker.outlier.share': 'limit the share of ejected endpoints',
  'circuitBreaker.outlier.minHealth': 'eject nothing below a share of healthy endpoints',
  'loadBalancing.policy': 'choose how endpoints are picked',
  'loadBalancing.hash': 'consistent hashing',
  'loadBalancing.failover': 'fail over between localities',
  'loadBalancing.warmup': 'warm endpoints up',
  'rateLimit.local': 'limit requests in each proxy',
  'rateLimit.global': 'limit requests across proxies',
  'rateLimit.burst': 'allow bursts above the rate',
  'rateLimit.status': 'choose the status of refused requests',
  'rateLimit.byHeader': 'limit requests per header value',
  'rateLimit.byClient': 'limit requests per client',
  'mtls.strict': 'require mutual TLS',
  'mtls.permissive': 'accept plain text beside mutual TLS',
  'mtls.disable': 'turn mutual TLS off',
  'authorization.allow': 'allow named callers',
  'authorization.deny': 'deny named callers',
  'authorization.denyByDefault': 'deny whoever is not named',
  'authorization.methods': 'authorize by method',
  'authorization.paths': 'authorize by path',
  'authorization.hosts': 'authorize by host',
  'authorization.ports': 'authorize by port',
  'authorization.headers': 'authorize by header',
  'authorization.headers.regex': 'authorize by header with a regular expression',
  'authorization.namespace': 'authorize whole namespaces',
  'authorization.principal': 'authorize by identity as the mesh writes it',
  'authorization.authenticated': 'authorize any identity of the mesh',
  'authorization.ipBlock': 'authorize address ranges',
  'authorization.wide': 'protect a whole namespace or mesh',
  'gateway.ingress': 'let traffic in',
  'gateway.egress': 'send traffic out by a gateway',
  'gateway.eastWest': 'join clusters',
  'gateway.tls': 'TLS on gateways',
  'gateway.tls.mutual': 'client certificates on gateways',
  'external.hosts': 'call hosts outside the mesh',
  'external.addresses': 'hosts outside the mesh at fixed addresses',
  'filter.wasm': 'Wasm filters',
  'filter.lua': 'Lua filters',
  'filter.native': 'native Envoy filters',
  'filter.gateways': 'filters on gateways',
  'filter.outbound': 'filters on the calling side',
  'filter.tcp': 'filters on TCP connections',
  'filter.ports': 'filters on some ports only',
  'filter.phase': 'phases of filters',
  'filter.reload': 'a new VM for a Wasm filter that crashed',
  'filter.pullPolicy': 'a pull policy for Wasm modules',
  'filter.pullSecret': 'secrets for pulling Wasm modules',
  'filter.environment': 'environment variables of Wasm filters',
  'filter.hostEnvironment': "the proxy's environment variables in Wasm filters",
  'filter.vm': 'configuration and id of the Wasm VM',
  'filter.capabilities': 'limits on what Wasm modules may call',
  'telemetry.metrics': 'switch metrics',
  'telemetry.tracing': 'switch tracing',
  'telemetry.accessLogs': 'switch access logs',
  'install.charts': 'install from charts',
} as const

/** A row of the capability matrix. */
export type Feature = keyof typeof FEATURES

/** Whether a mesh can do it. `note` says how, what is missing or what to do instead; `since` the version it works from. */
export type Support =
  | { readonly level: 'yes'; readonly note?: string; readonly since?: string }
  | { readonly level: 'partial'; readonly note: string; readonly since?: string }
  | { readonly level: 'no'; readonly note: string; readonly alternative?: string }

/** A column of the capability matrix: every feature has its word. */
export type CapabilityTable = { readonly [F in Feature]: Support }

/** The mesh does it. */
export const yes = (note?: string, since?: string): Support => ({
  level: 'yes',
  ...(note === undefined ? {} : { note }),
  ...(since === undefined ? {} : { since }),
})

/** The mesh does it with a difference. */
export const partial = (note: string, since?: string): Support => ({
  level: 'partial',
  note,
  ...(since === undefined ? {} : { since }),
})

/** The mesh has no way to do it. */
export const no = (note: string, alternative?: string): Support => ({
  level: 'no',
  note,
  ...(alternative === undefined ? {} : { alternative }),
})

/** The same word for several features; spread it into a table, whose type then still proves that no feature is forgotten. */
export function rows<const Names extends readonly Feature[]>(
  names: Names,
  support: Support,
): { readonly [F in Names[number]]: Support } {
  return Object.fromEntries(names.map((name) => [name, support])) as { [F in Names[number]]: Support }
}

/** The feature of this name, if there is one, and all below it: for what a mesh has nothing of. */
export function under<const Name extends string>(
  ...names: readonly Name[]
): readonly Extract<Feature, Name | `${Name}.${string}`>[] {
  type Found = Extract<Feature, Name | `${Name}.${string}`>
  return FEATURE_NAMES.filter((feature): feature is Found =>
    names.some((name) => feature === name || feature.startsWith(`${name}.`)),
  )
}

/** Every feature, in the order of the matrix. */
export const FEATURE_NAMES = Object.keys(FEATURES) as readonly Feature[]
