import type { MeshProvider, Scope } from '../contract.ts'
import { LACKS_IN_STANDARD_CHANNEL } from '../gateway-api/channel.ts'
import {
  ambientExternal,
  ambientFilter,
  ambientMesh,
  ambientNamespaceLabels,
  ambientTraffic,
  ambientWorkload,
} from './ambient.ts'
import { ambientAuthorization } from './ambient-authorization.ts'
import { ambientGateway } from './ambient-gateway.ts'
import { ISTIO_API } from './api.ts'
import { AMBIENT_CAPABILITIES, ISTIO_CAPABILITIES } from './capabilities.ts'
import { istioGateway } from './gateway.ts'
import { installIstio } from './install.ts'
import { lintIstio } from './lint.ts'
import { SIDECAR_METRICS } from './metrics.ts'
import { sidecarNamespaceLabels } from './onboarding.ts'
import { ISTIO_RULES } from './rules.ts'
import { serviceEntry } from './service-entry.ts'
import { ISTIO_SETTINGS } from './settings.ts'
import { sidecarAuthorization, sidecarFilter, sidecarMesh, sidecarTraffic, sidecarWorkload } from './sidecar-mesh.ts'

function isAmbient(scope: Scope): boolean {
  return scope.mesh.spec.mode === 'ambient'
}

/** Istio, with sidecars or in ambient mode. */
export const istio: MeshProvider = {
  name: 'istio',
  title: 'Istio',
  status: 'active',
  capabilities: ISTIO_CAPABILITIES,
  standardChannel: { modes: ['ambient'], lacks: LACKS_IN_STANDARD_CHANNEL },
  defaultMode: 'sidecar',
  modes: { ambient: { title: 'Istio ambient', capabilities: AMBIENT_CAPABILITIES } },
  defaultVersion: '1.31.0',
  defaultNamespace: 'istio-system',
  settingsSchema: ISTIO_SETTINGS,
  install: installIstio,
  mesh: (scope) => (isAmbient(scope) ? ambientMesh(scope) : sidecarMesh(scope, ISTIO_API)),
  onboard: (workload, scope) =>
    isAmbient(scope) ? ambientWorkload(workload, scope) : sidecarWorkload(workload, scope, ISTIO_API),
  namespaceMetadata: (mesh) => ({
    labels: mesh.mode === 'ambient' ? ambientNamespaceLabels(mesh) : sidecarNamespaceLabels(mesh),
    annotations: {},
  }),
  traffic: (policy, scope) => (isAmbient(scope) ? ambientTraffic(policy, scope) : sidecarTraffic(policy, scope, ISTIO_API)),
  authorization: (policy, scope) =>
    isAmbient(scope) ? ambientAuthorization(policy, scope) : sidecarAuthorization(policy, scope, ISTIO_API),
  gateway: (gateway, scope) => (isAmbient(scope) ? ambientGateway(gateway, scope) : istioGateway(gateway, scope, ISTIO_API)),
  external: (external, scope) => (isAmbient(scope) ? ambientExternal(external, scope) : serviceEntry(external, scope, ISTIO_API)),
  filter: (filter, scope) => (isAmbient(scope) ? ambientFilter(filter, scope) : sidecarFilter(filter, scope)),
  rules: ISTIO_RULES,
  metrics: SIDECAR_METRICS,
  lint: lintIstio,
}
