import { EnvHttpProxyAgent, request } from 'undici'

/** The text at an address, or why it could not be had. */
export type Fetched = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly message: string }

/** Longest manifest taken, in bytes. */
const MAX_BYTES = 32 * 1024 * 1024
/** Longest wait for an answer and for each part of it, in milliseconds. */
const TIMEOUT_MS = 30_000
const MAX_REDIRECTS = 5

/** Fetches manifests by their address: TLS verified, size and time bounded, never from https:// down to http://. */
export async function fetchManifests(
  address: string,
  env: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
): Promise<Fetched> {
  const httpProxy = env.HTTP_PROXY ?? env.http_proxy ?? ''
  const dispatcher = new EnvHttpProxyAgent({
    httpProxy,
    httpsProxy: env.HTTPS_PROXY ?? env.https_proxy ?? httpProxy,
    noProxy: env.NO_PROXY ?? env.no_proxy ?? '',
    headersTimeout: TIMEOUT_MS,
    bodyTimeout: TIMEOUT_MS,
    connect: { timeout: 10_000 },
  })
  try {
    let url = new URL(address)
    for (let hop = 0; hop <= MAX_REDIRECTS; hop++) {
      if (!isAllowed(url)) return { ok: false, message: `${url.protocol}//${url.host} is not asked: only https:// addresses are` }
      const answer = await request(url, { dispatcher, signal, headers: { 'user-agent': 'meshform' } })
      const { location } = answer.headers
      if (answer.statusCode >= 300 && answer.statusCode < 400 && typeof location === 'string') {
        await answer.body.dump()
        url = new URL(location, url)
        continue
      }
      if (answer.statusCode !== 200) {
        await answer.body.dump()
        return { ok: false, message: `the server answered ${answer.statusCode}` }
      }
      const text = await readText(answer.body)
      return text === undefined ? { ok: false, message: `it is longer than ${MAX_BYTES} bytes` } : { ok: true, text }
    }
    return { ok: false, message: `it was redirected more than ${MAX_REDIRECTS} times` }
  } catch (error) {
    return { ok: false, message: error instanceof Error ? error.message : String(error) }
  } finally {
    await dispatcher.destroy()
  }
}

/** Plain http:// never leaves this machine. */
function isAllowed(url: URL): boolean {
  return url.protocol === 'https:' || (url.protocol === 'http:' && ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname))
}

async function readText(body: AsyncIterable<Uint8Array>): Promise<string | undefined> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of body) {
    length += chunk.length
    if (length > MAX_BYTES) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
