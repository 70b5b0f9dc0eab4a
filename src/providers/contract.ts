import type { ComponentOf } from '../design/component.ts'
import type { MeshSpec } from '../design/schema/mesh.ts'
import type { Diagnostic } from '../plan/diagnostic.ts'
import type { Manifest, ObjectKey, StringMap } from '../plan/manifest.ts'
import type { ValuePath } from '../plan/source.ts'
import type { CapabilityTable } from './features.ts'
import type { FieldsOf } from './field-schema.ts'
import type { ConditionRule, IgnoreRule, OrderRule, UnchangeableRule } from './rules.ts'

/** A port of a workload's Service, resolved. */
export interface ServicePort {
  readonly name: string
  readonly port: number
  readonly targetPort: number | string
  /** Application protocol, told by the design, appProtocol, or the name's prefix; `http` when nothing tells. */
  readonly protocol: 'http' | 'http2' | 'grpc' | 'https' | 'tcp' | 'tls' | 'udp'
}

/** A version of a workload, resolved. */
export interface WorkloadVersion {
  readonly name: string
  /** Pod labels that select it. */
  readonly labels: StringMap
  /** Name of the Service that selects only this version; the provider makes it where its mesh needs one (`serviceExists` false). */
  readonly service: string
  readonly serviceExists: boolean
}

/**
 * A workload as providers see it: what its manifests or its short form come down to. Made by the planner, the same for all
 * meshes.
 */
export interface ResolvedWorkload {
  readonly component: ComponentOf<'workloads'>
  readonly name: string
  readonly address: string
  readonly namespace: string
  readonly cluster: string
  /** Address of its mesh, undefined outside any mesh. */
  readonly mesh: string | undefined
  /** Name of its Service, undefined when it serves nothing. */
  readonly service: string | undefined
  readonly ports: readonly ServicePort[]
  /** The identity of its pods; the first one where they have several. */
  readonly serviceAccount: string
  /** Every identity of its pods, sorted. */
  readonly serviceAccounts: readonly string[]
  /** Labels that select all its pods, whatever the version. */
  readonly selector: StringMap
  readonly versions: readonly WorkloadVersion[]
  /** The objects it consists of, before onboarding. */
  readonly objects: readonly DesiredManifest[]
}

/**
 * An object with where its parts come from: JSON pointer of the object -> path in the component's spec; the longest prefix wins.
 * A path that begins with `files` and an index leads into that file of manifests instead.
 */
export interface DesiredManifest {
  readonly manifest: Manifest
  readonly origins: { readonly [pointer: string]: ValuePath }
  /** Inside a component, objects of a stage wait until those of the stage before are healthy; 0 when left out. */
  readonly stage?: number
  /** Namespace where the manifest names none and its kind needs one; that of the component when left out. */
  readonly namespace?: string
}

/** What a translation gives: objects, or why not. With an error among the diagnostics the objects are not used. */
export interface Translation {
  readonly manifests: readonly DesiredManifest[]
  readonly diagnostics: readonly Diagnostic[]
}

/** Everything around a component that a provider may look at. Plain data; look-ups are indexed. */
export interface Scope {
  readonly mesh: ComponentOf<'meshes'>
  /** Workload by address. */
  readonly workloads: ReadonlyMap<string, ResolvedWorkload>
  readonly gateways: ReadonlyMap<string, ComponentOf<'gateways'>>
  readonly external: ReadonlyMap<string, ComponentOf<'external'>>
  readonly traffic: ReadonlyMap<string, ComponentOf<'traffic'>>
  readonly authorization: ReadonlyMap<string, ComponentOf<'authorization'>>
  readonly filters: ReadonlyMap<string, ComponentOf<'filters'>>
  /** The fields that settings are held against; left out where nothing is to be checked. */
  readonly fieldsOf?: FieldsOf
}

/** How a mesh's control plane is installed: what the engine renders or reads, in order, and what it then waits for. */
export interface Install {
  readonly namespace: string
  /** Charts in order, each after the one before is healthy. */
  readonly charts: readonly {
    readonly repository: string
    readonly name: string
    readonly version: string | undefined
    readonly release: string
    readonly namespace: string
    readonly values: { readonly [key: string]: unknown }
    /** The chart holds CustomResourceDefinitions only. */
    readonly crdsOnly: boolean
    /** The chart refuses values that are not its own, so `install.values` are not merged into it. */
    readonly ownValues?: true
  }[]
  /** CustomResourceDefinitions that must be there first and come from elsewhere, and where to get them. */
  readonly requires?: readonly { readonly crd: string; readonly get: string }[]
  /** The webhook that stands for a revision under another name (a tag), and the label that tells which revision it is. */
  readonly revisionTag?: { readonly webhook: string; readonly label: string }
  /** Objects by which an existing control plane is found, and from which its version is read (image tag of that container). */
  readonly controlPlane: readonly {
    readonly kind: 'Deployment' | 'DaemonSet' | 'StatefulSet'
    readonly name: string
    readonly container: string
    /** The mesh runs without it too, in some versions or installations. */
    readonly optional?: true
  }[]
}

