import { CHANNEL_SETTING } from '../gateway-api/channel.ts'
import { BUNDLE_SETTING } from '../gateway-api/settings.ts'

/** `settings` of a mesh with provider istio. */
export const ISTIO_SETTINGS = {
  type: 'object',
  additionalProperties: false,
  properties: {
    waypoint: {
      type: 'string',
      description: 'Name of the waypoint in ambient mode, default waypoint; none: layer 4 only.',
      default: 'waypoint',
    },
    cni: {
      type: 'boolean',
      description: 'Install the CNI agent, so that pods need no privileged init container.',
      default: false,
    },
    gatewayApi: BUNDLE_SETTING,
    gatewayChannel: CHANNEL_SETTING,
  },
} as const
