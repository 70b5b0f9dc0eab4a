import { conform } from './conform.ts'
import { kumaMeaning } from './kuma-meaning.ts'

conform({ provider: 'kong-mesh', mesh: {}, definitions: ['kuma'], meaning: kumaMeaning('kong-mesh-system', 'kong-mesh') })
