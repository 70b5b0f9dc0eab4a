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
const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration'

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
  const { [lastApplied]: _applied, ...annotations } = annotationsOf(deployment)
  const limits = limitsOf(deployment)
  const made = world.host.create(replicaSets, {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `${name}-${hash}`,
      namespace,
      labels,
      annotations: {
        ...annotations,
        'deployment.kubernetes.io/desired-replicas': String(replicasOf(deployment)),
        'deployment.kubernetes.io/max-replicas': String(replicasOf(deployment) + limits.maxSurge),
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
    const scaled = world.host.update(replicaSets, { ...set, spec: { ...objectAt(set, 'spec'), replicas } })
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
  } else if (known !== undefined && revisionOf(known) < newest && !paused) {
    // Rolling back to an earlier template makes it the newest revision.
    world.host.update(replicaSets, withAnnotations(known, { [revisionAnnotation]: String(newest + 1) }))
  }
  const current = owned().find((set) => labelsOf(set)[hashLabel] === hash)
  const deployment = current === undefined ? found : recordRevision(found, revisionOf(current), world)
  if (current !== undefined) {
    const rollout = { deployment, current, old: owned().filter((set) => set !== current) }
    if (!paused) step(rollout, world)
    forgetOldRevisions(rollout, world)
  }
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
