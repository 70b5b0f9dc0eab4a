import type { ComponentOf } from '../../design/component.ts'
import { objectNameOf } from '../../design/object-name.ts'
import type { StringMap } from '../../plan/manifest.ts'
import type { Scope, Translation } from '../contract.ts'
import { GATEWAY_API } from '../gateway-api/api.ts'
import { gatewayObjects } from '../gateway-api/gateway.ts'
import { traceManifest } from '../traced-manifest.ts'
import { WAYPOINT_CLASS } from './api.ts'
import { gatewayNamespace } from './gateway-place.ts'

/** TLS option by which Istio asks for client certificates on a listener of the Gateway API. */
const TLS_TERMINATE_MODE = 'gateway.istio.io/tls-terminate-mode'

/**
 * A gateway in ambient mode: of class istio for ingress; a waypoint for egress; of class istio-east-west between clusters
 * (istio.io/docs/ambient/install/multicluster).
 */
export function ambientGateway(gateway: ComponentOf<'gateways'>, scope: Scope): Translation {
  const namespace = gatewayNamespace(gateway, scope)
  switch (gateway.spec.direction ?? 'ingress') {
    case 'ingress':
      return gatewayObjects(gateway, scope, {
        className: 'istio',
        namespace,
        mutualOptions: { [TLS_TERMINATE_MODE]: 'MUTUAL' },
      })
    case 'egress':
      return hboneGateway(gateway, namespace, WAYPOINT_CLASS, undefined)
    case 'east-west': {
      const network = gateway.spec.settings?.network
      const labels = typeof network === 'string' ? { 'topology.istio.io/network': network } : undefined
      return hboneGateway(gateway, namespace, 'istio-east-west', labels)
    }
  }
}

function hboneGateway(
  gateway: ComponentOf<'gateways'>,
  namespace: string,
  className: string,
  labels: StringMap | undefined,
): Translation {
  const eastWest = className !== WAYPOINT_CLASS
  const manifest = traceManifest(
    {
      apiVersion: GATEWAY_API,
      kind: 'Gateway',
      metadata: { name: objectNameOf(gateway), namespace, labels },
      spec: {
        gatewayClassName: gateway.spec.className ?? className,
        listeners: [
          {
            name: 'mesh',
            port: 15008,
            protocol: 'HBONE',
            tls: eastWest ? { mode: 'Terminate', options: { [TLS_TERMINATE_MODE]: 'ISTIO_MUTUAL' } } : undefined,
            allowedRoutes: eastWest ? undefined : { namespaces: { from: 'All' } },
          },
        ],
      },
    },
    ['direction'],
  )
  return { manifests: [manifest], diagnostics: [] }
}
