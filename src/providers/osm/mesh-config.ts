import type { Scope, Translation } from '../contract.ts'
import { type Draft, from, traceManifest } from '../traced-manifest.ts'
import { OSM_CONFIG_API, OSM_NAMESPACE } from './dialect.ts'

/** The part of MeshConfig that the design needs: who decides about traffic, and the features its policies rest on. */
export function meshConfig(scope: Scope): Translation {
  const { spec } = scope.mesh
  const retries = [...scope.traffic.values()].some((policy) =>
    (policy.spec.routes ?? []).some((route) => route.retries !== undefined),
  )
  const traffic = scope.authorization.size === 0 ? undefined : { enablePermissiveTrafficPolicyMode: false }
  const features = {
    enableRetryPolicy: retries ? true : undefined,
    enableEgressPolicy: scope.external.size > 0 ? true : undefined,
    enableIngressBackendPolicy: scope.gateways.size > 0 ? true : undefined,
  }
  const some = Object.values(features).some((feature) => feature !== undefined)
  const tracing = tracingOf(scope)
  if (traffic === undefined && !some && tracing === undefined) return { manifests: [], diagnostics: [] }
  const manifest = traceManifest(
    {
      apiVersion: OSM_CONFIG_API,
      kind: 'MeshConfig',
      metadata: { name: 'osm-mesh-config', namespace: spec.namespace ?? OSM_NAMESPACE },
      spec: {
        traffic,
        featureFlags: some ? features : undefined,
        observability: tracing === undefined ? undefined : { tracing },
      },
    },
    [],
  )
  return { manifests: [manifest], diagnostics: [] }
}

/** Port and path of Zipkin's collector, which OSM speaks to. */
const ZIPKIN = { port: 9411, endpoint: '/api/v2/spans' } as const

function tracingOf(scope: Scope): Draft {
  const tracing = scope.mesh.spec.telemetry?.tracing
  if (tracing === undefined) return undefined
  const [address, port] = (tracing.provider ?? '').split(':')
  return from(['telemetry', 'tracing'], {
    enable: true,
    address: address === '' ? undefined : from(['telemetry', 'tracing', 'provider'], address),
    port: port === undefined ? ZIPKIN.port : Number(port),
    endpoint: ZIPKIN.endpoint,
  })
}
