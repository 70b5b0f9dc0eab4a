import { conform } from './conform.ts'

conform({ provider: 'istio', mesh: {}, definitions: ['istio'], meaning: {} })
