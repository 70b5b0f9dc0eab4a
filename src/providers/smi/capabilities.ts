import { type CapabilityTable, no, partial, rows, under, yes } from '../features.ts'

const BY_THE_MESH = 'SMI says nothing of it; the mesh that carries SMI out has its own way'
const ROUTE = 'SMI has no routes, only splits, specs and access'

/** What the Service Mesh Interface itself can say (smi-spec 0.6.0: TrafficSplit, HTTPRouteGroup, TCPRoute, TrafficTarget). */
export const SMI_CAPABILITIES: CapabilityTable = {
  ...rows(
    ['onboarding.namespace', 'onboarding.workload'],
    partial('SMI has no word for it: nothing is marked, and the mesh that carries SMI out must take the pods in itself'),
  ),
  'onboarding.off': no(BY_THE_MESH, 'Leave `mesh` out of the workload.'),
  'onboarding.revision': no(BY_THE_MESH, 'Use the provider of the mesh itself.'),
  'traffic.split': yes('TrafficSplit backends[].weight; a Service for each version'),
  'traffic.otherWorkloads': yes('a Service of the same namespace as backend'),
  'traffic.hosts': no('a TrafficSplit belongs to a Service', 'Leave `hosts` out.'),
  'traffic.gateways': no(
    'SMI has no gateways',
    'Split behind the gateway: requests to the Service are split wherever they come from.',
  ),
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
      'TrafficSplit matches and HTTPRouteGroup, both from v1alpha3 on; in which order the splits of one Service are tried is up to the mesh',
    ),
  ),
  'traffic.match.query': no('HTTPRouteGroup matches path, method and headers', 'Match on the path or a header.'),
  'traffic.match.port': no('HTTPRouteGroup matches path, method and headers', 'Split each Service on its own.'),
  'traffic.match.from': no('HTTPRouteGroup matches path, method and headers', 'Match on a header that the caller sets.'),
  'traffic.match.absent': no('HTTPRouteGroup matches what is there', 'Put a route that matches its presence before it.'),
  'traffic.timeout': no(ROUTE, 'Set the timeout in the client, or use the provider of the mesh itself.'),
  ...rows(under('traffic.retries'), no(ROUTE, 'Retry in the client, or use the provider of the mesh itself.')),
  ...rows(
    ['traffic.fault.delay', 'traffic.fault.abort'],
    no(ROUTE, 'Split a share of requests to a Service that fails on purpose.'),
  ),
  ...rows(['traffic.mirror', 'traffic.mirror.percent'], no(ROUTE, 'Split a small share of requests to the other version.')),
  ...rows(
    ['traffic.rewrite', 'traffic.redirect', 'traffic.headers', 'traffic.cors'],
    no(ROUTE, 'Do it in the workload, or in an ingress before it.'),
  ),
  'traffic.tcp': partial('TrafficSplit shares connections out; TCPRoute takes no part in it'),
  'traffic.tls': no(BY_THE_MESH, 'Leave `tls` out.'),
  ...rows(
    under('circuitBreaker'),
    no('SMI has no circuit breaking', 'Use the provider of the mesh itself, or a readiness probe.'),
  ),
  ...rows(under('loadBalancing'), no('SMI leaves the choice of endpoints to the mesh', 'Use the provider of the mesh itself.')),
  ...rows(
    under('rateLimit'),
    no('SMI has no rate limits', 'Limit in the workload or in an ingress, or use the provider of the mesh itself.'),
  ),
  ...rows(
    ['mtls.strict', 'mtls.permissive', 'mtls.disable'],
    no('SMI names identities and leaves the encryption to the mesh', 'Leave `mtls` out, and set it in the mesh.'),
  ),
  'authorization.allow': yes('TrafficTarget sources, by ServiceAccount'),
  'authorization.deny': no('TrafficTargets only allow', 'Name the callers that may, instead of those that may not.'),
  'authorization.denyByDefault': partial('TrafficTargets only allow; that all else is refused is up to the mesh, and usual'),
  ...rows(
    ['authorization.methods', 'authorization.paths', 'authorization.headers', 'authorization.headers.regex'],
    yes('HTTPRouteGroup'),
  ),
  'authorization.hosts': no('HTTPRouteGroup matches path, method and headers', 'Leave `hosts` out.'),
  'authorization.ports': no('TrafficTarget v1alpha3 has no port any more', 'Leave `ports` out.'),
  'authorization.namespace': no('sources are ServiceAccounts', 'Name the workloads of the namespace.'),
  'authorization.principal': partial('identities that name a ServiceAccount of a namespace'),
  'authorization.authenticated': no('sources are ServiceAccounts', 'Name the workloads that may call.'),
  'authorization.ipBlock': no('sources are ServiceAccounts', 'Use a NetworkPolicy under `resources`.'),
  'authorization.wide': partial('a TrafficTarget for each workload that the design has there'),
  ...rows(
    under('gateway'),
    no('SMI has no gateways', 'Use the gateway-api provider, or objects of the ingress under `resources`.'),
  ),
  ...rows(
    ['external.hosts', 'external.addresses'],
    no('SMI has nothing for hosts outside the mesh', 'Use the provider of the mesh itself.'),
  ),
  ...rows(under('filter'), no('SMI has no filters', 'Use the provider of a mesh with Envoy proxies.')),
  ...rows(
    ['telemetry.metrics', 'telemetry.tracing', 'telemetry.accessLogs'],
    no('SMI only reads metrics (TrafficMetrics)', 'Set telemetry in the mesh itself.'),
  ),
  'install.charts': no('SMI is an interface; there is nothing to install but its CRDs', 'Install a mesh that carries it out.'),
}
