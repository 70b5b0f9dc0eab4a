import type { ComponentOf } from '../../design/component.ts'
import type { DesiredManifest, Scope, Translation } from '../contract.ts'
import { addressIn } from '../references.ts'
import { indexOf } from '../scope-index.ts'
import { type Draft, type DraftObject, from, traceManifest } from '../traced-manifest.ts'
import { isThree, KUMA_API, type KumaFlavor, meshName, policyLabels, systemNamespace } from './api.ts'

const TLS_MODES = { strict: 'Strict', permissive: 'Permissive' } as const

/** Where tracing backends are looked for when the design names them only. */
const OBSERVABILITY = 'observability'

/** True when workloads have identities: mutual TLS is asked for, or authorization, which needs them. */
export function hasIdentities(scope: Scope): boolean {
  const { mtls } = scope.mesh.spec
  if (mtls !== undefined) return mtls !== 'disable'
  return indexOf(scope).authorization.size > 0 || wideAuthorization(scope).length > 0
}

/** Authorization policies of this mesh without a workload. */
export function wideAuthorization(scope: Scope): readonly ComponentOf<'authorization'>[] {
  return [...scope.authorization.values()].filter(
    ({ spec, scope: pattern }) =>
      spec.workload === undefined && (spec.mesh === undefined || addressIn('meshes', spec.mesh, pattern) === scope.mesh.address),
  )
}

/** The mesh's own objects: the Mesh, its identities, its TLS mode and its telemetry. */
export function kumaMesh(scope: Scope, flavor: KumaFlavor): Translation {
  const { mtls } = scope.mesh.spec
  const manifests: DesiredManifest[] = [meshObject(scope)]
  if (hasIdentities(scope)) manifests.push(meshIdentity(scope, flavor))
  if (mtls === 'strict' || mtls === 'permissive') {
    const rules = [{ default: { mode: from(['mtls'], TLS_MODES[mtls]) } }]
    manifests.push(systemPolicy('MeshTLS', mtls, { rules }, ['mtls'], scope, flavor))
  }
  return { manifests: [...manifests, ...telemetry(scope, flavor)], diagnostics: [] }
}

function meshObject(scope: Scope): DesiredManifest {
  return traceManifest(
    {
      apiVersion: KUMA_API,
      kind: 'Mesh',
      metadata: { name: meshName(scope) },
      // From 3.0 on Services are always MeshServices, and the field is gone.
      spec: isThree(scope) ? {} : { meshServices: { mode: 'Exclusive' } },
    },
    [],
  )
}

function systemPolicy(
  kind: string,
  name: string,
  spec: DraftObject,
  path: readonly string[],
  scope: Scope,
  flavor: KumaFlavor,
): DesiredManifest {
  const metadata = { name, namespace: systemNamespace(scope, flavor), labels: policyLabels(scope) }
  return traceManifest({ apiVersion: KUMA_API, kind, metadata, spec }, path)
}

function meshIdentity(scope: Scope, flavor: KumaFlavor): DesiredManifest {
  const spec = {
    selector: { dataplane: { matchLabels: {} } },
    spiffeID: {
      trustDomain: from(['trustDomain'], scope.mesh.spec.trustDomain ?? '{{ .Mesh }}.{{ .Zone }}.mesh.local'),
      path: '/ns/{{ .Namespace }}/sa/{{ .ServiceAccount }}',
    },
    provider: {
      type: 'Bundled',
      bundled: {
        meshTrustCreation: 'Enabled',
        insecureAllowSelfSigned: true,
        certificateParameters: { expiry: '24h' },
        autogenerate: { enabled: true },
      },
    },
  }
  return systemPolicy('MeshIdentity', 'identity', spec, ['mtls'], scope, flavor)
}

function telemetry(scope: Scope, flavor: KumaFlavor): readonly DesiredManifest[] {
  const { metrics, tracing, accessLogs } = scope.mesh.spec.telemetry ?? {}
  const make = (kind: string, spec: DraftObject, path: readonly string[]) =>
    systemPolicy(kind, 'meshform', { targetRef: { kind: 'Mesh' }, ...spec }, path, scope, flavor)
  const logs = { default: { backends: [{ type: 'File', file: { path: '/dev/stdout' } }] } }
  return [
    ...(metrics === true
      ? [
          make('MeshMetric', { default: { backends: [{ type: 'Prometheus', prometheus: { port: 5670, path: '/metrics' } }] } }, [
            'telemetry',
            'metrics',
          ]),
        ]
      : []),
    ...(tracing === undefined
      ? []
      : [
          make(
            'MeshTrace',
            {
              default: {
                backends: [from(['telemetry', 'tracing', 'provider'], tracingBackend(tracing.provider ?? 'zipkin'))],
                sampling: tracing.sampling === undefined ? undefined : { overall: share(tracing.sampling) },
              },
            },
            ['telemetry', 'tracing'],
          ),
        ]),
    ...(accessLogs === true
      ? [make('MeshAccessLog', { to: [{ targetRef: { kind: 'Mesh' }, ...logs }], rules: [logs] }, ['telemetry', 'accessLogs'])]
      : []),
  ]
}

function tracingBackend(provider: string): Draft {
  const url = /^https?:\/\//.test(provider)
  if (provider.includes('datadog')) {
    return { type: 'Datadog', datadog: { url: url ? provider : `http://datadog-agent.${OBSERVABILITY}:8126` } }
  }
  if (url || provider === 'zipkin') {
    return { type: 'Zipkin', zipkin: { url: url ? provider : `http://zipkin.${OBSERVABILITY}:9411/api/v2/spans` } }
  }
  const endpoint = provider.includes(':') ? provider : `${provider}.${OBSERVABILITY}:4317`
  return { type: 'OpenTelemetry', openTelemetry: { endpoint } }
}

/** A share in per cent as Kuma takes it: a whole number, or a decimal as text. */
export function share(percent: number): number | string {
  return Number.isInteger(percent) ? percent : String(percent)
}
