import { BUNDLE_SETTING } from '../gateway-api/settings.ts'

/** `settings` of a mesh with provider linkerd. */
export const LINKERD_SETTINGS = {
  type: 'object',
  additionalProperties: false,
  properties: {
    gatewayApi: { ...BUNDLE_SETTING, default: '1.5.1' },
    egress: {
      enum: ['allow', 'deny'],
      description: 'What becomes of requests to hosts that `external` does not name, in the namespaces where it names some.',
      default: 'allow',
    },
  },
} as const
