import type { JsonObject } from '../../plan/json.ts'
import { numberAt, objectAt, stringMapAt, textAt } from '../builtin/json-tree.ts'
import { writeStatus } from './conditions.ts'
import type { Controller, ControllerWorld } from './controller.ts'
import { recordRevision } from './controller-revision.ts'
import { controllerOf, isTerminating, labelsOf, nameOf, uidOf } from './object-cache.ts'
import { makePod, ownerReference, podFromTemplate, templateHash } from './pod-template.ts'
import { countPods, isActivePod } from './replica-set-controller.ts'
import { nodeLabels } from './sandbox-node.ts'

const daemonSets = 'apps/DaemonSet'
const pods = '/Pod'
const revisions = 'apps/ControllerRevision'
const source = 'daemonset-controller'
const revisionLabel = 'controller-revision-hash'

/** True when the pods of a DaemonSet may run on the one node. */
function fitsNode(daemonSet: JsonObject): boolean {
  const podSpec = objectAt(objectAt(objectAt(daemonSet, 'spec'), 'template'), 'spec')
  return Object.entries(stringMapAt(podSpec, 'nodeSelector')).every(([key, value]) => nodeLabels[key] === value)
}

function remove(daemonSet: JsonObject, pod: JsonObject, world: ControllerWorld): void {
  const { namespace, name } = nameOf(pod)
  world.host.delete(pods, namespace, name)
  world.report(daemonSet, { type: 'Normal', reason: 'SuccessfulDelete', message: `Deleted pod: ${name}`, source })
}

function step(daemonSet: JsonObject, hash: string, wanted: number, world: ControllerWorld): void {
  const { namespace, name } = nameOf(daemonSet)
  const spec = objectAt(daemonSet, 'spec')
  const members = world.cache.ownedBy(pods, uidOf(daemonSet)).filter(isActivePod)
  const keepsOld = textAt(objectAt(spec, 'updateStrategy'), 'type') === 'OnDelete'
  const right = members.filter((pod) => keepsOld || labelsOf(pod)[revisionLabel] === hash)
  for (const pod of members) if (!right.slice(0, wanted).includes(pod)) remove(daemonSet, pod, world)
  if (right.length >= wanted) return
  makePod(
    podFromTemplate(objectAt(spec, 'template') ?? {}, {
      name: `${name}-${world.uniqueSuffix(uidOf(daemonSet))}`,
      generateName: `${name}-`,
      namespace,
      owner: ownerReference('apps/v1', 'DaemonSet', daemonSet),
      labels: {
        [revisionLabel]: hash,
        'pod-template-generation':
          textAt(objectAt(objectAt(daemonSet, 'metadata'), 'annotations'), 'deprecated.daemonset.template.generation') || '1',
      },
    }),
    { owner: daemonSet, source },
    world,
  )
}

function recordStatus(daemonSet: JsonObject, hash: string, wanted: number, world: ControllerWorld): void {
  const members = world.cache.ownedBy(pods, uidOf(daemonSet)).filter(isActivePod)
  const counts = countPods(members, numberAt(objectAt(daemonSet, 'spec'), 'minReadySeconds') ?? 0, world.host.now())
  writeStatus(world.host, daemonSets, daemonSet, {
    currentNumberScheduled: Math.min(members.length, wanted),
    numberMisscheduled: 0,
    desiredNumberScheduled: wanted,
    numberReady: counts.ready,
    observedGeneration: numberAt(objectAt(daemonSet, 'metadata'), 'generation') ?? 0,
    updatedNumberScheduled: members.filter((pod) => labelsOf(pod)[revisionLabel] === hash).length,
    numberAvailable: counts.available,
    numberUnavailable: Math.max(wanted - counts.available, 0),
  })
  if (counts.nextAvailableMs !== undefined) world.lookAgain(counts.nextAvailableMs)
}

/** Keeps one pod of every DaemonSet on the one node. */
export function daemonSetController(): Controller {
  return {
    name: 'daemonsets',
    watches: [daemonSets, pods, revisions],
    concerned: (kind, object) => {
      if (kind === daemonSets) return [nameOf(object)]
      const owner = controllerOf(object)
      return textAt(owner, 'kind') === 'DaemonSet' ? [{ namespace: nameOf(object).namespace, name: textAt(owner, 'name') }] : []
    },
    reconcile: (name, world) => {
      const daemonSet = world.cache.get(daemonSets, name)
      if (daemonSet === undefined || isTerminating(daemonSet)) return
      const template = objectAt(objectAt(daemonSet, 'spec'), 'template') ?? {}
      const hash = templateHash(template)
      const wanted = fitsNode(daemonSet) ? 1 : 0
      recordRevision(daemonSet, 'DaemonSet', `${name.name}-${hash}`, template, world)
      step(daemonSet, hash, wanted, world)
      recordStatus(daemonSet, hash, wanted, world)
    },
  }
}
