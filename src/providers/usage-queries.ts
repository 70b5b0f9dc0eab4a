import type { MetricQueries } from './contract.ts'

/** CPU and memory of the proxies of a workload, by cAdvisor's metrics of the container. */
export function proxyUsage(container: string): Pick<MetricQueries, 'proxyCpu' | 'proxyMemory'> {
  const labels = `namespace="$namespace",pod=~"$workload-.*",container="${container}"`
  return {
    proxyCpu: `sum(rate(container_cpu_usage_seconds_total{${labels}}[$window]))`,
    proxyMemory: `sum(container_memory_working_set_bytes{${labels}})`,
  }
}

/** CPU and memory of proxies that serve a whole node, in a namespace of the mesh. */
export function nodeProxyUsage(namespace: string, container: string): Pick<MetricQueries, 'proxyCpu' | 'proxyMemory'> {
  const labels = `namespace="${namespace}",container="${container}"`
  return {
    proxyCpu: `sum(rate(container_cpu_usage_seconds_total{${labels}}[$window]))`,
    proxyMemory: `sum(container_memory_working_set_bytes{${labels}})`,
  }
}

/** CPU and memory of the control plane; a regular expression may name several containers. */
export function controlPlaneUsage(
  namespace: string,
  container: string,
): Pick<MetricQueries, 'controlPlaneCpu' | 'controlPlaneMemory'> {
  const labels = `namespace="${namespace}",container=~"${container}"`
  return {
    controlPlaneCpu: `sum(rate(container_cpu_usage_seconds_total{${labels}}[$window]))`,
    controlPlaneMemory: `sum(container_memory_working_set_bytes{${labels}})`,
  }
}
