import { CHANNEL_SETTING } from './channel.ts'

/** `settings` of a mesh with provider gateway-api. */
export const GATEWAY_API_SETTINGS = {
  type: 'object',
  additionalProperties: false,
  properties: {
    className: { type: 'string', description: 'GatewayClass of gateways that name none.', default: 'default' },
    gatewayChannel: CHANNEL_SETTING,
  },
} as const

/** The setting of a mesh that takes Gateway API routes: which bundle of CRDs the cluster has. */
export const BUNDLE_SETTING = {
  type: 'string',
  pattern: '^v?[0-9]+\\.[0-9]+(\\.[0-9]+)?$',
  description: 'Version of the Gateway API CRDs in the cluster: decides under which API version routes are written.',
} as const
