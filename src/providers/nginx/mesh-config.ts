import type { Scope, Translation } from '../contract.ts'
import { type Draft, from, traceManifest } from '../traced-manifest.ts'
import { NGINX_CONFIG_API, NGINX_NAMESPACE } from './dialect.ts'

const MODES = { strict: 'strict', permissive: 'permissive', disable: 'off' } as const

/** The part of MeshConfig that the design says: mutual TLS, who decides about access, traces, load balancing. */
export function meshConfig(scope: Scope): Translation {
  const { spec } = scope.mesh
  const lbMethod = spec.settings?.loadBalancing
  const settings = {
    accessControlMode: scope.authorization.size === 0 ? undefined : 'deny',
    mtls: spec.mtls === undefined ? undefined : from(['mtls'], { mode: MODES[spec.mtls] }),
    nginxLBMethod: typeof lbMethod === 'string' ? from(['settings', 'loadBalancing'], lbMethod) : undefined,
    telemetry: telemetryOf(scope),
  }
  if (Object.values(settings).every((setting) => setting === undefined)) return { manifests: [], diagnostics: [] }
  const manifest = traceManifest(
    {
      apiVersion: NGINX_CONFIG_API,
      kind: 'MeshConfig',
      metadata: { name: 'nginx-mesh-config', namespace: spec.namespace ?? NGINX_NAMESPACE },
      spec: { meshConfigClassName: 'nginx-mesh-config-class', ...settings },
    },
    [],
  )
  return { manifests: [manifest], diagnostics: [] }
}

/** Port of an OpenTelemetry collector. */
const OTLP_PORT = 4317

function telemetryOf(scope: Scope): Draft {
  const tracing = scope.mesh.spec.telemetry?.tracing
  if (tracing === undefined) return undefined
  const [host, port] = (tracing.provider ?? '').split(':')
  return from(['telemetry', 'tracing'], {
    samplerRatio: tracing.sampling === undefined ? undefined : from(['telemetry', 'tracing', 'sampling'], tracing.sampling / 100),
    exporters:
      host === undefined || host === ''
        ? undefined
        : { otlp: from(['telemetry', 'tracing', 'provider'], { host, port: port === undefined ? OTLP_PORT : Number(port) }) },
  })
}
