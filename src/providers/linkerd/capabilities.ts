import { type CapabilityTable, no, partial, rows, under, yes } from '../features.ts'
import { BY_ELEMENT } from '../gateway-api/path-prefix.ts'

const BALANCER = 'its balancer weighs endpoints by their latency (EWMA) and takes no other order'

/** What Linkerd can do (checked against 2.20; linkerd.io/2-edge/reference). */
export const LINKERD_CAPABILITIES: CapabilityTable = {
  'onboarding.namespace': yes('Namespace annotation linkerd.io/inject: enabled'),
  'onboarding.workload': yes('pod annotation linkerd.io/inject: enabled'),
  'onboarding.off': yes('pod annotation linkerd.io/inject: disabled'),
  'onboarding.revision': no('there is one control plane, upgraded in place', 'Leave `revision` out.'),
  'traffic.split': yes('HTTPRoute backendRefs[].weight on the Service; a Service for each version', '2.12'),
  'traffic.otherWorkloads': yes('HTTPRoute backendRefs[]', '2.12'),
  'traffic.hosts': no(
    'a route belongs to the Service it is attached to',
    'Write a policy for the workload that the host stands for.',
  ),
  ...rows(
    ['traffic.gateways', 'gateway.ingress', 'gateway.tls', 'gateway.tls.mutual'],
    no(
      'Linkerd has no gateways of its own',
      'Take an ingress controller into the mesh: `linkerd.io/inject: ingress` on its pods.',
    ),
  ),
  ...rows(
    [
      'traffic.match.path',
      'traffic.match.headers',
      'traffic.match.query',
      'traffic.match.method',
      'traffic.match.port',
      'traffic.match.regex',
    ],
    yes('HTTPRoute rules[].matches', '2.12'),
  ),
  'traffic.match.pathPrefix': partial(BY_ELEMENT, '2.12'),
  'traffic.match.from': no(
    'HTTPRoute matches no request by its source',
    'Match on a header that the caller sets, or put the route into the namespace of the caller by hand (consumer route).',
  ),
  'traffic.match.prefix': yes('as a regular expression', '2.12'),
  'traffic.match.absent': no('HTTPRoute has no match for what is absent', 'Put a route that matches its presence before it.'),
  'traffic.timeout': yes('annotation timeout.linkerd.io/request on the route', '2.16'),
  ...rows(
    ['traffic.retries', 'traffic.retries.status'],
    yes(
      'annotations retry.linkerd.io/http and limit on the route; not for bodies above 64 KiB, nor beside a ServiceProfile',
      '2.16',
    ),
  ),
  'traffic.retries.perTry': yes('annotation retry.linkerd.io/timeout', '2.16'),
  'traffic.retries.backoff': no('tries follow each other at once', 'Leave `backoff` out.'),
  'traffic.retries.backoff.maximum': no('tries follow each other at once', 'Leave `backoff` out.'),
  'traffic.retries.connection': no(
    'retries are by status; a connection that fails is tried anew by the balancer, elsewhere',
    'Use 5xx, gateway-error or statuses.',
  ),
  ...rows(
    ['traffic.fault.delay', 'traffic.fault.abort'],
    no(
      'the proxy injects no faults',
      'Route a share of the requests to a workload that fails: `to: {v1: 90, workloads.broken: 10}`.',
    ),
  ),
  ...rows(
    ['traffic.mirror', 'traffic.mirror.percent'],
    no(
      'RequestMirror filter is not supported, and a route that has one is ignored',
      'Copy requests in the application, or use another mesh.',
    ),
  ),
  'traffic.rewrite': no(
    'URLRewrite filter is not supported, and a route that has one is ignored',
    'Rewrite in the ingress controller.',
  ),
  'traffic.redirect': yes('HTTPRoute filter RequestRedirect', '2.12'),
  'traffic.headers': yes('HTTPRoute header modifier filters', '2.12'),
  'traffic.cors': no(
    'the CORS filter is newer than what Linkerd reads, and a route that has one is ignored',
    'Answer preflights in the application.',
  ),
  'traffic.tcp': yes('TCPRoute, of the experimental channel of the Gateway API before bundle 1.6', '2.17'),
  'traffic.tls': no('mutual TLS between meshed pods is automatic', 'Leave it out.'),
  ...rows(
    [
      'circuitBreaker.connections',
      'circuitBreaker.requestsPerConnection',
      'circuitBreaker.retries',
      'circuitBreaker.idleTimeout',
      'circuitBreaker.connectTimeout',
    ],
    no('the proxy limits no connections', 'Use `outlier` and `rateLimit`.'),
  ),
  'circuitBreaker.outlier': partial(
    'annotations balancer.linkerd.io/failure-accrual on the Service: consecutive errors and the shortest time out; there is no sweep interval',
    '2.13',
  ),
  'circuitBreaker.outlier.gatewayErrors': no('every 5xx counts', 'Use `consecutiveErrors`.'),
  ...rows(
    ['circuitBreaker.outlier.share', 'circuitBreaker.outlier.minHealth'],
    no('each endpoint is judged alone', 'Leave it out.'),
  ),
  ...rows(['loadBalancing.policy', 'loadBalancing.hash', 'loadBalancing.warmup'], no(BALANCER, 'Leave it out.')),
  'loadBalancing.failover': no(
    BALANCER,
    'Join the clusters with a federated Service: label mirror.linkerd.io/federated: member, of linkerd-multicluster.',
  ),
  'rateLimit.local': partial(
    'HTTPLocalRateLimitPolicy on a Server: whole requests a second, so rates per minute or hour are rounded up',
    '2.17',
  ),
  'rateLimit.global': no('each proxy counts for itself', 'Leave `scope: global` out.'),
  'rateLimit.burst': no('HTTPLocalRateLimitPolicy has a rate only', 'Raise `requests`.'),
  'rateLimit.status': no('refused requests are answered 429', 'Leave `status` out.'),
  'rateLimit.byHeader': no('requests are counted by client identity or together', 'Use `by: {client: true}`.'),
  'rateLimit.byClient': yes('HTTPLocalRateLimitPolicy identity.requestsPerSecond', '2.17'),
  'mtls.strict': yes('annotation config.linkerd.io/default-inbound-policy: all-authenticated; mutual TLS itself is automatic'),
  'mtls.permissive': yes('annotation config.linkerd.io/default-inbound-policy: all-unauthenticated'),
  'mtls.disable': no('mutual TLS between meshed pods is always on', 'Keep single workloads out with `onboard: off`.'),
  'authorization.allow': yes('Server, AuthorizationPolicy and MeshTLSAuthentication', '2.12'),
  'authorization.deny': no(
    'policies allow, and whoever none names is denied',
    'Allow the callers that may, one by one or by namespace.',
  ),
  'authorization.denyByDefault': yes('Server accessPolicy: deny', '2.12'),
  ...rows(
    [
      'authorization.methods',
      'authorization.paths',
      'authorization.headers',
      'authorization.headers.regex',
      'authorization.hosts',
    ],
    yes(
      'AuthorizationPolicy on an HTTPRoute of the Server; the probes of pods are let in, other health checks need a rule',
      '2.12',
    ),
  ),
  'authorization.ports': yes('a Server for each port', '2.12'),
  'authorization.namespace': yes('MeshTLSAuthentication identityRefs of kind Namespace', '2.12'),
  'authorization.principal': yes('MeshTLSAuthentication identities', '2.12'),
  'authorization.authenticated': yes('MeshTLSAuthentication identities: ["*"]', '2.12'),
  'authorization.ipBlock': yes('NetworkAuthentication', '2.12'),
  'authorization.wide': partial(
    'AuthorizationPolicy on the Namespace, and a Server for each port of the workloads in this design; other pods there keep the default inbound policy',
    '2.12',
  ),
  'gateway.egress': no(
    'egress traffic leaves from each proxy',
    'Leave `via` out: EgressNetwork and routes say what may be called.',
  ),
  'gateway.eastWest': no(
    'the gateway between clusters comes with the linkerd-multicluster extension',
    'Install its chart and its Links.',
  ),
  'external.hosts': yes('EgressNetwork, with an HTTPRoute or TLSRoute for the hosts', '2.17'),
  'external.addresses': yes('EgressNetwork networks', '2.17'),
  ...rows(
    under('filter'),
    no('the proxy has no plugins', 'Put the filter into an ingress controller, or use a mesh of Envoy proxies.'),
  ),
  'telemetry.metrics': partial('proxies always measure; it cannot be switched off'),
  'telemetry.tracing': no(
    'tracing is a value of the control plane',
    'Say `install: {values: {proxy: {tracing: {enabled: true}}}}`.',
  ),
  'telemetry.accessLogs': yes('Namespace annotation config.linkerd.io/access-log: json', '2.12'),
  'install.charts': yes('charts linkerd-crds and linkerd-control-plane; needs your trust anchor and issuer'),
}
