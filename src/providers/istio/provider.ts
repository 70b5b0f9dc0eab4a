import type { MeshProvider } from '../contract.ts'
import { ISTIO_API } from './api.ts'
import { ISTIO_CAPABILITIES } from './capabilities.ts'
import { istioFilter, sidecarTargets } from './filters.ts'
import { istioGateway } from './gateway.ts'
import { installIstio } from './install.ts'
import { SIDECAR_METRICS } from './metrics.ts'
import { sidecarNamespaceLabels } from './onboarding.ts'
import { ISTIO_RULES } from './rules.ts'
import { serviceEntry } from './service-entry.ts'
import { ISTIO_SETTINGS } from './settings.ts'
import { sidecarAuthorization, sidecarMesh, sidecarTraffic, sidecarWorkload } from './sidecar-mesh.ts'

/** Istio, with sidecars or in ambient mode. */
export const istio: MeshProvider = {
  name: 'istio',
  title: 'Istio',
  status: 'active',
  capabilities: ISTIO_CAPABILITIES,
  defaultVersion: '1.31.0',
  defaultNamespace: 'istio-system',
  settingsSchema: ISTIO_SETTINGS,
  install: installIstio,
  mesh: (scope) => sidecarMesh(scope, ISTIO_API),
  onboard: (workload, scope) => sidecarWorkload(workload, scope, ISTIO_API),
  namespaceMetadata: (mesh) => ({ labels: sidecarNamespaceLabels(mesh), annotations: {} }),
  traffic: (policy, scope) => sidecarTraffic(policy, scope, ISTIO_API),
  authorization: (policy, scope) => sidecarAuthorization(policy, scope, ISTIO_API),
  gateway: (gateway, scope) => istioGateway(gateway, scope, ISTIO_API),
  external: (external, scope) => serviceEntry(external, scope, ISTIO_API),
  filter: (filter, scope) => {
    const { targets, diagnostics } = sidecarTargets(filter, scope)
    const made = istioFilter(filter, targets)
    return { manifests: made.manifests, diagnostics: [...diagnostics, ...made.diagnostics] }
  },
  rules: ISTIO_RULES,
  metrics: SIDECAR_METRICS,
  lint: () => [],
}
