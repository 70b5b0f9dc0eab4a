import type { MeasuredOverhead } from '../../perf/check/run-perf-check.ts'
import {
  type ContainerSelector,
  containerSelector,
  usageBetweenSummaries,
  usageOfPodMetrics,
} from '../../perf/metrics/container-usage.ts'
import type { UsageQueries, UsageScope } from '../../perf/metrics/measure-overhead.ts'
import type { PlaneUse } from '../../perf/thresholds/metric.ts'
import type { JsonObject } from '../../plan/json.ts'
import { isJsonObject } from '../../plan/json.ts'
import type { Target } from '../../targets/contract.ts'

/** Reads the use of both planes from a cluster without Prometheus. */
export interface ClusterOverhead {
  readonly prepare: () => Promise<void>
  readonly measure: () => Promise<MeasuredOverhead>
}

/** metrics-server keeps one sample a pod, fifteen seconds to a minute long. */
const POD_METRICS = { apiVersion: 'metrics.k8s.io/v1beta1', kind: 'PodMetrics' } as const

/**
 * Asks metrics-server, or where the cluster has none the kubelets before and after the load. What could not be measured is said by
 * `warn`.
 */
export async function clusterOverhead(
  target: Target,
  source: 'metrics-server' | 'kubelet' | undefined,
  queries: UsageQueries,
  scope: UsageScope,
  signal: AbortSignal,
  warn: (text: string) => void,
): Promise<ClusterOverhead> {
  const served = await target.served(signal)
  const hasServer = served.ok && served.value.find('metrics.k8s.io', 'PodMetrics') !== undefined
  const planes = {
    dataplane: containerSelector(queries.proxyCpu, scope),
    controlplane: containerSelector(queries.controlPlaneCpu, scope),
  }
  if (source === 'metrics-server' || (source === undefined && hasServer)) {
    return { prepare: async () => undefined, measure: () => byMetricsServer(target, planes, signal, warn) }
  }
  let before: readonly JsonObject[] = []
  return {
    prepare: async () => {
      before = await summaries(target, signal, warn)
    },
    measure: async () => {
      const after = await summaries(target, signal, () => undefined)
      return overheadOf(planes, async (selector) => usageBetweenSummaries(before, after, selector), warn)
    },
  }
}

type Planes = { readonly dataplane: ContainerSelector | undefined; readonly controlplane: ContainerSelector | undefined }

async function byMetricsServer(
  target: Target,
  planes: Planes,
  signal: AbortSignal,
  warn: (text: string) => void,
): Promise<MeasuredOverhead> {
  return overheadOf(
    planes,
    async (selector) => {
      const listed = await target.list({ ...POD_METRICS, namespace: selector.namespace }, signal)
      if (listed.ok) return usageOfPodMetrics(listed.value, selector)
      warn(`metrics-server: ${listed.error.message}`)
      return undefined
    },
    warn,
  )
}

async function overheadOf(
  planes: Planes,
  use: (selector: ContainerSelector) => Promise<PlaneUse | undefined>,
  warn: (text: string) => void,
): Promise<MeasuredOverhead> {
  const measured: { -readonly [Plane in keyof Planes]?: PlaneUse } = {}
  for (const plane of ['dataplane', 'controlplane'] as const) {
    const selector = planes[plane]
    if (selector === undefined) continue
    const found = await use(selector)
    if (found === undefined)
      warn(`no use of the ${plane} was found: no container ${selector.container.source} in ${selector.namespace}`)
    else measured[plane] = found
  }
  return measured
}

async function summaries(target: Target, signal: AbortSignal, warn: (text: string) => void): Promise<readonly JsonObject[]> {
  if (target.nodeSummary === undefined) {
    warn(`${target.cluster} has no kubelets to ask`)
    return []
  }
  const nodes = await target.list({ apiVersion: 'v1', kind: 'Node' }, signal)
  if (!nodes.ok) {
    warn(`nodes: ${nodes.error.message}`)
    return []
  }
  const names = nodes.value.flatMap((node) =>
    isJsonObject(node.metadata) && typeof node.metadata.name === 'string' ? [node.metadata.name] : [],
  )
  const read = await Promise.all(names.map(async (name) => ({ name, answer: await target.nodeSummary?.(name, signal) })))
  return read.flatMap(({ name, answer }) => {
    if (answer?.ok === true) return [answer.value]
    warn(`kubelet of ${name}: ${answer?.error.message ?? 'can not be asked'}`)
    return []
  })
}
