import { createCipher, type KeySource, parseKey } from '../state/encryption.ts'
import type { StateCipher } from '../state/sealed-text.ts'
import { ok, refused, type StateResult } from '../state/state-result.ts'
import type { CommandIo } from './command-io.ts'

/**
 * The cipher that the environment gives keys for; undefined when it gives none. The first key writes, each of them reads.
 * `acceptsPlain`: for what is about to be encrypted for the first time.
 */
export function stateCipher(io: CommandIo, acceptsPlain = false): StateResult<StateCipher | undefined> {
  const keys: KeySource[] = []
  for (const name of [
    'MESHFORM_STATE_KEY',
    'MESHFORM_STATE_PASSPHRASE',
    'MESHFORM_STATE_KEY_OLD',
    'MESHFORM_STATE_PASSPHRASE_OLD',
  ]) {
    const text = io.env[name]
    if (text === undefined || text === '') continue
    if (name.includes('PASSPHRASE')) {
      keys.push({ kind: 'passphrase', passphrase: text })
      continue
    }
    const key = parseKey(text)
    if (!key.ok) return refused({ kind: 'invalid-configuration', about: 'key', message: `${name}: ${key.error.message}` })
    keys.push(key.value)
  }
  return keys.length === 0 ? ok(undefined) : createCipher(keys, { acceptsPlain })
}
