import { type CapabilityTable, no, partial, rows, under, yes } from '../features.ts'

const ROUTE = 'VirtualRouter routes[].httpRoute'
const SAN = 'no policies: with `mtls: strict` listeners take certificates of the named ServiceAccounts only'
const OTHER_MESH = 'Move to a mesh that does: App Mesh has ended.'

/** What AWS App Mesh could do (controller 1.13.3). */
export const APP_MESH_CAPABILITIES: CapabilityTable = {
  'onboarding.namespace': yes('Namespace labels appmesh.k8s.aws/sidecarInjectorWebhook: enabled and mesh'),
  'onboarding.workload': partial(
    'pod annotation appmesh.k8s.aws/sidecarInjectorWebhook: enabled; the namespace must bear its labels all the same',
  ),
  'onboarding.off': yes('pod annotation appmesh.k8s.aws/sidecarInjectorWebhook: disabled'),
  'onboarding.revision': no('a cluster has one controller', 'Leave `revision` out.'),
  'traffic.split': yes(`${ROUTE}.action.weightedTargets; a VirtualNode and a Service for each version`),
  'traffic.otherWorkloads': yes(`${ROUTE}.action.weightedTargets`),
  'traffic.hosts': no('a VirtualService is one host', 'Leave `hosts` out.'),
  'traffic.gateways': no(
    'gateways have routes of their own',
    'Give the gateway `routes` to the workload: its router holds there too.',
  ),
  ...rows(
    [
      'traffic.match.path',
      'traffic.match.pathPrefix',
      'traffic.match.headers',
      'traffic.match.query',
      'traffic.match.method',
      'traffic.match.regex',
      'traffic.match.prefix',
      'traffic.match.absent',
    ],
    yes(`${ROUTE}.match`),
  ),
  'traffic.match.port': no('a router has one listener here', 'Make a workload for each port.'),
  'traffic.match.from': no('routers know requests, not callers', 'Match on a header that the caller sets.'),
  'traffic.timeout': yes(`${ROUTE}.timeout.perRequest`),
  ...rows(['traffic.retries', 'traffic.retries.perTry', 'traffic.retries.connection'], yes(`${ROUTE}.retryPolicy`)),
  ...rows(
    ['traffic.retries.backoff', 'traffic.retries.backoff.maximum'],
    no('a retryPolicy has no pauses', 'Leave `backoff` out.'),
  ),
  'traffic.retries.status': no('a retryPolicy names events, not statuses', 'Use 5xx or gateway-error.'),
  ...rows(
    ['traffic.fault.delay', 'traffic.fault.abort'],
    no('routes have no faults', 'Send a share of requests to a workload that fails on purpose.'),
  ),
  ...rows(
    ['traffic.mirror', 'traffic.mirror.percent'],
    no('routes have no mirror', 'Split a small share of requests to the other version.'),
  ),
  'traffic.rewrite': no('only gateways rewrite', 'Write a GatewayRoute under `resources`.'),
  ...rows(['traffic.redirect', 'traffic.headers', 'traffic.cors'], no('routes have no such field', 'Do it in the workload.')),
  'traffic.tcp': yes('VirtualRouter routes[].tcpRoute'),
  'traffic.tls': no('clients speak what the mesh says', 'Use `mtls` of the mesh.'),
  'circuitBreaker.connections': partial(
    'VirtualNode listeners[].connectionPool: connections and waiting requests for http, requests for http2 and grpc',
  ),
  'circuitBreaker.requestsPerConnection': no('a connectionPool has no such field', 'Leave it out.'),
  'circuitBreaker.retries': no('a connectionPool has no such field', 'Lower `retries.attempts` of the routes.'),
  'circuitBreaker.idleTimeout': yes('VirtualNode listeners[].timeout.http.idle'),
  'circuitBreaker.connectTimeout': no('listeners have no such field', 'Leave it out.'),
  ...rows(['circuitBreaker.outlier', 'circuitBreaker.outlier.share'], yes('VirtualNode listeners[].outlierDetection')),
  ...rows(
    ['circuitBreaker.outlier.gatewayErrors', 'circuitBreaker.outlier.minHealth'],
    no('outlierDetection has no such field', 'Use `consecutiveErrors` and `maxEjectedPercent`.'),
  ),
  ...rows(under('loadBalancing'), no('App Mesh chooses endpoints in turn', OTHER_MESH)),
  ...rows(under('rateLimit'), no('App Mesh has no rate limits', 'Limit in the workload, or in an ingress before it.')),
  ...rows(
    ['mtls.strict', 'mtls.permissive'],
    yes('VirtualNode listeners[].tls with certificates of SPIRE (chart value sds.enabled)'),
  ),
  'mtls.disable': yes('listeners without TLS'),
  ...rows(['authorization.allow', 'authorization.denyByDefault'], partial(SAN)),
  'authorization.deny': no('certificates are only accepted by name', 'Name the callers that may, instead of those that may not.'),
  ...rows(
    [
      'authorization.methods',
      'authorization.paths',
      'authorization.headers',
      'authorization.headers.regex',
      'authorization.hosts',
      'authorization.ports',
    ],
    no('App Mesh has no authorization of requests', 'Allow the caller as a whole, and check requests in the workload.'),
  ),
  'authorization.namespace': no('certificates are accepted by name', 'Name the workloads of the namespace.'),
  'authorization.principal': partial(SAN),
  'authorization.authenticated': partial('listeners take every certificate of the mesh'),
  'authorization.ipBlock': no('certificates are accepted by name', 'Use a NetworkPolicy under `resources`.'),
  'authorization.wide': partial('said at the listener of each workload that the design has there; others are not closed'),
  'gateway.ingress': partial('VirtualGateway and GatewayRoute; its pods come with the chart appmesh-gateway'),
  'gateway.egress': no('requests leave from each sidecar', 'Leave `via` out; the host becomes a VirtualService.'),
  'gateway.eastWest': no('a mesh joins clusters by Cloud Map, not by gateways', OTHER_MESH),
  ...rows(
    ['gateway.tls', 'gateway.tls.mutual'],
    no('certificates of gateways come from ACM or files of their pods', 'Write the VirtualGateway under `resources`.'),
  ),
  'external.hosts': yes('VirtualNode and VirtualService of the host'),
  'external.addresses': no('nodes are found by name', 'Use a host name.'),
  ...rows(under('filter'), no('the Envoy of App Mesh is configured by App Mesh alone', OTHER_MESH)),
  'telemetry.metrics': no('sidecars serve Envoy statistics always, on port 9901', 'Leave it out.'),
  'telemetry.tracing': no('tracing is a value of the chart (tracing.enabled)', 'Give it as `install: {values: {tracing: ...}}`.'),
  'telemetry.accessLogs': yes('VirtualNode logging.accessLog'),
  'install.charts': yes('chart appmesh-controller'),
}