/**
 * PromQL for the four golden signals and for overhead. `$workload`, `$namespace` and `$window` are replaced. `requestRate` is
 * requests a second, `errorRate` the share of them that failed (0 to 1), `latency` the 99th percentile in milliseconds; CPU is in
 * cores, memory in bytes. An empty string where the mesh has no such metric.
 */
export interface MetricQueries {
  readonly requestRate: string
  readonly errorRate: string
  readonly latency: string
  readonly proxyCpu: string
  readonly proxyMemory: string
  readonly controlPlaneCpu: string
  readonly controlPlaneMemory: string
}

/** Something a lint found, with the object and the path in it, so that the caller can lead back to the design. */
export interface LintFinding extends Diagnostic {
  readonly object: Pick<ObjectKey, 'group' | 'kind' | 'namespace' | 'name'>
  readonly path: ValuePath
}

/**
 * What meshform knows of one mesh. Every function is pure: same arguments, same result; no clock, network, file or environment.
 * Whatever `capabilities` says no to is refused with a diagnostic that names the nearest alternative; nothing is dropped silently.
 */
export interface MeshProvider {
  /** As `provider:` names it. */
  readonly name: string
  /** As people name it. */
  readonly title: string
  readonly status: 'active' | 'dormant' | 'archived' | 'ended'
  readonly capabilities: CapabilityTable
  /** Data plane modes (`mode:` of a mesh) whose table differs, by name; the mode of `capabilities` is not among them. */
  readonly modes?: { readonly [mode: string]: { readonly title: string; readonly capabilities: CapabilityTable } }
  /** What the mesh cannot do in these modes where the cluster has the standard channel of the Gateway API. */
  readonly standardChannel?: { readonly modes: readonly (string | undefined)[]; readonly lacks: Partial<CapabilityTable> }
  /** Name of the mode that `capabilities` describes, where the mesh has several. */
  readonly defaultMode?: string
  /** The newest version the tables were checked against. */
  readonly defaultVersion: string
  /** The release that has the features of a version, where a mesh counts its versions in other ways too: edge-24.8.2 of Linkerd is 2.16. */
  readonly releaseOf?: (version: string) => string
  readonly defaultNamespace: string
  /** JSON Schema of `settings` of a mesh; an empty object for none. */
  readonly settingsSchema: { readonly [key: string]: unknown }
  /** With the gateways of the mesh, where their pods come by charts of their own. */
  install(mesh: ComponentOf<'meshes'>, gateways?: readonly ComponentOf<'gateways'>[]): Install
  /** Objects of the mesh itself beside its control plane: mTLS, telemetry, defaults, waypoints. */
  mesh(scope: Scope): Translation
  /** The objects of a workload as this mesh takes them in: labels, annotations, per-version Services. */
  onboard(workload: ResolvedWorkload, scope: Scope): Translation
  /** Labels and annotations that a Namespace needs so that its pods are in this mesh. */
  namespaceMetadata(mesh: MeshSpec): { readonly labels: StringMap; readonly annotations: StringMap }
  traffic(policy: ComponentOf<'traffic'>, scope: Scope): Translation
  authorization(policy: ComponentOf<'authorization'>, scope: Scope): Translation
  gateway(gateway: ComponentOf<'gateways'>, scope: Scope): Translation
  external(external: ComponentOf<'external'>, scope: Scope): Translation
  filter(filter: ComponentOf<'filters'>, scope: Scope): Translation
  readonly rules: {
    readonly health: readonly ConditionRule[]
    readonly ignore: readonly IgnoreRule[]
    readonly order: readonly OrderRule[]
    readonly unchangeable?: readonly UnchangeableRule[]
  }
  readonly metrics: MetricQueries
  /** Warnings about objects that are valid but will not do what they seem to. */
  lint(manifests: readonly Manifest[]): readonly LintFinding[]
}
