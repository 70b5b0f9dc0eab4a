import type { ComponentOf } from '../../design/component.ts'
import type { Install } from '../contract.ts'
import { gatewayBundle } from '../gateway-api/api.ts'
import { ROOT_NAMESPACE } from './api.ts'

const REPOSITORY = 'https://istio-release.storage.googleapis.com/charts'

type Chart = Install['charts'][number]

/** Istio's charts in the documented order: base, istiod, and in ambient mode cni and ztunnel. */
export function installIstio(mesh: ComponentOf<'meshes'>): Install {
  const { spec } = mesh
  const namespace = spec.namespace ?? ROOT_NAMESPACE
  const ambient = spec.mode === 'ambient'
  const suffix = spec.revision === undefined ? '' : `-${spec.revision}`
  const revision = spec.revision === undefined ? {} : { revision: spec.revision }
  const profile = ambient ? { profile: 'ambient' } : {}
  const chart = (name: string, release: string, values: Chart['values']): Chart => ({
    repository: REPOSITORY,
    name,
    version: spec.version,
    release,
    namespace,
    values,
    crdsOnly: false,
  })
  const bundle = spec.settings?.gatewayApi
  const withCni = ambient || spec.settings?.cni === true
  return {
    namespace,
    charts: [
      // istiod changes failurePolicy once it runs; charts applied server-side must not fight it.
      chart('base', 'istio-base', spec.revision === undefined ? {} : { defaultRevision: spec.revision }),
      chart('istiod', `istiod${suffix}`, {
        ...profile,
        ...revision,
        ...(spec.trustDomain === undefined ? {} : { meshConfig: { trustDomain: spec.trustDomain } }),
        ...(withCni && !ambient ? { pilot: { cni: { enabled: true } } } : {}),
      }),
      ...(withCni ? [chart('cni', 'istio-cni', profile)] : []),
      ...(ambient ? [chart('ztunnel', 'ztunnel', revision)] : []),
    ],
    ...(ambient
      ? {
          requires: [
            {
              crd: 'httproutes.gateway.networking.k8s.io',
              get: gatewayBundle('experimental', typeof bundle === 'string' ? bundle : undefined),
            },
          ],
        }
      : {}),
    controlPlane: [
      { kind: 'Deployment', name: `istiod${suffix}`, container: 'discovery' },
      ...(withCni ? [{ kind: 'DaemonSet', name: 'istio-cni-node', container: 'install-cni' } as const] : []),
      ...(ambient ? [{ kind: 'DaemonSet', name: 'ztunnel', container: 'istio-proxy' } as const] : []),
    ],
  }
}
