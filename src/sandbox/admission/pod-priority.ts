import type { JsonObject } from '../../plan/json.ts'
import { numberAt, objectAt, textAt } from '../builtin/json-tree.ts'

/** A pod with its priority, or why it can't have it. */
export type PriorityVerdict = { readonly ok: true; readonly pod: JsonObject } | { readonly ok: false; readonly why: string }

const usual = { name: '', priority: 0, preemptionPolicy: 'PreemptLowerPriority' } as const

interface ComputedPriority {
  readonly name: string
  readonly priority: number
  readonly preemptionPolicy: string
}

function computed(priorityClass: JsonObject): ComputedPriority {
  return {
    name: textAt(objectAt(priorityClass, 'metadata'), 'name'),
    priority: numberAt(priorityClass, 'value') ?? 0,
    preemptionPolicy: textAt(priorityClass, 'preemptionPolicy') || usual.preemptionPolicy,
  }
}

/** Of several defaults the least urgent one is taken. */
function defaultClass(classes: readonly JsonObject[]): ComputedPriority {
  const defaults = classes.filter((each) => each.globalDefault === true).map(computed)
  return defaults.sort((left, right) => left.priority - right.priority)[0] ?? usual
}

/** Gives a new pod the priority of its class, which it may name but not contradict. */
export function admitPriority(pod: JsonObject, classes: readonly JsonObject[]): PriorityVerdict {
  const spec = objectAt(pod, 'spec') ?? {}
  const name = textAt(spec, 'priorityClassName')
  const named = name === '' ? undefined : classes.find((each) => textAt(objectAt(each, 'metadata'), 'name') === name)
  if (name !== '' && named === undefined) return { ok: false, why: `no PriorityClass with name ${name} was found` }
  const { priority, preemptionPolicy, ...found } = named === undefined ? defaultClass(classes) : computed(named)
  const given = numberAt(spec, 'priority')
  const computes = 'must not be provided in pod spec; priority admission controller computed'
  const from = 'from the given PriorityClass name'
  if (given !== undefined && given !== priority) {
    return { ok: false, why: `the integer value of priority (${given}) ${computes} ${priority} ${from}` }
  }
  const policy = textAt(spec, 'preemptionPolicy')
  if (policy !== '' && policy !== preemptionPolicy) {
    return { ok: false, why: `the string value of PreemptionPolicy (${policy}) ${computes} ${preemptionPolicy} ${from}` }
  }
  const className = found.name === '' ? {} : { priorityClassName: found.name }
  return { ok: true, pod: { ...pod, spec: { ...spec, ...className, priority, preemptionPolicy } } }
}

/** A changed pod with the priority that it had, where the change leaves that out. */
export function withPriorityOf(live: JsonObject, pod: JsonObject): JsonObject {
  const [before, spec] = [objectAt(live, 'spec') ?? {}, objectAt(pod, 'spec') ?? {}]
  const kept = {
    ...(spec.priority === undefined && before.priority !== undefined ? { priority: before.priority } : {}),
    ...(spec.preemptionPolicy === undefined && before.preemptionPolicy !== undefined
      ? { preemptionPolicy: before.preemptionPolicy }
      : {}),
  }
  return Object.keys(kept).length === 0 ? pod : { ...pod, spec: { ...spec, ...kept } }
}
