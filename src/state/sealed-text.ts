import { isJsonObject, type JsonObject, type JsonValue } from '../plan/json.ts'
import type { StateResult } from './state-result.ts'

/** Encrypted text as it stands in a file. The key is never in it; what makes the key of a passphrase is. */
export interface SealedText {
  readonly cipher: 'aes-256-gcm'
  /** First 16 hex digits of sha256 of the key: tells which of several keys it is, and nothing about it. */
  readonly keyId: string
  /** Salt of scrypt in base64 when the key comes from a passphrase. */
  readonly salt: string | undefined
  /** What scrypt was asked for; undefined beside a salt: 2^17, 8 and 1. */
  readonly kdf?: ScryptCost
  /** Nonce, tag and ciphertext in base64. */
  readonly data: string
}

/** How hard scrypt makes each guess (RFC 7914): memory is 128 N r bytes. */
export interface ScryptCost {
  readonly N: number
  readonly r: number
  readonly p: number
}

/** Costs beyond these are no work of ours: a file must not make its reader use a gigabyte or run for minutes. */
const LIMITS = { N: 2 ** 20, r: 16, p: 8, bytes: 2 ** 30 }

/** Encrypts and decrypts what the state writes. `context` is authenticated with it: a sealed text moved elsewhere does not open. */
export interface StateCipher {
  /** Takes what is not encrypted too: only where it is about to be encrypted. Else it may have been put in place of what was. */
  readonly acceptsPlain: boolean
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
    ...(sealed.kdf === undefined ? {} : { kdf: { name: 'scrypt', ...sealed.kdf } }),
    data: sealed.data,
  }
}

/** Back from JSON; undefined when it is no sealed text that this version knows. */
export function sealedFromJson(value: JsonValue | undefined): SealedText | undefined {
  if (!isJsonObject(value)) return undefined
  const { cipher, keyId, salt, data } = value
  if (cipher !== 'aes-256-gcm' || typeof keyId !== 'string' || typeof data !== 'string') return undefined
  if (salt !== undefined && typeof salt !== 'string') return undefined
  const cost = value.kdf === undefined ? undefined : costFromJson(value.kdf)
  if (value.kdf !== undefined && cost === undefined) return undefined
  return { cipher, keyId, salt, data, ...(cost === undefined ? {} : { kdf: cost }) }
}

function costFromJson(value: JsonValue): ScryptCost | undefined {
  if (!isJsonObject(value) || value.name !== 'scrypt') return undefined
  const { N, r, p } = value
  if (![N, r, p].every((item) => Number.isSafeInteger(item) && Number(item) > 0)) return undefined
  const cost = { N: Number(N), r: Number(r), p: Number(p) }
  const isPower = cost.N > 1 && Number.isInteger(Math.log2(cost.N))
  const isBounded = cost.N <= LIMITS.N && cost.r <= LIMITS.r && cost.p <= LIMITS.p && 128 * cost.N * cost.r <= LIMITS.bytes
  return isPower && isBounded ? cost : undefined
}
