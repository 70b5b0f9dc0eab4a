import type { ResourceType } from '../../resource-type.ts'
import {
  defaultCronJob,
  defaultDaemonSet,
  defaultDeployment,
  defaultJob,
  defaultReplicaSet,
  defaultStatefulSet,
  prepareDaemonSet,
  prepareDaemonSetUpdate,
  prepareJob,
} from '../defaults/workload-defaults.ts'
import { defineKind } from '../define-kind.ts'
import { numberAt, objectAt, objectsAt, textAt } from '../json-tree.ts'
import { textColumn } from '../printing/common-columns.ts'
import {
  cronJobColumns,
  daemonSetColumns,
  deploymentColumns,
  jobColumns,
  replicaSetColumns,
  statefulSetColumns,
} from '../printing/workload-columns.ts'
import { validateJobStatus } from '../validation/job-status.ts'
import { validateCronJob, validateJob, validateJobCreate, validateJobUpdate } from '../validation/jobs.ts'
import { statefulSetWarnings } from '../validation/kind-warnings.ts'
import { templateWarnings, workloadWarnings } from '../validation/pod-warnings.ts'
import {
  validateDaemonCounts,
  validateDaemonSet,
  validateDeployment,
  validateReplicaCounts,
  validateReplicaSet,
  validateSelectorUpdate,
  validateStatefulSet,
  validateStatefulSetUpdate,
} from '../validation/workloads.ts'

const apps = { group: 'apps', version: 'v1', categories: ['all'] } as const
const batch = { group: 'batch', version: 'v1', categories: ['all'], status: true, countsGeneration: true } as const
const workload = { ...apps, status: true, countsGeneration: true } as const
const scale = { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas', labelSelectorPath: '.spec.selector' }

const template = ['spec', 'template']

/** Kinds of `apps/v1` and `batch/v1`. */
export const workloadKinds: readonly ResourceType[] = [
  defineKind({
    ...workload,
    kind: 'Deployment',
    plural: 'deployments',
    shortNames: ['deploy'],
    scale,
    columns: deploymentColumns,
    setDefaults: defaultDeployment,
    validate: validateDeployment,
    warnings: workloadWarnings(template),
    validateStatus: validateReplicaCounts('updatedReplicas', 'readyReplicas', 'availableReplicas'),
    validateUpdate: validateSelectorUpdate,
  }),
  defineKind({
    ...workload,
    kind: 'ReplicaSet',
    plural: 'replicasets',
    shortNames: ['rs'],
    scale,
    columns: replicaSetColumns,
    setDefaults: defaultReplicaSet,
    validate: validateReplicaSet,
    warnings: workloadWarnings(template),
    metadataChecks: 2,
    updateChecksTwice: true,
    validateStatus: validateReplicaCounts('fullyLabeledReplicas', 'readyReplicas', 'availableReplicas'),
    validateUpdate: validateSelectorUpdate,
  }),
  defineKind({
    ...workload,
    kind: 'StatefulSet',
    plural: 'statefulsets',
    shortNames: ['sts'],
    scale,
    columns: statefulSetColumns,
    setDefaults: defaultStatefulSet,
    validate: validateStatefulSet,
    warnings: statefulSetWarnings,
    validateStatus: validateReplicaCounts('readyReplicas', 'currentReplicas', 'updatedReplicas', 'availableReplicas'),
    validateUpdate: validateStatefulSetUpdate,
  }),
  defineKind({
    ...workload,
    kind: 'DaemonSet',
    plural: 'daemonsets',
    shortNames: ['ds'],
    columns: daemonSetColumns,
    setDefaults: defaultDaemonSet,
    prepareCreate: prepareDaemonSet,
    prepareUpdate: prepareDaemonSetUpdate,
    validate: validateDaemonSet,
    warnings: templateWarnings(template),
    validateStatus: validateDaemonCounts,
    metadataChecks: 2,
    updateChecksTwice: true,
    validateUpdate: validateSelectorUpdate,
  }),
  defineKind({
    group: 'apps',
    version: 'v1',
    kind: 'ControllerRevision',
    plural: 'controllerrevisions',
    columns: [
      textColumn('Controller', (revision) => {
        const owner = objectsAt(objectAt(revision, 'metadata'), 'ownerReferences').find((each) => each.controller === true)
        if (owner === undefined) return '<none>'
        const group = textAt(owner, 'apiVersion').split('/')[0]
        return `${textAt(owner, 'kind').toLowerCase()}.${group}/${textAt(owner, 'name')}`
      }),
      textColumn('Revision', (revision) => numberAt(revision, 'revision') ?? 0),
    ],
    validate: (errors, revision) => {
      if (revision.data === undefined) errors.required('data', 'data is mandatory')
      errors.nonNegative('revision', revision.revision)
    },
    validateUpdate: (errors, revision, old) => errors.immutable('data', revision.data, old.data),
    metadataChecks: 2,
  }),
  defineKind({
    ...batch,
    kind: 'Job',
    plural: 'jobs',
    columns: jobColumns,
    setDefaults: defaultJob,
    prepareCreate: prepareJob,
    validate: validateJob,
    warnings: workloadWarnings(template),
    validateCreate: validateJobCreate,
    validateStatus: validateJobStatus,
    validateUpdate: validateJobUpdate,
    metadataChecks: 2,
  }),
  defineKind({
    ...batch,
    kind: 'CronJob',
    plural: 'cronjobs',
    shortNames: ['cj'],
    columns: cronJobColumns,
    setDefaults: defaultCronJob,
    validate: validateCronJob,
    warnings: workloadWarnings(['spec', 'jobTemplate', 'spec', 'template']),
  }),
]
