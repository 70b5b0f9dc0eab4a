import type { StateResult } from '../../state-result.ts'

/** An object with what guards its next write. */
export interface StoredObject {
  readonly bytes: Uint8Array
  /** Changes with each write: an ETag, or a generation. Opaque. */
  readonly token: string
  /** When it was written, by the store's clock; milliseconds since 1970. */
  readonly modified: number
  /** The store's clock at the answer. */
  readonly now: number
}

/** What a conditional write came to: the new token, or somebody else's object is there. */
export type ObjectWrite = { readonly kind: 'written'; readonly token: string } | { readonly kind: 'refused' }

/** Objects by name, read and written under conditions: what locks and snapshots need of a store. `what` begins every message. */
export interface ObjectStore {
  /** What the conditions of its writes are called, for people, and when they have no effect. */
  readonly conditions: string
  /**
   * Tokens that a write over the object with this one must not be let through with, well formed. Each lock begins by trying them, since
   * there are stores that take conditions and ignore them; none where the store is known to heed them.
   */
  tokensToRefuse(current: string): readonly (string | undefined)[]
  /** Its address, for people; never with a credential. */
  describe(name: string): string
  get(what: string, name: string, signal: AbortSignal): Promise<StateResult<StoredObject | undefined>>
  /** Writes if the object has this token, or, without one, if there is none. */
  put(
    what: string,
    name: string,
    bytes: Uint8Array,
    expected: string | undefined,
    signal: AbortSignal,
  ): Promise<StateResult<ObjectWrite>>
  /** Deletes; where the store knows such deletes, only while it has this token. No error when it is gone already. */
  delete(what: string, name: string, expected: string, signal: AbortSignal): Promise<StateResult<'deleted' | 'refused'>>
  /** Names of all objects, in the store's order. */
  list(what: string, signal: AbortSignal): Promise<StateResult<readonly string[]>>
}
