import { addressProblem, blockProblem } from '../address-problem.ts'
import { type AddressBlock, blockHolds, formatIp, type IpAddress, maskedBlock, parseBlock, parseIp } from '../ip-address.ts'
import type { CelFunctions } from './overloads.ts'
import { CelFailure, type CelValue, LibraryValue, noSuchOverload } from './values.ts'

class IpValue extends LibraryValue {
  readonly typeName = 'net.IP'
  readonly address: IpAddress

  constructor(address: IpAddress) {
    super()
    this.address = address
  }

  static parse(text: string): IpValue {
    const address = parseIp(text)
    const shown = JSON.stringify(text)
    if (/^[0-9a-fA-F:.]+%./.test(text)) throw new CelFailure(`IP address ${shown} with zone value is not allowed`)
    if (address === undefined && /^::ffff:\d+\.\d+\.\d+\.\d+$/i.test(text)) {
      throw new CelFailure(`IPv4-mapped IPv6 address ${shown} is not allowed`)
    }
    if (address === undefined) {
      throw new CelFailure(`IP Address ${shown} parse error during conversion from string: ${addressProblem(text)}`)
    }
    return new IpValue(address)
  }

  equals(other: LibraryValue): boolean {
    return other instanceof IpValue && this.address.family === other.address.family && this.address.bits === other.address.bits
  }

  isIn(...blocks: readonly string[]): boolean {
    return blocks.some((text) => {
      const block = parseBlock(text)
      return block !== undefined && blockHolds(block, this.address)
    })
  }

  get isGlobalUnicast(): boolean {
    const { family, bits } = this.address
    if (family === 4 && bits === 0xffffffffn) return false
    return bits !== 0n && !this.isIn('127.0.0.0/8', '::1/128', '224.0.0.0/4', 'ff00::/8', '169.254.0.0/16', 'fe80::/10')
  }
}

class BlockValue extends LibraryValue {
  readonly typeName = 'net.CIDR'
  readonly block: AddressBlock

  constructor(block: AddressBlock) {
    super()
    this.block = block
  }

  static parse(text: string): BlockValue {
    const block = parseBlock(text)
    if (block === undefined) {
      const head = 'network address parse error during conversion from string'
      throw new CelFailure(`${head}: ${head}: ${blockProblem(text, (part) => parseIp(part) !== undefined)}`)
    }
    return new BlockValue(block)
  }

  equals(other: LibraryValue): boolean {
    return other instanceof BlockValue && this.toString() === other.toString()
  }

  holdsBlock(other: BlockValue): boolean {
    return other.block.prefix >= this.block.prefix && blockHolds(this.block, other.block.address)
  }

  override toString(): string {
    return `${formatIp(this.block.address)}/${this.block.prefix}`
  }
}

function ofIp(call: (ip: IpValue) => CelValue): CelFunctions[string] {
  return (ip) => (ip instanceof IpValue ? call(ip) : undefined)
}

function ofBlock(call: (block: BlockValue) => CelValue): CelFunctions[string] {
  return (block) => (block instanceof BlockValue ? call(block) : undefined)
}

/** A text that is no address is not told of where a block is asked about it. */
function ipOf(text: string): IpValue {
  const address = parseIp(text)
  if (address === undefined) throw noSuchOverload()
  return new IpValue(address)
}

function blockOf(text: string): BlockValue {
  const block = parseBlock(text)
  if (block === undefined) throw noSuchOverload()
  return new BlockValue(block)
}

/** `ip(...)` and `cidr(...)` and what can be asked of them. */
export const addressFunctions: CelFunctions = {
  ip: (value) => {
    if (value instanceof BlockValue) return new IpValue(value.block.address)
    return typeof value === 'string' ? IpValue.parse(value) : undefined
  },
  isIP: (text) => (typeof text === 'string' ? parseIp(text) !== undefined : undefined),
  'ip.isCanonical': (text) => (typeof text === 'string' ? formatIp(IpValue.parse(text).address) === text : undefined),
  string: (value) => {
    if (value instanceof IpValue) return formatIp(value.address)
    return value instanceof BlockValue ? value.toString() : undefined
  },
  family: ofIp((ip) => BigInt(ip.address.family)),
  isUnspecified: ofIp((ip) => ip.address.bits === 0n),
  isLoopback: ofIp((ip) => ip.isIn('127.0.0.0/8', '::1/128')),
  isLinkLocalMulticast: ofIp((ip) => ip.isIn('224.0.0.0/24', 'ff02::/16')),
  isLinkLocalUnicast: ofIp((ip) => ip.isIn('169.254.0.0/16', 'fe80::/10')),
  isGlobalUnicast: ofIp((ip) => ip.isGlobalUnicast),
  cidr: (text) => (typeof text === 'string' ? BlockValue.parse(text) : undefined),
  isCIDR: (text) => (typeof text === 'string' ? parseBlock(text) !== undefined : undefined),
  containsIP: (block, given) => {
    const ip = typeof given === 'string' ? ipOf(given) : given
    return block instanceof BlockValue && ip instanceof IpValue ? blockHolds(block.block, ip.address) : undefined
  },
  containsCIDR: (block, given) => {
    const other = typeof given === 'string' ? blockOf(given) : given
    return block instanceof BlockValue && other instanceof BlockValue ? block.holdsBlock(other) : undefined
  },
  masked: ofBlock((value) => new BlockValue(maskedBlock(value.block))),
  prefixLength: ofBlock((value) => BigInt(value.block.prefix)),
}
