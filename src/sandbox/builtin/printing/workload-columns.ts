import type { JsonObject } from '../../../plan/json.ts'
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
  type KindColumn,
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

const containersColumn = textColumn('Containers', (object) => containerNames(templateOf(object)), 1)
const imagesColumn = textColumn('Images', (object) => containerImages(templateOf(object)), 1)
const selectorColumn = textColumn('Selector', (object) => formatSelector(objectAt(objectAt(object, 'spec'), 'selector')), 1)
const readyOfWanted = (object: JsonObject): string => `${statusNumber('readyReplicas')(object)}/${specNumber('replicas')(object)}`

/** What a template of pods is made of. */
export const podTemplateColumns: readonly KindColumn[] = [
  nameColumn,
  textColumn('Containers', (object) => containerNames(objectAt(object, 'template'))),
  textColumn('Images', (object) => containerImages(objectAt(object, 'template'))),
  textColumn('Pod Labels', (object) => formatLabels(objectAt(objectAt(objectAt(object, 'template'), 'metadata'), 'labels'))),
]

/** READY, UP-TO-DATE and AVAILABLE. */
export const deploymentColumns: readonly KindColumn[] = [
  textColumn('Ready', readyOfWanted),
  countColumn('Up-to-date', statusNumber('updatedReplicas')),
  countColumn('Available', statusNumber('availableReplicas')),
  containersColumn,
  imagesColumn,
  selectorColumn,
]

/** DESIRED, CURRENT and READY. */
export const replicaSetColumns: readonly KindColumn[] = [
  integerColumn('Desired', specNumber('replicas')),
  integerColumn('Current', statusNumber('replicas')),
  integerColumn('Ready', statusNumber('readyReplicas')),
  containersColumn,
  imagesColumn,
  selectorColumn,
]

/** The same for replication controllers, whose selector is a plain map. */
export const replicationControllerColumns: readonly KindColumn[] = [
  ...replicaSetColumns.slice(0, 5),
  textColumn('Selector', (object) => formatSelector({ matchLabels: objectAt(objectAt(object, 'spec'), 'selector') ?? {} }), 1),
]

/** READY of wanted. */
export const statefulSetColumns: readonly KindColumn[] = [textColumn('Ready', readyOfWanted), containersColumn, imagesColumn]

/** DESIRED to NODE SELECTOR. */
export const daemonSetColumns: readonly KindColumn[] = [
  integerColumn('Desired', statusNumber('desiredNumberScheduled')),
  integerColumn('Current', statusNumber('currentNumberScheduled')),
  integerColumn('Ready', statusNumber('numberReady')),
  integerColumn('Up-to-date', statusNumber('updatedNumberScheduled')),
  integerColumn('Available', statusNumber('numberAvailable')),
  textColumn('Node Selector', (object) =>
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
export const jobColumns: readonly KindColumn[] = [
  textColumn('Status', jobStatus),
  textColumn('Completions', jobCompletions),
  textColumn('Duration', jobDuration),
  containersColumn,
  imagesColumn,
  selectorColumn,
]

function jobTemplate(object: JsonObject): JsonObject | undefined {
  return objectAt(objectAt(objectAt(objectAt(object, 'spec'), 'jobTemplate'), 'spec'), 'template')
}

/** SCHEDULE to LAST SCHEDULE. */
export const cronJobColumns: readonly KindColumn[] = [
  textColumn('Schedule', (object) => textAt(objectAt(object, 'spec'), 'schedule')),
  textColumn('Timezone', (object) => orNone(textAt(objectAt(object, 'spec'), 'timeZone'))),
  { ...textColumn('Suspend', (object) => (objectAt(object, 'spec')?.suspend === true ? 'True' : 'False')), type: 'boolean' },
  integerColumn('Active', (object) => objectsAt(objectAt(object, 'status'), 'active').length),
  textColumn('Last Schedule', (object, now) => {
    const last = textAt(objectAt(object, 'status'), 'lastScheduleTime')
    return last === '' ? '<none>' : ageOf(last, now)
  }),
  textColumn('Containers', (object) => containerNames(jobTemplate(object)), 1),
  textColumn('Images', (object) => containerImages(jobTemplate(object)), 1),
  textColumn(
    'Selector',
    (object) => formatSelector(objectAt(objectAt(objectAt(objectAt(object, 'spec'), 'jobTemplate'), 'spec'), 'selector')),
    1,
  ),
]
