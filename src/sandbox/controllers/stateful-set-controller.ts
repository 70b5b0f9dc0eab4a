import type { JsonObject } from '../../plan/json.ts'
import { numberAt, objectAt, objectsAt, textAt } from '../builtin/json-tree.ts'
import { writeStatus } from './conditions.ts'
import type { Controller, ControllerWorld } from './controller.ts'
import { recordRevision } from './controller-revision.ts'
import { controllerOf, isTerminating, labelsOf, nameOf, uidOf } from './object-cache.ts'
import { isPodReady } from './pod-status.ts'
import { makePod, ownerReference, podFromTemplate, templateHash } from './pod-template.ts'
import { countPods, isActivePod } from './replica-set-controller.ts'

const statefulSets = 'apps/StatefulSet'
const pods = '/Pod'
const claims = '/PersistentVolumeClaim'
const revisions = 'apps/ControllerRevision'
const source = 'statefulset-controller'
const revisionLabel = 'controller-revision-hash'

interface Members {
  /** Pods by their ordinal. */
  readonly byOrdinal: ReadonlyMap<number, JsonObject>
  readonly first: number
  readonly wanted: number
}

function membersOf(set: JsonObject, world: ControllerWorld): Members {
  const spec = objectAt(set, 'spec')
  const prefix = `${nameOf(set).name}-`
  const byOrdinal = new Map<number, JsonObject>()
  for (const pod of world.cache.ownedBy(pods, uidOf(set))) {
    const ordinal = Number(nameOf(pod).name.slice(prefix.length))
    if (Number.isInteger(ordinal)) byOrdinal.set(ordinal, pod)
  }
  const first = numberAt(objectAt(spec, 'ordinals'), 'start') ?? 0
  return { byOrdinal, first, wanted: numberAt(spec, 'replicas') ?? 1 }
}

/** The claims of one pod by the templates; what is there already, from an earlier pod of the ordinal, stays. */
function ensureClaims(set: JsonObject, podName: string, world: ControllerWorld): readonly JsonObject[] {
  const { namespace } = nameOf(set)
  return objectsAt(objectAt(set, 'spec'), 'volumeClaimTemplates').map((template) => {
    const metadata = objectAt(template, 'metadata')
    const volume = textAt(metadata, 'name')
    const claimName = `${volume}-${podName}`
    if (world.cache.get(claims, { namespace, name: claimName }) === undefined) {
      const labels = { ...labelsOf(template), ...objectAt(objectAt(objectAt(set, 'spec'), 'selector'), 'matchLabels') }
      world.host.create(claims, {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        metadata: { name: claimName, namespace, labels },
        spec: objectAt(template, 'spec') ?? {},
      })
    }
    return { name: volume, persistentVolumeClaim: { claimName } }
  })
}

function createPod(set: JsonObject, ordinal: number, revision: string, world: ControllerWorld): void {
  const { namespace, name } = nameOf(set)
  const spec = objectAt(set, 'spec')
  const podName = `${name}-${ordinal}`
  const volumes = ensureClaims(set, podName, world)
  makePod(
    podFromTemplate(objectAt(spec, 'template') ?? {}, {
      name: podName,
      generateName: `${name}-`,
      namespace,
      owner: ownerReference('apps/v1', 'StatefulSet', set),
      labels: {
        [revisionLabel]: revision,
        'statefulset.kubernetes.io/pod-name': podName,
        'apps.kubernetes.io/pod-index': String(ordinal),
      },
      hostname: podName,
      subdomain: textAt(spec, 'serviceName'),
      ...(volumes.length === 0 ? {} : { volumes }),
    }),
    {
      owner: set,
      source,
      made: (made) => `create Pod ${made} in StatefulSet ${name} successful`,
      refused: (refused, why) => `create Pod ${refused} in StatefulSet ${name} failed error: ${why}`,
    },
    world,
  )
}

