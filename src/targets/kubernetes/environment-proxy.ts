/** The variables that name proxies, upper or lower case. */
type ProxyEnvironment = { readonly [name: string]: string | undefined }

/** The proxy that the environment names for an address, as kubectl takes it; undefined for none. Loopback never goes through one. */
export function environmentProxy(environment: ProxyEnvironment, url: URL): string | undefined {
  const read = (name: string) => environment[name] || environment[name.toLowerCase()]
  const host = url.hostname.replace(/^\[|\]$/g, '').toLowerCase()
  if (host === 'localhost' || host === '::1' || host.startsWith('127.')) return undefined
  const proxy = read(url.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY')
  if (proxy === undefined) return undefined
  const exempt = (read('NO_PROXY') ?? '').split(',').map((entry) => entry.trim().toLowerCase())
  if (exempt.some((entry) => entry !== '' && matchesHost(entry, host, url.port || (url.protocol === 'https:' ? '443' : '80'))))
    return undefined
  return proxy.includes('://') ? proxy : `http://${proxy}`
}

function matchesHost(entry: string, host: string, port: string): boolean {
  if (entry === '*') return true
  const cidr = /^([\d.]+)\/(\d+)$/.exec(entry)
  if (cidr !== null) return inNetwork(host, cidr[1] ?? '', Number(cidr[2]))
  const withPort = /^(.*?)(?::(\d+))?$/.exec(entry)
  if (withPort?.[2] !== undefined && withPort[2] !== port) return false
  const name = (withPort?.[1] ?? entry).replace(/^\*?\./, '')
  return host === name || host.endsWith(`.${name}`)
}

function inNetwork(host: string, network: string, bits: number): boolean {
  const [address, base] = [ipv4(host), ipv4(network)]
  if (address === undefined || base === undefined || bits > 32) return false
  const size = 2 ** (32 - bits)
  return Math.floor(address / size) === Math.floor(base / size)
}

function ipv4(text: string): number | undefined {
  const parts = text.split('.')
  if (parts.length !== 4 || parts.some((part) => !/^\d{1,3}$/.test(part) || Number(part) > 255)) return undefined
  return parts.reduce((sum, part) => sum * 256 + Number(part), 0)
}
