import type { JsonObject } from '../../plan/json.ts'
import { numberAt, objectAt, objectsAt, textAt } from '../builtin/json-tree.ts'
import { mergeConditions, timestamp } from './conditions.ts'
import type { PodFailure } from './failure-switches.ts'
import { hashText } from './pod-template.ts'

/** Where a pod of the simulation is on its way. */
export type PodStage = 'running' | 'succeeded' | 'failed' | PodFailure

/** Address of the one node. */
export const nodeAddress = '192.168.0.2'

function identifier(prefix: string, text: string): string {
  let digits = ''
  for (let part = 0; digits.length < 64; part += 1) digits += hashText(`${text}#${part}`).toString(16).padStart(8, '0')
  return `${prefix}${digits}`
}

function repositoryOf(image: string): string {
  return image.split('@')[0]?.replace(/:[^/:]*$/, '') ?? image
}

interface ContainerFate {
  readonly state: JsonObject
  readonly lastState: JsonObject
  readonly ready: boolean
  readonly started: boolean
  readonly restartCount: number
  readonly pulled: boolean
}

function terminated(exitCode: number, startedAt: string, finishedAt: string): JsonObject {
  return { terminated: { exitCode, reason: exitCode === 0 ? 'Completed' : 'Error', startedAt, finishedAt } }
}

function fateOf(stage: PodStage, pod: JsonObject, container: JsonObject, started: string, now: string): ContainerFate {
  const pulled = { started: true, restartCount: 0, pulled: true, lastState: {} }
  switch (stage) {
    case 'running':
      return { ...pulled, state: { running: { startedAt: started } }, ready: true }
    case 'rollout-stall':
      return { ...pulled, state: { running: { startedAt: started } }, ready: false }
    case 'succeeded':
      return { ...pulled, state: terminated(0, started, now), ready: false, started: false }
    case 'failed':
      return { ...pulled, state: terminated(1, started, now), ready: false, started: false }
    case 'image-pull': {
      const message = `Back-off pulling image "${textAt(container, 'image')}"`
      return {
        state: { waiting: { reason: 'ImagePullBackOff', message } },
        lastState: {},
        ready: false,
        started: false,
        restartCount: 0,
        pulled: false,
      }
    }
    case 'crash-loop': {
      const { name, namespace } = {
        name: textAt(objectAt(pod, 'metadata'), 'name'),
        namespace: textAt(objectAt(pod, 'metadata'), 'namespace'),
      }
      const uid = textAt(objectAt(pod, 'metadata'), 'uid')
      const message = `back-off 40s restarting failed container=${textAt(container, 'name')} pod=${name}_${namespace}(${uid})`
      return {
        ...pulled,
        state: { waiting: { reason: 'CrashLoopBackOff', message } },
        lastState: terminated(1, started, started),
        ready: false,
        started: false,
        restartCount: 3,
      }
    }
  }
}

function containerStatus(stage: PodStage, pod: JsonObject, container: JsonObject, started: string, now: string): JsonObject {
  const image = textAt(container, 'image')
  const key = `${textAt(objectAt(pod, 'metadata'), 'uid')}/${textAt(container, 'name')}`
  const fate = fateOf(stage, pod, container, started, now)
  return {
    name: textAt(container, 'name'),
    state: fate.state,
    lastState: fate.lastState,
    ready: fate.ready,
    restartCount: fate.restartCount,
    image,
    imageID: fate.pulled ? identifier(`${repositoryOf(image)}@sha256:`, image) : '',
    ...(fate.pulled ? { containerID: identifier('containerd://', key) } : {}),
    started: fate.started,
  }
}

const phases = {
  running: 'Running',
  'rollout-stall': 'Running',
  'crash-loop': 'Running',
  succeeded: 'Succeeded',
  failed: 'Failed',
  'image-pull': 'Pending',
} as const satisfies { readonly [stage in PodStage]: string }

