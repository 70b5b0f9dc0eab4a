import { conform } from './conform.ts'
import { GATEWAY_API_MEANING } from './gateway-api-meaning.ts'

conform({
  provider: 'gateway-api',
  mesh: {},
  definitions: ['gateway-api-standard', 'envoy-gateway'],
  meaning: GATEWAY_API_MEANING,
})
