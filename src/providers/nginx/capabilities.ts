import { type CapabilityTable, no, partial, rows, under, yes } from '../features.ts'
import { SMI_CAPABILITIES } from '../smi/capabilities.ts'

const NO_ROUTES = 'NGINX Service Mesh has no routes, only splits'
const OTHER_MESH = 'Use a mesh with Envoy proxies.'

/** What NGINX Service Mesh 2.0 can do: SMI, and policies of its own. */
export const NGINX_CAPABILITIES: CapabilityTable = {
  ...SMI_CAPABILITIES,
  'onboarding.namespace': yes('Namespace label injector.nsm.nginx.com/auto-inject: enabled'),
  'onboarding.workload': yes('pod label injector.nsm.nginx.com/auto-inject: enabled'),
  'onboarding.off': yes('pod label injector.nsm.nginx.com/auto-inject: disabled'),
  'onboarding.revision': no('a cluster has one control plane', 'Leave `revision` out.'),
  'traffic.split': yes('TrafficSplit v1alpha3; a Service for each version'),
  ...rows(
    [
      'traffic.match.path',
      'traffic.match.pathPrefix',
      'traffic.match.headers',
      'traffic.match.method',
      'traffic.match.regex',
      'traffic.match.prefix',
    ],
    partial(
      'TrafficSplit matches and HTTPRouteGroup v1alpha3; its documentation does not say in which order the splits of one Service are tried',
    ),
  ),
  'traffic.timeout': no(NO_ROUTES, 'Set the timeout in the client.'),
  ...rows(under('traffic.retries'), no(NO_ROUTES, 'Retry in the client.')),
  ...rows(
    ['traffic.fault.delay', 'traffic.fault.abort'],
    no(NO_ROUTES, 'Split a share of requests to a Service that fails on purpose.'),
  ),
  ...rows(['traffic.mirror', 'traffic.mirror.percent'], no(NO_ROUTES, 'Split a small share of requests to the other version.')),
  'traffic.tcp': yes('TrafficSplit and TCPRoute'),
  'traffic.tls': no('mutual TLS is set for the whole mesh', 'Use `mtls` of the mesh.'),
  'circuitBreaker.outlier': partial(
    'a CircuitBreaker closes the whole service for `ejectFor` once so many errors came in that time; endpoints are not told apart',
  ),
  ...rows(
    ['circuitBreaker.outlier.gatewayErrors', 'circuitBreaker.outlier.share', 'circuitBreaker.outlier.minHealth'],
    no('a CircuitBreaker has a number of errors and a time only', 'Use `consecutiveErrors` and `ejectFor`.'),
  ),
  'loadBalancing.policy': no('the method holds for the whole mesh', 'Use `settings: {loadBalancing: least_conn}` of the mesh.'),
  ...rows(['rateLimit.local', 'rateLimit.burst'], yes('RateLimit')),
  'rateLimit.global': no('each sidecar counts for itself', 'Use scope local.'),
  'rateLimit.status': no('refused requests are answered with 503', 'Leave `status` out.'),
  'rateLimit.byHeader': no('a RateLimit tells callers apart, not headers', 'Use `by: {client: true}`.'),
  'rateLimit.byClient': partial('a RateLimit for each caller that the design knows of, and one that all others share'),
  ...rows(['mtls.strict', 'mtls.permissive', 'mtls.disable'], yes('MeshConfig mtls.mode, for the whole mesh')),
  'authorization.denyByDefault': partial(
    'MeshConfig accessControlMode: deny, for the whole mesh: workloads that no policy names let nobody in any more',
  ),
  'authorization.ports': partial('TrafficTarget v1alpha2 has one port for each rule'),
  ...rows(
    ['gateway.ingress', 'gateway.egress', 'gateway.tls', 'gateway.tls.mutual'],
    no(
      'requests come and go by the NGINX Plus Ingress Controller',
      'Label its pods nsm.nginx.com/enable-ingress or enable-egress, and write its routes under `resources`.',
    ),
  ),
  'gateway.eastWest': no('a mesh is one cluster', OTHER_MESH),
  ...rows(
    ['external.hosts', 'external.addresses'],
    no(
      'hosts outside are reached by the NGINX Plus Ingress Controller',
      'Annotate the pods config.nsm.nginx.com/default-egress-allowed: "true" and write its route under `resources`.',
    ),
  ),
  ...rows(under('filter'), no('the sidecars are NGINX, configured by the mesh alone', OTHER_MESH)),
  'telemetry.metrics': no('sidecars serve metrics always, on port 8887', 'Leave it out.'),
  'telemetry.tracing': partial('MeshConfig telemetry: `provider` is host:port of an OpenTelemetry collector'),
  'telemetry.accessLogs': no('sidecars log accesses always', 'Leave it out.'),
  'install.charts': yes('chart nginx-service-mesh'),
}
