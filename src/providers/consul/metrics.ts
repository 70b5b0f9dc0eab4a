import type { MetricQueries } from '../contract.ts'
import { controlPlaneUsage, proxyUsage } from '../usage-queries.ts'

const CALLERS = 'consul_destination_service="$workload"'
const LATENCY = `envoy_cluster_upstream_rq_time_bucket{${CALLERS}}`

/** Envoy's metrics of the callers' proxies, with Consul's stat tags; they have no Kubernetes namespace. */
export const ENVOY_METRICS: Pick<MetricQueries, 'requestRate' | 'errorRate' | 'latency'> = {
  requestRate: `sum(rate(envoy_cluster_upstream_rq_total{${CALLERS}}[$window]))`,
  errorRate: `sum(rate(envoy_cluster_upstream_rq_xx{${CALLERS},envoy_response_code_class="5"}[$window])) / sum(rate(envoy_cluster_upstream_rq_total{${CALLERS}}[$window]))`,
  latency: `histogram_quantile(0.99, sum by (le) (rate(${LATENCY}[$window])))`,
}

/** Metrics of Consul on Kubernetes. */
export const CONSUL_METRICS: MetricQueries = {
  ...ENVOY_METRICS,
  ...proxyUsage('consul-dataplane'),
  ...controlPlaneUsage('consul', 'consul|sidecar-injector'),
}
