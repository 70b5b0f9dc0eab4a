import type { JsonObject } from '../../../plan/json.ts'
import { ensureTree, objectAt, objectsAt, setDefault, type Tree, textAt } from '../json-tree.ts'
import { sameJson } from '../validation/field-errors.ts'
import { defaultPodTemplate } from './pod-defaults.ts'

/** Defaults of a Deployment. */
export function defaultDeployment(deployment: Tree): void {
  const spec = ensureTree(deployment, 'spec')
  defaultPodTemplate(spec)
  setDefault(spec, 'replicas', 1)
  const strategy = ensureTree(spec, 'strategy')
  setDefault(strategy, 'type', 'RollingUpdate')
  if (strategy.type === 'RollingUpdate') {
    const rollingUpdate = ensureTree(strategy, 'rollingUpdate')
    setDefault(rollingUpdate, 'maxUnavailable', '25%')
    setDefault(rollingUpdate, 'maxSurge', '25%')
  }
  setDefault(spec, 'revisionHistoryLimit', 10)
  setDefault(spec, 'progressDeadlineSeconds', 600)
}

/** Defaults of a ReplicaSet. */
export function defaultReplicaSet(replicaSet: Tree): void {
  const spec = ensureTree(replicaSet, 'spec')
  defaultPodTemplate(spec)
  setDefault(spec, 'replicas', 1)
}

/** Defaults of a ReplicationController, which takes labels and selector from its template. */
export function defaultReplicationController(controller: Tree): void {
  const spec = ensureTree(controller, 'spec')
  if (objectAt(spec, 'template') !== undefined) defaultPodTemplate(spec)
  setDefault(spec, 'replicas', 1)
  const labels = objectAt(objectAt(objectAt(spec, 'template'), 'metadata'), 'labels')
  if (labels === undefined || Object.keys(labels).length === 0) return
  if (objectAt(spec, 'selector') === undefined) spec.selector = { ...labels }
  const metadata = ensureTree(controller, 'metadata')
  if (objectAt(metadata, 'labels') === undefined) metadata.labels = { ...labels }
}

/** Defaults of a StatefulSet. */
export function defaultStatefulSet(statefulSet: Tree): void {
  const spec = ensureTree(statefulSet, 'spec')
  defaultPodTemplate(spec)
  setDefault(spec, 'replicas', 1)
  setDefault(spec, 'podManagementPolicy', 'OrderedReady')
  const strategy = ensureTree(spec, 'updateStrategy')
  setDefault(strategy, 'type', 'RollingUpdate')
  if (strategy.type === 'RollingUpdate') setDefault(ensureTree(strategy, 'rollingUpdate'), 'partition', 0)
  setDefault(spec, 'revisionHistoryLimit', 10)
  const retention = ensureTree(spec, 'persistentVolumeClaimRetentionPolicy')
  setDefault(retention, 'whenDeleted', 'Retain')
  setDefault(retention, 'whenScaled', 'Retain')
  for (const claim of objectsAt(spec, 'volumeClaimTemplates')) {
    claim.kind = 'PersistentVolumeClaim'
    claim.apiVersion = 'v1'
    setDefault(ensureTree(claim, 'spec'), 'volumeMode', 'Filesystem')
    setDefault(ensureTree(claim, 'status'), 'phase', 'Pending')
  }
}

/** Defaults of a DaemonSet. */
export function defaultDaemonSet(daemonSet: Tree): void {
  const spec = ensureTree(daemonSet, 'spec')
  defaultPodTemplate(spec)
  const strategy = ensureTree(spec, 'updateStrategy')
  setDefault(strategy, 'type', 'RollingUpdate')
  if (strategy.type === 'RollingUpdate') {
    const rollingUpdate = ensureTree(strategy, 'rollingUpdate')
    setDefault(rollingUpdate, 'maxUnavailable', 1)
    setDefault(rollingUpdate, 'maxSurge', 0)
  }
  setDefault(spec, 'revisionHistoryLimit', 10)
}

/** Where `apps/v1` keeps the count of template changes that older versions had as a field. */
const templateGeneration = 'deprecated.daemonset.template.generation'

