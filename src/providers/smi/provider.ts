import type { MeshProvider, Scope, Translation } from '../contract.ts'
import { versionServices } from '../version-services.ts'
import { SMI_CAPABILITIES } from './capabilities.ts'
import { type AccessVersion, LATEST_SMI, type SmiDialect, type SpecsVersion, type SplitVersion } from './dialect.ts'
import { lintSmi } from './lint.ts'
import { SMI_RULES } from './rules.ts'
import { trafficSplits } from './traffic-split.ts'
import { trafficTargets } from './traffic-target.ts'

const SPLITS: readonly SplitVersion[] = ['v1alpha1', 'v1alpha2', 'v1alpha3', 'v1alpha4']
const SPECS: readonly SpecsVersion[] = ['v1alpha1', 'v1alpha2', 'v1alpha3', 'v1alpha4']
const ACCESS: readonly AccessVersion[] = ['v1alpha1', 'v1alpha2', 'v1alpha3']

/** `settings` of a mesh with provider smi. */
export const SMI_SETTINGS = {
  type: 'object',
  additionalProperties: false,
  properties: {
    split: { type: 'string', enum: SPLITS, description: 'Version of TrafficSplit, default v1alpha4.' },
    specs: { type: 'string', enum: SPECS, description: 'Version of HTTPRouteGroup and TCPRoute, default v1alpha4.' },
    access: { type: 'string', enum: ACCESS, description: 'Version of TrafficTarget, default v1alpha3.' },
  },
} as const

const NOTHING: Translation = { manifests: [], diagnostics: [] }

function dialectOf(scope: Scope): SmiDialect {
  const { settings = {} } = scope.mesh.spec
  return {
    ...LATEST_SMI,
    split: SPLITS.find((version) => version === settings.split) ?? LATEST_SMI.split,
    specs: SPECS.find((version) => version === settings.specs) ?? LATEST_SMI.specs,
    access: ACCESS.find((version) => version === settings.access) ?? LATEST_SMI.access,
  }
}

/** The Service Mesh Interface by itself, for whatever mesh carries it out. */
export const smi: MeshProvider = {
  name: 'smi',
  title: 'Service Mesh Interface',
  status: 'archived',
  capabilities: SMI_CAPABILITIES,
  defaultVersion: '0.6.0',
  defaultNamespace: 'default',
  settingsSchema: SMI_SETTINGS,
  install: (mesh) => ({ namespace: mesh.spec.namespace ?? 'default', charts: [], controlPlane: [] }),
  mesh: () => NOTHING,
  onboard: (workload) => ({ manifests: [...workload.objects, ...versionServices(workload)], diagnostics: [] }),
  namespaceMetadata: () => ({ labels: {}, annotations: {} }),
  traffic: (policy, scope) => trafficSplits(policy, scope, dialectOf(scope)),
  authorization: (policy, scope) => trafficTargets(policy, scope, dialectOf(scope)),
  gateway: () => NOTHING,
  external: () => NOTHING,
  filter: () => NOTHING,
  rules: SMI_RULES,
  metrics: {
    requestRate: '',
    errorRate: '',
    latency: '',
    proxyCpu: '',
    proxyMemory: '',
    controlPlaneCpu: '',
    controlPlaneMemory: '',
  },
  lint: lintSmi,
}
