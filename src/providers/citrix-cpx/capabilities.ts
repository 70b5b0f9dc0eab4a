import { type CapabilityTable, no, partial, rows, under, yes } from '../features.ts'
import { ISTIO_CAPABILITIES } from '../istio/capabilities.ts'

const UNLISTED = 'not among the fields that the xDS adaptor carries out'
const ENVOY = 'Use Istio with its own sidecars (`provider: istio`).'

/** What NetScaler CPX carries out of Istio's resources (netscaler-xds-adaptor, docs/istio-integration/features.md). */
export const CITRIX_CAPABILITIES: CapabilityTable = {
  ...ISTIO_CAPABILITIES,
  'onboarding.namespace': yes('Namespace label cpx-injection: enabled, and no istio-injection'),
  'onboarding.workload': no(
    'the injector takes whole namespaces',
    'Use `onboard: namespace`, and `onboard: off` for the others.',
  ),
  'onboarding.off': yes('pod label citrix.com/no.sidecar: "true"'),
  'onboarding.revision': no('the injector asks one control plane', 'Leave `revision` out.'),
  ...rows(
    ['traffic.match.query', 'traffic.match.from', 'traffic.match.absent'],
    no(UNLISTED, 'Match on path, method or headers.'),
  ),
  'traffic.timeout': no(UNLISTED, 'Set the timeout in the client.'),
  ...rows(under('traffic.retries'), no(UNLISTED, 'Retry in the client.')),
  'traffic.fault.delay': no(UNLISTED, 'Use an abort.'),
  'traffic.mirror.percent': no(UNLISTED, 'Mirror all requests, or those of a narrower match.'),
  ...rows(['traffic.headers', 'traffic.cors'], no(UNLISTED, ENVOY)),
  'circuitBreaker.connections': partial('connections and requests in flight; waiting requests are not limited'),
  ...rows(
    ['circuitBreaker.retries', 'circuitBreaker.idleTimeout', 'circuitBreaker.connectTimeout'],
    no(UNLISTED, 'Leave it out.'),
  ),
  ...rows(under('circuitBreaker.outlier'), no(UNLISTED, 'Use a readiness probe.')),
  ...rows(['loadBalancing.failover', 'loadBalancing.warmup'], no(UNLISTED, ENVOY)),
  ...rows(under('rateLimit'), no('there is no Envoy to filter in', ENVOY)),
  'mtls.strict': yes('PeerAuthentication STRICT, DestinationRule ISTIO_MUTUAL'),
  ...rows(['mtls.permissive', 'mtls.disable'], no('of the modes only STRICT is carried out', 'Use strict, or leave `mtls` out.')),
  ...rows(
    under('authorization'),
    no('AuthorizationPolicy is not carried out', 'Use a NetworkPolicy under `resources`, or Istio with its own sidecars.'),
  ),
  'gateway.eastWest': no(UNLISTED, ENVOY),
  'external.addresses': no('of the resolutions of a ServiceEntry only DNS is carried out', 'Leave `addresses` out.'),
  ...rows(under('filter'), no('there is no Envoy to filter in', ENVOY)),
  ...rows(
    ['telemetry.metrics', 'telemetry.tracing', 'telemetry.accessLogs'],
    no('Telemetry is not carried out', 'Set up the observability exporter with the chart.'),
  ),
  'install.charts': partial(
    'chart citrix-cpx-istio-sidecar-injector beside an Istio that is there; its licence is accepted by `values: {cpxProxy: {EULA: "YES"}}`',
  ),
}
