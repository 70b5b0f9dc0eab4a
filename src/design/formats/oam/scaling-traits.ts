import Type from 'typebox'
import type { JsonObject } from '../../../plan/json.ts'
import { closed, text } from '../../schema/scalars.ts'
import { given } from './given.ts'
import { changeAt, changeContainers, mergePatch, templatePath } from './patch.ts'
import { amount, firstOf, textOr, wholeOr } from './pod-parameters.ts'
import type { RenderScope } from './render-scope.ts'
import { applied, beside, changed, SCALED, type TraitType, WITH_PODS } from './trait-type.ts'

const target = {
  targetAPIVersion: textOr('apps/v1', 'API version of what is scaled.'),
  targetKind: Type.Optional(text('Kind of what is scaled; default: that of the workload.')),
}
const bounds = { min: wholeOr(1, 'Fewest pods.'), max: wholeOr(10, 'Most pods.'), ...target }

const metric = closed(
  {
    type: firstOf(['Utilization', 'AverageValue'], 'A share of the request, or a value.'),
    value: wholeOr(50, 'What is aimed at.'),
  },
  'What is aimed at.',
)

const cpu = Type.Union([Type.String(), Type.Number()], { description: 'CPU.', default: 1 })
const memory = { ...amount('Memory.'), default: '2048Mi' }
const both = Type.Optional(closed({ cpu, memory }, 'CPU and memory.'))

/** Traits that say how many pods there are, how large, and how they are replaced. */
export const SCALING_TRAITS: { readonly [type: string]: TraitType } = {
  scaler: applied(
    '`spec.replicas`',
    SCALED,
    closed({ replicas: wholeOr(1, 'Pods.') }, 'Pods.'),
    ({ replicas }, before, { places }) =>
      changed(before, changeAt(before.output, ['spec', 'replicas'], places, () => replicas) as JsonObject),
  ),
  cpuscaler: applied(
    'HorizontalPodAutoscaler (autoscaling/v1)',
    SCALED,
    closed({ ...bounds, cpuUtil: wholeOr(50, 'Share of CPU that is aimed at.') }, 'Bounds.'),
    ({ min, max, cpuUtil, targetAPIVersion, targetKind }, before, scope) =>
      beside(before, {
        cpuscaler: {
          apiVersion: 'autoscaling/v1',
          kind: 'HorizontalPodAutoscaler',
          metadata: { name: scope.component },
          spec: {
            scaleTargetRef: scaleTarget(targetAPIVersion, targetKind, before.output, scope),
            minReplicas: min,
            maxReplicas: max,
            targetCPUUtilizationPercentage: cpuUtil,
          },
        },
      }),
  ),
  hpa: applied(
    'HorizontalPodAutoscaler (autoscaling/v2)',
    SCALED,
    closed(
      {
        ...bounds,
        cpu: { ...metric, default: {} },
        mem: Type.Optional(metric),
        podCustomMetrics: Type.Optional(
          Type.Array(closed({ name: text('Name of the metric.'), value: text('What is aimed at.') }, 'A metric of pods.')),
        ),
      },
      'Bounds and metrics.',
    ),
    ({ min, max, cpu: wanted, mem, podCustomMetrics = [], targetAPIVersion, targetKind }, before, scope) =>
      beside(before, {
        hpa: {
          apiVersion: 'autoscaling/v2',
          kind: 'HorizontalPodAutoscaler',
          metadata: { name: scope.component },
          spec: {
            scaleTargetRef: scaleTarget(targetAPIVersion, targetKind, before.output, scope),
            minReplicas: min,
            maxReplicas: max,
            metrics: [
              resourceMetric('cpu', wanted),
              ...(mem === undefined ? [] : [resourceMetric('memory', mem)]),
              ...podCustomMetrics.map(({ name, value }) => ({
                type: 'Pods',
                pods: { metric: { name }, target: { type: 'AverageValue', averageValue: value } },
              })),
            ],
          },
        },
      }),
  ),
  resource: applied(
    'requests and limits of the containers',
    [...WITH_PODS, 'CronJob'],
    closed(
      {
        cpu: Type.Optional(Type.Union([Type.String(), Type.Number()], { description: 'CPU, request and limit alike.' })),
        memory: Type.Optional(amount('Memory, request and limit alike.')),
        requests: both,
        limits: both,
      },
      'CPU and memory.',
    ),
    (parameters, before, scope) => {
      const { requests, limits } = parameters
      const alike = { cpu: parameters.cpu ?? 1, memory: parameters.memory ?? '2048Mi' }
      const wanted =
        requests === undefined && limits === undefined ? { requests: alike, limits: alike } : given({ requests, limits })
      const change = (container: JsonObject) => ({
        ...container,
        resources: mergePatch(container.resources, wanted, scope.places),
      })
      return changed(
        before,
        changeContainers(before.output, scope.places, (_container, index) => index === 0, change),
      )
    },
  ),
  'k8s-update-strategy': applied(
    'how pods are replaced',
    ['Deployment', 'StatefulSet', 'DaemonSet'],
    closed(
      {
        ...target,
        strategy: {
          ...closed(
            {
              type: firstOf(['RollingUpdate', 'Recreate', 'OnDelete'], 'How pods are replaced.'),
              rollingStrategy: {
                ...closed(
                  {
                    maxSurge: textOr('25%', 'Pods above the wanted number.'),
                    maxUnavailable: textOr('25%', 'Pods below it.'),
                    partition: wholeOr(0, 'The first pod that is replaced.'),
                  },
                  'Details.',
                ),
                default: {},
              },
            },
            'The strategy.',
          ),
          default: {},
        },
      },
      'The strategy.',
    ),
    ({ strategy, targetKind }, before, scope) => {
      const kind = targetKind ?? String(before.output.kind)
      const { type, rollingStrategy } = strategy
      const { maxSurge, maxUnavailable, partition } = rollingStrategy
      if (type === (kind === 'Deployment' ? 'OnDelete' : 'Recreate')) {
        scope.refuse(['strategy', 'type'], {
          summary: `A ${kind} has no strategy ${type}`,
          hint: `Write RollingUpdate or ${kind === 'Deployment' ? 'Recreate' : 'OnDelete'}.`,
        })
        return before
      }
      const rolling = kind === 'StatefulSet' ? { partition } : { maxSurge, maxUnavailable }
      const wanted = { type, ...(type === 'RollingUpdate' ? { rollingUpdate: rolling } : {}) }
      const field = kind === 'Deployment' ? 'strategy' : 'updateStrategy'
      return changed(before, changeAt(before.output, ['spec', field], scope.places, () => wanted) as JsonObject)
    },
  ),
  labels: applied('labels of the workload and its pods', undefined, marks('Labels'), (labels, before, scope) =>
    changed(before, marked(before.output, 'labels', labels as JsonObject, scope)),
  ),
  annotations: applied(
    'annotations of the workload and its pods',
    undefined,
    marks('Annotations'),
    (annotations, before, scope) => changed(before, marked(before.output, 'annotations', annotations as JsonObject, scope)),
  ),
}

