import type { ComponentOf } from '../../design/component.ts'
import type { MeshProvider, Scope, Translation } from '../contract.ts'
import { LACKS_IN_STANDARD_CHANNEL } from '../gateway-api/channel.ts'
import { gatewayObjects } from '../gateway-api/gateway.ts'
import { trafficRoutes } from '../gateway-api/traffic-routes.ts'
import { bundleOf, byEnvoyConfig } from './api.ts'
import { CILIUM_CAPABILITIES, CILIUM_ENVOY_CAPABILITIES } from './capabilities.ts'
import { ciliumExternal } from './egress.ts'
import { envoyConfigFilter, envoyConfigTraffic } from './envoy-config.ts'
import { installCilium } from './install.ts'
import { lintCilium } from './lint.ts'
import { CILIUM_METRICS } from './metrics.ts'
import { networkPolicies } from './network-policy.ts'
import { ciliumWorkload, namespaceLabels } from './onboarding.ts'
import { CILIUM_RULES } from './rules.ts'
import { CILIUM_SETTINGS } from './settings.ts'

const NOTHING: Translation = { manifests: [], diagnostics: [] }

function gatewayNamespace(gateway: ComponentOf<'gateways'>): string {
  return gateway.spec.namespace ?? 'default'
}

function ciliumTraffic(policy: ComponentOf<'traffic'>, scope: Scope): Translation {
  if (byEnvoyConfig(scope)) return envoyConfigTraffic(policy, scope)
  return trafficRoutes(policy, scope, { serviceGroup: '', gatewayNamespace, bundle: bundleOf(scope) })
}

/** An egress gateway is nodes, named where external hosts go through it. */
function ciliumGateway(gateway: ComponentOf<'gateways'>, scope: Scope): Translation {
  if ((gateway.spec.direction ?? 'ingress') !== 'ingress') return NOTHING
  return gatewayObjects(gateway, scope, {
    className: 'cilium',
    namespace: gatewayNamespace(gateway),
    bundle: bundleOf(scope),
  })
}

/** Cilium's service mesh: by the Gateway API, or by CiliumEnvoyConfig. */
export const cilium: MeshProvider = {
  name: 'cilium',
  title: 'Cilium',
  status: 'active',
  capabilities: CILIUM_CAPABILITIES,
  standardChannel: { modes: [undefined, 'gateway-api'], lacks: LACKS_IN_STANDARD_CHANNEL },
  defaultMode: 'gateway-api',
  modes: { 'envoy-config': { title: 'Cilium by CiliumEnvoyConfig', capabilities: CILIUM_ENVOY_CAPABILITIES } },
  defaultVersion: '1.20.0',
  defaultNamespace: 'kube-system',
  settingsSchema: CILIUM_SETTINGS,
  install: installCilium,
  mesh: () => NOTHING,
  onboard: ciliumWorkload,
  namespaceMetadata: (mesh) => ({ labels: namespaceLabels(mesh), annotations: {} }),
  traffic: ciliumTraffic,
  authorization: networkPolicies,
  gateway: ciliumGateway,
  external: ciliumExternal,
  filter: (filter, scope) => (byEnvoyConfig(scope) ? envoyConfigFilter(filter, scope) : NOTHING),
  rules: CILIUM_RULES,
  metrics: CILIUM_METRICS,
  lint: lintCilium,
}
