import type { JsonObject } from '../../../plan/json.ts'
import type { PrinterColumn } from '../../resource-type.ts'
import { numberAt, objectAt, objectsAt, textAt } from '../json-tree.ts'
import { orNone, textColumn } from './common-columns.ts'

function statuses(pod: JsonObject): readonly JsonObject[] {
  return objectsAt(objectAt(pod, 'status'), 'containerStatuses')
}

function ready(pod: JsonObject): string {
  const wanted = objectsAt(objectAt(pod, 'spec'), 'containers').length
  return `${statuses(pod).filter((status) => status.ready === true).length}/${wanted}`
}

function terminatedReason(terminated: JsonObject): string {
  const reason = textAt(terminated, 'reason')
  if (reason !== '') return reason
  const signal = numberAt(terminated, 'signal')
  return signal === undefined ? `ExitCode:${numberAt(terminated, 'exitCode') ?? 0}` : `Signal:${signal}`
}

/** The one word that says best how the pod is: its phase, unless a container waits or ended for a reason. */
function status(pod: JsonObject): string {
  const podStatus = objectAt(pod, 'status')
  let reason = textAt(podStatus, 'reason') || textAt(podStatus, 'phase')
  let running = false
  for (const container of [...statuses(pod)].reverse()) {
    const state = objectAt(container, 'state')
    const waiting = textAt(objectAt(state, 'waiting'), 'reason')
    const terminated = objectAt(state, 'terminated')
    if (waiting !== '') reason = waiting
    else if (terminated !== undefined) reason = terminatedReason(terminated)
    else if (container.ready === true && objectAt(state, 'running') !== undefined) running = true
  }
  if (reason === 'Completed' && running) reason = 'Running'
  if (textAt(objectAt(pod, 'metadata'), 'deletionTimestamp') !== '') return 'Terminating'
  return reason
}

function restarts(pod: JsonObject): string {
  return String(statuses(pod).reduce((sum, container) => sum + (numberAt(container, 'restartCount') ?? 0), 0))
}

function readinessGates(pod: JsonObject): string {
  const gates = objectsAt(objectAt(pod, 'spec'), 'readinessGates')
  if (gates.length === 0) return '<none>'
  const conditions = objectsAt(objectAt(pod, 'status'), 'conditions')
  const met = gates.filter((gate) => conditions.some((each) => each.type === gate.conditionType && each.status === 'True'))
  return `${met.length}/${gates.length}`
}

/** READY, STATUS and RESTARTS; wide: IP, NODE, NOMINATED NODE and READINESS GATES. */
export const podColumns: readonly PrinterColumn[] = [
  textColumn('Ready', 'Containers that are ready, of all.', ready),
  textColumn('Status', 'How the pod is, in one word.', status),
  textColumn('Restarts', 'How often containers were started again.', restarts),
  textColumn('IP', 'Address of the pod.', (pod) => orNone(textAt(objectAt(pod, 'status'), 'podIP')), 1),
  textColumn('Node', 'Node that the pod runs on.', (pod) => orNone(textAt(objectAt(pod, 'spec'), 'nodeName')), 1),
  textColumn(
    'Nominated Node',
    'Node that is being cleared for the pod.',
    (pod) => orNone(textAt(objectAt(pod, 'status'), 'nominatedNodeName')),
    1,
  ),
  textColumn('Readiness Gates', 'Further conditions that are met, of those wanted.', readinessGates, 1),
]