/** One step: pods in order from the first, surplus ones from the last, then outdated ones from the last. */
function step(set: JsonObject, members: Members, revision: string, world: ControllerWorld): void {
  const { byOrdinal, first, wanted } = members
  const spec = objectAt(set, 'spec')
  const parallel = textAt(spec, 'podManagementPolicy') === 'Parallel'
  for (let ordinal = first; ordinal < first + wanted; ordinal += 1) {
    const pod = byOrdinal.get(ordinal)
    if (pod === undefined) createPod(set, ordinal, revision, world)
    if (!parallel && (pod === undefined || !isPodReady(pod) || isTerminating(pod))) {
      // One that can't become ready is replaced when the template has changed: nothing else would help it.
      if (pod !== undefined && isOutdated(pod, revision) && !isTerminating(pod)) remove(set, pod, world)
      return
    }
  }
  const surplus = [...byOrdinal.keys()].filter((ordinal) => ordinal < first || ordinal >= first + wanted).sort((a, b) => b - a)
  for (const ordinal of parallel ? surplus : surplus.slice(0, 1)) remove(set, byOrdinal.get(ordinal), world)
  if (surplus.length > 0) return
  const strategy = objectAt(spec, 'updateStrategy')
  if (textAt(strategy, 'type') === 'OnDelete') return
  const partition = numberAt(objectAt(strategy, 'rollingUpdate'), 'partition') ?? 0
  for (let ordinal = first + wanted - 1; ordinal >= Math.max(first, partition); ordinal -= 1) {
    const pod = byOrdinal.get(ordinal)
    if (pod === undefined) return
    if (isOutdated(pod, revision)) return remove(set, pod, world)
    if (!isPodReady(pod)) return
  }
}

function isOutdated(pod: JsonObject, revision: string): boolean {
  return labelsOf(pod)[revisionLabel] !== revision
}

function remove(set: JsonObject, pod: JsonObject | undefined, world: ControllerWorld): void {
  if (pod === undefined) return
  const { namespace, name } = nameOf(pod)
  world.host.delete(pods, namespace, name)
  const message = `delete Pod ${name} in StatefulSet ${nameOf(set).name} successful`
  world.report(set, { type: 'Normal', reason: 'SuccessfulDelete', message, source })
}

function recordStatus(set: JsonObject, revision: string, world: ControllerWorld): void {
  const spec = objectAt(set, 'spec')
  const members = world.cache.ownedBy(pods, uidOf(set)).filter(isActivePod)
  const counts = countPods(members, numberAt(spec, 'minReadySeconds') ?? 0, world.host.now())
  const updated = members.filter((pod) => !isOutdated(pod, revision)).length
  const before = textAt(objectAt(set, 'status'), 'currentRevision') || revision
  const done =
    updated === members.length && counts.ready === members.length && members.length === (numberAt(spec, 'replicas') ?? 1)
  writeStatus(world.host, statefulSets, set, {
    observedGeneration: numberAt(objectAt(set, 'metadata'), 'generation') ?? 0,
    replicas: members.length,
    readyReplicas: counts.ready,
    availableReplicas: counts.available,
    currentReplicas: done ? members.length : before === revision ? updated : members.length - updated,
    updatedReplicas: updated,
    currentRevision: done ? revision : before,
    updateRevision: revision,
    collisionCount: 0,
  })
  if (counts.nextAvailableMs !== undefined) world.lookAgain(counts.nextAvailableMs)
}

/** Keeps the numbered pods of StatefulSets, in order. */
export function statefulSetController(): Controller {
  return {
    name: 'statefulsets',
    watches: [statefulSets, pods, claims, revisions],
    concerned: (kind, object) => {
      if (kind === statefulSets) return [nameOf(object)]
      const owner = controllerOf(object)
      return textAt(owner, 'kind') === 'StatefulSet' ? [{ namespace: nameOf(object).namespace, name: textAt(owner, 'name') }] : []
    },
    reconcile: (name, world) => {
      const set = world.cache.get(statefulSets, name)
      if (set === undefined || isTerminating(set)) return
      const template = objectAt(objectAt(set, 'spec'), 'template') ?? {}
      const revision = `${name.name}-${templateHash(template)}`
      recordRevision(set, 'StatefulSet', revision, template, world)
      step(set, membersOf(set, world), revision, world)
      recordStatus(world.cache.get(statefulSets, name) ?? set, revision, world)
    },
  }
}
