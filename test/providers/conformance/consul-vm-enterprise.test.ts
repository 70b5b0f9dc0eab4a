import { isJsonObject } from '../../../src/plan/json.ts'
import { wrongWords } from '../consul-words.ts'
import { conform } from './conform.ts'
import { CONSUL_VM_ENTERPRISE_MEANING } from './consul-vm-meaning.ts'

conform({
  provider: 'consul-vm',
  mesh: { mode: 'enterprise' },
  definitions: [],
  meaning: CONSUL_VM_ENTERPRISE_MEANING,
  refusals: ({ apiVersion, kind, spec }) =>
    apiVersion === 'consul/v1' ? wrongWords(kind, isJsonObject(spec) ? spec : {}) : undefined,
  combinations: { 'fault injection with a percentage': ['routes.0.fault'], 'filter.native': ['kind'] },
})
