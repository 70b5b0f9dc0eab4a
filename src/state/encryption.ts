import { createCipheriv, createDecipheriv, createHash, randomBytes, scrypt } from 'node:crypto'
import type { ScryptCost, SealedText, Sealer, StateCipher } from './sealed-text.ts'
import { ok, refused, type StateResult } from './state-result.ts'

/** A secret that makes a key. */
export type KeySource =
  | { readonly kind: 'passphrase'; readonly passphrase: string }
  /** 32 bytes. */
  | { readonly kind: 'key'; readonly key: Uint8Array }

const CIPHER = 'aes-256-gcm'
const KEY_BYTES = 32
const NONCE_BYTES = 12
const TAG_BYTES = 16
const SALT_BYTES = 16
/** OWASP's minimum for scrypt: 128 MiB and about a third of a second for each guess. */
const COST: ScryptCost = { N: 2 ** 17, r: 8, p: 1 }
const MIN_PASSPHRASE = 12

/**
 * Makes a cipher of keys: the first encrypts, each of them decrypts. To rotate, put the new key first and write once; then drop the
 * old one. Pure but for randomness, which can be passed in.
 */
export function createCipher(
  keys: readonly KeySource[],
  options: { readonly acceptsPlain?: boolean; readonly random?: (bytes: number) => Uint8Array } = {},
): StateResult<StateCipher> {
  const [first] = keys
  if (first === undefined) return invalid('Encryption needs at least one key.')
  for (const source of keys) {
    if (source.kind === 'key' && source.key.byteLength !== KEY_BYTES) {
      return invalid(`An encryption key has ${KEY_BYTES} bytes, and this one ${source.key.byteLength}.`)
    }
    if (source.kind === 'passphrase' && source.passphrase.length < MIN_PASSPHRASE) {
      return invalid(`A passphrase has at least ${MIN_PASSPHRASE} characters.`)
    }
  }
  return ok(new KeyRing(first, keys, options.random ?? randomBytes, options.acceptsPlain === true))
}

/** Reads a key as people keep it: 64 hex digits, or the base64 of 32 bytes. */
export function parseKey(text: string): StateResult<KeySource> {
  const trimmed = text.trim()
  if (/^[0-9a-fA-F]{64}$/.test(trimmed)) return ok({ kind: 'key', key: Buffer.from(trimmed, 'hex') })
  const key = /^[A-Za-z0-9+/_-]{43}=?$/.test(trimmed) ? Buffer.from(trimmed, 'base64') : Buffer.alloc(0)
  return key.byteLength === KEY_BYTES
    ? ok({ kind: 'key', key })
    : invalid('An encryption key is 64 hex digits or the base64 of 32 bytes: `openssl rand -base64 32` makes one.')
}

interface DerivedKey {
  readonly id: string
  readonly key: Uint8Array
  readonly salt: string | undefined
  readonly kdf?: ScryptCost
}

class KeyRing implements StateCipher {
  readonly acceptsPlain: boolean
  readonly #first: KeySource
  readonly #keys: readonly KeySource[]
  readonly #random: (bytes: number) => Uint8Array
  readonly #derived = new Map<string, Promise<DerivedKey>>()
  #salt: string | undefined = undefined

  constructor(first: KeySource, keys: readonly KeySource[], random: (bytes: number) => Uint8Array, acceptsPlain: boolean) {
    this.acceptsPlain = acceptsPlain
    this.#first = first
    this.#keys = keys
    this.#random = random
  }

  async sealer(): Promise<Sealer> {
    // Deriving takes long on purpose: the salt that the state was opened with serves for writing too.
    this.#salt ??= Buffer.from(this.#random(SALT_BYTES)).toString('base64')
    const key = await this.#derive(this.#first, 0, this.#salt, COST)
    return (plain, context) => seal(plain, context, key, this.#random(NONCE_BYTES))
  }

  async open(sealed: SealedText, context: string, file: string): Promise<StateResult<string>> {
    for (const [index, source] of this.#keys.entries()) {
      if ((source.kind === 'passphrase') !== (sealed.salt !== undefined)) continue
      const key = await this.#derive(source, index, sealed.salt ?? '', sealed.kdf ?? COST)
      if (key.id !== sealed.keyId) continue
      const plain = unseal(sealed.data, context, key.key)
      if (plain === undefined) {
        return refused({
          kind: 'corrupt',
          message: `${file} is damaged: what is encrypted in it was changed, or belongs to another place. It was left as it is.`,
          file,
          line: undefined,
          column: undefined,
        })
      }
      const isAsWritten = sealed.kdf === undefined || sameCost(sealed.kdf, COST)
      if (index === 0 && sealed.salt !== undefined && isAsWritten) this.#salt ??= sealed.salt
      return ok(plain)
    }
    return refused({
      kind: 'sealed',
      message: `${file} is encrypted with the key ${printable(sealed.keyId)}, which is none of those given.`,
      file,
    })
  }

  #derive(source: KeySource, index: number, salt: string, cost: ScryptCost): Promise<DerivedKey> {
    const name = source.kind === 'key' ? `${index}` : `${index} ${salt} ${cost.N} ${cost.r} ${cost.p}`
    const known = this.#derived.get(name)
    if (known !== undefined) return known
    const derived = derive(source, salt, cost)
    this.#derived.set(name, derived)
    return derived
  }
}

async function derive(source: KeySource, salt: string, cost: ScryptCost): Promise<DerivedKey> {
  if (source.kind === 'key') return { id: keyId(source.key), key: source.key, salt: undefined }
  const { passphrase } = source
  const key = await new Promise<Buffer>((resolve, reject) => {
    const options = { ...cost, maxmem: 2 * 128 * cost.N * cost.r }
    scrypt(passphrase.normalize('NFKC'), Buffer.from(salt, 'base64'), KEY_BYTES, options, (error, bytes) =>
      error === null ? resolve(bytes) : reject(error),
    )
  })
  return { id: keyId(key), key, salt, kdf: cost }
}

function seal(plain: string, context: string, key: DerivedKey, nonce: Uint8Array): SealedText {
  const cipher = createCipheriv(CIPHER, key.key, nonce)
  cipher.setAAD(Buffer.from(context))
  const text = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()])
  const data = Buffer.concat([nonce, cipher.getAuthTag(), text]).toString('base64')
  return { cipher: CIPHER, keyId: key.id, salt: key.salt, data, ...(key.kdf === undefined ? {} : { kdf: key.kdf }) }
}

function unseal(data: string, context: string, key: Uint8Array): string | undefined {
  const bytes = Buffer.from(data, 'base64')
  if (bytes.byteLength < NONCE_BYTES + TAG_BYTES) return undefined
  const decipher = createDecipheriv(CIPHER, key, bytes.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES })
  decipher.setAAD(Buffer.from(context))
  decipher.setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES))
  try {
    return decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES), undefined, 'utf8') + decipher.final('utf8')
  } catch {
    return undefined
  }
}

function sameCost(a: ScryptCost, b: ScryptCost): boolean {
  return a.N === b.N && a.r === b.r && a.p === b.p
}

function keyId(key: Uint8Array): string {
  return createHash('sha256').update('meshform key id ').update(key).digest('hex').slice(0, 16)
}

function printable(text: string): string {
  return text.replace(/[^0-9a-f]/g, '?').slice(0, 16)
}

function invalid(message: string): {
  readonly ok: false
  readonly error: { kind: 'invalid-configuration'; about: 'key'; message: string }
} {
  return { ok: false, error: { kind: 'invalid-configuration', about: 'key', message } }
}
