import { CHANNEL_SETTING } from '../gateway-api/channel.ts'
import { BUNDLE_SETTING } from '../gateway-api/settings.ts'

/** `settings` of a mesh with provider cilium. */
export const CILIUM_SETTINGS = {
  type: 'object',
  additionalProperties: false,
  properties: {
    gatewayApi: BUNDLE_SETTING,
    gatewayChannel: CHANNEL_SETTING,
    encryption: {
      enum: ['wireguard', 'ipsec', 'ztunnel'],
      description:
        'What mutual TLS comes down to where it is strict: ztunnel is mutual TLS in the connection itself (beta) and needs no authentication in policies; with the others agents authenticate beside the connection. Left out: WireGuard where the design installs the mesh; else authentication in policies and the label that ztunnel reads, both.',
    },
    egress: {
      enum: ['allow', 'deny'],
      description:
        'What becomes of connections out of the cluster that `external` does not name, in the namespaces where it names some.',
      default: 'allow',
    },
  },
} as const
