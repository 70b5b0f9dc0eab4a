import { LATEST_SMI, type SmiDialect } from '../smi/dialect.ts'

/** The versions of SMI that Open Service Mesh 1.2 takes. */
export const OSM_SMI: SmiDialect = { ...LATEST_SMI, split: 'v1alpha2', rootService: 'name.namespace' }

/** API version of OSM's policies. */
export const OSM_POLICY_API = 'policy.openservicemesh.io/v1alpha1'
/** API version of MeshConfig. */
export const OSM_CONFIG_API = 'config.openservicemesh.io/v1alpha2'
/** Namespace of the control plane. */
export const OSM_NAMESPACE = 'osm-system'
