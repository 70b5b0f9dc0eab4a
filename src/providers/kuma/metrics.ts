import type { MetricQueries } from '../contract.ts'
import { controlPlaneUsage, proxyUsage } from '../usage-queries.ts'
import type { KumaFlavor } from './api.ts'

const LABELS = 'envoy_cluster_name=~"localhost_.*|self_inbound.*",kuma_io_service=~"$workload(-.*)?_$namespace_svc.*"'

/** Envoy's metrics as a MeshMetric exposes them, of the inbound clusters of the called workload. */
export function kumaMetrics({ namespace }: KumaFlavor): MetricQueries {
  return {
    requestRate: `sum(rate(envoy_cluster_upstream_rq_total{${LABELS}}[$window]))`,
    errorRate: `sum(rate(envoy_cluster_upstream_rq_xx{${LABELS},envoy_response_code_class="5"}[$window])) / sum(rate(envoy_cluster_upstream_rq_total{${LABELS}}[$window]))`,
    latency: `histogram_quantile(0.99, sum by (le) (rate(envoy_cluster_upstream_rq_time_bucket{${LABELS}}[$window])))`,
    ...proxyUsage('kuma-sidecar'),
    ...controlPlaneUsage(namespace, 'control-plane'),
  }
}
