import type { CapabilityTable } from '../features.ts'
import { no, rows } from '../features.ts'
import { gatewayBundle } from './api.ts'

/** What stands for the channel of a cluster that cannot be asked. */
export const UNTOLD_CHANNEL = 'untold'

/** The setting of a mesh whose routes use fields of the experimental channel. */
export const CHANNEL_SETTING = {
  enum: ['standard', 'experimental', UNTOLD_CHANNEL],
  description:
    'Channel of the Gateway API CRDs in the cluster; read off the cluster where it can be asked, untold where nobody can tell.',
} as const

/** What HTTPRoute lacks in the standard channel, whatever a mesh would do with it. */
export const LACKS_IN_STANDARD_CHANNEL: Partial<CapabilityTable> = rows(
  [
    'traffic.retries',
    'traffic.retries.perTry',
    'traffic.retries.backoff',
    'traffic.retries.connection',
    'traffic.retries.status',
  ],
  no(
    'the cluster has the standard channel of the Gateway API, and HTTPRoute rules[].retry is of the experimental one',
    `Install the experimental channel (${gatewayBundle('experimental')}), or leave \`retries\` out.`,
  ),
)
