import type { MetricQueries } from '../contract.ts'
import { controlPlaneUsage, proxyUsage } from '../usage-queries.ts'

const LABELS = 'reporter="destination",destination_workload=~"$workload(-.*)?",destination_workload_namespace="$namespace"'

/** Istio's standard metrics (istio.io/docs/reference/config/metrics), as the proxies of the called workload report them. */
export const SIDECAR_METRICS: MetricQueries = {
  requestRate: `sum(rate(istio_requests_total{${LABELS}}[$window]))`,
  errorRate: `sum(rate(istio_requests_total{${LABELS},response_code=~"5.."}[$window])) / sum(rate(istio_requests_total{${LABELS}}[$window]))`,
  latency: `histogram_quantile(0.99, sum by (le) (rate(istio_request_duration_milliseconds_bucket{${LABELS}}[$window])))`,
  ...proxyUsage('istio-proxy'),
  ...controlPlaneUsage('istio-system', 'discovery'),
}
