import { pbkdf2Sync } from 'node:crypto'
import { canonicalJson } from './canonical-json.ts'
import type { JsonValue } from './json.ts'

/** Begins digests of what holds secrets. */
const PREFIX = 'pbkdf2:'
/** For digests of objects, of which there may be thousands: half a millisecond each. */
const ROUNDS = 2000
/** For the few that a design has one of. */
const MORE_ROUNDS = 50_000

/**
 * A digest of what holds secrets: salted, so that equal secrets of two objects can't be told to be equal and no table of digests fits,
 * and stretched, so that guessing short ones takes thousands of times as long. PBKDF2 of the canonical JSON with HMAC-SHA256, 32 bytes
 * as lower-case hex behind `pbkdf2:`. The same value and salt give the same digest, everywhere.
 */
export function secretDigest(value: JsonValue, salt: string, effort: 'one-of-many' | 'one-of-few' = 'one-of-many'): string {
  const rounds = effort === 'one-of-few' ? MORE_ROUNDS : ROUNDS
  return `${PREFIX}${pbkdf2Sync(canonicalJson(value), `meshform ${salt}`, rounds, 32, 'sha256').toString('hex')}`
}

/** True of a digest that `secretDigest` gave. */
export function isSecretDigest(digest: string | undefined): boolean {
  return digest?.startsWith(PREFIX) === true
}
