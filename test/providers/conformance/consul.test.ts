import { conform } from './conform.ts'
import { CONSUL_MEANING } from './consul-meaning.ts'

conform({
  provider: 'consul',
  mesh: {},
  definitions: ['consul', 'gateway-api-standard'],
  meaning: CONSUL_MEANING,
  // Of Envoy's own filters Consul has ext-authz.
  combinations: { 'authorization.wide': ['namespace'], 'filter.native': ['kind'] },
})