function marks(what: string) {
  return Type.Record(Type.String(), Type.Union([Type.String(), Type.Null()]), { description: `${what}; null takes one away.` })
}

/** Marks a workload, and its pods where it makes some. */
function marked(workload: JsonObject, field: 'labels' | 'annotations', wanted: JsonObject, { places }: RenderScope): JsonObject {
  const template = templatePath(workload)
  const [, first = ''] = template
  const spec = workload.spec
  const hasPods = typeof spec === 'object' && spec !== null && first in spec
  // Of a CronJob, annotations reach its jobs and pods, labels neither: so the definitions of KubeVela have it.
  const inner = workload.kind !== 'CronJob' ? [template] : field === 'annotations' ? [template.slice(0, 2), template] : []
  return [[], ...(hasPods ? inner : [])].reduce<JsonObject>(
    (made, path) =>
      changeAt(made, [...path, 'metadata', field], places, (before) => mergePatch(before, wanted, places)) as JsonObject,
    workload,
  )
}

function scaleTarget(apiVersion: string, kind: string | undefined, { kind: own }: JsonObject, scope: RenderScope): JsonObject {
  return { apiVersion, kind: kind ?? String(own), name: scope.component }
}

function resourceMetric(name: string, { type, value }: { readonly type: string; readonly value: number }): JsonObject {
  const target = type === 'Utilization' ? { type, averageUtilization: value } : { type, averageValue: value }
  return { type: 'Resource', resource: { name, target } }
}
