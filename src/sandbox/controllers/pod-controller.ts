import type { JsonObject } from '../../plan/json.ts'
import { objectAt, textAt } from '../builtin/json-tree.ts'
import { writeStatus } from './conditions.ts'
import type { Controller, ControllerWorld } from './controller.ts'
import { controllerOf, isTerminating, nameOf } from './object-cache.ts'
import { reportStage, reportStopping } from './pod-events.ts'
import { type PodStage, podPhase, podStatus } from './pod-status.ts'
import { sandboxNode } from './pod-template.ts'

const pods = '/Pod'

/** True for pods that have ended, for good or ill. */
function isDone(pod: JsonObject): boolean {
  const phase = podPhase(pod)
  return phase === 'Succeeded' || phase === 'Failed'
}

function belongsToJob(pod: JsonObject): boolean {
  return textAt(controllerOf(pod), 'kind') === 'Job'
}

/** Where the pod goes next, and after how long. */
function nextStage(pod: JsonObject, world: ControllerWorld): { readonly stage: PodStage; readonly delayMs: number } {
  const asked = world.failures.failureOf(pod)
  // What runs has its image already.
  const failure = asked === 'image-pull' && podPhase(pod) === 'Running' ? undefined : asked
  const { podStartDelayMs, jobRunDelayMs } = world.options
  if (belongsToJob(pod) && podPhase(pod) === 'Running' && failure !== 'rollout-stall') {
    return { stage: failure === 'crash-loop' ? 'failed' : 'succeeded', delayMs: jobRunDelayMs }
  }
  if (failure === 'crash-loop' && belongsToJob(pod)) return { stage: 'failed', delayMs: podStartDelayMs }
  return { stage: failure ?? 'running', delayMs: podPhase(pod) === 'Pending' ? podStartDelayMs : 0 }
}

function bind(pod: JsonObject, world: ControllerWorld): JsonObject | undefined {
  const spec = objectAt(pod, 'spec') ?? {}
  if (textAt(spec, 'nodeName') !== '') return pod
  return world.host.bind({ ...pod, spec: { ...spec, nodeName: sandboxNode } })
}

function removeTerminating(pod: JsonObject, world: ControllerWorld): void {
  const { namespace, name } = nameOf(pod)
  reportStopping(pod, world)
  world.host.delete(pods, namespace, name)
}

/** Times at which each pod's next step is due, by uid, so that one look too many doesn't make it due anew. */
interface Due {
  readonly phase: string
  readonly at: number
}

/** The part of the scheduler, the kubelet and the container runtime: pods are bound, start, run, end or fail. */
export function podController(): Controller {
  const due = new Map<string, Due>()
  return {
    name: 'pods',
    watches: [pods],
    concerned: (_kind, pod) => [nameOf(pod)],
    reconcile: (name, world) => {
      const pod = world.cache.get(pods, name)
      const key = `${name.namespace}/${name.name}`
      if (pod === undefined || isDone(pod)) {
        due.delete(key)
        return
      }
      if (isTerminating(pod)) {
        due.delete(key)
        removeTerminating(pod, world)
        return
      }
      const { stage, delayMs } = nextStage(pod, world)
      const elapsed = world.host.elapsedMs()
      const phase = `${textAt(objectAt(pod, 'metadata'), 'uid')}/${stage}`
      const planned = due.get(key)
      if (delayMs > 0 && planned?.phase !== phase) {
        due.set(key, { phase, at: elapsed + delayMs })
        world.lookAgain(delayMs)
        return
      }
      if (delayMs > 0 && planned !== undefined && planned.at > elapsed) {
        world.lookAgain(planned.at - elapsed)
        return
      }
      const bound = bind(pod, world)
      if (bound === undefined) return
      const address = textAt(objectAt(bound, 'status'), 'podIP') || world.nextPodAddress()
      if (!writeStatus(world.host, pods, bound, podStatus(bound, stage, address, world.host.now()))) return
      reportStage(pod, stage, textAt(objectAt(bound, 'spec'), 'nodeName'), world)
      due.delete(key)
      if (belongsToJob(bound) && stage === 'running') world.lookAgain(world.options.jobRunDelayMs)
    },
  }
}
