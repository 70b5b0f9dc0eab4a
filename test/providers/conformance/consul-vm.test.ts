import { isJsonObject } from '../../../src/plan/json.ts'
import { wrongWords } from '../consul-words.ts'
import { conform } from './conform.ts'
import { CONSUL_VM_MEANING } from './consul-vm-meaning.ts'

conform({
  provider: 'consul-vm',
  mesh: {},
  definitions: [],
  meaning: CONSUL_VM_MEANING,
  refusals: ({ apiVersion, kind, spec }) =>
    apiVersion === 'consul/v1' ? wrongWords(kind, isJsonObject(spec) ? spec : {}) : undefined,
  // Of Envoy's own filters Consul has ext-authz.
  combinations: { 'authorization.wide': ['namespace'], 'filter.native': ['kind'] },
})
