import type { JsonObject } from '../../plan/json.ts'
import type { Manifest } from '../../plan/manifest.ts'
import type { ValuePath } from '../../plan/source.ts'
import type { EntryKind } from './entry.ts'

/** A config entry, however it is written: its fields as the custom resource spells them. */
export interface LintedEntry {
  readonly manifest: Manifest
  readonly kind: EntryKind
  readonly spec: JsonObject
  /** Where a field of `spec` stands in the manifest. */
  readonly pathOf: (...path: ValuePath) => ValuePath
}
