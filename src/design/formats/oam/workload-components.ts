import Type from 'typebox'
import type { JsonObject } from '../../../plan/json.ts'
import { closed, type Evaluated, text } from '../../schema/scalars.ts'
import { type ComponentType, rendered } from './component-type.ts'
import { given } from './given.ts'
import {
  containerParameters,
  firstOf,
  flagOr,
  hostAliases,
  mountParameters,
  podMarks,
  portParameters,
  textOr,
  texts,
  wholeOr,
} from './pod-parameters.ts'
import { limitParameter, type PodParameters, podMetadata, podTemplate } from './pod-spec.ts'
import { COMPONENT_LABEL, type Rendered, type RenderScope } from './render-scope.ts'

const served = Type.Object(portParameters)
type Served = Evaluated<typeof served>
type Port = NonNullable<Served['ports']>[number]

const args = Type.Optional(texts('Arguments of the container.'))
const serving = {
  ...containerParameters,
  ...mountParameters,
  ...podMarks,
  ...portParameters,
  hostAliases: Type.Optional(hostAliases),
}
const running = {
  ...containerParameters,
  ...podMarks,
  count: wholeOr(1, 'Pods that run at once, and that must succeed.'),
  restart: textOr('Never', 'When the container is started again: Never or OnFailure.'),
}

/** The workloads that KubeVela defines, by type. Source: its definitions of 2026-06, rendered for Kubernetes 1.25 and later. */
export const WORKLOAD_COMPONENTS: { readonly [type: string]: ComponentType } = {
  webservice: rendered(
    'Deployment, and a Service of the ports with `expose`',
    closed({ ...serving, args, limit: limitParameter }, 'A service.'),
    (parameters, scope) => servingWorkload('Deployment', parameters, scope),
  ),
  worker: rendered('Deployment', closed({ ...containerParameters, ...mountParameters }, 'A worker.'), (parameters, scope) =>
    workload('apps/v1', 'Deployment', selecting(podTemplate(parameters, scope, {}), scope), {}),
  ),
  statefulset: rendered(
    'StatefulSet, and a Service of the ports with `expose`',
    closed({ ...serving, args }, 'A stateful service.'),
    (parameters, scope) => servingWorkload('StatefulSet', parameters, scope),
  ),
  daemon: rendered(
    'DaemonSet, and a Service of the ports with `expose`',
    closed(serving, 'A service on every node.'),
    (parameters, scope) => servingWorkload('DaemonSet', parameters, scope),
  ),
  task: rendered('Job', closed(running, 'A task.'), (parameters, scope) =>
    workload('batch/v1', 'Job', jobSpec(parameters, scope, {}), {}),
  ),
  'cron-task': rendered(
    'CronJob',
    closed(
      {
        ...running,
        ...mountParameters,
        hostAliases: Type.Optional(hostAliases),
        schedule: text('When it runs, as cron writes it.'),
        startingDeadlineSeconds: Type.Optional(Type.Integer({ description: 'How late it may start.' })),
        suspend: flagOr(false, 'Run no more.'),
        concurrencyPolicy: firstOf(['Allow', 'Forbid', 'Replace'], 'What becomes of a run when the next one is due.'),
        successfulJobsHistoryLimit: wholeOr(3, 'Successful runs that are kept.'),
        failedJobsHistoryLimit: wholeOr(1, 'Failed runs that are kept.'),
        ttlSecondsAfterFinished: Type.Optional(Type.Integer({ description: 'How long a finished run is kept.' })),
        activeDeadlineSeconds: Type.Optional(Type.Integer({ description: 'How long a run may take.' })),
        backoffLimit: wholeOr(6, 'Tries before a run has failed.'),
      },
      'A task that recurs.',
    ),
    (parameters, scope) => {
      const { ttlSecondsAfterFinished, activeDeadlineSeconds, backoffLimit } = parameters
      const spec = given({
        schedule: parameters.schedule,
        concurrencyPolicy: parameters.concurrencyPolicy,
        suspend: parameters.suspend,
        successfulJobsHistoryLimit: parameters.successfulJobsHistoryLimit,
        failedJobsHistoryLimit: parameters.failedJobsHistoryLimit,
        startingDeadlineSeconds: parameters.startingDeadlineSeconds,
        jobTemplate: {
          metadata: podMetadata(parameters, scope),
          spec: jobSpec(parameters, scope, given({ ttlSecondsAfterFinished, activeDeadlineSeconds, backoffLimit })),
        },
      })
      return workload('batch/v1', 'CronJob', spec, {})
    },
  ),
}

function workload(apiVersion: string, kind: string, spec: JsonObject, outputs: Rendered['outputs']): Rendered {
  return { output: { apiVersion, kind, spec }, outputs }
}

function selecting(template: JsonObject, { component }: RenderScope): JsonObject {
  return { selector: { matchLabels: { [COMPONENT_LABEL]: component } }, template }
}

function jobSpec(
  parameters: PodParameters & { readonly count: number; readonly restart: string },
  scope: RenderScope,
  more: JsonObject,
): JsonObject {
  const { count, restart } = parameters
  return { parallelism: count, completions: count, ...more, template: podTemplate(parameters, scope, { restartPolicy: restart }) }
}

function servingWorkload(
  kind: 'Deployment' | 'StatefulSet' | 'DaemonSet',
  parameters: PodParameters & Served,
  scope: RenderScope,
): Rendered {
  const { port, ports, exposeType } = parameters
  if (parameters.addRevisionLabel) {
    scope.leaveOut(['addRevisionLabel'], {
      summary: 'The revision label is left out',
      detail: "Revisions are counted by KubeVela's controller.",
    })
  }
  const own = port === undefined ? undefined : [{ containerPort: port }]
  const template = podTemplate(parameters, scope, {}, ports?.map(containerPort) ?? own)
  const exposed = (ports ?? []).filter(({ expose }) => expose)
  const service: JsonObject = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: scope.component },
    spec: {
      selector: { [COMPONENT_LABEL]: scope.component },
      ports: exposed.map((each) => scope.places.copy(servicePort(each, exposeType), each)),
      type: exposeType,
    },
  }
  const outputs = exposed.length === 0 ? {} : { [kind === 'StatefulSet' ? 'statefulsetsExpose' : 'webserviceExpose']: service }
  return workload('apps/v1', kind, selecting(template, scope), outputs)
}

function containerPort({ port, containerPort, name, protocol }: Port): JsonObject {
  const number = containerPort ?? port
  return { containerPort: number, protocol, name: name ?? portName(number, protocol) }
}

function servicePort({ port, containerPort, name, protocol, nodePort }: Port, type: string): JsonObject {
  const targetPort = containerPort ?? port
  return given({
    port,
    targetPort,
    name: name ?? portName(targetPort, protocol),
    nodePort: type === 'NodePort' ? nodePort : undefined,
    protocol,
  })
}

/** The name of a port that has none. */
export function portName(port: number, protocol: string): string {
  return protocol === 'TCP' ? `port-${port}` : `port-${port}-${protocol.toLowerCase()}`
}
