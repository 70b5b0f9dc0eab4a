import type { JsonObject } from '../../plan/json.ts'
import { numberField, objectField, objectsField, textField } from '../formats/json-fields.ts'
import type { PlaneUse } from '../thresholds/metric.ts'
import { fillQuery, type UsageScope } from './measure-overhead.ts'

/** Which containers a usage query of a mesh is about. */
export interface ContainerSelector {
  readonly namespace: string
  readonly pod: RegExp
  readonly container: RegExp
}

/**
 * The containers that a provider's query for processor use means, from its label matchers: so one table serves Prometheus and the
 * APIs that know nothing of PromQL. Undefined for a query without a namespace and container.
 */
export function containerSelector(query: string, scope: UsageScope): ContainerSelector | undefined {
  const filled = fillQuery(query, scope, 60)
  const matcher = (label: string): string | undefined => {
    const found = new RegExp(`[{,]\\s*${label}(=~|=)"([^"]*)"`).exec(filled)
    if (found === null) return undefined
    const [, operator, value = ''] = found
    return operator === '=' ? value.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&') : value
  }
  const namespace = /[{,]\s*namespace="([^"]*)"/.exec(filled)?.[1]
  const container = matcher('container')
  if (namespace === undefined || container === undefined) return undefined
  return { namespace, pod: new RegExp(`^(?:${matcher('pod') ?? '.*'})$`), container: new RegExp(`^(?:${container})$`) }
}

const CPU_UNITS: Readonly<Record<string, number>> = { n: 1e-9, u: 1e-6, m: 1e-3, '': 1 }
const MEMORY_UNITS: Readonly<Record<string, number>> = {
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  Ki: 1024,
  Mi: 1024 ** 2,
  Gi: 1024 ** 3,
  m: 1e-3,
}

function quantity(text: string, units: Readonly<Record<string, number>>): number {
  const [, amount = '0', unit = ''] = /^([\d.]+)([a-zA-Z]*)$/.exec(text) ?? []
  return Number(amount) * (units[unit] ?? 0)
}

/** The use of these containers in metrics-server's PodMetrics (metrics.k8s.io/v1beta1), summed; undefined when none is among them. */
export function usageOfPodMetrics(pods: readonly JsonObject[], selector: ContainerSelector): PlaneUse | undefined {
  let cpu = 0
  let memory = 0
  let found = false
  for (const pod of pods) {
    if (!selector.pod.test(textField(objectField(pod, 'metadata'), 'name') ?? '')) continue
    for (const container of objectsField(pod, 'containers')) {
      if (!selector.container.test(textField(container, 'name') ?? '')) continue
      const usage = objectField(container, 'usage')
      cpu += quantity(textField(usage, 'cpu') ?? '0', CPU_UNITS)
      memory += quantity(textField(usage, 'memory') ?? '0', MEMORY_UNITS)
      found = true
    }
  }
  return found ? { cpu, memory } : undefined
}

/** Counters of one container at one time, by the kubelet. */
interface Reading {
  /** Milliseconds since the epoch. */
  readonly time: number
  readonly cpuSeconds: number
  readonly memory: number
}

function readings(summaries: readonly JsonObject[], selector: ContainerSelector): Map<string, Reading> {
  const found = new Map<string, Reading>()
  for (const summary of summaries) {
    for (const pod of objectsField(summary, 'pods')) {
      const reference = objectField(pod, 'podRef')
      const name = textField(reference, 'name') ?? ''
      if (textField(reference, 'namespace') !== selector.namespace || !selector.pod.test(name)) continue
      for (const container of objectsField(pod, 'containers')) {
        const containerName = textField(container, 'name') ?? ''
        const cpu = objectField(container, 'cpu')
        const counter = numberField(cpu, 'usageCoreNanoSeconds')
        const time = Date.parse(textField(cpu, 'time') ?? '')
        if (!selector.container.test(containerName) || counter === undefined || Number.isNaN(time)) continue
        const memory = numberField(objectField(container, 'memory'), 'workingSetBytes') ?? 0
        found.set(`${name}/${containerName}`, { time, cpuSeconds: counter / 1e9, memory })
      }
    }
  }
  return found
}

/**
 * The use of these containers between two readings of the kubelets' summaries: the rise of their processor counters over the time
 * between, and the working set at the end. Undefined when no container is in both.
 */
export function usageBetweenSummaries(
  before: readonly JsonObject[],
  after: readonly JsonObject[],
  selector: ContainerSelector,
): PlaneUse | undefined {
  const first = readings(before, selector)
  let cpu = 0
  let memory = 0
  let found = false
  for (const [name, last] of readings(after, selector)) {
    const start = first.get(name)
    if (start === undefined || last.time <= start.time) continue
    cpu += Math.max(0, last.cpuSeconds - start.cpuSeconds) / ((last.time - start.time) / 1000)
    memory += last.memory
    found = true
  }
  return found ? { cpu, memory } : undefined
}
