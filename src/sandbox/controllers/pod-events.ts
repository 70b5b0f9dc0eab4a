import type { JsonObject } from '../../plan/json.ts'
import { objectAt, objectsAt, textAt } from '../builtin/json-tree.ts'
import type { ControllerWorld } from './controller.ts'
import type { Report } from './event-recorder.ts'
import { nameOf, uidOf } from './object-cache.ts'
import { type PodStage, podPhase } from './pod-status.ts'

interface ContainerReport {
  readonly type: Report['type']
  readonly reason: string
  readonly message: string
}

/** What the kubelet says of a container that comes to a stage, in order. */
function reportsOf(stage: PodStage, pod: JsonObject, container: JsonObject, isNew: boolean): readonly ContainerReport[] {
  const image = textAt(container, 'image')
  const normal = (reason: string, message: string): ContainerReport => ({ type: 'Normal', reason, message })
  const warning = (reason: string, message: string): ContainerReport => ({ type: 'Warning', reason, message })
  const started = isNew
    ? [
        normal('Pulled', `Container image "${image}" already present on machine and can be accessed by the pod`),
        normal('Created', 'Container created'),
        normal('Started', 'Container started'),
      ]
    : []
  switch (stage) {
    case 'running':
    case 'succeeded':
    case 'failed':
      return started
    case 'rollout-stall':
      return [...started, warning('Unhealthy', 'Readiness probe failed: HTTP probe failed with statuscode: 503')]
    case 'crash-loop': {
      const { namespace, name } = nameOf(pod)
      const where = `${textAt(container, 'name')} in pod ${name}_${namespace}(${uidOf(pod)})`
      return [...started, warning('BackOff', `Back-off restarting failed container ${where}`)]
    }
    case 'image-pull':
      return [
        normal('Pulling', `Pulling image "${image}"`),
        warning('Failed', `Failed to pull image "${image}": failed to resolve reference "${image}": ${image}: not found`),
        warning('Failed', 'Error: ErrImagePull'),
        normal('BackOff', `Back-off pulling image "${image}"`),
        warning('Failed', 'Error: ImagePullBackOff'),
      ]
  }
}

function containersOf(pod: JsonObject): readonly (readonly [container: JsonObject, fieldPath: string])[] {
  const of = (list: 'initContainers' | 'containers') =>
    objectsAt(objectAt(pod, 'spec'), list).map((container) => [container, `spec.${list}{${textAt(container, 'name')}}`] as const)
  return [...of('initContainers'), ...of('containers')]
}

/** Tells of a pod that came to a stage: where it was put, and what became of its containers. `pod` is as it was before. */
export function reportStage(pod: JsonObject, stage: PodStage, node: string, world: ControllerWorld): void {
  const isNew = podPhase(pod) !== 'Running'
  if (isNew) {
    const { namespace, name } = nameOf(pod)
    const message = `Successfully assigned ${namespace}/${name} to ${node}`
    world.report(pod, { type: 'Normal', reason: 'Scheduled', message, source: 'default-scheduler' })
  }
  for (const [container, fieldPath] of containersOf(pod)) {
    for (const said of reportsOf(stage, pod, container, isNew)) world.report(pod, { ...said, source: 'kubelet', fieldPath })
  }
}

/** Tells of the containers of a pod that is on its way out. */
export function reportStopping(pod: JsonObject, world: ControllerWorld): void {
  if (podPhase(pod) !== 'Running') return
  for (const [container, fieldPath] of containersOf(pod)) {
    if (!fieldPath.startsWith('spec.containers')) continue
    const message = `Stopping container ${textAt(container, 'name')}`
    world.report(pod, { type: 'Normal', reason: 'Killing', message, source: 'kubelet', fieldPath })
  }
}
