import { createHash, createPublicKey, type KeyObject, sign, verify } from 'node:crypto'
import { isJsonObject, type JsonValue } from '../../plan/json.ts'

/** A DSSE envelope (secure-systems-lab/dsse, envelope.md). Payload and signatures are base64. */
export interface Envelope {
  readonly payloadType: string
  readonly payload: string
  readonly signatures: readonly { readonly keyid: string; readonly sig: string }[]
}

/** Payload type of in-toto statements, the only one that is read. */
export const STATEMENT_TYPE = 'application/vnd.in-toto+json'

/** What an envelope says of a module. */
export type SignatureVerdict =
  /** Signed by one of the keys, and for these bytes. */
  | { readonly kind: 'verified'; readonly keyId: string }
  /** There is a signature, and no key to check it with. */
  | { readonly kind: 'signed'; readonly keyIds: readonly string[] }
  /** There is none. */
  | { readonly kind: 'unsigned' }
  | { readonly kind: 'invalid'; readonly reason: string }

/** The identity of a public key: sha256 of its DER form, hexadecimal. */
export function keyId(key: KeyObject): string {
  return createHash('sha256')
    .update(publicOf(key).export({ type: 'spki', format: 'der' }))
    .digest('hex')
}

function publicOf(key: KeyObject): KeyObject {
  return key.type === 'private' ? createPublicKey(key) : key
}

/** The bytes that are signed: DSSE's pre-authentication encoding. */
function preAuthentication(type: string, body: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`DSSEv1 ${Buffer.byteLength(type)} ${type} ${body.length} `), body])
}

/** Ed25519 signs the bytes themselves, other keys their sha256. */
function algorithmOf(key: KeyObject): string | null {
  return key.asymmetricKeyType === 'ed25519' ? null : 'sha256'
}

/** Signs a module: an in-toto statement with its name and digest. */
export function signModule(name: string, module: Uint8Array, key: KeyObject): Envelope {
  const statement = {
    _type: 'https://in-toto.io/Statement/v1',
    subject: [{ name, digest: { sha256: createHash('sha256').update(module).digest('hex') } }],
    predicateType: 'https://meshform.dev/filter/v1',
    predicate: {},
  }
  const body = Buffer.from(JSON.stringify(statement))
  const signature = sign(algorithmOf(key), preAuthentication(STATEMENT_TYPE, body), key)
  return {
    payloadType: STATEMENT_TYPE,
    payload: body.toString('base64'),
    signatures: [{ keyid: keyId(key), sig: signature.toString('base64') }],
  }
}

/** Reads an envelope; undefined when it is not one. */
export function envelopeOf(value: JsonValue | undefined): Envelope | undefined {
  if (!isJsonObject(value) || typeof value.payloadType !== 'string' || typeof value.payload !== 'string') return undefined
  if (!Array.isArray(value.signatures)) return undefined
  const signatures = value.signatures.flatMap((entry: JsonValue) =>
    isJsonObject(entry) && typeof entry.sig === 'string'
      ? [{ keyid: typeof entry.keyid === 'string' ? entry.keyid : '', sig: entry.sig }]
      : [],
  )
  return { payloadType: value.payloadType, payload: value.payload, signatures }
}

/** Says whether a module is signed, and by whom, without asking anybody. */
export function verifyModule(module: Uint8Array, envelope: Envelope | undefined, keys: readonly KeyObject[]): SignatureVerdict {
  if (envelope === undefined) return { kind: 'unsigned' }
  if (envelope.payloadType !== STATEMENT_TYPE) return { kind: 'invalid', reason: `its payload is ${envelope.payloadType}` }
  const body = Buffer.from(envelope.payload, 'base64')
  const sha256 = createHash('sha256').update(module).digest('hex')
  if (!names(body, sha256)) return { kind: 'invalid', reason: 'it signs another module than this one' }
  if (keys.length === 0) return { kind: 'signed', keyIds: envelope.signatures.map((signature) => signature.keyid) }
  const signed = preAuthentication(envelope.payloadType, body)
  for (const { sig } of envelope.signatures) {
    const key = keys.find((candidate) => holds(candidate, signed, Buffer.from(sig, 'base64')))
    if (key !== undefined) return { kind: 'verified', keyId: keyId(key) }
  }
  return { kind: 'invalid', reason: 'none of its signatures is by a key that is trusted' }
}

function holds(key: KeyObject, data: Buffer, signature: Buffer): boolean {
  try {
    return verify(algorithmOf(key), data, publicOf(key), signature)
  } catch {
    return false
  }
}

/** True when a statement's subjects hold the digest. */
function names(body: Buffer, sha256: string): boolean {
  let statement: JsonValue
  try {
    statement = JSON.parse(body.toString('utf8'))
  } catch {
    return false
  }
  if (!isJsonObject(statement) || !Array.isArray(statement.subject)) return false
  return statement.subject.some(
    (subject: JsonValue) => isJsonObject(subject) && isJsonObject(subject.digest) && subject.digest.sha256 === sha256,
  )
}

/** The verdict as a sentence. */
export function describeSignature(verdict: SignatureVerdict): string {
  switch (verdict.kind) {
    case 'verified':
      return `signed, verified with key ${verdict.keyId.slice(0, 16)}`
    case 'signed':
      return `signed by ${verdict.keyIds.map((id) => id.slice(0, 16)).join(', ')}, not verified: no key was given`
    case 'unsigned':
      return 'not signed'
    case 'invalid':
      return `the signature does not hold: ${verdict.reason}`
  }
}
