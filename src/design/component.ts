import type { JsonValue } from '../plan/json.ts'
import type { SourceLocation, ValuePath } from '../plan/source.ts'
import type { AuthorizationSpec } from './schema/authorization.ts'
import type { PatternSpec, ResourceSpec } from './schema/design.ts'
import type { FilterSpec } from './schema/filter.ts'
import type { ExternalSpec, GatewaySpec } from './schema/gateway.ts'
import type { MeshSpec } from './schema/mesh.ts'
import type { PerfCheckSpec } from './schema/perf-check.ts'
import type { TrafficSpec } from './schema/traffic.ts'
import type { WorkloadSpec } from './schema/workload.ts'

/** The sections of a design that hold components, with the evaluated spec of each. */
export interface ComponentSpecs {
  readonly meshes: MeshSpec
  readonly workloads: WorkloadSpec
  readonly traffic: TrafficSpec
  readonly authorization: AuthorizationSpec
  readonly gateways: GatewaySpec
  readonly external: ExternalSpec
  readonly filters: FilterSpec
  readonly perfChecks: PerfCheckSpec
  readonly resources: ResourceSpec
  readonly patterns: PatternSpec
}

/** The name of a section that holds components. */
export type Section = keyof ComponentSpecs

/**
 * One component after evaluation: forEach unrolled, `when` decided, every expression replaced by its value. A pattern's
 * components stand beside those of the design that uses it, with the pattern's address in front of theirs.
 */
export interface ComponentOf<Name extends Section> {
  readonly section: Name
  /** Unique in the design: `traffic.reviews`, `resources.map["a"]`, `patterns.web.workloads.app`. */
  readonly address: string
  /** The name without section, pattern and key. */
  readonly name: string
  /** The key of its forEach item, if it has one. */
  readonly key: string | undefined
  /** The value of that item, where the component has conditions that may ask for it. */
  readonly each?: JsonValue
  /** The pattern it came from, as an address; '' for the design itself. */
  readonly scope: string
  readonly spec: ComponentSpecs[Name]
  /** The cluster it lives on, resolved: a name of `clusters`, or `sandbox`. */
  readonly cluster: string
  /** Addresses it depends on: references in expressions, names of meshes and workloads, dependsOn. Sorted. */
  readonly dependencies: readonly string[]
  /** Where its name stands. */
  readonly location: SourceLocation
  /** Where a value of its spec stands, or the nearest value around it. */
  readonly locate: (path: ValuePath) => SourceLocation
  /** Manifests read from the files that `manifests` names, in order. */
  readonly files: readonly ManifestSource[]
}

/** Any component. */
export type Component = { readonly [Name in Section]: ComponentOf<Name> }[Section]

/** An object read from a file of manifests. */
export interface ManifestSource {
  readonly manifest: import('../plan/manifest.ts').Manifest
  readonly location: SourceLocation
  readonly locate: (path: ValuePath) => SourceLocation
  /** Objects of a stage wait for those of the stage before; 0 when left out. */
  readonly stage?: number
  /** Namespace of objects that name none; that of the component when left out. */
  readonly namespace?: string
}
