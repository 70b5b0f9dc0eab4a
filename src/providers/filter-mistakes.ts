import type { ComponentOf } from '../design/component.ts'
import type { Diagnostic } from '../plan/diagnostic.ts'
import { filterKindOf } from './filter-kind.ts'
import { mistake } from './mistake.ts'

/** What a filter lacks, whichever mesh it is for: targets, a source that proxies can fetch, code. */
export function filterMistakes(filter: ComponentOf<'filters'>): readonly Diagnostic[] {
  const { spec } = filter
  const kind = filterKindOf(spec)
  const diagnostics: Diagnostic[] = []
  if ((spec.workloads ?? []).length + (spec.gateways ?? []).length === 0) {
    diagnostics.push(
      mistake(filter, [], 'MF3019', {
        summary: `${filter.address} is attached to nothing`,
        hint: 'Say `workloads: [...]` or `gateways: [...]`.',
      }),
    )
  }
  if (kind === 'wasm' && spec.source === undefined) {
    diagnostics.push(
      mistake(filter, [], 'MF3019', { summary: `${filter.address} has no source`, hint: 'Say `source: oci://...`.' }),
    )
  }
  if (kind === 'wasm' && spec.source !== undefined && !/^(oci|https?|file):\/\//.test(spec.source)) {
    diagnostics.push(
      mistake(filter, ['source'], 'MF3019', {
        summary: 'The proxies cannot fetch the module from a path of this machine',
        hint: 'Push it to a registry (`meshform filter push`) and name it as oci://..., or serve it over https.',
      }),
    )
  }
  if (kind === 'lua' && spec.code === undefined) {
    diagnostics.push(
      mistake(filter, ['source'], 'MF3019', {
        summary: `${filter.address} has no Lua code`,
        hint: 'Write it under `code: |`.',
      }),
    )
  }
  return diagnostics
}
