import { isJsonObject, type JsonObject, type JsonValue } from '../../../plan/json.ts'
import type { VersionConversion } from '../../resource-type.ts'
import { decodeObject } from '../decode-object.ts'
import { internalValue } from '../internal-value.ts'
import { ensureTree, numberAt, objectAt, objectsAt, type Tree, type TreeValue, textAt } from '../json-tree.ts'

/** Annotations in which `autoscaling/v1` carries what it has no fields for. */
const metricsAnnotation = 'autoscaling.alpha.kubernetes.io/metrics'
const currentMetricsAnnotation = 'autoscaling.alpha.kubernetes.io/current-metrics'
const conditionsAnnotation = 'autoscaling.alpha.kubernetes.io/conditions'
const behaviorAnnotation = 'autoscaling.alpha.kubernetes.io/behavior'
const carried: ReadonlySet<string> = new Set([
  metricsAnnotation,
  currentMetricsAnnotation,
  conditionsAnnotation,
  behaviorAnnotation,
])

const usualUtilization = 80

/** A field of a metric in the annotations, where version 2 has it, and whether it is written without a value, too. */
type MetricField = readonly [flat: string, path: readonly [string] | readonly [string, string], zero?: '0']

/** Fields of each source of metrics: what is wanted, under `target`, and what is measured, under `current`. */
const wanted: { readonly [source: string]: readonly MetricField[] } = {
  object: [
    ['target', ['describedObject']],
    ['metricName', ['metric', 'name']],
    ['targetValue', ['target', 'value'], '0'],
    ['selector', ['metric', 'selector']],
    ['averageValue', ['target', 'averageValue']],
  ],
  pods: [
    ['metricName', ['metric', 'name']],
    ['targetAverageValue', ['target', 'averageValue'], '0'],
    ['selector', ['metric', 'selector']],
  ],
  resource: [
    ['name', ['name']],
    ['targetAverageUtilization', ['target', 'averageUtilization']],
    ['targetAverageValue', ['target', 'averageValue']],
  ],
  containerResource: [
    ['name', ['name']],
    ['targetAverageUtilization', ['target', 'averageUtilization']],
    ['targetAverageValue', ['target', 'averageValue']],
    ['container', ['container']],
  ],
  external: [
    ['metricName', ['metric', 'name']],
    ['metricSelector', ['metric', 'selector']],
    ['targetValue', ['target', 'value']],
    ['targetAverageValue', ['target', 'averageValue']],
  ],
}
const measured: { readonly [source: string]: readonly MetricField[] } = {
  object: [
    ['target', ['describedObject']],
    ['metricName', ['metric', 'name']],
    ['currentValue', ['current', 'value'], '0'],
    ['selector', ['metric', 'selector']],
    ['averageValue', ['current', 'averageValue']],
  ],
  pods: [
    ['metricName', ['metric', 'name']],
    ['currentAverageValue', ['current', 'averageValue'], '0'],
    ['selector', ['metric', 'selector']],
  ],
  resource: [
    ['name', ['name']],
    ['currentAverageUtilization', ['current', 'averageUtilization']],
    ['currentAverageValue', ['current', 'averageValue'], '0'],
  ],
  containerResource: [
    ['name', ['name']],
    ['currentAverageUtilization', ['current', 'averageUtilization']],
    ['currentAverageValue', ['current', 'averageValue'], '0'],
    ['container', ['container']],
  ],
  external: [
    ['metricName', ['metric', 'name']],
    ['metricSelector', ['metric', 'selector']],
    ['currentValue', ['current', 'value'], '0'],
    ['currentAverageValue', ['current', 'averageValue']],
  ],
}

function valueAt(object: JsonObject, [first, second]: MetricField[1]): JsonValue | undefined {
  return second === undefined ? object[first] : objectAt(object, first)?.[second]
}

function flatMetric(metric: JsonObject, table: typeof wanted): JsonObject {
  const out: { [name: string]: JsonValue } = { type: metric.type ?? '' }
  for (const [source, fields] of Object.entries(table)) {
    const given = objectAt(metric, source)
    if (given === undefined) continue
    const flat: { [name: string]: JsonValue } = {}
    for (const [name, path, zero] of fields) {
      const value = valueAt(given, path) ?? zero
      if (value !== undefined) flat[name] = value
    }
    out[source] = flat
  }
  return out
}

