import { readBounded } from './read-response.ts'
import { redirectTarget } from './redirect-target.ts'
import { type RegistryAccess, unreachable } from './registry-client.ts'
import { RegistryError } from './registry-error.ts'

const localHosts: readonly string[] = ['localhost', '127.0.0.1', '[::1]']

/** What is fetched: its word in errors, its largest size in bytes, and whether its digest is known beforehand. */
export interface Wanted {
  readonly what: string
  readonly maximum: number
  readonly digestKnown: boolean
}

/** Fetches a file over HTTP(S). Plain HTTP is only for bytes whose digest is known, and for this machine. Throws RegistryError. */
export async function fetchHttp(address: string, access: RegistryAccess, wanted: Wanted): Promise<Buffer> {
  const refusePlain = (at: URL): void => {
    if (at.protocol !== 'http:' || wanted.digestKnown || localHosts.includes(at.hostname)) return
    throw new RegistryError(
      'refused',
      `over plain HTTP anybody on the way could change ${wanted.what}`,
      'Use https, or give its sha256.',
    )
  }
  let url = new URL(address)
  refusePlain(url)
  for (let hops = 0; hops < 5; hops += 1) {
    const signal = AbortSignal.any([access.signal, AbortSignal.timeout(access.timeoutMilliseconds)])
    let response: Response
    try {
      response = await access.fetch(url, { redirect: 'manual', signal })
    } catch (error) {
      throw unreachable(error, url, access.signal)
    }
    const location = response.headers.get('location')
    if ([301, 302, 303, 307, 308].includes(response.status) && location !== null) {
      await response.body?.cancel()
      url = redirectTarget(location, url)
      refusePlain(url)
      continue
    }
    if (response.status === 404) throw new RegistryError('not-found', `there is nothing at ${address}`)
    if (!response.ok) throw new RegistryError('refused', `${url.host} answered ${response.status}`)
    return readBounded(response, wanted.maximum, wanted.what)
  }
  throw new RegistryError('refused', `${url.host} redirects without end`)
}
