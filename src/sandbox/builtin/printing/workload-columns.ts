import type { JsonObject } from '../../../plan/json.ts'
import type { PrinterColumn } from '../../resource-type.ts'
import { numberAt, objectAt, objectsAt, textAt } from '../json-tree.ts'
import {
  ageOf,
  containerImages,
  containerNames,
  countColumn,
  formatDuration,
  formatLabels,
  formatSelector,
  integerColumn,
  nameColumn,
  orNone,
  textColumn,
} from './common-columns.ts'

function specNumber(key: string): (object: JsonObject) => number {
  return (object) => numberAt(objectAt(object, 'spec'), key) ?? 0
}

function statusNumber(key: string): (object: JsonObject) => number {
  return (object) => numberAt(objectAt(object, 'status'), key) ?? 0
}

function templateOf(object: JsonObject): JsonObject | undefined {
  return objectAt(objectAt(object, 'spec'), 'template')
}

const containersColumn = textColumn('Containers', 'Names of the containers.', (object) => containerNames(templateOf(object)), 1)
const imagesColumn = textColumn('Images', 'Images of the containers.', (object) => containerImages(templateOf(object)), 1)
const selectorColumn = textColumn(
  'Selector',
  'Labels of the pods that are managed.',
  (object) => formatSelector(objectAt(objectAt(object, 'spec'), 'selector')),
  1,
)
const readyOfWanted = (object: JsonObject): string => `${statusNumber('readyReplicas')(object)}/${specNumber('replicas')(object)}`

/** What a template of pods is made of. */
export const podTemplateColumns: readonly PrinterColumn[] = [
  nameColumn,
  textColumn('Containers', 'Names of the containers.', (object) => containerNames(objectAt(object, 'template'))),
  textColumn('Images', 'Images of the containers.', (object) => containerImages(objectAt(object, 'template'))),
  textColumn('Pod Labels', 'Labels of the pods.', (object) =>
    formatLabels(objectAt(objectAt(objectAt(object, 'template'), 'metadata'), 'labels')),
  ),
]

/** READY, UP-TO-DATE and AVAILABLE. */
export const deploymentColumns: readonly PrinterColumn[] = [
  textColumn('Ready', 'Pods that are ready, of those wanted.', readyOfWanted),
  countColumn('Up-to-date', 'Pods of the newest template.', statusNumber('updatedReplicas')),
  countColumn('Available', 'Pods that have been ready long enough.', statusNumber('availableReplicas')),
  containersColumn,
  imagesColumn,
  selectorColumn,
]

/** DESIRED, CURRENT and READY. */
export const replicaSetColumns: readonly PrinterColumn[] = [
  integerColumn('Desired', 'Pods that are wanted.', specNumber('replicas')),
  integerColumn('Current', 'Pods that exist.', statusNumber('replicas')),
  integerColumn('Ready', 'Pods that are ready.', statusNumber('readyReplicas')),
  containersColumn,
  imagesColumn,
  selectorColumn,
]

/** The same for replication controllers, whose selector is a plain map. */
export const replicationControllerColumns: readonly PrinterColumn[] = [
  ...replicaSetColumns.slice(0, 5),
  textColumn(
    'Selector',
    'Labels of the pods that are managed.',
    (object) => formatSelector({ matchLabels: objectAt(objectAt(object, 'spec'), 'selector') ?? {} }),
    1,
  ),
]

/** READY of wanted. */
export const statefulSetColumns: readonly PrinterColumn[] = [
  textColumn('Ready', 'Pods that are ready, of those wanted.', readyOfWanted),
  containersColumn,
  imagesColumn,
]

