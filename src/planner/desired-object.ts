import type { AdoptionPolicy, ConflictPolicy, Protection } from '../plan/change.ts'
import type { Manifest, ObjectKey } from '../plan/manifest.ts'
import type { SourceLocation, ValuePath } from '../plan/source.ts'
import type { HealthRule, IgnoreRule } from '../providers/rules.ts'

/**
 * One object that the design wants, with all that later steps need to know of it. `dependencies` holds ids of objects and barriers
 * (`component:<address>`), so that a thousand objects behind a thousand others cost two thousand edges, not a million.
 */
export interface DesiredObject {
  readonly id: string
  readonly key: ObjectKey
  readonly address: string
  /** As it is sent: namespace filled in, owner labels set. */
  readonly manifest: Manifest
  readonly digest: string
  readonly origin: SourceLocation
  /** Where the design says the value at this path of the manifest, or the nearest value around it. */
  readonly originOf: (path: ValuePath) => SourceLocation | undefined
  readonly dependencies: readonly string[]
  /** Objects of a stage wait for those of the stage before in their component. */
  readonly stage: number
  readonly wait: boolean
  /** Milliseconds. */
  readonly applyTimeout: number
  readonly deleteTimeout: number
  readonly conflict: ConflictPolicy
  readonly adoption: AdoptionPolicy
  readonly protect: Protection
  readonly createBeforeDestroy: boolean
  /** Fields others write, from the provider, the mesh and lifecycle.ignoreChanges; those that hold for this object only. */
  readonly ignore: readonly IgnoreRule[]
  readonly health: readonly HealthRule[]
  /** Made by meshform for a component rather than written by anyone: a Namespace. Never deleted unless created by us. */
  readonly implicit: boolean
}

/** A component as the order of things knows it: its objects and the components it waits for. */
export interface ComponentNode {
  readonly address: string
  readonly origin: SourceLocation
  readonly dependencies: readonly string[]
}

/** The barrier that is passed when everything of a component is done. */
export function barrierOf(address: string): string {
  return `component:${address}`
}
