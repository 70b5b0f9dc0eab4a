import type { SmiDialect } from '../smi/dialect.ts'

/** The versions of SMI that NGINX Service Mesh 2.0 takes. */
export const NGINX_SMI: SmiDialect = {
  split: 'v1alpha3',
  specs: 'v1alpha3',
  access: 'v1alpha2',
  rootService: 'name',
  headers: 'map',
  expressions: 'searched',
}

/** API version of MeshConfig. */
export const NGINX_CONFIG_API = 'nsm.nginx.com/v1alpha2'
/** API version of RateLimit. */
export const NGINX_RATE_LIMIT_API = 'specs.smi.nginx.com/v1alpha2'
/** API version of CircuitBreaker. */
export const NGINX_BREAKER_API = 'specs.smi.nginx.com/v1alpha1'
/** Namespace of the control plane. */
export const NGINX_NAMESPACE = 'nginx-mesh'
