import type { MeshProvider, Translation } from '../contract.ts'
import type { CapabilityTable } from '../features.ts'
import type { KumaFlavor } from './api.ts'
import { kumaAuthorization } from './authorization.ts'
import { KONG_MESH_CAPABILITIES, KUMA_CAPABILITIES } from './capabilities.ts'
import { kumaExternal } from './external.ts'
import { kumaFilter } from './filters.ts'
import { installKuma } from './install.ts'
import { lintKuma } from './lint.ts'
import { kumaMesh } from './mesh-objects.ts'
import { kumaMetrics } from './metrics.ts'
import { injectionLabels, kumaWorkload } from './onboarding.ts'
import { KUMA_RULES } from './rules.ts'
import { KUMA_SETTINGS } from './settings.ts'
import { kumaTraffic } from './traffic.ts'

const NOTHING: Translation = { manifests: [], diagnostics: [] }

function kumaProvider(flavor: KumaFlavor, capabilities: CapabilityTable, defaultVersion: string): MeshProvider {
  return {
    name: flavor.name,
    title: flavor.title,
    status: 'active',
    capabilities,
    defaultVersion,
    defaultNamespace: flavor.namespace,
    settingsSchema: KUMA_SETTINGS,
    install: (mesh) => installKuma(mesh, flavor),
    mesh: (scope) => kumaMesh(scope, flavor),
    onboard: kumaWorkload,
    namespaceMetadata: (mesh) => ({ labels: injectionLabels(mesh), annotations: {} }),
    traffic: (policy, scope) => kumaTraffic(policy, scope, flavor),
    authorization: (policy, scope) => kumaAuthorization(policy, scope, flavor),
    gateway: () => NOTHING,
    external: kumaExternal,
    filter: kumaFilter,
    rules: KUMA_RULES,
    metrics: kumaMetrics(flavor),
    lint: lintKuma,
  }
}

/** Kuma 2.12 to 3.0. */
export const kuma: MeshProvider = kumaProvider(
  {
    name: 'kuma',
    title: 'Kuma',
    namespace: 'kuma-system',
    repository: 'https://kumahq.github.io/charts',
    chart: 'kuma',
    controlPlane: 'kuma-control-plane',
  },
  KUMA_CAPABILITIES,
  '2.14.3',
)

/** Kong Mesh, built on Kuma. */
export const kongMesh: MeshProvider = kumaProvider(
  {
    name: 'kong-mesh',
    title: 'Kong Mesh',
    namespace: 'kong-mesh-system',
    repository: 'https://kong.github.io/kong-mesh-charts',
    chart: 'kong-mesh',
    controlPlane: 'kong-mesh-control-plane',
  },
  KONG_MESH_CAPABILITIES,
  '2.14.3',
)
