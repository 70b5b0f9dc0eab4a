import type { JsonValue } from '../plan/json.ts'
import type { SourceLocation } from '../plan/source.ts'
import type { Component } from './component.ts'
import type { ModuleValues } from './module-values.ts'
import type { ClusterSpec, OwnershipSettings, PolicySpec, StateSettings } from './schema/design.ts'
import type { HealthRuleSpec, IgnoreRuleSpec } from './schema/rules.ts'

/** The name of the embedded cluster, used when a design names none. */
export const SANDBOX_CLUSTER = 'sandbox'

/** The value of an input of the design. */
export interface DesignInput {
  readonly value: JsonValue
  readonly sensitive: boolean
  readonly type: string
  /** Nobody gave it: the design has it written as the default. */
  readonly isDefault: boolean
}

/** A value that only an applied object can tell: `known` is false until then. */
export type OutputValue = { readonly known: true; readonly value: JsonValue } | { readonly known: false; readonly reason: string }

/** `outputs.<name>` after evaluation. */
export interface Output {
  readonly name: string
  readonly value: OutputValue
  readonly sensitive: boolean
  readonly description: string | undefined
  readonly location: SourceLocation
}

/** Where a rule stands, and the pattern whose components it is for, as an address; '' for the design itself. */
export interface RulePlace {
  readonly location: SourceLocation
  readonly scope: string
}

/** A cluster of a design, and where it is named. */
export type DesignCluster = ClusterSpec & { readonly location: SourceLocation }

/** `state` of a design, and where its address stands. */
export type DesignState = StateSettings & { readonly location: SourceLocation }

/** `rules` of a design, and of the patterns that it uses. */
export interface DesignRules {
  readonly ignore: readonly (IgnoreRuleSpec & RulePlace)[]
  readonly health: readonly (HealthRuleSpec & RulePlace)[]
}

/** A design after evaluation: everything the planner needs, and nothing it must read for itself. */
export interface Design {
  readonly name: string
  readonly version: string | undefined
  /** Labels of metadata, set on every object. */
  readonly labels: Readonly<Record<string, string>>
  /** Folder that relative paths start from, as the user named it. */
  readonly directory: string
  /** The files and folders it was read from, as the user named them; undefined for one. */
  readonly paths: readonly string[] | undefined
  /** sha256 over every file read and every input given, as lower-case hex. */
  readonly digest: string
  readonly clusters: ReadonlyMap<string, DesignCluster>
  /** Where its state is kept; undefined where the design does not say. */
  readonly state: DesignState | undefined
  /** True where it does say, and a mistake keeps that from being known. */
  readonly stateIsLost?: boolean
  /** In whose name fields are written; undefined where the design does not say. */
  readonly ownership: OwnershipSettings | undefined
  /** For objects by their kind, on whatever mesh. */
  readonly rules: DesignRules
  /** Values of the design, by '', and of each use of a pattern, by its address. */
  readonly modules: ReadonlyMap<string, ModuleValues>
  /** Addresses of components that `when` or an empty `forEach` leaves out. */
  readonly leftOut: readonly string[]
  /** In the order of the files; every dependency of a component is among them. */
  readonly components: readonly Component[]
  readonly outputs: readonly Output[]
  /** Input values that are sensitive, as strings, for masking. */
  readonly sensitiveValues: readonly string[]
  readonly inputs: Readonly<Record<string, DesignInput>>
  /** Of the design and of its patterns, which see what their own components change. */
  readonly policies: readonly (PolicySpec & RulePlace & { readonly name: string })[]
  /** Of the design and of its patterns, with whole addresses. */
  readonly moved: readonly { readonly from: string; readonly to: string; readonly location: SourceLocation }[]
  readonly imports: readonly {
    readonly to: string
    readonly object: {
      readonly apiVersion: string
      readonly kind: string
      readonly namespace?: string
      readonly name: string
      readonly cluster?: string
    }
    readonly location: SourceLocation
  }[]
  /** Of the design and of its patterns, with whole addresses. */
  readonly removed: readonly { readonly from: string; readonly destroy: boolean; readonly location: SourceLocation }[]
}
