import { isJsonObject } from '../../plan/json.ts'
import { groupOf, type Manifest } from '../../plan/manifest.ts'
import { lintEntries } from '../consul/lint.ts'
import type { LintedEntry } from '../consul/linted-entry.ts'
import type { LintFinding } from '../contract.ts'
import { entryKind, fieldName, inResourceWords } from './words.ts'

/** Findings about config entries in Consul's own words. */
export function lintConsulVm(manifests: readonly Manifest[]): readonly LintFinding[] {
  return lintEntries(
    manifests.flatMap((manifest): LintedEntry[] => {
      const kind = entryKind(manifest.kind)
      if (kind === undefined || groupOf(manifest.apiVersion) !== 'consul') return []
      const fields = isJsonObject(manifest.spec) ? inResourceWords(manifest.spec) : {}
      const named = kind === 'ServiceIntentions' ? { ...fields, destination: { name: manifest.metadata.name } } : fields
      return [
        {
          manifest,
          kind,
          spec: named,
          pathOf: (...path) => ['spec', ...path.map((step) => (typeof step === 'string' ? fieldName(step) : step))],
        },
      ]
    }),
  )
}
