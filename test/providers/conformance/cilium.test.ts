import { CILIUM_MEANING } from './cilium-meaning.ts'
import { conform } from './conform.ts'
import { gatewayMeaning, routeMeaning } from './route-meaning.ts'

const { 'traffic.tcp': _tcp, ...routes } = routeMeaning()
const { 'gateway.tls.mutual': _mutual, ...gateways } = gatewayMeaning('cilium')

conform({
  provider: 'cilium',
  mesh: {},
  definitions: ['cilium', 'gateway-api-experimental'],
  meaning: { ...CILIUM_MEANING, ...routes, ...gateways },
})
