import { isIP } from 'node:net'

/** An IPv4 or IPv6 address as a number of 32 or 128 bits. */
export interface IpAddress {
  readonly family: 4 | 6
  readonly bits: bigint
}

/** A block of addresses. */
export interface AddressBlock {
  readonly address: IpAddress
  readonly prefix: number
}

function groupsOf(text: string): readonly number[] {
  if (text === '') return []
  return text.split(':').flatMap((group) => {
    if (!group.includes('.')) return [Number.parseInt(group, 16)]
    const [a = 0, b = 0, c = 0, d = 0] = group.split('.').map(Number)
    return [a * 256 + b, c * 256 + d]
  })
}

/** Reads an address; zones and IPv4 inside IPv6 are refused, as the CEL library of Kubernetes does. */
export function parseIp(text: string): IpAddress | undefined {
  const family = isIP(text)
  if (family === 4) {
    return { family, bits: text.split('.').reduce((bits, part) => (bits << 8n) | BigInt(part), 0n) }
  }
  if (family !== 6 || text.includes('%')) return undefined
  const [head = '', tail] = text.split('::')
  const front = groupsOf(head)
  const back = tail === undefined ? [] : groupsOf(tail)
  const middle = new Array<number>(tail === undefined ? 0 : 8 - front.length - back.length).fill(0)
  const bits = [...front, ...middle, ...back].reduce((all, group) => (all << 16n) | BigInt(group), 0n)
  return bits >> 32n === 0xffffn ? undefined : { family, bits }
}

/** Reads a block such as `10.0.0.0/8`. */
export function parseBlock(text: string): AddressBlock | undefined {
  const match = /^([^/]+)\/(0|[1-9]\d{0,2})$/.exec(text)
  const address = parseIp(match?.[1] ?? '')
  const prefix = Number(match?.[2])
  return address === undefined || prefix > widthOf(address) ? undefined : { address, prefix }
}

/** Number of bits of an address of this family. */
export function widthOf(address: IpAddress): number {
  return address.family === 4 ? 32 : 128
}

/** The block with all bits behind the prefix zero. */
export function maskedBlock({ address, prefix }: AddressBlock): AddressBlock {
  const rest = BigInt(widthOf(address) - prefix)
  return { address: { family: address.family, bits: (address.bits >> rest) << rest }, prefix }
}

/** True when the address lies in the block. */
export function blockHolds(block: AddressBlock, address: IpAddress): boolean {
  if (block.address.family !== address.family) return false
  const rest = BigInt(widthOf(address) - block.prefix)
  return block.address.bits >> rest === address.bits >> rest
}

/** The address in its canonical form: IPv6 in lower case with the longest run of zeros left out. */
export function formatIp(address: IpAddress): string {
  if (address.family === 4) return [24n, 16n, 8n, 0n].map((shift) => (address.bits >> shift) & 255n).join('.')
  const groups = Array.from({ length: 8 }, (_, index) => ((address.bits >> BigInt(112 - 16 * index)) & 0xffffn).toString(16))
  const text = groups.join(':')
  const runs = [...text.matchAll(/(?<![0-9a-f])0(?::0)+(?![0-9a-f])/g)]
  const longest = runs.reduce<RegExpExecArray | undefined>(
    (best, run) => (best === undefined || run[0].length > best[0].length ? run : best),
    undefined,
  )
  if (longest === undefined) return text
  const head = text.slice(0, longest.index).replace(/:$/, '')
  const tail = text.slice(longest.index + longest[0].length).replace(/^:/, '')
  return `${head}::${tail}`
}