/** DESIRED to NODE SELECTOR. */
export const daemonSetColumns: readonly PrinterColumn[] = [
  integerColumn('Desired', 'Nodes that should run a pod.', statusNumber('desiredNumberScheduled')),
  integerColumn('Current', 'Nodes that have a pod.', statusNumber('currentNumberScheduled')),
  integerColumn('Ready', 'Nodes whose pod is ready.', statusNumber('numberReady')),
  integerColumn('Up-to-date', 'Nodes whose pod is of the newest template.', statusNumber('updatedNumberScheduled')),
  integerColumn('Available', 'Nodes whose pod has been ready long enough.', statusNumber('numberAvailable')),
  textColumn('Node Selector', 'Labels of the nodes that run a pod.', (object) =>
    formatSelector({ matchLabels: objectAt(objectAt(templateOf(object), 'spec'), 'nodeSelector') ?? {} }),
  ),
  containersColumn,
  imagesColumn,
  selectorColumn,
]

function conditionIs(object: JsonObject, type: string): boolean {
  const conditions = objectsAt(objectAt(object, 'status'), 'conditions')
  return conditions.some((condition) => condition.type === type && condition.status === 'True')
}

function jobStatus(object: JsonObject): string {
  if (conditionIs(object, 'Complete')) return 'Complete'
  if (conditionIs(object, 'Failed')) return 'Failed'
  if (textAt(objectAt(object, 'metadata'), 'deletionTimestamp') !== '') return 'Terminating'
  if (conditionIs(object, 'Suspended')) return 'Suspended'
  if (conditionIs(object, 'FailureTarget')) return 'FailureTarget'
  if (conditionIs(object, 'SuccessCriteriaMet')) return 'SuccessCriteriaMet'
  return 'Running'
}

function jobDuration(object: JsonObject, now: Date): string {
  const status = objectAt(object, 'status')
  const start = textAt(status, 'startTime')
  if (start === '') return ''
  const end = textAt(status, 'completionTime')
  return end === '' ? ageOf(start, now) : formatDuration((Date.parse(end) - Date.parse(start)) / 1000)
}

function jobCompletions(object: JsonObject): string {
  const spec = objectAt(object, 'spec')
  const succeeded = statusNumber('succeeded')(object)
  const completions = numberAt(spec, 'completions')
  if (completions !== undefined) return `${succeeded}/${completions}`
  const parallelism = numberAt(spec, 'parallelism') ?? 0
  return parallelism > 1 ? `${succeeded}/1 of ${parallelism}` : `${succeeded}/1`
}

/** STATUS, COMPLETIONS and DURATION. */
export const jobColumns: readonly PrinterColumn[] = [
  textColumn('Status', 'Whether the job runs, is done, or failed.', jobStatus),
  textColumn('Completions', 'Pods that succeeded, of those wanted.', jobCompletions),
  textColumn('Duration', 'How long the job has run.', jobDuration),
  containersColumn,
  imagesColumn,
  selectorColumn,
]

function jobTemplate(object: JsonObject): JsonObject | undefined {
  return objectAt(objectAt(objectAt(objectAt(object, 'spec'), 'jobTemplate'), 'spec'), 'template')
}

/** SCHEDULE to LAST SCHEDULE. */
export const cronJobColumns: readonly PrinterColumn[] = [
  textColumn('Schedule', 'When jobs are started, in cron format.', (object) => textAt(objectAt(object, 'spec'), 'schedule')),
  textColumn('Timezone', 'The time zone of the schedule.', (object) => orNone(textAt(objectAt(object, 'spec'), 'timeZone'))),
  textColumn('Suspend', 'Whether no jobs are started for now.', (object) =>
    objectAt(object, 'spec')?.suspend === true ? 'True' : 'False',
  ),
  integerColumn('Active', 'Jobs that run.', (object) => objectsAt(objectAt(object, 'status'), 'active').length),
  textColumn('Last Schedule', 'When a job was last started.', (object, now) => {
    const last = textAt(objectAt(object, 'status'), 'lastScheduleTime')
    return last === '' ? '<none>' : ageOf(last, now)
  }),
  textColumn('Containers', 'Names of the containers.', (object) => containerNames(jobTemplate(object)), 1),
  textColumn('Images', 'Images of the containers.', (object) => containerImages(jobTemplate(object)), 1),
]
