import type { ComponentOf } from '../../design/component.ts'
import type { Install } from '../contract.ts'
import { gatewayBundle } from '../gateway-api/api.ts'
import { ROOT_NAMESPACE } from './api.ts'

const REPOSITORY = 'https://istio-release.storage.googleapis.com/charts'

type Chart = Install['charts'][number]

/** Istio's charts in the documented order: base, istiod, in ambient mode cni and ztunnel, then the pods of gateways. */
export function installIstio(mesh: ComponentOf<'meshes'>, gateways: readonly ComponentOf<'gateways'>[] = []): Install {
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
      ...(ambient ? [chart('ztunnel', 'ztunnel', revision)] : gatewayCharts(gateways, chart, revision)),
    ],
    ...(spec.revision === undefined
      ? {}
      : { revisionTag: { webhook: `istio-revision-tag-${spec.revision}`, label: 'istio.io/rev' } }),
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

/** Names of the releases whose pods bear the labels that gateways select when they name none. */
const GATEWAY_RELEASES = { ingress: 'istio-ingressgateway', egress: 'istio-egressgateway' } as const

/**
 * The charts of gateway pods: one for each direction and namespace, its Service with the ports of all listeners. Gateways that name
 * their pods have them already, and those between clusters need a network that only the cluster's owner knows.
 */
function gatewayCharts(
  gateways: readonly ComponentOf<'gateways'>[],
  chart: (name: string, release: string, values: Chart['values']) => Chart,
  revision: Chart['values'],
): readonly Chart[] {
  const charts = new Map<string, Chart>()
  for (const { spec } of gateways) {
    const direction = spec.direction ?? 'ingress'
    if (direction === 'east-west' || spec.selector !== undefined || spec.settings?.service !== undefined) continue
    const release = GATEWAY_RELEASES[direction]
    const plain = chart('gateway', release, {})
    const namespace = spec.namespace ?? plain.namespace
    const together = gateways.filter(
      (other) => (other.spec.direction ?? 'ingress') === direction && (other.spec.namespace ?? plain.namespace) === namespace,
    )
    const ports = new Set(together.flatMap((gateway) => gateway.spec.listeners.map(({ port }) => port)))
    const service = {
      ...(direction === 'egress' ? { type: 'ClusterIP' } : {}),
      ports: [
        { name: 'status-port', port: 15021, protocol: 'TCP', targetPort: 15021 },
        ...[...ports]
          .sort((left, right) => left - right)
          .map((port) => ({ name: `port-${port}`, port, protocol: 'TCP', targetPort: port })),
      ],
    }
    charts.set(`${namespace}/${release}`, { ...plain, namespace, values: { ...revision, service }, ownValues: true })
  }
  return [...charts.values()]
}
