import type { FieldConflict } from '../plan/change.ts'
import type { JsonObject } from '../plan/json.ts'
import type { Manifest } from '../plan/manifest.ts'

/** What the server said to a dry run of one object. Refusals are diagnostics by then. */
export type DryRun =
  /**
   * The object as it would be, and what was sent to get there (fields that others keep may have been left out). Where a conflict
   * refuses it, the object is what it would be without.
   */
  | {
      readonly kind: 'result'
      readonly object: JsonObject
      readonly sent: Manifest
      readonly conflicts: readonly FieldConflict[]
      /** Fields go because their manager is taken over from, and the server did not tell what it defaults in their place. */
      readonly guessed: boolean
    }
  /** It can't be changed in place. */
  | { readonly kind: 'immutable'; readonly message: string }
  /** The server could not say: its namespace or kind is not there yet. */
  | { readonly kind: 'unknown'; readonly reason: string }
