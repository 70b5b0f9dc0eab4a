import { conform } from './conform.ts'
import { GATEWAY_API_MEANING } from './gateway-api-meaning.ts'
import { routeMeaning } from './route-meaning.ts'

conform({
  provider: 'gateway-api',
  mesh: { mode: 'experimental' },
  definitions: ['gateway-api-experimental', 'envoy-gateway'],
  meaning: { ...GATEWAY_API_MEANING, ...routeMeaning() },
})
