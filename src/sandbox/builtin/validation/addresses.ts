import { isIPv4, isIPv6 } from 'node:net'

/** An address as Kubernetes has always read them: leading zeros go, and the first six octets of an IPv4 one in IPv6 form. */
interface Address {
  readonly family: 4 | 6
  readonly bits: bigint
  /** As it is best written: the IPv6 form of an IPv4 address is written as that. */
  readonly canonical: string
  readonly hasLeadingZeros: boolean
  /** An IPv4 address in the form of IPv6. */
  readonly isMapped: boolean
}

interface Block {
  readonly address: Address
  readonly prefix: number
  readonly hasLeadingZeros: boolean
}

const mappedStart = 0xffffn << 32n

function bitsOfGroups(groups: readonly string[], width: bigint, radix: 10 | 16): bigint {
  return groups.reduce((bits, group) => (bits << width) | BigInt(Number.parseInt(group, radix)), 0n)
}

function dotted(bits: bigint): string {
  return [24n, 16n, 8n, 0n].map((shift) => String((bits >> shift) & 255n)).join('.')
}

function parseAddress(text: string): Address | undefined {
  const octets = /^\d+(?:\.\d+){3}$/.test(text) ? text.split('.') : []
  if (octets.length === 4) {
    const numbers = octets.map(Number)
    if (numbers.some((octet) => octet > 255)) return undefined
    const canonical = numbers.join('.')
    const bits = bitsOfGroups(octets, 8n, 10)
    return { family: 4, bits, canonical, hasLeadingZeros: !isIPv4(text), isMapped: false }
  }
  if (!isIPv6(text) || text.includes('%')) return undefined
  const shown = new URL(`http://[${text}]`).hostname.slice(1, -1)
  const [head = '', tail] = shown.split('::')
  const [before, after] = [head, tail ?? ''].map((part) => (part === '' ? [] : part.split(':')))
  const gap = tail === undefined ? 0 : 8 - (before?.length ?? 0) - (after?.length ?? 0)
  const bits = bitsOfGroups([...(before ?? []), ...Array<string>(gap).fill('0'), ...(after ?? [])], 16n, 16)
  const isMapped = bits >> 32n === mappedStart >> 32n
  const canonical = isMapped ? dotted(bits & 0xffffffffn) : shown
  return { family: 6, bits, canonical, hasLeadingZeros: false, isMapped }
}

function parseBlock(text: string): Block | undefined {
  const [head = '', length = '', ...more] = text.split('/')
  const address = parseAddress(head)
  if (address === undefined || more.length > 0 || !/^\d+$/.test(length)) return undefined
  const prefix = Number(length)
  if (prefix > (address.family === 4 ? 32 : 128)) return undefined
  return { address, prefix, hasLeadingZeros: address.hasLeadingZeros || String(prefix) !== length }
}

function hostBits({ address, prefix }: Block): bigint {
  const size = BigInt((address.family === 4 ? 32 : 128) - prefix)
  return address.bits & ((1n << size) - 1n)
}

function writeAddress(bits: bigint, family: 4 | 6): string {
  if (family === 4) return dotted(bits)
  const groups = Array.from({ length: 8 }, (_each, index) => ((bits >> BigInt(112 - 16 * index)) & 0xffffn).toString(16))
  return parseAddress(groups.join(':'))?.canonical ?? ''
}

function canonicalBlock(block: Block): string {
  const { address, prefix } = block
  const network = writeAddress(address.bits - hostBits(block), address.family)
  return `${network}/${address.isMapped && prefix >= 96 ? prefix - 96 : prefix}`
}

/** What is wrong with an IPv4 or IPv6 address. */
export function addressComplaints(text: string): string[] {
  const address = parseAddress(text)
  if (address === undefined) return ['must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)']
  return [
    ...(address.hasLeadingZeros ? ['must not have leading 0s'] : []),
    ...(address.isMapped ? ['must not be an IPv4-mapped IPv6 address'] : []),
  ]
}

/** What is wrong with a block of addresses. */
export function blockComplaints(text: string): string[] {
  const block = parseBlock(text)
  if (block === undefined) return ['must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)']
  if (block.hasLeadingZeros) return ['must not have leading 0s in IP or prefix length']
  if (block.address.isMapped) return ['must not have an IPv4-mapped IPv6 address']
  return hostBits(block) === 0n ? [] : ['must not have bits set beyond the prefix length']
}

/** True for what is read as an address, be it well written or not. */
export function isAddress(text: string): boolean {
  return parseAddress(text) !== undefined
}

/** Why an address can't be one that others send to; undefined when it can. */
export function specialAddressComplaint(text: string): string | undefined {
  const address = parseAddress(text)
  if (address === undefined) return undefined
  const { canonical } = address
  if (canonical === '0.0.0.0' || canonical === '::') return `may not be unspecified (${text})`
  if (canonical.startsWith('127.') || canonical === '::1') return 'may not be in the loopback range (127.0.0.0/8, ::1/128)'
  if (canonical.startsWith('169.254.') || /^fe[89ab].:/.test(canonical)) {
    return 'may not be in the link-local range (169.254.0.0/16, fe80::/10)'
  }
  if (canonical.startsWith('224.0.0.') || /^ff.2:/.test(canonical)) {
    return 'may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)'
  }
  return undefined
}

/** What is to be said of an address that is taken. */
export function addressWarnings(field: string, text: string): readonly string[] {
  const address = parseAddress(text)
  if (address === undefined) return []
  if (address.hasLeadingZeros || address.isMapped) {
    return [`${field}: non-standard IP address ${JSON.stringify(text)} is invalid: use "${address.canonical}"`]
  }
  if (address.canonical === text) return []
  return [`${field}: IPv6 address ${JSON.stringify(text)} should be in RFC 5952 canonical format ("${address.canonical}")`]
}

/** What is to be said of a block of addresses that is taken. */
export function blockWarnings(field: string, text: string): readonly string[] {
  const block = parseBlock(text)
  if (block === undefined || blockComplaints(text).length > 0 || canonicalBlock(block) === text) return []
  const canonical = canonicalBlock(block)
  return [`${field}: IPv6 CIDR value ${JSON.stringify(text)} should be in RFC 5952 canonical format ("${canonical}")`]
}
