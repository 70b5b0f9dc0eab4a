import { conform } from './conform.ts'

conform({ provider: 'istio', mesh: { mode: 'ambient' }, definitions: ['istio', 'gateway-api-experimental'], meaning: {} })
