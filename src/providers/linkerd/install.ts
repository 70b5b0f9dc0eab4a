import type { ComponentOf } from '../../design/component.ts'
import type { Install } from '../contract.ts'
import { gatewayBundle } from '../gateway-api/api.ts'

const REPOSITORY = 'https://helm.linkerd.io/edge'

/**
 * Linkerd's charts: its CRDs, then the control plane, which needs the PEM values identityTrustAnchorsPEM and
 * identity.issuer.tls.{crtPEM,keyPEM} (linkerd.io/2-edge/tasks/install-helm).
 */
export function installLinkerd({ spec }: ComponentOf<'meshes'>): Install {
  const namespace = spec.namespace ?? 'linkerd'
  const chart = (name: string, values: Install['charts'][number]['values'], crdsOnly: boolean) => ({
    repository: REPOSITORY,
    name,
    version: chartVersion(spec.version),
    release: name,
    namespace,
    values,
    crdsOnly,
  })
  const trust = spec.trustDomain === undefined ? {} : { identityTrustDomain: spec.trustDomain }
  const bundle = spec.settings?.gatewayApi
  return {
    namespace,
    charts: [
      // The Gateway API's CRDs are the cluster's, not Linkerd's.
      chart('linkerd-crds', { installGatewayAPI: false }, true),
      chart('linkerd-control-plane', trust, false),
    ],
    requires: [
      {
        crd: 'httproutes.gateway.networking.k8s.io',
        get: gatewayBundle('standard', typeof bundle === 'string' ? bundle : '1.5.1'),
      },
    ],
    controlPlane: [
      { kind: 'Deployment', name: 'linkerd-destination', container: 'destination' },
      { kind: 'Deployment', name: 'linkerd-identity', container: 'identity' },
      { kind: 'Deployment', name: 'linkerd-proxy-injector', container: 'proxy-injector' },
    ],
  }
}

/** Charts of an edge release bear its whole year: edge-26.9.1 is chart 2026.9.1. */
function chartVersion(version: string | undefined): string | undefined {
  const edge = /^edge-(\d\d)\.(.+)$/.exec(version ?? '')
  return edge === null ? version : `20${edge[1]}.${edge[2]}`
}
