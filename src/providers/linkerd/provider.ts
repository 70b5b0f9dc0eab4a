import type { ComponentOf } from '../../design/component.ts'
import type { MeshProvider, Scope, Translation } from '../contract.ts'
import { trafficRoutes } from '../gateway-api/traffic-routes.ts'
import { findWorkload } from '../references.ts'
import { settingConflicts } from '../setting-conflicts.ts'
import { bundleOf } from './api.ts'
import { linkerdAuthorization } from './authorization.ts'
import { LINKERD_CAPABILITIES } from './capabilities.ts'
import { linkerdRelease } from './edge-release.ts'
import { linkerdExternal } from './egress.ts'
import { installLinkerd } from './install.ts'
import { lintLinkerd } from './lint.ts'
import { LINKERD_METRICS } from './metrics.ts'
import { breakerMistakes, injectionAnnotations, linkerdWorkload } from './onboarding.ts'
import { linkerdRateLimit } from './rate-limit.ts'
import { annotatedGroups } from './route-annotations.ts'
import { LINKERD_RULES } from './rules.ts'
import { LINKERD_SETTINGS } from './settings.ts'

const NOTHING: Translation = { manifests: [], diagnostics: [] }

/** A traffic policy as annotated HTTPRoutes and a rate limit; its circuit breaking is annotations of the workload's Service. */
function linkerdTraffic(policy: ComponentOf<'traffic'>, scope: Scope): Translation {
  const found = findWorkload(policy.spec.workload, policy, ['workload'], scope)
  const workload = found.value
  if (workload === undefined) return { manifests: [], diagnostics: found.diagnostics }
  const parts = [
    trafficRoutes(policy, scope, {
      serviceGroup: 'core',
      gatewayNamespace: (gateway) => gateway.spec.namespace ?? 'default',
      bundle: bundleOf(scope),
      split: annotatedGroups,
    }),
    linkerdRateLimit(policy, workload, scope),
  ]
  return {
    manifests: parts.flatMap((part) => part.manifests),
    diagnostics: [
      ...parts.flatMap((part) => part.diagnostics),
      ...settingConflicts(policy, workload, scope),
      ...breakerMistakes(policy, workload),
    ],
  }
}

/** Linkerd. */
export const linkerd: MeshProvider = {
  name: 'linkerd',
  title: 'Linkerd',
  status: 'active',
  capabilities: LINKERD_CAPABILITIES,
  defaultVersion: 'edge-26.9.1',
  releaseOf: linkerdRelease,
  defaultNamespace: 'linkerd',
  settingsSchema: LINKERD_SETTINGS,
  install: installLinkerd,
  mesh: () => NOTHING,
  onboard: linkerdWorkload,
  namespaceMetadata: (mesh) => ({ labels: {}, annotations: injectionAnnotations(mesh) }),
  traffic: linkerdTraffic,
  authorization: linkerdAuthorization,
  gateway: () => NOTHING,
  external: linkerdExternal,
  filter: () => NOTHING,
  rules: LINKERD_RULES,
  metrics: LINKERD_METRICS,
  lint: lintLinkerd,
}