/** The type of a target, which the annotations leave to be seen from its values. */
function targetType(source: string, target: JsonObject): string {
  if (target.averageUtilization !== undefined) return 'Utilization'
  if (source === 'object') return target.averageValue === undefined ? 'Value' : 'AverageValue'
  return source === 'external' && target.value !== undefined ? 'Value' : 'AverageValue'
}

function deepMetric(metric: JsonObject, table: typeof wanted): JsonObject {
  const out: { [name: string]: JsonValue } = { type: metric.type ?? '' }
  for (const [source, fields] of Object.entries(table)) {
    const flat = objectAt(metric, source)
    if (flat === undefined) continue
    const deep: { [name: string]: JsonValue } = {}
    for (const [name, [first, second], zero] of fields) {
      const value = flat[name]
      // What was only written because it always is says nothing where there is another value.
      if (value === undefined || (value === zero && flat.averageValue !== undefined)) continue
      deep[first] = second === undefined ? value : { ...objectAt(deep, first), [second]: value }
    }
    if (table === wanted) {
      const target = objectAt(deep, 'target') ?? {}
      deep.target = { type: targetType(source, target), ...target }
    }
    out[source] = deep
  }
  return out
}

function isCpu(metric: JsonObject): boolean {
  return metric.type === 'Resource' && textAt(objectAt(metric, 'resource'), 'name') === 'cpu'
}

function cpuTarget(metric: JsonObject): number | undefined {
  return isCpu(metric) ? numberAt(objectAt(objectAt(metric, 'resource'), 'target'), 'averageUtilization') : undefined
}

function cpuMetric(averageUtilization: number): JsonObject {
  return { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization } } }
}

/** The metadata with these of the carrying annotations and no others. */
function withCarried(metadata: JsonObject, annotations: { readonly [name: string]: JsonValue }): JsonObject {
  const own = objectAt(metadata, 'annotations')
  const kept = Object.entries(own ?? {}).filter(([name]) => !carried.has(name))
  const all = [...kept, ...Object.entries(annotations)].sort(([left], [right]) => (left < right ? -1 : 1))
  const { annotations: _before, ...rest } = metadata
  return all.length === 0 ? rest : { ...rest, annotations: Object.fromEntries(all) }
}

/** Reads an object as a model, its metadata being read already. */
function asModel(model: string, apiVersion: string, object: JsonObject): JsonObject {
  const { object: tree } = decodeObject(model, { ...object, metadata: {} })
  const { kind: _kind, apiVersion: _apiVersion, metadata: _metadata, ...rest } = tree
  return { kind: 'HorizontalPodAutoscaler', apiVersion, metadata: object.metadata ?? {}, ...rest }
}

function toVersion1(autoscaler: JsonObject): JsonObject {
  const spec = objectAt(autoscaler, 'spec') ?? {}
  const status = objectAt(autoscaler, 'status') ?? {}
  const metrics = objectsAt(spec, 'metrics')
  const others = metrics.filter((metric) => cpuTarget(metric) === undefined)
  const current = objectsAt(status, 'currentMetrics')
  const conditions = objectsAt(status, 'conditions')
  const behavior = objectAt(spec, 'behavior')
  const annotations: { [name: string]: JsonValue } = {}
  if (others.length > 0) annotations[metricsAnnotation] = JSON.stringify(others.map((metric) => flatMetric(metric, wanted)))
  if (current.length > 0) {
    annotations[currentMetricsAnnotation] = JSON.stringify(current.map((metric) => flatMetric(metric, measured)))
  }
  if (behavior !== undefined) {
    // The only one that is written in the names of the server's own types.
    annotations[behaviorAnnotation] = JSON.stringify(internalValue('HorizontalPodAutoscalerBehavior', behavior))
  }
  if (conditions.length > 0) annotations[conditionsAnnotation] = JSON.stringify(conditions)
  const first = metrics.find(isCpu)
  const utilization = first === undefined ? undefined : cpuTarget(first)
  const measuredCpu = current.filter(isCpu).at(-1)
  const currentUtilization = numberAt(objectAt(objectAt(measuredCpu, 'resource'), 'current'), 'averageUtilization')
  return asModel('V1HorizontalPodAutoscaler', 'autoscaling/v1', {
    metadata: withCarried(objectAt(autoscaler, 'metadata') ?? {}, annotations),
    spec: { ...spec, ...(utilization === undefined ? {} : { targetCPUUtilizationPercentage: utilization }) },
    status: { ...status, ...(currentUtilization === undefined ? {} : { currentCPUUtilizationPercentage: currentUtilization }) },
  })
}

