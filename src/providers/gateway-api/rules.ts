import type { IgnoreRule, OrderRule } from '../rules.ts'
import { GATEWAY_GROUP } from './api.ts'

const ROUTES = ['HTTPRoute', 'GRPCRoute', 'TCPRoute', 'TLSRoute', 'UDPRoute'] as const

/** Order of the Gateway API's kinds, whichever mesh carries them out. */
export const GATEWAY_ORDER: readonly OrderRule[] = [
  {
    before: { group: GATEWAY_GROUP, kinds: ['GatewayClass'] },
    after: { group: GATEWAY_GROUP, kinds: ['Gateway'] },
    reason: 'a gateway waits for its class',
  },
  {
    before: { group: GATEWAY_GROUP, kinds: ['Gateway', 'ReferenceGrant'] },
    after: { group: GATEWAY_GROUP, kinds: ROUTES },
    reason: 'a route waits for its gateway, and for the grants its references need',
  },
]

/** What controllers of the Gateway API write into objects that others made. */
export const GATEWAY_IGNORE: readonly IgnoreRule[] = [
  {
    group: GATEWAY_GROUP,
    kinds: ['GatewayClass', 'Gateway', 'ReferenceGrant', ...ROUTES],
    paths: ['status'],
    reason: 'controllers report addresses and conditions there',
  },
]
