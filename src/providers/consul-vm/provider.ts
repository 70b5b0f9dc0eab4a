import type { ComponentOf } from '../../design/component.ts'
import { extensionMistakes } from '../consul/extensions.ts'
import { externalEntries } from '../consul/external.ts'
import { intentionEntries } from '../consul/intentions.ts'
import { meshEntries } from '../consul/mesh-entries.ts'
import { ENVOY_METRICS } from '../consul/metrics.ts'
import { namesakes } from '../consul/namesakes.ts'
import { resolverEntries, subsetEntries } from '../consul/resolver.ts'
import { routeEntries } from '../consul/routes.ts'
import { hasVersion } from '../consul/server-version.ts'
import { defaultsMistakes, serviceDefaults } from '../consul/service-defaults.ts'
import type { MeshProvider, ResolvedWorkload, Scope, Translation } from '../contract.ts'
import { findWorkload } from '../references.ts'
import { CONSUL_VM_CAPABILITIES, CONSUL_VM_ENTERPRISE_CAPABILITIES } from './capabilities.ts'
import { vmGateway, vmGatewayRoutes } from './gateway.ts'
import { instanceMistakes, registrations } from './instances.ts'
import { lintConsulVm } from './lint.ts'
import { CONSUL_VM_RULES } from './rules.ts'
import { CONSUL_VM_SETTINGS } from './settings.ts'
import { asConfigEntry } from './words.ts'

function isEnterprise(scope: Scope): boolean {
  return scope.mesh.spec.mode === 'enterprise'
}

function onboard(workload: ResolvedWorkload, scope: Scope): Translation {
  if (workload.component.spec.onboard === 'off' || workload.service === undefined) return { manifests: [], diagnostics: [] }
  const dialect = {
    mutualTlsMode: hasVersion(scope, '1.16'),
    upstreamConfig: hasVersion(scope, '1.9'),
    enterprise: isEnterprise(scope),
  }
  const entries = [serviceDefaults(workload, scope, dialect), ...subsetEntries(workload, scope)]
  return {
    manifests: [...entries.map(asConfigEntry), ...registrations(workload, scope)],
    diagnostics: isEnterprise(scope) ? [] : namesakes(workload, scope),
  }
}

function traffic(policy: ComponentOf<'traffic'>, scope: Scope): Translation {
  const found = findWorkload(policy.spec.workload, policy, ['workload'], scope)
  const workload = found.value
  if (workload === undefined) return { manifests: [], diagnostics: found.diagnostics }
  const parts = [
    resolverEntries(policy, workload, scope),
    routeEntries(policy, workload, scope, { retryOnWords: hasVersion(scope, '1.14') }),
  ]
  const outside = vmGatewayRoutes(policy, scope)
  return {
    manifests: [...parts.flatMap((part) => part.entries.map(asConfigEntry)), ...outside.manifests],
    diagnostics: [
      ...parts.flatMap((part) => part.diagnostics),
      ...defaultsMistakes(policy, workload, scope),
      ...outside.diagnostics,
    ],
  }
}

function written({ entries, diagnostics }: ReturnType<typeof externalEntries>): Translation {
  return { manifests: entries.map(asConfigEntry), diagnostics }
}

/** Consul on virtual machines, by its HTTP API. */
export const consulVm: MeshProvider = {
  name: 'consul-vm',
  title: 'Consul on virtual machines',
  status: 'active',
  capabilities: CONSUL_VM_CAPABILITIES,
  defaultMode: 'community',
  modes: { enterprise: { title: 'Consul Enterprise on virtual machines', capabilities: CONSUL_VM_ENTERPRISE_CAPABILITIES } },
  defaultVersion: '2.0.3',
  defaultNamespace: 'default',
  settingsSchema: CONSUL_VM_SETTINGS,
  install: (mesh) => ({ namespace: mesh.spec.namespace ?? 'default', charts: [], controlPlane: [] }),
  mesh: (scope) => ({
    manifests: meshEntries(scope, { namespace: '', meshEntry: hasVersion(scope, '1.10'), bindMetrics: true }).map(asConfigEntry),
    diagnostics: instanceMistakes(scope),
  }),
  onboard,
  namespaceMetadata: () => ({ labels: {}, annotations: {} }),
  traffic,
  authorization: (policy, scope) => written(intentionEntries(policy, scope, isEnterprise(scope), { namespaces: false })),
  gateway: vmGateway,
  external: (external, scope) => written(externalEntries(external, scope)),
  filter: (filter, scope) => ({ manifests: [], diagnostics: extensionMistakes(filter, scope) }),
  rules: CONSUL_VM_RULES,
  metrics: { ...ENVOY_METRICS, proxyCpu: '', proxyMemory: '', controlPlaneCpu: '', controlPlaneMemory: '' },
  lint: lintConsulVm,
}