function setTemplateGeneration(daemonSet: Tree, generation: number): void {
  ensureTree(ensureTree(daemonSet, 'metadata'), 'annotations')[templateGeneration] = String(generation)
}

/** Counts the first template of a DaemonSet. */
export function prepareDaemonSet(daemonSet: Tree): void {
  setTemplateGeneration(daemonSet, 1)
}

/** Counts a DaemonSet's template when it changes; the count can't be written by clients. */
export function prepareDaemonSetUpdate(daemonSet: Tree, old: JsonObject): void {
  const before = Number(textAt(objectAt(objectAt(old, 'metadata'), 'annotations'), templateGeneration)) || 1
  const changed = !sameJson(objectAt(daemonSet, 'spec')?.template, objectAt(old, 'spec')?.template)
  setTemplateGeneration(daemonSet, changed ? before + 1 : before)
}

/** Defaults of a Job. */
export function defaultJob(job: Tree): void {
  const spec = ensureTree(job, 'spec')
  defaultPodTemplate(spec)
  if (spec.completions === undefined && spec.parallelism === undefined) spec.completions = 1
  setDefault(spec, 'parallelism', 1)
  setDefault(spec, 'backoffLimit', spec.backoffLimitPerIndex === undefined ? 6 : 2 ** 31 - 1)
  setDefault(spec, 'completionMode', 'NonIndexed')
  setDefault(spec, 'suspend', false)
  setDefault(spec, 'manualSelector', false)
  setDefault(spec, 'podReplacementPolicy', spec.podFailurePolicy === undefined ? 'TerminatingOrFailed' : 'Failed')
  for (const rule of objectsAt(objectAt(spec, 'podFailurePolicy'), 'rules')) {
    for (const pattern of objectsAt(rule, 'onPodConditions')) setDefault(pattern, 'status', 'True')
  }
  const labels = objectAt(objectAt(objectAt(spec, 'template'), 'metadata'), 'labels')
  const metadata = ensureTree(job, 'metadata')
  if (labels !== undefined && Object.keys(objectAt(metadata, 'labels') ?? {}).length === 0) metadata.labels = { ...labels }
}

function inOrderOfNames(labels: Tree): Tree {
  return Object.fromEntries(Object.entries(labels).sort(([left], [right]) => (left < right ? -1 : 1)))
}

/** Gives a new Job the selector by which it knows its pods, unless it brings its own. */
export function prepareJob(job: Tree): void {
  const spec = ensureTree(job, 'spec')
  const metadata = objectAt(job, 'metadata')
  const uid = textAt(metadata, 'uid')
  const name = textAt(metadata, 'name')
  if (spec.manualSelector === true || uid === '') return
  const generated = {
    'batch.kubernetes.io/controller-uid': uid,
    'batch.kubernetes.io/job-name': name,
    'controller-uid': uid,
    'job-name': name,
  }
  const templateMetadata = ensureTree(ensureTree(spec, 'template'), 'metadata')
  // What the user set stays, and is refused where it is another.
  const labels = inOrderOfNames({ ...generated, ...objectAt(templateMetadata, 'labels') })
  templateMetadata.labels = labels
  const selector = ensureTree(spec, 'selector')
  selector.matchLabels = inOrderOfNames({
    'batch.kubernetes.io/controller-uid': uid,
    ...objectAt(selector, 'matchLabels'),
  })
  // Defaulting gives a Job without labels those of its template, by now with those that were just made.
  const own = ensureTree(job, 'metadata')
  const ownLabels = objectAt(own, 'labels') ?? {}
  const isOwn = Object.entries(ownLabels).some(([key, value]) => labels[key] !== value)
  if (!isOwn) own.labels = { ...labels }
}

/** Defaults of a CronJob; those of its jobs are set when one is made. */
export function defaultCronJob(cronJob: Tree): void {
  const spec = ensureTree(cronJob, 'spec')
  defaultPodTemplate(ensureTree(ensureTree(spec, 'jobTemplate'), 'spec'))
  setDefault(spec, 'concurrencyPolicy', 'Allow')
  setDefault(spec, 'suspend', false)
  setDefault(spec, 'successfulJobsHistoryLimit', 3)
  setDefault(spec, 'failedJobsHistoryLimit', 1)
}
