import type { MetricQueries } from '../contract.ts'

/** The Gateway API measures nothing; its implementation does, each in its own way. */
export const NO_METRICS: MetricQueries = {
  requestRate: '',
  errorRate: '',
  latency: '',
  proxyCpu: '',
  proxyMemory: '',
  controlPlaneCpu: '',
  controlPlaneMemory: '',
}
