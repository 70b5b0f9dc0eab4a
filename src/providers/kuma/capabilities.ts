import { type CapabilityTable, no, partial, rows, under, yes } from '../features.ts'
import { BY_ELEMENT } from '../gateway-api/path-prefix.ts'

const DELEGATED = 'Take your ingress controller in as a delegated gateway: pod annotation kuma.io/gateway: enabled.'

/** What Kuma can do, in words that 2.12 and 3.0 both know (checked against 2.14.3; kuma.io/docs). */
export const KUMA_CAPABILITIES: CapabilityTable = {
  'onboarding.namespace': yes('Namespace label kuma.io/sidecar-injection: enabled'),
  'onboarding.workload': yes('pod label kuma.io/sidecar-injection: enabled'),
  'onboarding.off': yes('pod label kuma.io/sidecar-injection: disabled'),
  'onboarding.revision': no('there is one control plane a zone', 'Leave `revision` out.'),
  'traffic.split': yes('MeshHTTPRoute backendRefs[].weight; a Service for each version', '2.9'),
  'traffic.otherWorkloads': yes('MeshHTTPRoute backendRefs[]', '2.9'),
  'traffic.hosts': no('a route belongs to the MeshService it names', 'Write a policy for the workload that the host stands for.'),
  ...rows(
    ['traffic.gateways', 'gateway.ingress', 'gateway.tls', 'gateway.tls.mutual'],
    no('the built-in gateway of 2.x is gone in 3.0', DELEGATED),
  ),
  ...rows(
    ['traffic.match.path', 'traffic.match.headers', 'traffic.match.query', 'traffic.match.method', 'traffic.match.regex'],
    yes('MeshHTTPRoute rules[].matches', '2.9'),
  ),
  'traffic.match.pathPrefix': partial(BY_ELEMENT, '2.9'),
  'traffic.match.port': yes('sectionName of the MeshService', '2.9'),
  'traffic.match.from': yes('a MeshHTTPRoute of its own, whose targetRef selects the proxies of the caller', '2.10'),
  'traffic.match.prefix': yes('type Prefix of headers; a regular expression for query parameters', '2.9'),
  'traffic.match.absent': yes('type Absent of headers; not for query parameters', '2.9'),
  'traffic.timeout': yes('MeshTimeout http.requestTimeout', '2.9'),
  ...rows(under('traffic.retries'), yes('MeshRetry', '2.9')),
  ...rows(
    ['traffic.fault.delay', 'traffic.fault.abort'],
    yes(
      'MeshFaultInjection at the called workload; where the route matches requests, the fault filter of Envoy by MeshProxyPatch',
      '2.11',
    ),
  ),
  ...rows(['traffic.mirror', 'traffic.mirror.percent'], yes('MeshHTTPRoute filter RequestMirror', '2.9')),
  'traffic.rewrite': yes('MeshHTTPRoute filter URLRewrite', '2.9'),
  'traffic.redirect': yes('MeshHTTPRoute filter RequestRedirect', '2.9'),
  'traffic.headers': yes('MeshHTTPRoute header modifier filters', '2.9'),
  'traffic.cors': no('MeshHTTPRoute has no rules for other origins', 'Use a filter of kind cors.'),
  'traffic.tcp': yes('MeshTCPRoute', '2.9'),
  'traffic.tls': no('clients speak what the identity of the called workload asks for', 'Leave it out.'),
  ...rows(['circuitBreaker.connections', 'circuitBreaker.retries'], yes('MeshCircuitBreaker connectionLimits', '2.9')),
  'circuitBreaker.requestsPerConnection': no(
    'connections end by age',
    'Say `settings: {MeshTimeout: ...}` with http.maxConnectionDuration.',
  ),
  'circuitBreaker.idleTimeout': yes('MeshTimeout idleTimeout', '2.9'),
  'circuitBreaker.connectTimeout': yes('MeshTimeout connectionTimeout', '2.9'),
  ...rows(
    ['circuitBreaker.outlier', 'circuitBreaker.outlier.gatewayErrors', 'circuitBreaker.outlier.share'],
    yes('MeshCircuitBreaker outlierDetection', '2.9'),
  ),
  'circuitBreaker.outlier.minHealth': yes('MeshCircuitBreaker outlierDetection.healthyPanicThreshold', '2.10'),
  'loadBalancing.policy': yes('MeshLoadBalancingStrategy loadBalancer.type', '2.9'),
  'loadBalancing.hash': yes('MeshLoadBalancingStrategy hashPolicies', '2.11'),
  'loadBalancing.failover': yes(
    'MeshMultiZoneService and MeshLoadBalancingStrategy localityAwareness.crossZone.failover, between zones; callers use <service>-<namespace>.mzsvc.mesh.local, for which routes, timeouts, retries and limits hold too',
    '2.9',
  ),
  'loadBalancing.warmup': no(
    'MeshLoadBalancingStrategy warms nothing up',
    'Patch the cluster by `resources` with a MeshProxyPatch.',
  ),
  'rateLimit.local': yes('MeshRateLimit', '2.11'),
  'rateLimit.global': no('MeshRateLimit counts in each proxy', 'Leave `scope: global` out.'),
  'rateLimit.burst': no('MeshRateLimit has a rate only', 'Raise `requests`, or lengthen `per`.'),
  'rateLimit.status': yes('MeshRateLimit onRateLimit.status', '2.11'),
  'rateLimit.byHeader': no(
    'MeshRateLimit counts all requests together',
    'Use a filter of kind local-rate-limit with descriptors.',
  ),
  'rateLimit.byClient': no(
    'MeshRateLimit counts all clients together',
    'Leave `by` out, or give a client a rate of its own: MeshRateLimit rules[].matches[].spiffeID under `resources`.',
  ),
  'mtls.strict': yes('MeshIdentity, and MeshTLS mode: Strict', '2.12'),
  'mtls.permissive': yes('MeshIdentity, and MeshTLS mode: Permissive', '2.12'),
  'mtls.disable': yes('no MeshIdentity', '2.12'),
  'authorization.allow': yes('MeshTrafficPermission rules[].default.allow', '2.12'),
  'authorization.deny': yes('MeshTrafficPermission rules[].default.deny', '2.12'),
  'authorization.denyByDefault': yes('whoever no MeshTrafficPermission allows is denied', '2.12'),
  ...rows(
    [
      'authorization.methods',
      'authorization.paths',
      'authorization.hosts',
      'authorization.headers',
      'authorization.headers.regex',
    ],
    no(
      'MeshTrafficPermission knows connections, not requests',
      'Allow by caller and port alone, or use a filter of kind ext-authz.',
    ),
  ),
  'authorization.ports': yes('sectionName of the Dataplane', '2.12'),
  ...rows(['authorization.namespace', 'authorization.authenticated'], yes('spiffeID of type Prefix', '2.12')),
  'authorization.principal': yes('spiffeID of type Exact', '2.12'),
  'authorization.ipBlock': no(
    'MeshTrafficPermission knows identities, not addresses',
    'Write a NetworkPolicy under `resources`.',
  ),
  'authorization.wide': yes(
    'MeshTrafficPermission with targetRef Mesh, in the namespace or in that of the control plane',
    '2.12',
  ),
  'gateway.egress': no('egress goes by zone proxies, which take MeshExternalServices only', 'Leave `via` out.'),
  'gateway.eastWest': no(
    'zones are joined by their zone proxies, which come with the chart',
    'Say `install: {values: {ingress: {enabled: true}}}`.',
  ),
  ...rows(
    ['external.hosts', 'external.addresses'],
    partial('MeshPassthrough for the namespace: once it names hosts, others cannot be called from there', '2.9'),
  ),
  'filter.wasm': partial(
    'MeshProxyPatch; Envoy fetches the module over http(s), and looks for one of an image (oci://) in its own files, under /etc/meshform/filters/<filter>.wasm, where a ContainerPatch must mount it',
  ),
  ...rows(['filter.lua', 'filter.native', 'filter.outbound'], yes('MeshProxyPatch')),
  'filter.tcp': yes('MeshProxyPatch networkFilter'),
  'filter.ports': no(
    'a MeshProxyPatch tells listeners by origin, name and tags, and none of them is the port of every proxy',
    'Attach the filter to a workload that serves that port alone.',
  ),
  'filter.phase': partial('authn stands first in the chain; filters of other phases stand before the router, in their order'),
  'filter.reload': yes('failure_policy of the Wasm filter'),
  ...rows(
    ['filter.pullPolicy', 'filter.pullSecret'],
    no('its proxies pull no images', 'Serve the module at an https:// address, or mount it.'),
  ),
  ...rows(['filter.environment', 'filter.hostEnvironment', 'filter.vm'], yes('vm_config of the Wasm filter')),
  'filter.capabilities': yes('capability_restriction_config of the Wasm filter'),
  'filter.gateways': no('there is no built-in gateway to patch', DELEGATED),
  'telemetry.metrics': yes('MeshMetric, Prometheus on port 5670', '2.9'),
  'telemetry.tracing': partial(
    'MeshTrace; `provider` is zipkin, datadog or the address of an OpenTelemetry collector, and the first two are looked for in namespace observability unless it is their URL',
    '2.9',
  ),
  'telemetry.accessLogs': yes('MeshAccessLog to standard output', '2.9'),
  'install.charts': yes('chart kuma'),
}

/** What Kong Mesh can do: the same, from its own chart. */
export const KONG_MESH_CAPABILITIES: CapabilityTable = {
  ...KUMA_CAPABILITIES,
  'rateLimit.global': no(
    'MeshRateLimit counts in each proxy, and MeshGlobalRateLimit is gone in 3.0',
    'Write the MeshGlobalRateLimit of 2.x under `resources`.',
  ),
  ...rows(
    [
      'authorization.methods',
      'authorization.paths',
      'authorization.hosts',
      'authorization.headers',
      'authorization.headers.regex',
    ],
    no(
      'MeshTrafficPermission knows connections, not requests',
      'Write a MeshOPA under `resources`, or use a filter of kind ext-authz.',
    ),
  ),
  'install.charts': yes('chart kong-mesh; needs a license'),
}
