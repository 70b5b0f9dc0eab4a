import { generateKeyPairSync, randomBytes, sign } from 'node:crypto'

/** A certificate that vouches for itself, with its key, both PEM. */
export interface ServerCertificate {
  readonly certificate: string
  readonly key: string
}

/** DER by X.690: a tag, the length, the content. */
function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts)
  const { length } = content
  if (length < 0x80) return Buffer.concat([Buffer.from([tag, length]), content])
  const bytes: number[] = []
  for (let rest = length; rest > 0; rest >>= 8) bytes.unshift(rest & 0xff)
  return Buffer.concat([Buffer.from([tag, 0x80 | bytes.length, ...bytes]), content])
}

const sequence = (...parts: readonly Uint8Array[]): Buffer => der(0x30, ...parts)
const octets = (content: Uint8Array): Buffer => der(0x04, content)

/** A non-negative integer from big-endian bytes. */
function integer(bytes: Uint8Array): Buffer {
  return der(0x02, (bytes[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes)
}

function objectIdentifier(text: string): Buffer {
  const [first = 0, second = 0, ...rest] = text.split('.').map(Number)
  const bytes = [first * 40 + second]
  for (const arc of rest) {
    const groups = [arc & 0x7f]
    for (let left = arc >> 7; left > 0; left >>= 7) groups.unshift((left & 0x7f) | 0x80)
    bytes.push(...groups)
  }
  return der(0x06, Buffer.from(bytes))
}

/** UTCTime until 2049, GeneralizedTime after, as RFC 5280 asks. */
function time(moment: Date): Buffer {
  const digits = moment.toISOString().replaceAll(/[-:T]|\.\d+/g, '')
  return moment.getUTCFullYear() < 2050 ? der(0x17, Buffer.from(digits.slice(2))) : der(0x18, Buffer.from(digits))
}

const ecdsaWithSha256 = sequence(objectIdentifier('1.2.840.10045.4.3.2'))
const name = sequence(der(0x31, sequence(objectIdentifier('2.5.4.3'), der(0x0c, Buffer.from('meshform sandbox')))))
const yes = Buffer.from([0x01, 0x01, 0xff])

function extension(identifier: string, critical: boolean, value: Buffer): Buffer {
  return sequence(objectIdentifier(identifier), ...(critical ? [yes] : []), octets(value))
}

function loopbackNames(): Buffer {
  const dnsName = (text: string): Buffer => der(0x82, Buffer.from(text))
  const address = (bytes: readonly number[]): Buffer => der(0x87, Buffer.from(bytes))
  const ipv6 = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]
  return sequence(dnsName('localhost'), address([127, 0, 0, 1]), address(ipv6))
}

function extensions(): Buffer {
  return der(
    0xa3,
    sequence(
      // An authority for nothing but itself: clients take it as their root.
      extension('2.5.29.19', true, sequence(yes, integer(Buffer.from([0])))),
      // digitalSignature and keyCertSign.
      extension('2.5.29.15', true, Buffer.from([0x03, 0x02, 0x02, 0x84])),
      extension('2.5.29.37', false, sequence(objectIdentifier('1.3.6.1.5.5.7.3.1'))),
      extension('2.5.29.17', false, loopbackNames()),
    ),
  )
}

const DAY_MS = 86_400_000

function pem(label: string, bytes: Uint8Array): string {
  const lines =
    Buffer.from(bytes)
      .toString('base64')
      .match(/.{1,64}/g) ?? []
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`
}

/** Makes a certificate for the loopback addresses (X.509 v3, P-256), good for ten years: kubectl sends a token over TLS only. */
export function selfSignedCertificate(now: Date): ServerCertificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const serial = randomBytes(16)
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40
  const validity = sequence(time(new Date(now.getTime() - DAY_MS)), time(new Date(now.getTime() + 3650 * DAY_MS)))
  const version3 = der(0xa0, integer(Buffer.from([2])))
  const subjectKey = publicKey.export({ type: 'spki', format: 'der' })
  const signed = sequence(version3, integer(serial), ecdsaWithSha256, name, validity, name, subjectKey, extensions())
  const signature = der(0x03, Buffer.from([0]), sign('sha256', signed, privateKey))
  return {
    certificate: pem('CERTIFICATE', sequence(signed, ecdsaWithSha256, signature)),
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  }
}
