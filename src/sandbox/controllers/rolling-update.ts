import type { JsonValue } from '../../plan/json.ts'

/** One ReplicaSet of a Deployment, in numbers. */
export interface ReplicaCount {
  readonly name: string
  /** Wanted pods. */
  readonly replicas: number
  /** Pods that are available. */
  readonly available: number
}

/** How far a rollout may stray from the wanted number of pods. */
export interface RolloutLimits {
  readonly maxSurge: number
  readonly maxUnavailable: number
}

function resolve(value: JsonValue | undefined, total: number, round: (share: number) => number): number {
  if (typeof value === 'number') return value
  const percent = Number.parseInt(String(value), 10)
  return Number.isNaN(percent) ? 0 : round((percent * total) / 100)
}

/** Limits in pods: a surge is rounded up, unavailability down, and when both come to nothing one pod may be missing. */
export function rolloutLimits(
  maxSurge: JsonValue | undefined,
  maxUnavailable: JsonValue | undefined,
  replicas: number,
): RolloutLimits {
  const surge = resolve(maxSurge, replicas, Math.ceil)
  const unavailable = resolve(maxUnavailable, replicas, Math.floor)
  return { maxSurge: surge, maxUnavailable: Math.min(surge === 0 && unavailable === 0 ? 1 : unavailable, replicas) }
}

/** Wanted pods of each ReplicaSet whose number changes. */
export type Scaling = ReadonlyMap<string, number>

function scaleUp(wanted: number, current: ReplicaCount, old: readonly ReplicaCount[], limits: RolloutLimits): number {
  if (current.replicas >= wanted) return wanted
  const total = old.reduce((sum, each) => sum + each.replicas, current.replicas)
  const room = wanted + limits.maxSurge - total
  return room <= 0 ? current.replicas : current.replicas + Math.min(room, wanted - current.replicas)
}

function scaleDown(wanted: number, current: ReplicaCount, old: readonly ReplicaCount[], limits: RolloutLimits): Scaling {
  const scaling = new Map<string, number>()
  const minimum = wanted - limits.maxUnavailable
  const total = old.reduce((sum, each) => sum + each.replicas, current.replicas)
  let removable = total - minimum - (current.replicas - current.available)
  if (removable <= 0) return scaling
  // Pods that don't work go first: nobody misses them.
  const rest = old.map((each) => {
    const broken = Math.min(Math.max(each.replicas - each.available, 0), removable)
    removable -= broken
    return { ...each, replicas: each.replicas - broken }
  })
  const available = rest.reduce((sum, each) => sum + each.available, current.available)
  let spare = Math.min(available - minimum, removable)
  rest.forEach((each, index) => {
    const removed = Math.max(Math.min(each.replicas, spare), 0)
    spare -= removed
    const replicas = each.replicas - removed
    if (replicas !== old[index]?.replicas) scaling.set(each.name, replicas)
  })
  return scaling
}

/** The next step of a rolling update from old ReplicaSets, oldest first, to the current one. */
export function rollingStep(wanted: number, current: ReplicaCount, old: readonly ReplicaCount[], limits: RolloutLimits): Scaling {
  const up = scaleUp(wanted, current, old, limits)
  if (up !== current.replicas) return new Map([[current.name, up]])
  return scaleDown(wanted, current, old, limits)
}

/** The next step when all old pods go before the first new one comes. `oldPods` are those that still exist. */
export function recreateStep(wanted: number, current: ReplicaCount, old: readonly ReplicaCount[], oldPods: number): Scaling {
  const scaling = new Map<string, number>()
  for (const each of old) if (each.replicas > 0) scaling.set(each.name, 0)
  if (scaling.size === 0 && oldPods === 0 && current.replicas !== wanted) scaling.set(current.name, wanted)
  return scaling
}
