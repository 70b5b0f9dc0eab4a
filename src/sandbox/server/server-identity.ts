import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isJsonObject, type JsonValue } from '../../plan/json.ts'
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
export async function readServerIdentity(directory: string, now: Date): Promise<ServerIdentity> {
  try {
    const known = identityOf(JSON.parse(await readFile(join(directory, identityName), 'utf8')) as JsonValue)
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
  if (typeof token !== 'string' || token.length < 32) return undefined
  if (typeof certificate !== 'string' || typeof key !== 'string') return undefined
  if (typeof port !== 'number' || typeof securePort !== 'number') return undefined
  return { token, certificate, key, port, securePort }
}
