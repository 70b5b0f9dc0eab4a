const IPV4 = /^((25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(25[0-5]|2[0-4]\d|1?\d?\d)$/

/** True for an address, or a block of them in CIDR notation. */
export function isAddressBlock(text: string): boolean {
  const [address = '', bits, ...more] = text.split('/')
  const most = IPV4.test(address) ? 32 : isIpv6(address) ? 128 : undefined
  if (most === undefined || more.length > 0) return false
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= most)
}

/** True when a block has every address of another; an address is a block of one. */
export function blockIncludes(wide: string, narrow: string): boolean {
  const [outer, inner] = [bitsOf(wide), bitsOf(narrow)]
  return outer.all.length === inner.all.length && outer.told <= inner.told && inner.all.startsWith(outer.all.slice(0, outer.told))
}

/** The bits of a block's address, and how many of them it tells. */
function bitsOf(block: string): { readonly all: string; readonly told: number } {
  const [address = '', told] = block.split('/')
  const parts = address.includes(':')
    ? hextets(address).map((part) => bits(part, 16))
    : address.split('.').map((part) => bits(Number(part), 8))
  const all = parts.join('')
  return { all, told: told === undefined ? all.length : Number(told) }
}

function bits(value: number, width: number): string {
  return value.toString(2).padStart(width, '0')
}

function hextets(address: string): readonly number[] {
  const [head = '', tail] = new URL(`http://[${address}]/`).hostname.slice(1, -1).split('::')
  const numbers = (text: string) =>
    text
      .split(':')
      .filter((part) => part !== '')
      .map((part) => Number.parseInt(part, 16))
  const [left, right] = [numbers(head), numbers(tail ?? '')]
  return [...left, ...Array.from({ length: 8 - left.length - right.length }, () => 0), ...right]
}

function isIpv6(address: string): boolean {
  return address.includes(':') && !address.includes(']') && URL.canParse(`http://[${address}]/`)
}
