import type { JsonObject } from '../../plan/json.ts'
import { numberAt, objectAt, objectsAt, textAt } from '../builtin/json-tree.ts'
import { selectorMatches } from '../builtin/validation/label-selector.ts'
import { mergeConditions, writeStatus } from './conditions.ts'
import type { Controller, ControllerWorld } from './controller.ts'
import { controllerOf, isTerminating, labelsOf, nameOf, uidOf } from './object-cache.ts'
import { isPodReady, podPhase, readySince } from './pod-status.ts'
import { makePod, ownerReference, podFromTemplate } from './pod-template.ts'

const pods = '/Pod'
const replicaSets = 'apps/ReplicaSet'

/** A kind that keeps a number of equal pods. */
interface ReplicaKind {
  readonly key: 'apps/ReplicaSet' | '/ReplicationController'
  readonly apiVersion: string
  readonly kind: string
  /** The controller's name, and who its events are from. */
  readonly name: string
  readonly source: string
  readonly selectorOf: (replicas: JsonObject) => JsonObject | undefined
}

const replicaSetKind: ReplicaKind = {
  key: replicaSets,
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  name: 'replicasets',
  source: 'replicaset-controller',
  selectorOf: (replicaSet) => objectAt(objectAt(replicaSet, 'spec'), 'selector'),
}

/** The older of the two, whose selector is nothing but labels. */
const replicationControllerKind: ReplicaKind = {
  key: '/ReplicationController',
  apiVersion: 'v1',
  kind: 'ReplicationController',
  name: 'replicationcontrollers',
  source: 'replication-controller',
  selectorOf: (controller) => {
    const labels = objectAt(objectAt(controller, 'spec'), 'selector')
    return labels === undefined ? undefined : { matchLabels: labels }
  },
}

/** How ready a set of pods is. */
export interface PodCounts {
  readonly ready: number
  readonly available: number
  /** Milliseconds until the next ready pod counts as available; undefined when none is waiting. */
  readonly nextAvailableMs: number | undefined
}

/** Counts pods that are ready, and those that have been so for `minReadySeconds`. */
export function countPods(members: readonly JsonObject[], minReadySeconds: number, now: Date): PodCounts {
  let ready = 0
  let available = 0
  let nextAvailableMs: number | undefined
  for (const pod of members) {
    if (!isPodReady(pod)) continue
    ready += 1
    const waiting = minReadySeconds === 0 ? 0 : (readySince(pod) ?? 0) + minReadySeconds * 1000 - now.getTime()
    if (waiting <= 0) available += 1
    else nextAvailableMs = Math.min(waiting, nextAvailableMs ?? waiting)
  }
  return { ready, available, nextAvailableMs }
}

/** Pods that go first when there are too many: those that don't run, then those not ready, then the youngest. */
export function removalOrder(members: readonly JsonObject[]): readonly JsonObject[] {
  const rank = (pod: JsonObject): number => (podPhase(pod) !== 'Running' ? 0 : isPodReady(pod) ? 2 : 1)
  const created = (pod: JsonObject): string => textAt(objectAt(pod, 'metadata'), 'creationTimestamp')
  return [...members].sort(
    (left, right) =>
      rank(left) - rank(right) ||
      (created(left) === created(right) ? 0 : created(left) < created(right) ? 1 : -1) ||
      (nameOf(left).name < nameOf(right).name ? 1 : -1),
  )
}

/** True for pods that count: not ended and not on their way out. */
export function isActivePod(pod: JsonObject): boolean {
  const phase = podPhase(pod)
  return phase !== 'Succeeded' && phase !== 'Failed' && !isTerminating(pod)
}

/** Takes in pods that nobody controls and that the selector fits. */
export function adoptPods(
  owner: JsonObject,
  reference: JsonObject,
  selector: JsonObject | undefined,
  world: ControllerWorld,
): void {
  const pairs = objectAt(selector, 'matchLabels')
  if (pairs === undefined) return
  const labels = Object.fromEntries(Object.entries(pairs).filter((pair): pair is [string, string] => typeof pair[1] === 'string'))
  for (const pod of world.cache.labelled(pods, nameOf(owner).namespace, labels)) {
    if (controllerOf(pod) !== undefined || !isActivePod(pod) || !selectorMatches(selector, labelsOf(pod))) continue
    const metadata = objectAt(pod, 'metadata') ?? {}
    world.host.update(pods, {
      ...pod,
      metadata: { ...metadata, ownerReferences: [...objectsAt(metadata, 'ownerReferences'), reference] },
    })
  }
}

