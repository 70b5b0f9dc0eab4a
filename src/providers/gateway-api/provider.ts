import type { ComponentOf } from '../../design/component.ts'
import type { MeshProvider, Scope, Translation } from '../contract.ts'
import { versionServices } from '../version-services.ts'
import { GATEWAY_BUNDLE_VERSION, gatewayBundle } from './api.ts'
import { EXPERIMENTAL_CAPABILITIES, STANDARD_CAPABILITIES } from './capabilities.ts'
import { LACKS_IN_STANDARD_CHANNEL } from './channel.ts'
import { extensionPolicies } from './filters.ts'
import { gatewayObjects } from './gateway.ts'
import { lintGatewayApi } from './lint.ts'
import { NO_METRICS } from './metrics.ts'
import { GATEWAY_IGNORE, GATEWAY_ORDER } from './rules.ts'
import { GATEWAY_API_SETTINGS } from './settings.ts'
import { trafficRoutes } from './traffic-routes.ts'

const NOTHING: Translation = { manifests: [], diagnostics: [] }

function gatewayNamespace(gateway: ComponentOf<'gateways'>, scope: Scope): string {
  return gateway.spec.namespace ?? scope.mesh.spec.namespace ?? 'default'
}

function className({ mesh }: Scope): string {
  const told = mesh.spec.settings?.className
  return typeof told === 'string' ? told : 'default'
}

/**
 * The Gateway API alone, whichever implementation carries it out: routes on Services (GAMMA) and gateways. `mode` is the channel of
 * its CRDs, `version` their bundle.
 */
export const gatewayApi: MeshProvider = {
  name: 'gateway-api',
  title: 'Gateway API',
  status: 'active',
  capabilities: STANDARD_CAPABILITIES,
  standardChannel: { modes: ['experimental'], lacks: LACKS_IN_STANDARD_CHANNEL },
  defaultMode: 'standard',
  modes: { experimental: { title: 'Gateway API (experimental channel)', capabilities: EXPERIMENTAL_CAPABILITIES } },
  defaultVersion: GATEWAY_BUNDLE_VERSION,
  defaultNamespace: 'default',
  settingsSchema: GATEWAY_API_SETTINGS,
  install: ({ spec }) => ({
    namespace: spec.namespace ?? 'default',
    charts: [],
    requires: [
      {
        crd: 'httproutes.gateway.networking.k8s.io',
        get: gatewayBundle(spec.mode === 'experimental' ? 'experimental' : 'standard', spec.version),
      },
    ],
    controlPlane: [],
  }),
  mesh: () => NOTHING,
  onboard: (workload) => ({ manifests: [...workload.objects, ...versionServices(workload)], diagnostics: [] }),
  namespaceMetadata: () => ({ labels: {}, annotations: {} }),
  traffic: (policy, scope) =>
    trafficRoutes(policy, scope, { serviceGroup: '', gatewayNamespace, bundle: scope.mesh.spec.version }),
  authorization: () => NOTHING,
  gateway: (gateway, scope) =>
    gatewayObjects(gateway, scope, {
      className: className(scope),
      namespace: gatewayNamespace(gateway, scope),
      bundle: scope.mesh.spec.version,
    }),
  external: () => NOTHING,
  filter: (filter, scope) => extensionPolicies(filter, scope, gatewayNamespace),
  rules: { health: [], ignore: GATEWAY_IGNORE, order: GATEWAY_ORDER },
  metrics: NO_METRICS,
  lint: lintGatewayApi,
}
