import { type Environment, EvaluationError } from '@marcbachmann/cel-js'
import { type AddressBlock, blockHolds, formatIp, type IpAddress, maskedBlock, parseBlock, parseIp } from './ip-address.ts'

class IpValue {
  readonly address: IpAddress

  constructor(address: IpAddress) {
    this.address = address
  }

  static parse(text: string): IpValue {
    const address = parseIp(text)
    if (address === undefined) {
      const shown = JSON.stringify(text)
      const why = `ParseAddr(${shown}): unable to parse IP`
      throw new EvaluationError(`IP Address ${shown} parse error during conversion from string: ${why}`)
    }
    return new IpValue(address)
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

class BlockValue {
  readonly block: AddressBlock

  constructor(block: AddressBlock) {
    this.block = block
  }

  static parse(text: string): BlockValue {
    const block = parseBlock(text)
    if (block === undefined) {
      const head = 'network address parse error during conversion from string'
      const why = text.includes('/') ? 'unable to parse IP' : "no '/'"
      throw new EvaluationError(`${head}: ${head}: netip.ParsePrefix(${JSON.stringify(text)}): ${why}`)
    }
    return new BlockValue(block)
  }

  holdsBlock(other: BlockValue): boolean {
    return other.block.prefix >= this.block.prefix && blockHolds(this.block, other.block.address)
  }

  toString(): string {
    return `${formatIp(this.block.address)}/${this.block.prefix}`
  }
}

/** What stands before the dot in `ip.isCanonical(...)`. */
class IpNamespace {}

function registerIp(environment: Environment): void {
  const type = 'net.IP'
  environment.registerType(type, IpValue)
  environment.registerType('IpNamespace', IpNamespace)
  environment.registerConstant('ip', 'IpNamespace', new IpNamespace())
  environment.registerFunction(`ip(string): ${type}`, (text: string) => IpValue.parse(text))
  environment.registerFunction('isIP(string): bool', (text: string) => parseIp(text) !== undefined)
  environment.registerFunction('IpNamespace.isCanonical(string): bool', (_namespace: IpNamespace, text: string) => {
    return formatIp(IpValue.parse(text).address) === text
  })
  environment.registerFunction(`string(${type}): string`, (ip: IpValue) => formatIp(ip.address))
  environment.registerFunction(`${type}.family(): int`, (ip: IpValue) => BigInt(ip.address.family))
  const predicates: Readonly<Record<string, (ip: IpValue) => boolean>> = {
    isUnspecified: (ip) => ip.address.bits === 0n,
    isLoopback: (ip) => ip.isIn('127.0.0.0/8', '::1/128'),
    isLinkLocalMulticast: (ip) => ip.isIn('224.0.0.0/24', 'ff02::/16'),
    isLinkLocalUnicast: (ip) => ip.isIn('169.254.0.0/16', 'fe80::/10'),
    isGlobalUnicast: (ip) => ip.isGlobalUnicast,
  }
  for (const [name, test] of Object.entries(predicates)) environment.registerFunction(`${type}.${name}(): bool`, test)
  environment.registerOperator(`${type} == ${type}`, (left: IpValue, right: IpValue) => {
    return left.address.family === right.address.family && left.address.bits === right.address.bits
  })
}

function registerBlock(environment: Environment): void {
  const type = 'net.CIDR'
  environment.registerType(type, BlockValue)
  environment.registerFunction(`cidr(string): ${type}`, (text: string) => BlockValue.parse(text))
  environment.registerFunction('isCIDR(string): bool', (text: string) => parseBlock(text) !== undefined)
  environment.registerFunction(`string(${type}): string`, (value: BlockValue) => value.toString())
  environment.registerFunction(`${type}.containsIP(net.IP): bool`, (value: BlockValue, ip: IpValue) =>
    blockHolds(value.block, ip.address),
  )
  environment.registerFunction(`${type}.containsIP(string): bool`, (value: BlockValue, text: string) =>
    blockHolds(value.block, IpValue.parse(text).address),
  )
  environment.registerFunction(`${type}.containsCIDR(${type}): bool`, (value: BlockValue, other: BlockValue) =>
    value.holdsBlock(other),
  )
  environment.registerFunction(`${type}.containsCIDR(string): bool`, (value: BlockValue, text: string) =>
    value.holdsBlock(BlockValue.parse(text)),
  )
  environment.registerFunction(`${type}.ip(): net.IP`, (value: BlockValue) => new IpValue(value.block.address))
  environment.registerFunction(`${type}.masked(): ${type}`, (value: BlockValue) => new BlockValue(maskedBlock(value.block)))
  environment.registerFunction(`${type}.prefixLength(): int`, (value: BlockValue) => BigInt(value.block.prefix))
  environment.registerOperator(`${type} == ${type}`, (left: BlockValue, right: BlockValue) => {
    return left.toString() === right.toString()
  })
}

/** `ip(...)` and `cidr(...)` and what can be asked of them. */
export function registerAddressFunctions(environment: Environment): void {
  registerIp(environment)
  registerBlock(environment)
}