/** Makes pods until one is refused; the answer is why. */
function createPods(of: ReplicaKind, replicaSet: JsonObject, count: number, world: ControllerWorld): string | undefined {
  const { namespace, name } = nameOf(replicaSet)
  const owner = ownerReference(of.apiVersion, of.kind, replicaSet)
  const template = objectAt(objectAt(replicaSet, 'spec'), 'template') ?? {}
  for (let made = 0; made < count; made += 1) {
    const podName = `${name}-${world.uniqueSuffix(uidOf(replicaSet))}`
    const pod = podFromTemplate(template, { name: podName, generateName: `${name}-`, namespace, owner })
    const refusal = makePod(pod, { owner: replicaSet, source: of.source }, world)
    if (refusal !== undefined) return refusal
  }
  return undefined
}

/** Brings the pods to their number; the answer is why one could not be made. */
function scale(
  of: ReplicaKind,
  replicaSet: JsonObject,
  members: readonly JsonObject[],
  world: ControllerWorld,
): string | undefined {
  const wanted = numberAt(objectAt(replicaSet, 'spec'), 'replicas') ?? 1
  const refusal = members.length < wanted ? createPods(of, replicaSet, wanted - members.length, world) : undefined
  for (const pod of removalOrder(members).slice(0, Math.max(members.length - wanted, 0))) {
    const { namespace, name } = nameOf(pod)
    world.host.delete(pods, namespace, name)
    world.report(replicaSet, { type: 'Normal', reason: 'SuccessfulDelete', message: `Deleted pod: ${name}`, source: of.source })
  }
  return refusal
}

/** The condition that tells why a pod could not be made. It stays as it was first said, until all are there. */
function failureConditions(replicaSet: JsonObject, refusal: string | undefined, now: Date): readonly JsonObject[] {
  const conditions = objectsAt(objectAt(replicaSet, 'status'), 'conditions')
  const others = conditions.filter((condition) => condition.type !== 'ReplicaFailure')
  if (refusal === undefined) return others
  if (others.length < conditions.length) return conditions
  return mergeConditions(others, [{ type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message: refusal }], now)
}

function status(of: ReplicaKind, replicaSet: JsonObject, refusal: string | undefined, world: ControllerWorld): void {
  const spec = objectAt(replicaSet, 'spec')
  const members = world.cache.ownedBy(pods, uidOf(replicaSet)).filter(isActivePod)
  const counts = countPods(members, numberAt(spec, 'minReadySeconds') ?? 0, world.host.now())
  const templateLabels = Object.entries(objectAt(objectAt(objectAt(spec, 'template'), 'metadata'), 'labels') ?? {})
  const labelled = members.filter((pod) => {
    const labels = labelsOf(pod)
    return templateLabels.every(([key, value]) => labels[key] === value)
  })
  const conditions = failureConditions(replicaSet, refusal, world.host.now())
  writeStatus(world.host, of.key, replicaSet, {
    replicas: members.length,
    fullyLabeledReplicas: labelled.length,
    readyReplicas: counts.ready,
    availableReplicas: counts.available,
    observedGeneration: numberAt(objectAt(replicaSet, 'metadata'), 'generation') ?? 0,
    conditions,
  })
  if (counts.nextAvailableMs !== undefined) world.lookAgain(counts.nextAvailableMs)
}

function keepReplicas(of: ReplicaKind, concerned: Controller['concerned']): Controller {
  return {
    name: of.name,
    watches: [of.key, pods],
    concerned: (kind, object, cache) => {
      if (kind === of.key) return [nameOf(object)]
      const owner = controllerOf(object)
      if (textAt(owner, 'kind') === of.kind) return [{ namespace: nameOf(object).namespace, name: textAt(owner, 'name') }]
      return owner === undefined ? concerned(kind, object, cache) : []
    },
    reconcile: (name, world) => {
      const replicas = world.cache.get(of.key, name)
      if (replicas === undefined || isTerminating(replicas)) return
      adoptPods(replicas, ownerReference(of.apiVersion, of.kind, replicas), of.selectorOf(replicas), world)
      const refusal = scale(of, replicas, world.cache.ownedBy(pods, uidOf(replicas)).filter(isActivePod), world)
      status(of, replicas, refusal, world)
    },
  }
}

/** Keeps as many pods as a ReplicaSet asks for. */
export function replicaSetController(): Controller {
  return keepReplicas(replicaSetKind, (_kind, pod, cache) => {
    // A pod that nobody controls may be what a ReplicaSet of its namespace is looking for.
    const hash = labelsOf(pod)['pod-template-hash']
    if (hash === undefined) return []
    return cache.labelled(replicaSets, nameOf(pod).namespace, { 'pod-template-hash': hash }).map(nameOf)
  })
}

/** Keeps as many pods as a ReplicationController asks for. */
export function replicationController(): Controller {
  return keepReplicas(replicationControllerKind, () => [])
}
