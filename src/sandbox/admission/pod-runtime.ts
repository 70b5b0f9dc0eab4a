import type { JsonObject } from '../../plan/json.ts'
import { objectAt, objectsAt, stringMapAt, textAt } from '../builtin/json-tree.ts'
import { sameJson } from '../builtin/validation/field-errors.ts'

/** A pod as its runtime class wants it, or why it can't be run so. */
export type RuntimeVerdict = { readonly ok: true; readonly pod: JsonObject } | { readonly ok: false; readonly why: string }

/** The first label that a pod and its class want of a node with different values. */
function conflictOf(pod: { readonly [key: string]: string }, wanted: { readonly [key: string]: string }): string | undefined {
  const key = Object.keys(wanted).find((each) => pod[each] !== undefined && pod[each] !== wanted[each])
  if (key === undefined) return undefined
  return `conflict: runtimeClass.scheduling.nodeSelector[${key}] = ${wanted[key]}; pod.spec.nodeSelector[${key}] = ${pod[key]}`
}

/** Gives a new pod what its runtime class costs and where that runs. `find` looks a class up by its name. */
export function admitRuntime(pod: JsonObject, find: (name: string) => JsonObject | undefined): RuntimeVerdict {
  const spec = objectAt(pod, 'spec') ?? {}
  const name = textAt(spec, 'runtimeClassName')
  const runtime = name === '' ? undefined : find(name)
  if (name !== '' && runtime === undefined) {
    return { ok: false, why: `pod rejected: RuntimeClass ${JSON.stringify(name)} not found` }
  }
  const cost = objectAt(objectAt(runtime, 'overhead'), 'podFixed')
  if (spec.overhead !== undefined) {
    if (cost === undefined) {
      const why = 'pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead'
      return { ok: false, why }
    }
    if (!sameJson(spec.overhead, cost)) {
      return { ok: false, why: "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead" }
    }
  }
  const scheduling = objectAt(runtime, 'scheduling')
  const [labels, wanted] = [stringMapAt(spec, 'nodeSelector'), stringMapAt(scheduling, 'nodeSelector')]
  const conflict = conflictOf(labels, wanted)
  if (conflict !== undefined) return { ok: false, why: conflict }
  const own = objectsAt(spec, 'tolerations')
  const more = objectsAt(scheduling, 'tolerations').filter((each) => !own.some((toleration) => sameJson(toleration, each)))
  const changes = {
    ...(cost === undefined ? {} : { overhead: cost }),
    ...(Object.keys(wanted).length === 0 ? {} : { nodeSelector: { ...labels, ...wanted } }),
    ...(more.length === 0 ? {} : { tolerations: [...own, ...more] }),
  }
  return { ok: true, pod: Object.keys(changes).length === 0 ? pod : { ...pod, spec: { ...spec, ...changes } } }
}