function readyCondition(
  type: 'Ready' | 'ContainersReady',
  stage: PodStage,
  names: readonly string[],
  generation: number | undefined,
) {
  const base = { type, ...(generation === undefined ? {} : { observedGeneration: generation }) }
  if (stage === 'running') return { ...base, status: 'True' as const }
  if (stage === 'succeeded') return { ...base, status: 'False' as const, reason: 'PodCompleted' }
  if (stage === 'failed') return { ...base, status: 'False' as const, reason: 'PodFailed' }
  const message = `containers with unready status: [${names.join(' ')}]`
  return { ...base, status: 'False' as const, reason: 'ContainersNotReady', message }
}

/** The whole status of a pod at a stage. Pure: the same inputs give the same status. */
export function podStatus(pod: JsonObject, stage: PodStage, address: string, now: Date): JsonObject {
  const spec = objectAt(pod, 'spec')
  const before = objectAt(pod, 'status')
  const moment = timestamp(now)
  const started = textAt(before, 'startTime') || moment
  const containers = objectsAt(spec, 'containers')
  const names = containers.map((container) => textAt(container, 'name'))
  const generation = numberAt(objectAt(pod, 'metadata'), 'generation')
  const seen = generation === undefined ? {} : { observedGeneration: generation }
  const initialized = stage === 'succeeded' ? { reason: 'PodCompleted' } : {}
  const ip = spec?.hostNetwork === true ? nodeAddress : address
  const conditions = mergeConditions(
    objectsAt(before, 'conditions'),
    [
      { type: 'PodReadyToStartContainers', status: stage === 'succeeded' || stage === 'failed' ? 'False' : 'True', ...seen },
      { type: 'Initialized', status: 'True', ...seen, ...initialized },
      readyCondition('Ready', stage, names, generation),
      readyCondition('ContainersReady', stage, names, generation),
      { type: 'PodScheduled', status: 'True', ...seen },
    ],
    now,
  ).map((condition): JsonObject => ({ ...condition, lastProbeTime: null }))
  return {
    ...seen,
    phase: phases[stage],
    conditions,
    hostIP: nodeAddress,
    hostIPs: [{ ip: nodeAddress }],
    podIP: ip,
    podIPs: [{ ip }],
    startTime: started,
    ...initStatuses(pod, stage, started),
    containerStatuses: containers.map((container) => containerStatus(stage, pod, container, started, moment)),
    qosClass: textAt(before, 'qosClass') || 'BestEffort',
  }
}

function initStatuses(pod: JsonObject, stage: PodStage, started: string): JsonObject {
  const containers = objectsAt(objectAt(pod, 'spec'), 'initContainers')
  if (containers.length === 0) return {}
  const initContainerStatuses = containers.map((container) => {
    const sidecar = textAt(container, 'restartPolicy') === 'Always'
    if (stage === 'image-pull') return containerStatus(stage, pod, container, started, started)
    const status = containerStatus(sidecar ? 'running' : 'succeeded', pod, container, started, started)
    return { ...status, ready: true }
  })
  return { initContainerStatuses }
}

/** True when the pod may take traffic. */
export function isPodReady(pod: JsonObject): boolean {
  const conditions = objectsAt(objectAt(pod, 'status'), 'conditions')
  return conditions.some((condition) => condition.type === 'Ready' && condition.status === 'True')
}

/** When the pod became ready, in milliseconds; undefined while it isn't. */
export function readySince(pod: JsonObject): number | undefined {
  const conditions = objectsAt(objectAt(pod, 'status'), 'conditions')
  const ready = conditions.find((condition) => condition.type === 'Ready' && condition.status === 'True')
  return ready === undefined ? undefined : Date.parse(textAt(ready, 'lastTransitionTime'))
}

/** The phase of a pod. */
export function podPhase(pod: JsonObject): string {
  return textAt(objectAt(pod, 'status'), 'phase')
}
