import { createPrivateKey, randomBytes, X509Certificate } from 'node:crypto'
import { join } from 'node:path'
import { isJsonObject, type JsonValue } from '../../plan/json.ts'
import { readStoreFile } from '../store/read-store-file.ts'
import { replaceFile } from './replace-file.ts'
import { selfSignedCertificate } from './self-signed-certificate.ts'

const identityName = 'server-identity.json'

/** What stays the same from one run of a sandbox's server to the next, so that a kubeconfig goes on working. */
export interface ServerIdentity {
  readonly token: string
  /** PEM. */
  readonly certificate: string
  /** PEM. */
  readonly key: string
  /** The ports of the last run, tried first; 0 for any. */
  readonly port: number
  readonly securePort: number
}

/** Reads the folder's identity, or makes one. */
export function readServerIdentity(directory: string, now: Date): ServerIdentity {
  try {
    const known = identityOf(JSON.parse(readStoreFile(join(directory, identityName)) ?? '') as JsonValue)
    if (known !== undefined) return known
  } catch {
    // None yet, or not ours: a new one takes its place.
  }
  return { token: randomBytes(32).toString('base64url'), ...selfSignedCertificate(now), port: 0, securePort: 0 }
}

/** Keeps the identity for the next run. */
export function writeServerIdentity(directory: string, identity: ServerIdentity): Promise<void> {
  return replaceFile(join(directory, identityName), `${JSON.stringify(identity)}\n`)
}

function identityOf(value: JsonValue): ServerIdentity | undefined {
  if (!isJsonObject(value)) return undefined
  const { token, certificate, key, port, securePort } = value
  if (typeof token !== 'string' || !/^[\w-]{32,}$/.test(token)) return undefined
  if (typeof certificate !== 'string' || typeof key !== 'string') return undefined
  if (!isPort(port) || !isPort(securePort)) return undefined
  if (!new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key))) return undefined
  return { token, certificate, key, port, securePort }
}

function isPort(value: JsonValue | undefined): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < 65_536
}
