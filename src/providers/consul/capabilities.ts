import { type CapabilityTable, no, partial, rows, yes } from '../features.ts'

const ENTERPRISE = 'Use Consul Enterprise (`mode: enterprise`).'
const ROUTER = 'ServiceRouter routes[].match.http'

/** What Consul's community edition can do (config entries of developer.hashicorp.com/consul, checked against 2.0). */
export const CONSUL_CAPABILITIES: CapabilityTable = {
  'onboarding.namespace': yes(
    'pod annotation consul.hashicorp.com/connect-inject on each workload; whole namespaces by chart values',
  ),
  'onboarding.workload': yes('pod annotation consul.hashicorp.com/connect-inject: "true"'),
  'onboarding.off': yes('pod annotation consul.hashicorp.com/connect-inject: "false"'),
  'onboarding.revision': no('a cluster has one injector', 'Leave `revision` out.'),
  'traffic.split': yes('ServiceSplitter, ServiceResolver subsets; HTTP only'),
  'traffic.otherWorkloads': yes('ServiceRouter routes[].destination.service'),
  'traffic.hosts': no('a router belongs to a service', 'Use `gateways` for other hosts.'),
  'traffic.gateways': yes('an HTTPRoute leads to the service, whose router and splitter hold there too', '1.16'),
  ...rows(
    ['traffic.match.path', 'traffic.match.pathPrefix', 'traffic.match.headers', 'traffic.match.query', 'traffic.match.method'],
    yes(ROUTER),
  ),
  ...rows(['traffic.match.regex', 'traffic.match.prefix'], yes(ROUTER)),
  'traffic.match.absent': yes('header present and inverted; not for query parameters'),
  'traffic.match.port': no('a service has one port', 'Make a service for each port.'),
  'traffic.match.from': no('routers know requests, not callers', 'Match on a header that the caller sets.'),
  'traffic.timeout': yes('ServiceRouter destination.requestTimeout'),
  'traffic.retries': yes('ServiceRouter destination.numRetries and retryOn'),
  'traffic.retries.perTry': no(
    'a router has no limit of a single try',
    'Leave `perTry` out; `timeout` holds for all tries together.',
  ),
  ...rows(
    ['traffic.retries.backoff', 'traffic.retries.backoff.maximum'],
    no('Envoy pauses 25 ms and more between tries, and Consul has no setting for it', 'Leave `backoff` out.'),
  ),
  'traffic.retries.connection': yes('retryOnConnectFailure and retryOn'),
  'traffic.retries.status': yes('retryOnStatusCodes'),
  ...rows(
    ['traffic.fault.delay', 'traffic.fault.abort'],
    no('the extension builtin/fault-injection is part of Consul Enterprise', ENTERPRISE),
  ),
  ...rows(
    ['traffic.mirror', 'traffic.mirror.percent'],
    no('no config entry mirrors requests', 'Split a small share of requests to the other version.'),
  ),
  'traffic.rewrite': yes('prefixRewrite: the prefix, or the whole path where it is matched exactly'),
  'traffic.redirect': no('routers only lead to services', 'Answer with the redirect in the workload.'),
  'traffic.headers': yes('requestHeaders and responseHeaders', '1.11'),
  'traffic.cors': no('no config entry has cross-origin rules', 'Answer preflights in the workload, or by a Lua filter.'),
  'traffic.tcp': no('routers and splitters need HTTP', 'Leave routes out; resolvers, intentions and limits hold for TCP too.'),
  'traffic.tls': no('proxies always speak mutual TLS to each other', 'Leave it out.'),
  'circuitBreaker.connections': yes('ServiceDefaults of the callers, upstreamConfig.overrides[].limits', '1.9'),
  'circuitBreaker.requestsPerConnection': no('upstream limits have no such field', 'Leave it out.'),
  'circuitBreaker.retries': no('upstream limits have no such field', 'Lower `retries.attempts` of the routes.'),
  'circuitBreaker.idleTimeout': no('idle connections are closed by Envoy after an hour', 'Leave it out.'),
  'circuitBreaker.connectTimeout': yes('ServiceResolver connectTimeout'),
  ...rows(
    ['circuitBreaker.outlier', 'circuitBreaker.outlier.share'],
    yes('ServiceDefaults of the callers, upstreamConfig.overrides[].passiveHealthCheck', '1.9'),
  ),
  'circuitBreaker.outlier.gatewayErrors': no('passive health checks count 5xx and connect failures', 'Use `consecutiveErrors`.'),
  'circuitBreaker.outlier.minHealth': no('passive health checks have no such field', 'Use `maxEjectedPercent`.'),
  ...rows(['loadBalancing.policy', 'loadBalancing.hash'], yes('ServiceResolver loadBalancer', '1.9')),
  'loadBalancing.failover': partial(
    '`to` names a datacenter or `peer/<name>`, tried in order; `from` is always where the caller is',
  ),
  'loadBalancing.warmup': no('resolvers have no slow start', 'Leave it out.'),
  ...rows(['rateLimit.local', 'rateLimit.burst'], no('ServiceDefaults rateLimits is part of Consul Enterprise', ENTERPRISE)),
  'rateLimit.global': no('Consul asks no rate limit service', 'Limit in an ingress in front of the mesh.'),
  'rateLimit.status': no('refused requests are answered with 429', 'Leave `status` out.'),
  ...rows(['rateLimit.byHeader', 'rateLimit.byClient'], no('limits count all requests to a service together', 'Leave `by` out.')),
  'mtls.strict': yes('ServiceDefaults mutualTLSMode; before 1.16 mutual TLS is the only mode'),
  'mtls.permissive': yes('ServiceDefaults mutualTLSMode and Mesh allowEnablingPermissiveMutualTLS', '1.16'),
  'mtls.disable': no('proxies always speak mutual TLS to each other', 'Use permissive, or keep the workload out of the mesh.'),
  ...rows(['authorization.allow', 'authorization.deny', 'authorization.denyByDefault'], yes('ServiceIntentions')),
  ...rows(
    ['authorization.methods', 'authorization.paths', 'authorization.headers', 'authorization.headers.regex'],
    yes('ServiceIntentions sources[].permissions', '1.9'),
  ),
  'authorization.hosts': no('permissions compare path, method and headers', 'Leave `hosts` out.'),
  'authorization.ports': no('a service has one port', 'Leave `ports` out.'),
  'authorization.namespace': no('namespaces of services are part of Consul Enterprise', `${ENTERPRISE} Or name the workloads.`),
  'authorization.principal': partial('callers are services: the ServiceAccount is taken as the service of the same name'),
  'authorization.authenticated': yes('source *: whoever has a certificate of the mesh'),
  'authorization.ipBlock': no('intentions know services only', 'Use a NetworkPolicy under `resources`.'),
  'authorization.wide': partial(
    'ServiceIntentions for destination *: the whole mesh, by caller alone; namespaces of services are part of Consul Enterprise',
  ),
  'gateway.ingress': yes(
    'API gateway: Gateway of class consul and HTTPRoute; one listener a port, prefix rewrites, no redirects',
    '1.15',
  ),
  'gateway.egress': partial(
    'TerminatingGateway: which hosts leave by it is said; where it listens is up to the chart, and `listeners` say nothing',
  ),
  'gateway.eastWest': partial(
    'mesh gateways come with the chart (meshGateway.enabled); the entry Mesh sends peering through them, and `listeners` say nothing',
  ),
  'gateway.tls': yes('listeners[].tls of the Gateway'),
  'gateway.tls.mutual': no('an API gateway asks clients for no certificate', 'Check client certificates in front of it.'),
  'external.hosts': yes('ServiceDefaults destination and a terminating gateway', '1.13'),
  'external.addresses': partial('callers reach the host by these addresses only', '1.13'),
  'filter.wasm': partial(
    'ServiceDefaults envoyExtensions builtin/wasm: a module of an image is mounted into the proxy (Kubernetes 1.33) and must be called plugin.wasm in it',
    '1.16',
  ),
  'filter.lua': yes('ServiceDefaults envoyExtensions builtin/lua', '1.15'),
  'filter.native': partial(
    'ServiceDefaults envoyExtensions builtin/ext-authz and builtin/http/localratelimit; Consul has no extension that compresses, answers preflights or takes rules of access',
    '1.15',
  ),
  'filter.gateways': no('extensions are set for services', 'Attach the filter to the workloads behind the gateway.'),
  'filter.outbound': yes('listener outbound of the extension', '1.15'),
  'filter.tcp': yes('protocol tcp of builtin/wasm, for services that speak it', '1.16'),
  'filter.ports': no('extensions are set for whole services', 'Leave `ports` out.'),
  'filter.phase': partial('extensions run in the order of phase and priority, all of them after intentions'),
  'filter.reload': no('builtin/wasm fails open or closed', 'Use `failOpen`, or leave it out.'),
  'filter.pullPolicy': yes('pullPolicy of the volume that mounts the image', '1.16'),
  'filter.pullSecret': no(
    'the kubelet pulls the image, with the secrets of the pod',
    'Name the secret under imagePullSecrets of the workload, or of its ServiceAccount.',
  ),
  ...rows(['filter.environment', 'filter.hostEnvironment', 'filter.vm'], yes('vmConfig of builtin/wasm', '1.16')),
  'filter.capabilities': yes('capabilityRestrictionConfiguration of builtin/wasm', '1.16'),
  'telemetry.metrics': yes('pod annotation consul.hashicorp.com/enable-metrics'),
  'telemetry.tracing': no(
    'tracing needs Envoy configuration of your collector (envoy_tracing_json)',
    'Set it in ProxyDefaults under `resources`, with `settings: {protocol: none}`.',
  ),
  'telemetry.accessLogs': yes('ProxyDefaults accessLogs', '1.14'),
  'install.charts': yes('chart consul'),
}

/** What Consul Enterprise does beyond that. */
export const ENTERPRISE_CAPABILITIES: CapabilityTable = {
  ...CONSUL_CAPABILITIES,
  ...rows(
    ['traffic.fault.delay', 'traffic.fault.abort'],
    partial('builtin/fault-injection in ServiceDefaults: for all requests to the service, not for those of one route', '1.17'),
  ),
  ...rows(
    ['rateLimit.local', 'rateLimit.burst'],
    partial('ServiceDefaults rateLimits.instanceLevel: whole requests a second, rounded up', '1.17'),
  ),
  'authorization.namespace': yes('source * of a Consul namespace of that name'),
  'authorization.wide': yes('ServiceIntentions for destination *, of a Consul namespace of that name'),
}
