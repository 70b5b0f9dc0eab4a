import { type CapabilityTable, no, partial, rows, under, yes } from '../features.ts'
import { BY_ELEMENT } from './path-prefix.ts'

const MESH = 'Use the provider of the mesh that carries the routes out, such as istio, linkerd or cilium.'
const ENVOY_GATEWAY = 'EnvoyExtensionPolicy on the Gateway or the HTTPRoute: only where Envoy Gateway carries the routes out'

/** What the standard channel of the Gateway API can say (checked against 1.6.1; gateway-api.sigs.k8s.io). */
export const STANDARD_CAPABILITIES: CapabilityTable = {
  'onboarding.namespace': yes('nothing to mark: the implementation takes pods in its own way'),
  ...rows(['onboarding.workload', 'onboarding.off', 'onboarding.revision'], no('the Gateway API has no onboarding', MESH)),
  'traffic.split': yes('HTTPRoute backendRefs[].weight on the Service (GAMMA); a Service for each version'),
  'traffic.otherWorkloads': yes('HTTPRoute backendRefs[], with a ReferenceGrant across namespaces'),
  'traffic.hosts': no(
    'inside the mesh a route belongs to the Service it is attached to (GEP-1426)',
    'Name the `gateways` that the hosts are for.',
  ),
  'traffic.gateways': yes('HTTPRoute parentRefs and hostnames'),
  ...rows(
    ['traffic.match.path', 'traffic.match.headers', 'traffic.match.query', 'traffic.match.method'],
    yes('HTTPRoute rules[].matches'),
  ),
  'traffic.match.pathPrefix': partial(BY_ELEMENT),
  'traffic.match.port': yes('port of the parentRef'),
  'traffic.match.from': no(
    'HTTPRoute matches no request by its source',
    'Match on a header that the caller sets, or put the route into the namespace of the caller by hand (consumer route).',
  ),
  'traffic.match.regex': yes('type RegularExpression, in the dialect of the implementation'),
  'traffic.match.prefix': yes('as a regular expression'),
  'traffic.match.absent': no('HTTPRoute has no match for what is absent', 'Put a route that matches its presence before it.'),
  'traffic.timeout': yes('HTTPRoute rules[].timeouts.request', '1.2'),
  ...rows(
    ['traffic.retries', 'traffic.retries.backoff', 'traffic.retries.connection', 'traffic.retries.status'],
    no(
      'HTTPRoute rules[].retry is of the experimental channel',
      'Install the experimental channel and say `mode: experimental`.',
    ),
  ),
  'traffic.retries.perTry': yes('HTTPRoute rules[].timeouts.backendRequest', '1.2'),
  'traffic.retries.backoff.maximum': no('HTTPRoute retry has a first pause only', 'Leave `maximum` out.'),
  ...rows(
    ['traffic.fault.delay', 'traffic.fault.abort'],
    no('the Gateway API injects no faults', 'Route a share of the requests to a Service that fails on purpose.'),
  ),
  'traffic.mirror': yes('HTTPRoute filter RequestMirror'),
  'traffic.mirror.percent': yes('HTTPRoute filter RequestMirror percent', '1.3'),
  'traffic.rewrite': yes('HTTPRoute filter URLRewrite'),
  'traffic.redirect': yes('HTTPRoute filter RequestRedirect'),
  'traffic.headers': yes('HTTPRoute filters RequestHeaderModifier and ResponseHeaderModifier'),
  'traffic.cors': yes('HTTPRoute filter CORS', '1.5'),
  'traffic.tcp': yes('TCPRoute and TLSRoute; weights only', '1.6'),
  'traffic.tls': no('BackendTLSPolicy is about a gateway and its backends, one way only', MESH),
  ...rows(under('circuitBreaker'), no('the Gateway API has no circuit breaking', MESH)),
  ...rows(under('loadBalancing'), no('the Gateway API leaves load balancing to its implementations', MESH)),
  ...rows(under('rateLimit'), no('the Gateway API has no rate limits', MESH)),
  ...rows(
    ['mtls.strict', 'mtls.permissive', 'mtls.disable'],
    no('the Gateway API says nothing of TLS between services', `Leave \`mtls\` out, or: ${MESH}`),
  ),
  ...rows(under('authorization'), no('the Gateway API has no authorization between services', MESH)),
  'gateway.ingress': yes('Gateway and HTTPRoute'),
  ...rows(
    ['gateway.egress', 'gateway.eastWest'],
    no('a Gateway lets traffic in; the Gateway API has no egress or cluster gateways', MESH),
  ),
  'gateway.tls': yes('Gateway listeners[].tls'),
  'gateway.tls.mutual': yes('Gateway tls.frontend, with ca.crt in the Secret of the listener', '1.5'),
  ...rows(
    ['external.hosts', 'external.addresses'],
    no(
      'the Gateway API has no resource for hosts outside the cluster',
      'Write a Service of type ExternalName under `resources`.',
    ),
  ),
  ...rows(['filter.wasm', 'filter.lua'], partial(ENVOY_GATEWAY)),
  'filter.native': no('EnvoyExtensionPolicy takes Wasm and Lua', 'Write the EnvoyPatchPolicy under `resources`.'),
  'filter.gateways': yes('targetRefs to the Gateway'),
  'filter.tcp': no('EnvoyExtensionPolicy filters requests', 'Write the EnvoyPatchPolicy under `resources`.'),
  'filter.ports': no('a policy is for a whole Gateway or route', 'Leave `ports` out.'),
  'filter.phase': partial(
    "Envoy Gateway's own order holds (filterOrder of EnvoyProxy): Lua, then Wasm, in the order of phase and priority",
  ),
  'filter.reload': no('EnvoyExtensionPolicy fails open or closed', 'Use `failOpen`, or leave it out.'),
  'filter.pullPolicy': yes('code.pullPolicy of the policy'),
  'filter.pullSecret': yes('code.image.pullSecretRef of the policy'),
  'filter.environment': no('EnvoyExtensionPolicy hands over variables of the proxy alone', 'Use `hostEnvironment`, or `config`.'),
  'filter.hostEnvironment': yes('env.hostKeys of the policy'),
  ...rows(['filter.vm', 'filter.capabilities'], no('EnvoyExtensionPolicy has no word for it', 'Use `config`, or leave it out.')),
  'filter.outbound': no('a gateway stands in front of the called workload', 'Leave `direction` out.'),
  ...rows(
    ['telemetry.metrics', 'telemetry.tracing', 'telemetry.accessLogs'],
    no('the Gateway API has no telemetry switches', MESH),
  ),
  'install.charts': no(
    'its CRDs come as a manifest, and its implementation from elsewhere',
    'Say `install: {manifests: [<address of the bundle>]}`; see docs/meshes/gateway-api.md.',
  ),
}

/** What the experimental channel adds. */
export const EXPERIMENTAL_CAPABILITIES: CapabilityTable = {
  ...STANDARD_CAPABILITIES,
  ...rows(['traffic.retries', 'traffic.retries.status'], yes('HTTPRoute rules[].retry', '1.2')),
  'traffic.retries.backoff': yes('HTTPRoute rules[].retry.backoff', '1.2'),
  'traffic.retries.connection': partial(
    'implementations retry on connection errors wherever a rule has retries; that cannot be turned on alone (GEP-1731)',
    '1.2',
  ),
  'traffic.tcp': yes('TCPRoute and TLSRoute; weights only'),
}
