import { conform } from './conform.ts'
import { kumaMeaning } from './kuma-meaning.ts'

conform({ provider: 'kuma', mesh: {}, definitions: ['kuma'], meaning: kumaMeaning('kuma-system', 'kuma') })
