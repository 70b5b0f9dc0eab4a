import type { LockHolder } from './lock-info.ts'

/** Why something about a state could not be done. Never thrown: always an answer. `message` is whole sentences and never holds a secret. */
export type StateError =
  /** A file that is damaged, or no state at all. It is left as it was found. */
  | {
      readonly kind: 'corrupt'
      readonly message: string
      readonly file: string
      readonly line: number | undefined
      readonly column: number | undefined
    }
  /** Written by a newer meshform. */
  | { readonly kind: 'newer-version'; readonly message: string; readonly file: string }
  /** Encrypted, and none of the keys opens it. */
  | { readonly kind: 'sealed'; readonly message: string; readonly file: string }
  /** Not encrypted, although a key was given: it may have been put in place of what was. */
  | { readonly kind: 'unsealed'; readonly message: string; readonly file: string }
  | { readonly kind: 'locked'; readonly message: string; readonly holder: LockHolder | undefined }
  /** The lock was taken over or could not be renewed: nothing may be done any more. */
  | { readonly kind: 'lock-lost'; readonly message: string }
  /** The stored state is not the one that was read: someone else wrote. */
  | { readonly kind: 'moved'; readonly message: string }
  | { readonly kind: 'lineage'; readonly message: string }
  | { readonly kind: 'invalid-name'; readonly message: string }
  /** `key`: it is about the encryption key, wherever the state is. */
  | { readonly kind: 'invalid-configuration'; readonly message: string; readonly about?: 'key' }
  | { readonly kind: 'not-found'; readonly message: string }
  | { readonly kind: 'in-use'; readonly message: string }
  | { readonly kind: 'too-large'; readonly message: string }
  | { readonly kind: 'unauthorized'; readonly message: string }
  | { readonly kind: 'unreachable'; readonly message: string }
  /** The backend answered something it should not. */
  | { readonly kind: 'backend'; readonly message: string }
  | { readonly kind: 'io'; readonly message: string }
  | { readonly kind: 'aborted'; readonly message: string }

/** An answer: a value, or why there is none. */
export type StateResult<Value> = { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly error: StateError }

/** A value as an answer. */
export function ok<Value>(value: Value): { readonly ok: true; readonly value: Value } {
  return { ok: true, value }
}

/** An error as an answer. */
export function refused(error: StateError): { readonly ok: false; readonly error: StateError } {
  return { ok: false, error }
}

/** The refusal of a file that is not encrypted where a key says that it should be. */
export function unsealed(file: string): { readonly ok: false; readonly error: StateError } {
  return refused({ kind: 'unsealed', message: `${file} is not encrypted, although a key is given.`, file })
}

/** The answer of an operation whose signal was aborted. */
export function aborted(what: string): { readonly ok: false; readonly error: StateError } {
  return refused({ kind: 'aborted', message: `${what} was interrupted.` })
}
