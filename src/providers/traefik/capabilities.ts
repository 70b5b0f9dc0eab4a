import { type CapabilityTable, no, partial, rows, under, yes } from '../features.ts'

const BY_NAME = 'clients take part by calling <service>.<namespace>.traefik.mesh'
const ACL =
  'TrafficTarget, in force with the chart value acl (settings.acl, on by default), and then for every Service that is called through the mesh'

/** What Traefik Mesh can do (checked against 1.4.8; doc.traefik.io/traefik-mesh). */
export const TRAEFIK_CAPABILITIES: CapabilityTable = {
  'onboarding.namespace': yes(`nothing to mark: ${BY_NAME}`),
  'onboarding.workload': no(BY_NAME, 'Leave `onboard` out.'),
  'onboarding.off': no(BY_NAME, 'Call the workload by its usual name.'),
  'onboarding.revision': no('there is one controller', 'Leave `revision` out.'),
  'traffic.split': yes('TrafficSplit v1alpha3 backends[].weight; a Service for each version'),
  'traffic.otherWorkloads': yes('a Service of the same namespace as backend'),
  'traffic.hosts': no('a TrafficSplit belongs to a Service', 'Leave `hosts` out.'),
  ...rows(
    ['traffic.gateways', ...under('gateway')],
    no('Traefik Mesh has no gateways', 'Let Traefik Proxy lead in, to the .traefik.mesh name of the Service.'),
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
    yes('TrafficSplit matches and HTTPRouteGroup'),
  ),
  'traffic.match.query': no('HTTPRouteGroup matches path, method and headers', 'Match on the path or a header.'),
  'traffic.match.port': no('HTTPRouteGroup matches path, method and headers', 'Split each Service on its own.'),
  'traffic.match.from': no('HTTPRouteGroup matches path, method and headers', 'Match on a header that the caller sets.'),
  'traffic.match.absent': no('HTTPRouteGroup matches what is there', 'Put a route that matches its presence before it.'),
  'traffic.timeout': no(
    'timeouts are those of all proxies (proxy.forwardingTimeouts)',
    'Say `install: {values: {proxy: {forwardingTimeouts: {responseHeaderTimeout: 2s}}}}` in the mesh.',
  ),
  ...rows(
    ['traffic.retries', 'traffic.retries.connection'],
    partial('Service annotation mesh.traefik.io/retry-attempts: on network errors alone, for the whole Service'),
  ),
  'traffic.retries.perTry': no('tries have no limit of their own', 'Leave `perTry` out.'),
  ...rows(
    ['traffic.retries.backoff', 'traffic.retries.backoff.maximum'],
    no('tries follow each other at once', 'Leave `backoff` out.'),
  ),
  'traffic.retries.status': no('an answer is never retried, whatever its status', 'Retry on connect-failure and reset.'),
  ...rows(
    ['traffic.fault.delay', 'traffic.fault.abort'],
    no('its proxy injects no faults', 'Split a share of requests to a Service that fails on purpose.'),
  ),
  ...rows(
    ['traffic.mirror', 'traffic.mirror.percent'],
    no('SMI mirrors nothing', 'Split a small share of requests to the other version.'),
  ),
  ...rows(
    ['traffic.rewrite', 'traffic.redirect', 'traffic.headers', 'traffic.cors'],
    no('SMI has no routes, and Services no annotation for it', 'Do it in the workload, or in Traefik Proxy before it.'),
  ),
  'traffic.tcp': yes('TrafficSplit of a Service with mesh.traefik.io/traffic-type: tcp'),
  'traffic.tls': no('there is no mutual TLS', 'Serve https, with a port of protocol https: mesh.traefik.io/scheme.'),
  ...rows(
    [
      'circuitBreaker.connections',
      'circuitBreaker.requestsPerConnection',
      'circuitBreaker.retries',
      'circuitBreaker.idleTimeout',
      'circuitBreaker.connectTimeout',
    ],
    no('its proxy limits no connections', 'Use `outlier` and `rateLimit`.'),
  ),
  'circuitBreaker.outlier': partial(
    'Service annotation mesh.traefik.io/circuit-breaker-expression: all requests to the Service are refused while more than half of them fail; counts and times do not carry over, and settings.circuitBreaker gives another expression',
  ),
  ...rows(
    ['circuitBreaker.outlier.gatewayErrors', 'circuitBreaker.outlier.share', 'circuitBreaker.outlier.minHealth'],
    no('the breaker is for the Service, not for its endpoints', 'Leave it out.'),
  ),
  ...rows(under('loadBalancing'), no('endpoints are taken in turn', 'Leave it out.')),
  'rateLimit.local': partial(
    'Service annotations mesh.traefik.io/ratelimit-average and -burst: whole requests a second, rounded up, and each address that calls has its own count',
  ),
  'rateLimit.global': no('each proxy counts for itself', 'Leave `scope: global` out.'),
  'rateLimit.burst': yes('Service annotation mesh.traefik.io/ratelimit-burst'),
  'rateLimit.status': no('refused requests are answered 429', 'Leave `status` out.'),
  'rateLimit.byHeader': no('requests are counted by address', 'Use `by: {client: true}`.'),
  'rateLimit.byClient': partial('each address is a client, since nobody has an identity'),
  ...rows(
    ['mtls.strict', 'mtls.permissive', 'mtls.disable'],
    no('there is no mutual TLS', 'Leave `mtls` out, or use a mesh with identities.'),
  ),
  'authorization.allow': partial(ACL),
  'authorization.deny': no('TrafficTargets only allow', 'Name the callers that may, instead of those that may not.'),
  'authorization.denyByDefault': partial(ACL),
  ...rows(
    ['authorization.methods', 'authorization.paths', 'authorization.headers', 'authorization.headers.regex'],
    yes('HTTPRouteGroup'),
  ),
  'authorization.hosts': no('HTTPRouteGroup matches path, method and headers', 'Leave `hosts` out.'),
  'authorization.ports': yes('TrafficTarget destination.port'),
  'authorization.namespace': no('sources are ServiceAccounts', 'Name the workloads of the namespace.'),
  'authorization.principal': yes('identities that name a ServiceAccount of a namespace'),
  'authorization.authenticated': no('sources are ServiceAccounts', 'Name the workloads that may call.'),
  'authorization.ipBlock': no('sources are ServiceAccounts', 'Use a NetworkPolicy under `resources`.'),
  'authorization.wide': partial(`${ACL}; one for each workload that the design has there`),
  ...rows(
    ['external.hosts', 'external.addresses'],
    no('only Services of the cluster are called through the mesh', 'Call the host by its own name: nothing stands in the way.'),
  ),
  ...rows(under('filter'), no('its proxies take no plugins', 'Use a mesh of Envoy proxies.')),
  'telemetry.metrics': no('metrics are a value of the chart', 'Say `install: {values: {metrics: {deploy: true}}}`.'),
  'telemetry.tracing': no('tracing is a value of the chart', 'Say `install: {values: {tracing: {deploy: true}}}`.'),
  'telemetry.accessLogs': no('its proxies keep no access logs', 'Log in the workload.'),
  'install.charts': yes(
    'chart traefik-mesh; its CRDs are of a version that Kubernetes dropped in 1.22, so they come from elsewhere',
  ),
}
