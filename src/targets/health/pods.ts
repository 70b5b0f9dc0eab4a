import type { JsonObject } from '../../plan/json.ts'
import type { LiveObject } from '../contract.ts'
import { numberOf, objectOf, objectsOf, textOf } from '../json-fields.ts'
import { conditionOf, describeCondition } from './conditions.ts'
import type { Health } from './health.ts'

/** Reasons for which a container waits and that no waiting cures. */
const HOPELESS = new Set(['InvalidImageName', 'CrashLoopBackOff', 'ErrImageNeverPull'])
/** Reasons for which every container waits for a moment. */
const ORDINARY = new Set(['ContainerCreating', 'PodInitializing', ''])

/** A trouble of one container of a pod. */
export interface ContainerTrouble {
  readonly text: string
  readonly hopeless: boolean
}

/** A Pod is there when it is ready, or has done its work. */
export function podHealth(pod: LiveObject): Health {
  const status = objectOf(pod.status)
  switch (textOf(status.phase)) {
    case 'Succeeded':
      return { status: 'current', reason: 'it has completed' }
    case 'Failed':
      return { status: 'failed', reason: podReason(pod) ?? 'it failed' }
    case 'Running': {
      if (conditionOf(pod, 'Ready')?.status === 'True') return { status: 'current', reason: '' }
      break
    }
    default:
      break
  }
  const troubles = containerTroubles(pod)
  const hopeless = troubles.find((trouble) => trouble.hopeless)
  if (hopeless !== undefined) return { status: 'failed', reason: hopeless.text }
  return { status: 'in-progress', reason: podReason(pod) ?? 'it is not ready' }
}

/** Why a pod is not ready, in a few words; undefined when nothing tells. */
export function podReason(pod: LiveObject): string | undefined {
  const [trouble] = containerTroubles(pod)
  if (trouble !== undefined) return trouble.text
  const status = objectOf(pod.status)
  const said = [textOf(status.reason), textOf(status.message)].filter((part) => part !== undefined && part !== '').join(': ')
  if (said !== '') return said
  for (const type of ['PodScheduled', 'Initialized', 'ContainersReady', 'Ready']) {
    const condition = conditionOf(pod, type)
    if (condition !== undefined && condition.status !== 'True' && condition.message !== '') return describeCondition(condition)
  }
  return undefined
}

/** What is wrong with the containers of a pod, the gravest first. */
export function containerTroubles(pod: LiveObject): readonly ContainerTrouble[] {
  const status = objectOf(pod.status)
  const troubles = [...objectsOf(status.initContainerStatuses), ...objectsOf(status.containerStatuses)].flatMap((container) => {
    const trouble = containerTrouble(container)
    return trouble === undefined ? [] : [trouble]
  })
  return troubles.sort((left, right) => Number(right.hopeless) - Number(left.hopeless))
}

function containerTrouble(container: JsonObject): ContainerTrouble | undefined {
  const name = textOf(container.name) ?? ''
  const state = objectOf(container.state)
  const waiting = objectOf(state.waiting)
  const reason = textOf(waiting.reason) ?? ''
  if (!ORDINARY.has(reason)) {
    const message = textOf(waiting.message) ?? ''
    const last = lastExit(container)
    const image = /image/i.test(reason) ? ` (${textOf(container.image) ?? ''})` : ''
    const said = [`container ${name}: ${reason}${image}`, message, last].filter((part) => part !== '').join(': ')
    return { text: said, hopeless: HOPELESS.has(reason) }
  }
  const ended = objectOf(state.terminated)
  const code = numberOf(ended.exitCode)
  if (code !== undefined && code !== 0) return { text: `container ${name}: ${exitText(ended)}`, hopeless: false }
  return undefined
}

function lastExit(container: JsonObject): string {
  const last = objectOf(objectOf(container.lastState).terminated)
  return numberOf(last.exitCode) === undefined ? '' : `last ${exitText(last)}`
}

function exitText(ended: JsonObject): string {
  const said = [textOf(ended.reason), textOf(ended.message)].filter((part) => part !== undefined && part !== '').join(': ')
  return `exit code ${numberOf(ended.exitCode)}${said === '' ? '' : ` (${said.slice(0, 300)})`}`
}
