import { conform } from './conform.ts'
import { extensionRefusals, GATEWAY_API_MEANING } from './gateway-api-meaning.ts'

conform({
  provider: 'gateway-api',
  mesh: {},
  definitions: ['gateway-api-standard'],
  meaning: GATEWAY_API_MEANING,
  refusals: extensionRefusals,
})
