import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'

/**
 * Why a client certificate can't be used with a key, both PEM; undefined where it can. OpenSSL would say so in words of its own, when
 * the first connection is made.
 */
export function clientCertificateProblem(certificate: string, key: string | undefined, now: number): string | undefined {
  const read = certificateOf(certificate)
  if (read === undefined) return 'its client certificate is no PEM certificate'
  if (key === undefined) return 'it has a client certificate without `client-key` or `client-key-data`'
  const secret = keyOf(key)
  if (secret === 'encrypted') return 'its client key is encrypted, which Kubernetes clients do not read'
  if (secret === undefined) return 'its client key is no PEM key'
  if (!read.checkPrivateKey(secret)) return 'its client key is not that of its client certificate'
  if (Date.parse(read.validTo) < now)
    return `its client certificate expired on ${new Date(read.validTo).toISOString().slice(0, 10)}`
  return undefined
}

/** Whether a text holds certificates as PEM. */
export function isCertificate(text: string): boolean {
  return certificateOf(text) !== undefined
}

function certificateOf(text: string): X509Certificate | undefined {
  try {
    return new X509Certificate(text)
  } catch {
    return undefined
  }
}

function keyOf(text: string): KeyObject | 'encrypted' | undefined {
  try {
    return createPrivateKey(text)
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ERR_MISSING_PASSPHRASE' ? 'encrypted' : undefined
  }
}
