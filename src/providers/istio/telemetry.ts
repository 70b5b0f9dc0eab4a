import type { DesiredManifest, Scope } from '../contract.ts'
import { indexOf } from '../scope-index.ts'
import { type Draft, from, traceManifest } from '../traced-manifest.ts'
import { TELEMETRY_API } from './api.ts'

/** Provider names that Istio's default profile defines. */
const DEFAULT_PROVIDERS = { metrics: 'prometheus', accessLogs: 'envoy' } as const

/** The Telemetry of each namespace with workloads of the mesh: switches of metrics, traces and access logs. */
export function telemetries(scope: Scope): readonly DesiredManifest[] {
  const { telemetry } = scope.mesh.spec
  if (telemetry === undefined) return []
  const { metrics, tracing, accessLogs } = telemetry
  const spec: Draft = {
    metrics:
      metrics === undefined
        ? undefined
        : from(
            ['telemetry', 'metrics'],
            [
              {
                providers: [{ name: DEFAULT_PROVIDERS.metrics }],
                overrides: metrics ? undefined : [{ match: { metric: 'ALL_METRICS' }, disabled: true }],
              },
            ],
          ),
    tracing:
      tracing === undefined
        ? undefined
        : from(
            ['telemetry', 'tracing'],
            [
              {
                providers:
                  tracing.provider === undefined
                    ? undefined
                    : from(['telemetry', 'tracing', 'provider'], [{ name: tracing.provider }]),
                randomSamplingPercentage: from(['telemetry', 'tracing', 'sampling'], tracing.sampling),
              },
            ],
          ),
    accessLogging:
      accessLogs === undefined
        ? undefined
        : from(
            ['telemetry', 'accessLogs'],
            [accessLogs ? { providers: [{ name: DEFAULT_PROVIDERS.accessLogs }] } : { disabled: true }],
          ),
  }
  return [...indexOf(scope).byNamespace.keys()].map((namespace) =>
    traceManifest({ apiVersion: TELEMETRY_API, kind: 'Telemetry', metadata: { name: 'mesh-default', namespace }, spec }, [
      'telemetry',
    ]),
  )
}
