import { conform } from './conform.ts'
import { ENTERPRISE_MEANING } from './consul-meaning.ts'

conform({
  provider: 'consul',
  mesh: { mode: 'enterprise' },
  definitions: ['consul', 'gateway-api-standard'],
  meaning: ENTERPRISE_MEANING,
  // Faults hold for a whole service.
  combinations: { 'fault injection with a percentage': ['routes.0.fault'], 'filter.native': ['kind'] },
})
