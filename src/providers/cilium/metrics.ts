import type { MetricQueries } from '../contract.ts'
import { controlPlaneUsage, nodeProxyUsage } from '../usage-queries.ts'

const LABELS = 'destination_workload=~"$workload(-.*)?",destination_namespace="$namespace",reporter="server"'

/**
 * Hubble's HTTP metrics, of requests that pass Envoy; needs metric `httpV2` with labelsContext destination_namespace and
 * destination_workload.
 */
export const CILIUM_METRICS: MetricQueries = {
  requestRate: `sum(rate(hubble_http_requests_total{${LABELS}}[$window]))`,
  errorRate: `sum(rate(hubble_http_requests_total{${LABELS},status=~"5.."}[$window])) / sum(rate(hubble_http_requests_total{${LABELS}}[$window]))`,
  latency: `1000 * histogram_quantile(0.99, sum by (le) (rate(hubble_http_request_duration_seconds_bucket{${LABELS}}[$window])))`,
  ...nodeProxyUsage('kube-system', 'cilium-envoy'),
  ...controlPlaneUsage('kube-system', 'cilium-agent|cilium-operator'),
}
