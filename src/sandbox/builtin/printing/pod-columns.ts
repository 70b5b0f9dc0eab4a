import type { JsonObject } from '../../../plan/json.ts'
import { numberAt, objectAt, objectsAt, textAt } from '../json-tree.ts'
import { ageOf, type KindColumn, orNone, textColumn } from './common-columns.ts'

/** What the columns tell of a pod's containers. */
interface PodSummary {
  readonly ready: string
  readonly status: string
  readonly restarts: string
}

interface Tally {
  ready: number
  restarts: number
  /** When a container was last ended to be started again; empty when none was. */
  lastRestart: string
}

function countRestarts(tally: Tally, container: JsonObject): void {
  tally.restarts += numberAt(container, 'restartCount') ?? 0
  const ended = textAt(objectAt(objectAt(container, 'lastState'), 'terminated'), 'finishedAt')
  if (ended > tally.lastRestart) tally.lastRestart = ended
}

function terminatedReason(terminated: JsonObject): string {
  const reason = textAt(terminated, 'reason')
  if (reason !== '') return reason
  const signal = numberAt(terminated, 'signal') ?? 0
  return signal === 0 ? `ExitCode:${numberAt(terminated, 'exitCode') ?? 0}` : `Signal:${signal}`
}

/** The phase, or the reason that the pod as a whole gives. */
function ownReason(pod: JsonObject): string {
  const status = objectAt(pod, 'status')
  const isGated = objectsAt(status, 'conditions').some(
    (condition) => condition.type === 'PodScheduled' && condition.reason === 'SchedulingGated',
  )
  return isGated ? 'SchedulingGated' : textAt(status, 'reason') || textAt(status, 'phase')
}

/** How far the init containers are; undefined once they are through. Those that keep running are counted. */
function initReason(pod: JsonObject, tally: Tally, sidecars: ReadonlySet<string>, sidecarTally: Tally): string | undefined {
  const wanted = objectsAt(objectAt(pod, 'spec'), 'initContainers').length
  for (const [index, container] of objectsAt(objectAt(pod, 'status'), 'initContainerStatuses').entries()) {
    const isSidecar = sidecars.has(textAt(container, 'name'))
    countRestarts(tally, container)
    if (isSidecar) countRestarts(sidecarTally, container)
    const state = objectAt(container, 'state')
    const terminated = objectAt(state, 'terminated')
    if (terminated !== undefined && (numberAt(terminated, 'exitCode') ?? 0) === 0) continue
    if (isSidecar && container.started === true) {
      if (container.ready === true) sidecarTally.ready += 1
      continue
    }
    if (terminated !== undefined) return `Init:${terminatedReason(terminated)}`
    const waiting = textAt(objectAt(state, 'waiting'), 'reason')
    return waiting === '' || waiting === 'PodInitializing' ? `Init:${index}/${wanted}` : `Init:${waiting}`
  }
  return undefined
}

function hasTrueCondition(pod: JsonObject, type: string): boolean {
  const conditions = objectsAt(objectAt(pod, 'status'), 'conditions')
  return conditions.some((condition) => condition.type === type && condition.status === 'True')
}

/** Reads the containers from last to first, so that the first one's trouble is the one that is told. */
function containersReason(pod: JsonObject, tally: Tally, before: string): string {
  let reason = before
  let isRunning = false
  for (const container of [...objectsAt(objectAt(pod, 'status'), 'containerStatuses')].reverse()) {
    countRestarts(tally, container)
    const state = objectAt(container, 'state')
    const waiting = textAt(objectAt(state, 'waiting'), 'reason')
    const terminated = objectAt(state, 'terminated')
    if (waiting !== '') reason = waiting
    else if (terminated !== undefined) reason = terminatedReason(terminated)
    else if (container.ready === true && objectAt(state, 'running') !== undefined) {
      isRunning = true
      tally.ready += 1
    }
  }
  if (reason !== 'Completed' || !isRunning) return reason
  return hasTrueCondition(pod, 'Ready') ? 'Running' : 'NotReady'
}

const endedPhases: ReadonlySet<string> = new Set(['Succeeded', 'Failed'])

function summarize(pod: JsonObject, now: Date): PodSummary {
  const spec = objectAt(pod, 'spec')
  const restartable = objectsAt(spec, 'initContainers').filter((container) => container.restartPolicy === 'Always')
  const sidecars = new Set(restartable.map((container) => textAt(container, 'name')))
  const initial: Tally = { ready: 0, restarts: 0, lastRestart: '' }
  const running: Tally = { ready: 0, restarts: 0, lastRestart: '' }
  const own = ownReason(pod)
  const init = initReason(pod, initial, sidecars, running)
  const isThrough = init === undefined || hasTrueCondition(pod, 'Initialized')
  const reason = isThrough ? containersReason(pod, running, init ?? own) : init
  const { restarts, lastRestart } = isThrough ? running : initial
  const status = objectAt(pod, 'status')
  const isLeaving = textAt(objectAt(pod, 'metadata'), 'deletionTimestamp') !== ''
  const isLost = textAt(status, 'reason') === 'NodeLost'
  const leaving = isLost ? 'Unknown' : endedPhases.has(textAt(status, 'phase')) ? reason : 'Terminating'
  const since = restarts !== 0 && lastRestart !== '' ? ` (${ageOf(lastRestart, now)} ago)` : ''
  return {
    ready: `${running.ready}/${objectsAt(spec, 'containers').length + sidecars.size}`,
    status: isLeaving ? leaving : reason,
    restarts: `${restarts}${since}`,
  }
}

/** What a table says of the row of a pod that has ended. */
export function podRowConditions(pod: JsonObject): readonly JsonObject[] {
  switch (textAt(objectAt(pod, 'status'), 'phase')) {
    case 'Succeeded':
      return [completed('Succeeded', 'The pod has completed successfully.')]
    case 'Failed':
      return [completed('Failed', 'The pod failed.')]
    default:
      return []
  }
}

function completed(reason: string, message: string): JsonObject {
  return { type: 'Completed', status: 'True', reason, message }
}

function firstAddress(pod: JsonObject): string {
  return textAt(objectsAt(objectAt(pod, 'status'), 'podIPs')[0], 'ip')
}

function readinessGates(pod: JsonObject): string {
  const gates = objectsAt(objectAt(pod, 'spec'), 'readinessGates')
  if (gates.length === 0) return '<none>'
  const conditions = objectsAt(objectAt(pod, 'status'), 'conditions')
  const met = gates.filter((gate) => conditions.some((each) => each.type === gate.conditionType && each.status === 'True'))
  return `${met.length}/${gates.length}`
}

/** READY, STATUS and RESTARTS; wide: IP, NODE, NOMINATED NODE and READINESS GATES. */
export const podColumns: readonly KindColumn[] = [
  textColumn('Ready', (pod, now) => summarize(pod, now).ready),
  textColumn('Status', (pod, now) => summarize(pod, now).status),
  textColumn('Restarts', (pod, now) => summarize(pod, now).restarts),
  textColumn('IP', (pod) => orNone(firstAddress(pod)), 1),
  textColumn('Node', (pod) => orNone(textAt(objectAt(pod, 'spec'), 'nodeName')), 1),
  textColumn('Nominated Node', (pod) => orNone(textAt(objectAt(pod, 'status'), 'nominatedNodeName')), 1),
  textColumn('Readiness Gates', readinessGates, 1),
]
