import type { JsonObject } from '../../plan/json.ts'
import { numberAt, objectAt, stringMapAt, textAt } from '../builtin/json-tree.ts'
import { conditionOf, writeStatus } from './conditions.ts'
import type { Controller, ControllerWorld } from './controller.ts'
import { deploymentCounts, deploymentStatus, isComplete } from './deployment-status.ts'
import { controllerOf, isTerminating, labelsOf, nameOf, uidOf } from './object-cache.ts'
import { ownerReference, templateHash } from './pod-template.ts'
import { isActivePod } from './replica-set-controller.ts'
import {
  type ReplicaCount,
  type RolloutLimits,
  recreateStep,
  rollingStep,
  rolloutLimits,
  type Scaling,
} from './rolling-update.ts'

const deployments = 'apps/Deployment'
const replicaSets = 'apps/ReplicaSet'
const pods = '/Pod'
const hashLabel = 'pod-template-hash'
const revisionAnnotation = 'deployment.kubernetes.io/revision'
const historyAnnotation = 'deployment.kubernetes.io/revision-history'
const desiredAnnotation = 'deployment.kubernetes.io/desired-replicas'
const largestAnnotation = 'deployment.kubernetes.io/max-replicas'
/** Annotations of a Deployment that say nothing of its ReplicaSets. */
const ownAnnotations: ReadonlySet<string> = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  revisionAnnotation,
  historyAnnotation,
  desiredAnnotation,
  largestAnnotation,
])

function annotationsOf(object: JsonObject): { readonly [key: string]: string } {
  return stringMapAt(objectAt(object, 'metadata'), 'annotations')
}

function revisionOf(object: JsonObject): number {
  return Number(annotationsOf(object)[revisionAnnotation]) || 0
}

function withAnnotations(object: JsonObject, annotations: { readonly [key: string]: string }): JsonObject {
  return { ...object, metadata: { ...objectAt(object, 'metadata'), annotations: { ...annotationsOf(object), ...annotations } } }
}

function replicasOf(object: JsonObject): number {
  return numberAt(objectAt(object, 'spec'), 'replicas') ?? 1
}

function limitsOf(deployment: JsonObject): RolloutLimits {
  const spec = objectAt(deployment, 'spec')
  const rollingUpdate = objectAt(objectAt(spec, 'strategy'), 'rollingUpdate')
  return rolloutLimits(rollingUpdate?.maxSurge, rollingUpdate?.maxUnavailable, replicasOf(deployment))
}

/** What ReplicaSets take over from the annotations of their Deployment. */
function inheritedAnnotations(deployment: JsonObject): { readonly [key: string]: string } {
  return Object.fromEntries(Object.entries(annotationsOf(deployment)).filter(([key]) => !ownAnnotations.has(key)))
}

/** How many pods are wanted, and how many there may be during a rollout, as written on what is scaled. */
function sizeAnnotations(deployment: JsonObject): { readonly [key: string]: string } {
  const wanted = replicasOf(deployment)
  return { [desiredAnnotation]: String(wanted), [largestAnnotation]: String(wanted + limitsOf(deployment).maxSurge) }
}

function createCurrent(
  deployment: JsonObject,
  hash: string,
  revision: number,
  replicas: number,
  world: ControllerWorld,
): JsonObject | undefined {
  const { namespace, name } = nameOf(deployment)
  const spec = objectAt(deployment, 'spec')
  const template = objectAt(spec, 'template') ?? {}
  const templateMetadata = objectAt(template, 'metadata') ?? {}
  const labels = { ...stringMapAt(templateMetadata, 'labels'), [hashLabel]: hash }
  const selector = objectAt(spec, 'selector') ?? {}
  const made = world.host.create(replicaSets, {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `${name}-${hash}`,
      namespace,
      labels,
      annotations: {
        ...inheritedAnnotations(deployment),
        ...sizeAnnotations(deployment),
        [revisionAnnotation]: String(revision),
      },
      ownerReferences: [ownerReference('apps/v1', 'Deployment', deployment)],
    },
    spec: {
      replicas,
      ...(spec?.minReadySeconds === undefined ? {} : { minReadySeconds: spec.minReadySeconds }),
      selector: { ...selector, matchLabels: { ...objectAt(selector, 'matchLabels'), [hashLabel]: hash } },
      template: { ...template, metadata: { ...templateMetadata, labels } },
    },
  })
  if (made !== undefined && replicas > 0) reportScaling(deployment, nameOf(made).name, 0, replicas, world)
  return made
}

