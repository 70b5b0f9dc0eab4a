const IPV4 = /^((25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(25[0-5]|2[0-4]\d|1?\d?\d)$/

/** True for an address, or a block of them in CIDR notation. */
export function isAddressBlock(text: string): boolean {
  const [address = '', bits, ...more] = text.split('/')
  const most = IPV4.test(address) ? 32 : isIpv6(address) ? 128 : undefined
  if (most === undefined || more.length > 0) return false
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= most)
}

function isIpv6(address: string): boolean {
  return address.includes(':') && !address.includes(']') && URL.canParse(`http://[${address}]/`)
}