function readList(annotations: JsonObject, name: string): readonly JsonObject[] | undefined {
  const text = annotations[name]
  if (typeof text !== 'string') return undefined
  try {
    const value: unknown = JSON.parse(text)
    return Array.isArray(value) ? value.filter(isJsonObject) : undefined
  } catch {
    // As the server does: what can't be read is passed over.
    return undefined
  }
}

/** A value with the names of its fields as version 2 writes them. */
function lowerNames(value: JsonValue): TreeValue {
  if (Array.isArray(value)) return value.map(lowerNames)
  if (!isJsonObject(value)) return value as TreeValue
  const out: Tree = {}
  for (const [name, inner] of Object.entries(value)) {
    if (inner !== null) out[`${name.slice(0, 1).toLowerCase()}${name.slice(1)}`] = lowerNames(inner)
  }
  return out
}

function readBehavior(annotations: JsonObject): JsonObject | undefined {
  const text = annotations[behaviorAnnotation]
  if (typeof text !== 'string') return undefined
  try {
    const value = lowerNames(JSON.parse(text) as JsonValue)
    return isJsonObject(value) && Object.keys(value).length > 0 ? value : undefined
  } catch {
    return undefined
  }
}

function toVersion2(autoscaler: JsonObject): JsonObject {
  const metadata = objectAt(autoscaler, 'metadata') ?? {}
  const annotations = objectAt(metadata, 'annotations') ?? {}
  const spec = objectAt(autoscaler, 'spec') ?? {}
  const status = objectAt(autoscaler, 'status') ?? {}
  const utilization = numberAt(spec, 'targetCPUUtilizationPercentage')
  const others = readList(annotations, metricsAnnotation) ?? []
  const given = [
    ...others.map((metric) => deepMetric(metric, wanted)),
    ...(utilization === undefined ? [] : [cpuMetric(utilization)]),
  ]
  const measuredCpu = numberAt(status, 'currentCPUUtilizationPercentage')
  const fromField =
    measuredCpu === undefined
      ? undefined
      : [{ type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: measuredCpu } } }]
  const current =
    readList(annotations, currentMetricsAnnotation)?.map((metric) => deepMetric(metric, measured)) ?? fromField ?? null
  const behavior = readBehavior(annotations)
  const conditions = readList(annotations, conditionsAnnotation)
  return asModel('HorizontalPodAutoscaler', 'autoscaling/v2', {
    metadata: withCarried(metadata, {}),
    spec: {
      ...spec,
      metrics: given.length === 0 ? [cpuMetric(usualUtilization)] : given,
      ...(behavior === undefined ? {} : { behavior }),
    },
    status: { ...status, currentMetrics: current, ...(conditions === undefined ? {} : { conditions }) },
  })
}

/** What a version 1 that says nothing is taken to want: the converted object has the usual target, so its writer owns it. */
export function defaultVersion1(autoscaler: Tree): void {
  const spec = ensureTree(autoscaler, 'spec')
  spec.minReplicas ??= 1
  const carriedMetrics = readList(objectAt(objectAt(autoscaler, 'metadata'), 'annotations') ?? {}, metricsAnnotation) ?? []
  if (carriedMetrics.length === 0) spec.targetCPUUtilizationPercentage ??= usualUtilization
}

/** How `autoscaling/v1` and the stored `autoscaling/v2` turn into one another, as `pkg/apis/autoscaling/v1` has it. */
export const autoscalerConversion: VersionConversion = { storageVersion: 'v2', fromStorage: toVersion1, toStorage: toVersion2 }