function countOf(set: JsonObject): ReplicaCount {
  return {
    name: nameOf(set).name,
    replicas: replicasOf(set),
    available: numberAt(objectAt(set, 'status'), 'availableReplicas') ?? 0,
  }
}

function reportScaling(deployment: JsonObject, set: string, from: number, to: number, world: ControllerWorld): void {
  const message = `Scaled ${to >= from ? 'up' : 'down'} replica set ${set} from ${from} to ${to}`
  world.report(deployment, { type: 'Normal', reason: 'ScalingReplicaSet', message, source: 'deployment-controller' })
}

function scaleSets(deployment: JsonObject, sets: readonly JsonObject[], scaling: Scaling, world: ControllerWorld): void {
  for (const set of sets) {
    const { name } = nameOf(set)
    const replicas = scaling.get(name)
    if (replicas === undefined) continue
    const resized = { ...withAnnotations(set, sizeAnnotations(deployment)), spec: { ...objectAt(set, 'spec'), replicas } }
    const scaled = world.host.update(replicaSets, resized)
    if (scaled !== undefined) reportScaling(deployment, name, replicasOf(set), replicas, world)
  }
}

interface Rollout {
  readonly deployment: JsonObject
  readonly current: JsonObject
  readonly old: readonly JsonObject[]
}

function isRecreate(deployment: JsonObject): boolean {
  return textAt(objectAt(objectAt(deployment, 'spec'), 'strategy'), 'type') === 'Recreate'
}

function step({ deployment, current, old }: Rollout, world: ControllerWorld): void {
  const wanted = replicasOf(deployment)
  const counts = old.map(countOf)
  if (isRecreate(deployment)) {
    const oldPods = old.flatMap((set) => world.cache.ownedBy(pods, uidOf(set))).filter(isActivePod).length
    scaleSets(deployment, [current, ...old], recreateStep(wanted, countOf(current), counts, oldPods), world)
  } else {
    scaleSets(deployment, [current, ...old], rollingStep(wanted, countOf(current), counts, limitsOf(deployment)), world)
  }
}

/** A paused Deployment is still scaled, while all its pods are of one ReplicaSet. */
function scalePaused(
  deployment: JsonObject,
  sets: readonly JsonObject[],
  current: JsonObject | undefined,
  world: ControllerWorld,
): void {
  const [active, ...more] = sets.filter((set) => replicasOf(set) > 0)
  const only = active ?? current ?? sets.at(-1)
  const wanted = replicasOf(deployment)
  if (only === undefined || more.length > 0 || replicasOf(only) === wanted) return
  scaleSets(deployment, [only], new Map([[nameOf(only).name, wanted]]), world)
}

/** Old ReplicaSets without pods are kept only as far back as `revisionHistoryLimit`. */
function forgetOldRevisions({ deployment, old }: Rollout, world: ControllerWorld): void {
  const limit = numberAt(objectAt(deployment, 'spec'), 'revisionHistoryLimit') ?? 10
  const empty = old.filter((set) => replicasOf(set) === 0 && (numberAt(objectAt(set, 'status'), 'replicas') ?? 0) === 0)
  for (const set of empty.slice(0, Math.max(empty.length - limit, 0))) {
    const { namespace, name } = nameOf(set)
    world.host.delete(replicaSets, namespace, name)
  }
}

/** Milliseconds until a rollout that makes no progress counts as failed. */
function deadlineMs(deployment: JsonObject, now: Date): number {
  const seconds = numberAt(objectAt(deployment, 'spec'), 'progressDeadlineSeconds') ?? 600
  const condition = conditionOf(deployment, 'Progressing')
  if (condition === undefined || condition.reason === 'NewReplicaSetAvailable') return seconds * 1000
  return Date.parse(textAt(condition, 'lastUpdateTime')) + seconds * 1000 - now.getTime()
}

