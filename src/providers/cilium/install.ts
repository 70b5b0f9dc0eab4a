import type { ComponentOf } from '../../design/component.ts'
import type { Install } from '../contract.ts'
import { gatewayBundle } from '../gateway-api/api.ts'
import { INSTALLED_ENCRYPTION } from './api.ts'

/** Cilium's chart with what its mesh needs; the operator registers its CRDs (docs.cilium.io/network/servicemesh). */
export function installCilium({ spec }: ComponentOf<'meshes'>): Install {
  const namespace = spec.namespace ?? 'kube-system'
  const envoy = spec.mode === 'envoy-config'
  const bundle = spec.settings?.gatewayApi
  const encryption = typeof spec.settings?.encryption === 'string' ? spec.settings.encryption : INSTALLED_ENCRYPTION
  return {
    namespace,
    charts: [
      {
        repository: 'https://helm.cilium.io/',
        name: 'cilium',
        version: spec.version,
        release: 'cilium',
        namespace,
        values: {
          kubeProxyReplacement: true,
          gatewayAPI: { enabled: true },
          ...(envoy ? { envoyConfig: { enabled: true }, loadBalancer: { l7: { backend: 'envoy' } } } : {}),
          ...(spec.mtls === 'strict'
            ? {
                ...(encryption === 'ztunnel'
                  ? {}
                  : { authentication: { enabled: true, mutual: { spire: { enabled: true, install: { enabled: true } } } } }),
                encryption: { enabled: true, type: encryption },
              }
            : {}),
        },
        crdsOnly: false,
      },
    ],
    ...(envoy
      ? {}
      : {
          requires: [
            {
              crd: 'httproutes.gateway.networking.k8s.io',
              get: gatewayBundle('experimental', typeof bundle === 'string' ? bundle : undefined),
            },
          ],
        }),
    controlPlane: [
      { kind: 'DaemonSet', name: 'cilium', container: 'cilium-agent' },
      { kind: 'Deployment', name: 'cilium-operator', container: 'cilium-operator' },
      // Before 1.16, or where the chart says so, Envoy runs inside the agent.
      { kind: 'DaemonSet', name: 'cilium-envoy', container: 'cilium-envoy', optional: true },
    ],
  }
}
