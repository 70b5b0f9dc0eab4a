import { type CapabilityTable, no, partial, rows, under, yes } from '../features.ts'

const BELOW = 'Network Service Mesh connects at layers 2 and 3 and sees no requests'
const WITH_A_MESH = 'Run a mesh of requests, such as Istio, on top of it.'

/** What Network Service Mesh 1.18 can do. */
export const NSM_CAPABILITIES: CapabilityTable = {
  ...rows(
    ['onboarding.namespace', 'onboarding.workload'],
    partial(
      'pods are annotated networkservicemesh.io with the services they connect to; the endpoints (NSE) that serve them are deployed beside the design',
    ),
  ),
  'onboarding.off': yes('pods without the annotation'),
  'onboarding.revision': no('a cluster has one registry', 'Leave `revision` out.'),
  'traffic.split': partial('NetworkService matches[].routes[].weight, counted in connections'),
  'traffic.otherWorkloads': no('a network service leads to its own endpoints', 'Connect clients to the other workload.'),
  'traffic.hosts': no(BELOW, 'Leave `hosts` out.'),
  'traffic.gateways': no(BELOW, WITH_A_MESH),
  'traffic.match.from': yes('NetworkService matches[].source_selector'),
  ...rows(
    [
      'traffic.match.path',
      'traffic.match.pathPrefix',
      'traffic.match.headers',
      'traffic.match.query',
      'traffic.match.method',
      'traffic.match.port',
      'traffic.match.regex',
      'traffic.match.prefix',
      'traffic.match.absent',
    ],
    no(BELOW, 'Match on the calling workload (`from`).'),
  ),
  ...rows(
    [
      'traffic.timeout',
      'traffic.retries',
      'traffic.retries.perTry',
      'traffic.retries.backoff',
      'traffic.retries.backoff.maximum',
      'traffic.retries.connection',
      'traffic.retries.status',
      'traffic.fault.delay',
      'traffic.fault.abort',
      'traffic.mirror',
      'traffic.mirror.percent',
      'traffic.rewrite',
      'traffic.redirect',
      'traffic.headers',
      'traffic.cors',
      'traffic.tls',
    ],
    no(BELOW, WITH_A_MESH),
  ),
  'traffic.tcp': partial('any protocol: weights count connections'),
  ...rows(under('circuitBreaker', 'loadBalancing', 'rateLimit'), no(BELOW, WITH_A_MESH)),
  ...rows(
    ['mtls.strict', 'mtls.permissive', 'mtls.disable'],
    no('SPIFFE secures its own calls; what connections carry is encrypted between nodes at most', WITH_A_MESH),
  ),
  ...rows(
    under('authorization'),
    no(
      'endpoints decide by policies of Open Policy Agent of their own',
      'Give the endpoint such a policy, or use a NetworkPolicy.',
    ),
  ),
  ...rows(
    under('gateway'),
    no(
      'domains are joined by proxies that its own deployment sets up',
      'Name the service as `service@domain` in the annotation.',
    ),
  ),
  ...rows(['external.hosts', 'external.addresses'], no(BELOW, 'Serve the host by an endpoint of its own.')),
  ...rows(under('filter'), no(BELOW, WITH_A_MESH)),
  ...rows(
    ['telemetry.metrics', 'telemetry.tracing', 'telemetry.accessLogs'],
    no('its components send OpenTelemetry as their own deployment says', 'Set TELEMETRY and the collector there.'),
  ),
  'install.charts': no(
    'it is installed by kustomize, after SPIRE',
    'Give `install: {manifests: [...]}` with what kustomize made.',
  ),
}
