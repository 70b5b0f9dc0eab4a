import type { ComponentOf } from '../../design/component.ts'
import type { MeshProvider, ResolvedWorkload, Scope, Translation } from '../contract.ts'
import { findWorkload } from '../references.ts'
import { CONSUL_CAPABILITIES, ENTERPRISE_CAPABILITIES } from './capabilities.ts'
import { asResource } from './entry.ts'
import { extensionMistakes } from './extensions.ts'
import { externalEntries } from './external.ts'
import { consulGateway, gatewayRoutes } from './gateway.ts'
import { installConsul } from './install.ts'
import { intentionEntries } from './intentions.ts'
import { lintConsul } from './lint.ts'
import { meshEntries } from './mesh-entries.ts'
import { CONSUL_METRICS } from './metrics.ts'
import { namesakes } from './namesakes.ts'
import { onboardPods } from './onboarding.ts'
import { resolverEntries, subsetEntries } from './resolver.ts'
import { routeEntries } from './routes.ts'
import { CONSUL_RULES } from './rules.ts'
import { hasVersion } from './server-version.ts'
import { defaultsMistakes, serviceDefaults } from './service-defaults.ts'
import { CONSUL_KUBERNETES_SETTINGS } from './settings.ts'

function isEnterprise(scope: Scope): boolean {
  return scope.mesh.spec.mode === 'enterprise'
}

/** A workload's annotated objects, and the entries that speak of the whole service. */
function onboard(workload: ResolvedWorkload, scope: Scope): Translation {
  const pods = onboardPods(workload, scope)
  if (workload.component.spec.onboard === 'off' || workload.service === undefined) return { manifests: pods, diagnostics: [] }
  const dialect = {
    mutualTlsMode: hasVersion(scope, '1.16'),
    upstreamConfig: hasVersion(scope, '1.9'),
    enterprise: isEnterprise(scope),
  }
  const entries = [serviceDefaults(workload, scope, dialect), ...subsetEntries(workload, scope)]
  return { manifests: [...pods, ...entries.map(asResource)], diagnostics: isEnterprise(scope) ? [] : namesakes(workload, scope) }
}

function traffic(policy: ComponentOf<'traffic'>, scope: Scope): Translation {
  const found = findWorkload(policy.spec.workload, policy, ['workload'], scope)
  const workload = found.value
  if (workload === undefined) return { manifests: [], diagnostics: found.diagnostics }
  const parts = [
    resolverEntries(policy, workload, scope),
    routeEntries(policy, workload, scope, { retryOnWords: hasVersion(scope, '1.14') }),
  ]
  const outside = gatewayRoutes(policy, scope)
  return {
    manifests: [...parts.flatMap((part) => part.entries.map(asResource)), ...outside.manifests],
    diagnostics: [
      ...parts.flatMap((part) => part.diagnostics),
      ...defaultsMistakes(policy, workload, scope),
      ...outside.diagnostics,
    ],
  }
}

function written({ entries, diagnostics }: ReturnType<typeof externalEntries>): Translation {
  return { manifests: entries.map(asResource), diagnostics }
}

/** Consul on Kubernetes, by its custom resources. */
export const consul: MeshProvider = {
  name: 'consul',
  title: 'Consul',
  status: 'active',
  capabilities: CONSUL_CAPABILITIES,
  defaultMode: 'community',
  modes: { enterprise: { title: 'Consul Enterprise', capabilities: ENTERPRISE_CAPABILITIES } },
  defaultVersion: '2.0.3',
  defaultNamespace: 'consul',
  settingsSchema: CONSUL_KUBERNETES_SETTINGS,
  install: installConsul,
  mesh: (scope) => ({
    manifests: meshEntries(scope, {
      namespace: scope.mesh.spec.namespace ?? 'consul',
      meshEntry: hasVersion(scope, '1.10'),
      bindMetrics: false,
    }).map(asResource),
    diagnostics: [],
  }),
  onboard,
  namespaceMetadata: () => ({ labels: {}, annotations: {} }),
  traffic,
  authorization: (policy, scope) => written(intentionEntries(policy, scope, isEnterprise(scope), { namespaces: true })),
  gateway: consulGateway,
  external: (external, scope) => written(externalEntries(external, scope)),
  filter: (filter, scope) => ({ manifests: [], diagnostics: extensionMistakes(filter, scope) }),
  rules: CONSUL_RULES,
  metrics: CONSUL_METRICS,
  lint: lintConsul,
}
