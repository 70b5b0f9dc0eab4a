import type { MetricQueries } from '../contract.ts'
import { controlPlaneUsage, proxyUsage } from '../usage-queries.ts'

const LABELS = 'direction="inbound",deployment=~"$workload(-.*)?",namespace="$namespace"'

/** Linkerd's proxy metrics (linkerd.io/2-edge/reference/proxy-metrics), as the proxies of the called workload report them. */
export const LINKERD_METRICS: MetricQueries = {
  requestRate: `sum(rate(response_total{${LABELS}}[$window]))`,
  errorRate: `sum(rate(response_total{${LABELS},classification="failure"}[$window])) / sum(rate(response_total{${LABELS}}[$window]))`,
  latency: `histogram_quantile(0.99, sum by (le) (rate(response_latency_ms_bucket{${LABELS}}[$window])))`,
  ...proxyUsage('linkerd-proxy'),
  ...controlPlaneUsage('linkerd', 'destination|identity|proxy-injector|policy|sp-validator'),
}
