/** API versions of Istio's resources: the ones served since 1.22, and the older ones that adaptors of Istio still ask for. */
export interface IstioApi {
  readonly networking: string
  readonly security: string
}

/** Versions of Istio 1.22 and later. */
export const ISTIO_API: IstioApi = { networking: 'networking.istio.io/v1', security: 'security.istio.io/v1' }

/** Versions that control planes built on older Istio take. */
export const OLD_ISTIO_API: IstioApi = { networking: 'networking.istio.io/v1alpha3', security: 'security.istio.io/v1beta1' }

/** API version of EnvoyFilter, which never left alpha. */
export const ENVOY_FILTER_API = 'networking.istio.io/v1alpha3'
/** API version of WasmPlugin. */
export const WASM_PLUGIN_API = 'extensions.istio.io/v1alpha1'
/** API version of Telemetry. */
export const TELEMETRY_API = 'telemetry.istio.io/v1'

/** Namespace whose policies hold for the whole mesh, unless the mesh names another. */
export const ROOT_NAMESPACE = 'istio-system'

/** GatewayClass of waypoints. */
export const WAYPOINT_CLASS = 'istio-waypoint'
