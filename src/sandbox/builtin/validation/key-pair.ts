import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'

interface PemBlock {
  readonly type: string
  readonly body: Buffer
}

const pemBlock = /-----BEGIN ([^\n-]*(?:-[^\n-]+)*)-----\r?\n([^-]*)-----END \1-----/g

function blocksOf(text: string): readonly PemBlock[] {
  return [...text.matchAll(pemBlock)].map(([, type = '', body = '']) => {
    const lines = body.split('\n').filter((line) => !line.includes(':'))
    return { type, body: Buffer.from(lines.join(''), 'base64') }
  })
}

function isPrivateKey(type: string): boolean {
  return type === 'PRIVATE KEY' || type.endsWith(' PRIVATE KEY')
}

function readCertificate(body: Buffer): X509Certificate | undefined {
  try {
    return new X509Certificate(body)
  } catch {
    return undefined
  }
}

function readKey(body: Buffer): KeyObject | undefined {
  for (const type of ['pkcs8', 'pkcs1', 'sec1'] as const) {
    try {
      return createPrivateKey({ key: body, format: 'der', type })
    } catch {
      // Another form may fit.
    }
  }
  return undefined
}

function listed(blocks: readonly PemBlock[]): string {
  return `[${blocks.map(({ type }) => type).join(' ')}]`
}

function certificateProblem(blocks: readonly PemBlock[]): string {
  const [only] = blocks
  if (only === undefined) return 'tls: failed to find any PEM data in certificate input'
  if (blocks.length === 1 && only.type.endsWith('PRIVATE KEY')) {
    return 'tls: failed to find certificate PEM data in certificate input, but did find a private key; PEM inputs may have been switched'
  }
  return `tls: failed to find "CERTIFICATE" PEM block in certificate input after skipping PEM blocks of the following types: ${listed(blocks)}`
}

function keyProblem(blocks: readonly PemBlock[]): string {
  const [only] = blocks
  if (only === undefined) return 'tls: failed to find any PEM data in key input'
  if (blocks.length === 1 && only.type === 'CERTIFICATE') {
    return 'tls: found a certificate rather than a key in the PEM for the private key'
  }
  return `tls: failed to find PEM block with type ending in "PRIVATE KEY" in key input after skipping PEM blocks of the following types: ${listed(blocks)}`
}

/** Why a certificate and a key, both in PEM, are no pair, as Go's TLS says it; undefined when they are one. */
export function keyPairProblem(certificatePem: string, keyPem: string): string | undefined {
  const certificates = blocksOf(certificatePem)
  const leaf = certificates.find(({ type }) => type === 'CERTIFICATE')
  if (leaf === undefined) return certificateProblem(certificates)
  const keys = blocksOf(keyPem)
  const firstKey = keys.find(({ type }) => isPrivateKey(type))
  if (firstKey === undefined) return keyProblem(keys)
  const certificate = readCertificate(leaf.body)
  if (certificate === undefined) return 'x509: malformed certificate'
  const key = readKey(firstKey.body)
  if (key === undefined) return 'tls: failed to parse private key'
  if (certificate.publicKey.asymmetricKeyType !== key.asymmetricKeyType) {
    return 'tls: private key type does not match public key type'
  }
  return certificate.checkPrivateKey(key) ? undefined : 'tls: private key does not match public key'
}
