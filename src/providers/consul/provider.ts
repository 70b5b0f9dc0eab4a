import type { ComponentOf } from '../../design/component.ts'
import type { Diagnostic } from '../../plan/diagnostic.ts'
import type { MeshProvider, ResolvedWorkload, Scope, Translation } from '../contract.ts'
import { mistake } from '../mistake.ts'
import { findWorkload } from '../references.ts'
import { indexOf } from '../scope-index.ts'
import { CONSUL_CAPABILITIES, ENTERPRISE_CAPABILITIES } from './capabilities.ts'
import { asResource } from './entry.ts'
import { extensionMistakes } from './extensions.ts'
import { externalEntries } from './external.ts'
import { consulGateway, gatewayRoutes } from './gateway.ts'
import { installConsul } from './install.ts'
import { intentionEntries } from './intentions.ts'
import { meshEntries } from './mesh-entries.ts'
import { CONSUL_METRICS } from './metrics.ts'
import { onboardPods } from './onboarding.ts'
import { resolverEntries, subsetEntries } from './resolver.ts'
import { routeEntries } from './routes.ts'
import { CONSUL_RULES } from './rules.ts'
import { defaultsMistakes, serviceDefaults } from './service-defaults.ts'
import { CONSUL_SETTINGS } from './settings.ts'
import { consulService } from './subsets.ts'

function isEnterprise(scope: Scope): boolean {
  return scope.mesh.spec.mode === 'enterprise'
}

/** A workload's annotated objects, and the entries that speak of the whole service. */
function onboard(workload: ResolvedWorkload, scope: Scope): Translation {
  const pods = onboardPods(workload, scope)
  if (workload.component.spec.onboard === 'off' || workload.service === undefined) return { manifests: pods, diagnostics: [] }
  const dialect = { mutualTlsMode: true, upstreamConfig: true, enterprise: isEnterprise(scope) }
  const entries = [serviceDefaults(workload, scope, dialect), ...subsetEntries(workload, scope)]
  return { manifests: [...pods, ...entries.map(asResource)], diagnostics: namesakes(workload, scope) }
}

/** Outside Consul Enterprise a service has no namespace, so two of one name would be one. */
function namesakes(workload: ResolvedWorkload, scope: Scope): readonly Diagnostic[] {
  const service = consulService(workload)
  const { workloads } = indexOf(scope)
  const other = workloads.find((candidate) => candidate !== workload && consulService(candidate) === service)
  if (other === undefined || isEnterprise(scope) || workloads.indexOf(other) > workloads.indexOf(workload)) return []
  return [
    mistake(workload.component, [], 'MF3021', {
      summary: `${workload.address} and ${other.address} are both the Consul service "${service}"`,
      detail: 'Names of services hold for the whole datacenter, whatever their Kubernetes namespaces.',
      hint: 'Give one of them another Service, or use `mode: enterprise`.',
    }),
  ]
}

function traffic(policy: ComponentOf<'traffic'>, scope: Scope): Translation {
  const found = findWorkload(policy.spec.workload, policy, ['workload'], scope)
  const workload = found.value
  if (workload === undefined) return { manifests: [], diagnostics: found.diagnostics }
  const parts = [resolverEntries(policy, workload, scope), routeEntries(policy, workload, scope, { retryOnWords: true })]
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
  settingsSchema: CONSUL_SETTINGS,
  install: installConsul,
  mesh: (scope) => ({
    manifests: meshEntries(scope, { namespace: scope.mesh.spec.namespace ?? 'consul', meshEntry: true }).map(asResource),
    diagnostics: [],
  }),
  onboard,
  namespaceMetadata: () => ({ labels: {}, annotations: {} }),
  traffic,
  authorization: (policy, scope) => written(intentionEntries(policy, scope, isEnterprise(scope))),
  gateway: consulGateway,
  external: (external, scope) => written(externalEntries(external, scope)),
  filter: (filter, scope) => ({ manifests: [], diagnostics: extensionMistakes(filter, scope) }),
  rules: CONSUL_RULES,
  metrics: CONSUL_METRICS,
  lint: () => [],
}
