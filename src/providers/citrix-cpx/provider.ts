import type { ComponentOf } from '../../design/component.ts'
import type { MeshProvider, ResolvedWorkload, Scope, Translation } from '../contract.ts'
import { OLD_ISTIO_API } from '../istio/api.ts'
import { destinationRule, subsetsOf } from '../istio/destination-rule.ts'
import { istioGateway } from '../istio/gateway.ts'
import { lintIstio } from '../istio/lint.ts'
import { peerAuthentications } from '../istio/peer-authentication.ts'
import { ISTIO_RULES } from '../istio/rules.ts'
import { serviceEntry } from '../istio/service-entry.ts'
import { virtualService } from '../istio/virtual-service.ts'
import { withPodMetadata } from '../pod-metadata.ts'
import { findWorkload } from '../references.ts'
import { type Draft, from } from '../traced-manifest.ts'
import { proxyUsage } from '../usage-queries.ts'
import { CITRIX_CAPABILITIES } from './capabilities.ts'

const CITRIX_NAMESPACE = 'netscaler-system'

/** Callers speak mutual TLS where they are told to: the adaptor does not find it out by itself. */
function clientTls(scope: Scope): Draft {
  return scope.mesh.spec.mtls === 'strict' ? { mode: 'ISTIO_MUTUAL' } : undefined
}

function onboard(workload: ResolvedWorkload, scope: Scope): Translation {
  const off = workload.component.spec.onboard === 'off'
  const objects = off
    ? withPodMetadata(workload.objects, { labels: { 'citrix.com/no.sidecar': 'true' } }, ['onboard'])
    : workload.objects
  const subsets = subsetsOf(workload, scope, OLD_ISTIO_API, clientTls(scope))
  return { manifests: [...objects, ...subsets.manifests], diagnostics: subsets.diagnostics }
}

function traffic(policy: ComponentOf<'traffic'>, scope: Scope): Translation {
  const found = findWorkload(policy.spec.workload, policy, ['workload'], scope)
  const workload = found.value
  if (workload === undefined) return { manifests: [], diagnostics: found.diagnostics }
  const parts = [
    destinationRule(policy, workload, scope, OLD_ISTIO_API, from(['workload'], clientTls(scope))),
    ...(policy.spec.routes === undefined ? [] : [virtualService(policy, workload, scope, OLD_ISTIO_API)]),
  ]
  return {
    manifests: parts.flatMap((part) => part.manifests),
    diagnostics: parts.flatMap((part) => part.diagnostics),
  }
}

/** NetScaler CPX in the place of Envoy, under an Istio control plane. */
export const citrixCpx: MeshProvider = {
  name: 'citrix-cpx',
  title: 'NetScaler CPX under Istio',
  status: 'active',
  capabilities: CITRIX_CAPABILITIES,
  defaultVersion: '1.14.1',
  defaultNamespace: CITRIX_NAMESPACE,
  settingsSchema: {},
  install: ({ spec }) => ({
    namespace: spec.namespace ?? CITRIX_NAMESPACE,
    charts: [
      {
        repository: 'https://netscaler.github.io/netscaler-helm-charts/',
        name: 'citrix-cpx-istio-sidecar-injector',
        version: spec.version,
        release: 'cpx-sidecar-injector',
        namespace: spec.namespace ?? CITRIX_NAMESPACE,
        values: {},
        crdsOnly: false,
      },
    ],
    requires: [
      {
        crd: 'virtualservices.networking.istio.io',
        get: 'the Istio control plane under it: another mesh with `provider: istio`, or istioctl',
      },
    ],
    controlPlane: [{ kind: 'Deployment', name: 'cpx-sidecar-injector', container: 'cpx-sidecar-injector' }],
  }),
  mesh: (scope) => ({ manifests: peerAuthentications(scope, OLD_ISTIO_API), diagnostics: [] }),
  onboard,
  namespaceMetadata: () => ({ labels: { 'cpx-injection': 'enabled' }, annotations: {} }),
  traffic,
  authorization: () => ({ manifests: [], diagnostics: [] }),
  gateway: (gateway, scope) => istioGateway(gateway, scope, OLD_ISTIO_API),
  external: (external, scope) => serviceEntry(external, scope, OLD_ISTIO_API),
  filter: () => ({ manifests: [], diagnostics: [] }),
  rules: ISTIO_RULES,
  metrics: {
    requestRate: '',
    errorRate: '',
    latency: '',
    ...proxyUsage('cpx-proxy'),
    controlPlaneCpu: '',
    controlPlaneMemory: '',
  },
  lint: lintIstio,
}
