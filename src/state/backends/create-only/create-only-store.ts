import type { StateResult } from '../../state-result.ts'
import type { StoredObject } from '../objects/object-store.ts'

/** An object as a listing has it. */
export interface ListedObject {
  readonly name: string
  /** In bytes. */
  readonly size: number
}

/** Objects of a store whose writes know one condition alone: that nothing has the name yet. `what` begins every message. */
export interface CreateOnlyStore {
  /** What that condition is called, for people, and when it has no effect. */
  readonly conditions: string
  /** Its address, for people; never with a credential. */
  describe(name: string): string
  get(what: string, name: string, signal: AbortSignal): Promise<StateResult<StoredObject | undefined>>
  /** Writes if nothing has the name. */
  create(what: string, name: string, bytes: Uint8Array, signal: AbortSignal): Promise<StateResult<'created' | 'exists'>>
  /** No error when it is gone already. */
  remove(what: string, name: string, signal: AbortSignal): Promise<StateResult<void>>
  /** All objects whose names begin so, whatever was written before included. */
  list(what: string, beginning: string, signal: AbortSignal): Promise<StateResult<readonly ListedObject[]>>
}
