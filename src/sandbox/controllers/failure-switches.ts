import type { JsonObject } from '../../plan/json.ts'
import { objectAt, stringMapAt } from '../builtin/json-tree.ts'
import { labelsOf, nameOf } from './object-cache.ts'

/**
 * How a pod can be made to fail: its image is never pulled, its containers crash again and again, or it runs but never
 * becomes ready, so that its rollout stalls.
 */
export type PodFailure = 'image-pull' | 'crash-loop' | 'rollout-stall'

/** The annotation of a pod, usually by its template, that asks for a failure. */
export const failureAnnotation = 'sandbox.meshform.dev/fail'

const podFailures: readonly PodFailure[] = ['image-pull', 'crash-loop', 'rollout-stall']

/** Pods that a switch speaks of: those of a namespace, or of all, that carry the labels. */
export interface PodSelection {
  readonly namespace: string | undefined
  readonly labels: { readonly [key: string]: string }
}

interface Switch {
  readonly pods: PodSelection
  readonly failure: PodFailure
}

/** Failures switched on from outside the objects, for tests that may not change what they apply. */
export class FailureSwitches {
  private switches: readonly Switch[] = []
  private readonly listeners = new Set<() => void>()

  /** Makes pods fail from now on. Answers how to let them recover. */
  fail(pods: PodSelection, failure: PodFailure): () => void {
    const added: Switch = { pods, failure }
    this.change([...this.switches, added])
    return () => {
      this.change(this.switches.filter((each) => each !== added))
    }
  }

  /** How a pod is to fail, by a switch or its annotation. */
  failureOf(pod: JsonObject): PodFailure | undefined {
    const labels = labelsOf(pod)
    const { namespace } = nameOf(pod)
    for (const { pods, failure } of this.switches) {
      if (
        (pods.namespace ?? namespace) === namespace &&
        Object.entries(pods.labels).every(([key, value]) => labels[key] === value)
      )
        return failure
    }
    const asked = stringMapAt(objectAt(pod, 'metadata'), 'annotations')[failureAnnotation]
    return podFailures.find((failure) => failure === asked)
  }

  /** Calls back when a switch changes. Answers how to stop. */
  onChange(listener: () => void): () => void {
    this.listeners.add(listener)
    return () => {
      this.listeners.delete(listener)
    }
  }

  private change(switches: readonly Switch[]): void {
    this.switches = switches
    for (const listener of this.listeners) listener()
  }
}
