import { isJsonObject, type JsonObject, type JsonValue } from '../plan/json.ts'
import type { StateResult } from './state-result.ts'

/** Encrypted text as it stands in a file. The key is never in it; what makes the key of a passphrase is. */
export interface SealedText {
  readonly cipher: 'aes-256-gcm'
  /** First 16 hex digits of sha256 of the key: tells which of several keys it is, and nothing about it. */
  readonly keyId: string
  /** Salt of scrypt in base64 when the key comes from a passphrase. */
  readonly salt: string | undefined
  /** Nonce, tag and ciphertext in base64. */
  readonly data: string
}

/** Encrypts and decrypts what the state writes. `context` is authenticated with it: a sealed text moved elsewhere does not open. */
export interface StateCipher {
  /** Ready to encrypt with the first key. */
  sealer(): Promise<Sealer>
  /** Decrypts with whichever key fits; `file` is for the error. */
  open(sealed: SealedText, context: string, file: string): Promise<StateResult<string>>
}

/** Encrypts one text. Every call draws a new nonce. */
export type Sealer = (plain: string, context: string) => SealedText

/** As JSON, keys in a fixed order. */
export function sealedToJson(sealed: SealedText): JsonObject {
  return {
    cipher: sealed.cipher,
    keyId: sealed.keyId,
    ...(sealed.salt === undefined ? {} : { salt: sealed.salt }),
    data: sealed.data,
  }
}

/** Back from JSON; undefined when it is no sealed text that this version knows. */
export function sealedFromJson(value: JsonValue | undefined): SealedText | undefined {
  if (!isJsonObject(value)) return undefined
  const { cipher, keyId, salt, data } = value
  if (cipher !== 'aes-256-gcm' || typeof keyId !== 'string' || typeof data !== 'string') return undefined
  if (salt !== undefined && typeof salt !== 'string') return undefined
  return { cipher, keyId, salt, data }
}
