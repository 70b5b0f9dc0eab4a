import { type CapabilityTable, no, partial, rows, under, yes } from '../features.ts'
import { SMI_CAPABILITIES } from '../smi/capabilities.ts'

const NO_ROUTES = 'OSM has no routes, only splits'
const SETTING = 'UpstreamTrafficSetting connectionSettings'

/** What Open Service Mesh 1.2 can do: SMI, and policies of its own. */
export const OSM_CAPABILITIES: CapabilityTable = {
  ...SMI_CAPABILITIES,
  'onboarding.namespace': yes(
    'Namespace label openservicemesh.io/monitored-by and annotation openservicemesh.io/sidecar-injection',
  ),
  'onboarding.workload': partial(
    'pod annotation openservicemesh.io/sidecar-injection: enabled; the namespace must bear openservicemesh.io/monitored-by all the same',
  ),
  'onboarding.off': yes('pod annotation openservicemesh.io/sidecar-injection: disabled'),
  'onboarding.revision': no('a namespace names its mesh, not a revision', 'Use another `settings: {meshName: ...}`.'),
  'traffic.split': yes('TrafficSplit v1alpha2; a Service for each version'),
  ...rows(
    under('traffic.match'),
    no('OSM takes TrafficSplit v1alpha2, which splits all requests', 'Split all requests, or match in an ingress.'),
  ),
  'traffic.timeout': no('requests have no timeout; only tries of a retry do', 'Use `retries: {perTry: ...}`.'),
  ...rows(
    ['traffic.retries', 'traffic.retries.perTry', 'traffic.retries.connection'],
    yes('Retry, for each known caller', '1.2'),
  ),
  'traffic.retries.backoff': yes('Retry retryBackoffBaseInterval', '1.2'),
  'traffic.retries.backoff.maximum': no('a Retry has a base only', 'Leave `maximum` out.'),
  'traffic.retries.status': no('a Retry names conditions, not statuses', 'Use 5xx or gateway-error.'),
  ...rows(
    ['traffic.fault.delay', 'traffic.fault.abort'],
    no(NO_ROUTES, 'Split a share of requests to a Service that fails on purpose.'),
  ),
  ...rows(['traffic.mirror', 'traffic.mirror.percent'], no(NO_ROUTES, 'Split a small share of requests to the other version.')),
  'traffic.tcp': yes('TrafficSplit and TCPRoute'),
  'traffic.tls': no('OSM always speaks mutual TLS between its pods', 'Leave it out.'),
  ...rows(
    [
      'circuitBreaker.connections',
      'circuitBreaker.requestsPerConnection',
      'circuitBreaker.retries',
      'circuitBreaker.connectTimeout',
    ],
    yes(SETTING, '1.1'),
  ),
  'circuitBreaker.idleTimeout': no(`${SETTING} has no such field`, 'Leave it out.'),
  ...rows(under('circuitBreaker.outlier'), no('OSM ejects no endpoints', 'Use a readiness probe.')),
  ...rows(['rateLimit.local', 'rateLimit.burst', 'rateLimit.status'], yes('UpstreamTrafficSetting rateLimit.local', '1.2')),
  'rateLimit.global': no('version 1.2 limits in each proxy only', 'Use scope local.'),
  ...rows(['rateLimit.byHeader', 'rateLimit.byClient'], no('limits count all requests to a host together', 'Leave `by` out.')),
  'mtls.strict': yes('always on between pods of the mesh'),
  'mtls.permissive': no('mutual TLS has no modes', 'Keep the workload out of the mesh.'),
  'mtls.disable': no('mutual TLS has no modes', 'Keep the workload out of the mesh.'),
  'authorization.denyByDefault': partial(
    'MeshConfig enablePermissiveTrafficPolicyMode: false, for the whole mesh: workloads that no policy names let nobody in any more',
  ),
  'gateway.ingress': partial(
    'IngressBackend lets the Service of an ingress in; the ingress itself, its listeners and hosts are not made',
  ),
  'gateway.egress': no('requests leave from each sidecar', 'Leave `via` out; Egress names who may call the host.'),
  'gateway.eastWest': no('multi-cluster support is experimental and has no API of its own', 'Use a mesh with gateways.'),
  ...rows(['external.hosts', 'external.addresses'], yes('Egress')),
  ...rows(under('filter'), no('the Envoy of OSM is configured by OSM alone', 'Use Istio, Consul or Kuma.')),
  'telemetry.metrics': yes('Namespace annotation openservicemesh.io/metrics'),
  'telemetry.tracing': partial(
    'MeshConfig observability.tracing: `provider` is host:port of a Zipkin collector, and every request is traced',
  ),
  'telemetry.accessLogs': no('sidecars log accesses always', 'Leave it out.'),
  'install.charts': yes('chart osm'),
}
