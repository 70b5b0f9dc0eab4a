import type { JsonObject } from '../../plan/json.ts'
import type { ControllerHost, KindKey } from './controller-host.ts'
import type { Report } from './event-recorder.ts'
import type { FailureSwitches } from './failure-switches.ts'
import type { ObjectCache, ObjectName } from './object-cache.ts'

/** Delays of the simulation in milliseconds, and what it puts where. */
export interface SimulationOptions {
  /** From a pod's creation to its containers running and ready. */
  readonly podStartDelayMs: number
  /** From the start of a Job's pod to its end. */
  readonly jobRunDelayMs: number
  /** From a namespace's deletion to that of what is in it. */
  readonly namespaceEndDelayMs: number
  /** ConfigMaps that every namespace gets, by name: what a real cluster's controllers publish there. */
  readonly namespaceConfigMaps: ReadonlyMap<string, NamespaceConfigMap>
  /** Whether every namespace gets its `default` ServiceAccount. */
  readonly defaultServiceAccounts: boolean
}

/** A ConfigMap that is published into every namespace. */
export interface NamespaceConfigMap {
  readonly annotations: { readonly [key: string]: string }
  readonly data: { readonly [key: string]: string }
}

/** What a controller works with. */
export interface ControllerWorld {
  readonly host: ControllerHost
  readonly cache: ObjectCache
  readonly options: SimulationOptions
  readonly failures: FailureSwitches
  /** Tells of an object, as an Event. */
  readonly report: (object: JsonObject, report: Report) => void
  /** Looks at an object again after a delay; the earliest of several requests counts. */
  readonly lookAgain: (delayMs: number) => void
  /** A short text that no earlier call gave for the same seed. */
  readonly uniqueSuffix: (seed: string) => string
  /** An address of the pod network that no pod has. */
  readonly nextPodAddress: () => string
}

/** One simulated controller: which objects an event concerns, and what to do about one of them. */
export interface Controller {
  readonly name: string
  /** Kinds whose changes it wants to see. */
  readonly watches: readonly KindKey[]
  /** Kinds of whose deletions alone it wants to hear. Their objects are neither kept nor listed at the start. */
  readonly restores?: readonly KindKey[]
  /** Works within the change itself, so that what it makes is there when the change is answered. */
  readonly immediate?: true
  /** The objects to look at after a change of one of the watched kinds. */
  readonly concerned: (kind: KindKey, object: JsonObject, cache: ObjectCache) => readonly ObjectName[]
  /** Brings one object a step closer to where it should be. Called again after every change that concerns it. */
  readonly reconcile: (name: ObjectName, world: ControllerWorld) => void
}
