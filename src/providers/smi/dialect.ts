/** Versions of TrafficSplit; v1alpha1 has quantities for weights, v1alpha3 brought matches. */
export type SplitVersion = 'v1alpha1' | 'v1alpha2' | 'v1alpha3' | 'v1alpha4'
/** Versions of HTTPRouteGroup and TCPRoute; until v1alpha2 matches stand beside the metadata, not under spec. */
export type SpecsVersion = 'v1alpha1' | 'v1alpha2' | 'v1alpha3' | 'v1alpha4'
/** Versions of TrafficTarget; v1alpha1 stands beside the metadata and has specs and a port, v1alpha2 has rules under spec. */
export type AccessVersion = 'v1alpha1' | 'v1alpha2' | 'v1alpha3'

/** How one mesh speaks SMI (servicemeshinterface/smi-spec, apis/). */
export interface SmiDialect {
  readonly split: SplitVersion
  readonly specs: SpecsVersion
  readonly access: AccessVersion
  /** The root Service of a split by its bare name, or with its namespace behind it. */
  readonly rootService: 'name' | 'name.namespace'
  /** Headers of a match: a list of maps with one key each, as the SDK's CRDs have it, or one map. */
  readonly headers: 'list' | 'map'
  /**
   * How expressions for paths are read: held to the beginning of the path, as the specification says; searched for anywhere in it; or
   * as a variable behind the first slash of a route's template.
   */
  readonly expressions: 'anchored' | 'searched' | 'templated'
}

/** The newest version of each kind that a CRD was published for. */
export const LATEST_SMI: SmiDialect = {
  split: 'v1alpha4',
  specs: 'v1alpha4',
  access: 'v1alpha3',
  rootService: 'name',
  headers: 'list',
  expressions: 'anchored',
}

/** API version of TrafficSplit. */
export function splitApi(dialect: SmiDialect): string {
  return `split.smi-spec.io/${dialect.split}`
}

/** API version of HTTPRouteGroup and TCPRoute. */
export function specsApi(dialect: SmiDialect): string {
  return `specs.smi-spec.io/${dialect.specs}`
}

/** API version of TrafficTarget. */
export function accessApi(dialect: SmiDialect): string {
  return `access.smi-spec.io/${dialect.access}`
}

/** True where matches and the like stand under `spec`. */
export function hasSpec(version: SpecsVersion | AccessVersion, kind: 'specs' | 'access'): boolean {
  return kind === 'access' ? version !== 'v1alpha1' : version === 'v1alpha3' || version === 'v1alpha4'
}
