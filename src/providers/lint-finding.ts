import { groupOf, type Manifest } from '../plan/manifest.ts'
import type { ValuePath } from '../plan/source.ts'
import type { ProviderCode } from './codes.ts'
import type { LintFinding } from './contract.ts'
import type { MistakeWords } from './mistake.ts'

/** A finding about an object, at a path in it; a warning unless told otherwise. */
export function lintFinding(object: Manifest, path: ValuePath, code: ProviderCode, words: MistakeWords): LintFinding {
  const { name, namespace = '' } = object.metadata
  return {
    severity: 'warning',
    code,
    ...words,
    object: { group: groupOf(object.apiVersion), kind: object.kind, namespace, name },
    path,
  }
}