function recordStatus(
  deployment: JsonObject,
  sets: readonly JsonObject[],
  current: JsonObject | undefined,
  world: ControllerWorld,
): void {
  const counts = deploymentCounts(deployment, sets, current)
  const now = world.host.now()
  const remaining = deadlineMs(deployment, now)
  const timedOut = !isComplete(counts) && remaining <= 0
  writeStatus(
    world.host,
    deployments,
    deployment,
    deploymentStatus(deployment, counts, current, limitsOf(deployment).maxUnavailable, timedOut, now),
  )
  if (!isComplete(counts) && remaining > 0) world.lookAgain(remaining)
}

/** Puts the current ReplicaSet's revision on the Deployment, where `kubectl rollout` looks for it. */
function recordRevision(deployment: JsonObject, revision: number, world: ControllerWorld): JsonObject {
  if (revisionOf(deployment) === revision) return deployment
  return world.host.update(deployments, withAnnotations(deployment, { [revisionAnnotation]: String(revision) })) ?? deployment
}

/**
 * Brings the ReplicaSet of the present template up to date: with the annotations of its Deployment and, when an earlier
 * template is taken up again, as the newest revision, which remembers those that it was.
 */
function refreshCurrent(deployment: JsonObject, current: JsonObject, newest: number, world: ControllerWorld): void {
  const before = annotationsOf(current)
  const history = [before[historyAnnotation] ?? '', before[revisionAnnotation] ?? ''].filter((part) => part !== '').join(',')
  const isOlder = revisionOf(current) < newest
  const annotations = {
    ...inheritedAnnotations(deployment),
    ...(isOlder ? { [revisionAnnotation]: String(newest + 1), [historyAnnotation]: history } : {}),
  }
  if (Object.entries(annotations).some(([key, value]) => before[key] !== value)) {
    world.host.update(replicaSets, withAnnotations(current, annotations))
  }
}

function reconcileDeployment(found: JsonObject, world: ControllerWorld): void {
  const owned = (): JsonObject[] =>
    [...world.cache.ownedBy(replicaSets, uidOf(found))].sort((left, right) => revisionOf(left) - revisionOf(right))
  const hash = templateHash(objectAt(objectAt(found, 'spec'), 'template') ?? {})
  const before = owned()
  const known = before.find((set) => labelsOf(set)[hashLabel] === hash)
  const newest = Math.max(0, ...before.map(revisionOf))
  const paused = objectAt(found, 'spec')?.paused === true
  if (known === undefined && !paused) {
    const first = before.length === 0
    const created = createCurrent(found, hash, newest + 1, first ? replicasOf(found) : 0, world)
    if (created === undefined) return
  } else if (known !== undefined) refreshCurrent(found, known, newest, world)
  const current = owned().find((set) => labelsOf(set)[hashLabel] === hash)
  const deployment = current === undefined ? found : recordRevision(found, revisionOf(current), world)
  if (current !== undefined) {
    const rollout = { deployment, current, old: owned().filter((set) => set !== current) }
    if (!paused) step(rollout, world)
    forgetOldRevisions(rollout, world)
  }
  if (paused) scalePaused(deployment, owned(), current, world)
  recordStatus(deployment, owned(), current, world)
}

/** Turns a Deployment into ReplicaSets, one a template, and rolls from the old to the new. */
export function deploymentController(): Controller {
  return {
    name: 'deployments',
    watches: [deployments, replicaSets],
    concerned: (kind, object) => {
      if (kind === deployments) return [nameOf(object)]
      const owner = controllerOf(object)
      return textAt(owner, 'kind') === 'Deployment' ? [{ namespace: nameOf(object).namespace, name: textAt(owner, 'name') }] : []
    },
    reconcile: (name, world) => {
      const deployment = world.cache.get(deployments, name)
      if (deployment !== undefined && !isTerminating(deployment)) reconcileDeployment(deployment, world)
    },
  }
}
