import { formatImage, type ImageReference } from './artifact-reference.ts'
import { answerChallenge, parseChallenge } from './authorize.ts'
import type { CredentialLookup } from './docker-credentials.ts'
import { digestOf, readBounded } from './read-response.ts'
import { redirectTarget } from './redirect-target.ts'
import { RegistryError } from './registry-error.ts'

/** Media types of manifests, as they are asked for. */
export const MANIFEST_TYPES = [
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
] as const

const largestManifest = 4 * 1024 * 1024

/** How a registry is talked to. */
export interface RegistryAccess {
  readonly fetch: typeof fetch
  /** Asked once a registry, when it says that one has to sign in. */
  readonly credentials: (host: string) => Promise<CredentialLookup>
  readonly signal: AbortSignal
  /** For one request, in milliseconds. */
  readonly timeoutMilliseconds: number
  /** Hosts that are talked to over plain HTTP; localhost is, always. */
  readonly insecureHosts: readonly string[]
}

/** A client of one repository (OCI distribution specification 1.1). Throws RegistryError. */
export class RegistryClient {
  readonly #access: RegistryAccess
  readonly #image: ImageReference
  readonly #base: URL
  #authorization: string | undefined
  /** Why nobody is signed in, where somebody should be. */
  #unsigned: string | undefined
  #scope: 'pull' | 'pull,push' = 'pull'

  constructor(access: RegistryAccess, image: ImageReference) {
    this.#access = access
    this.#image = image
    const name = image.host.replace(/:\d+$/, '')
    const plain = ['localhost', '127.0.0.1', '[::1]'].includes(name) || access.insecureHosts.includes(image.host)
    this.#base = new URL(`${plain ? 'http' : 'https'}://${image.host}/v2/${image.repository}/`)
  }

  /** A manifest's bytes, checked against the digest that was asked for, with its media type and its own digest. */
  async manifest(reference: string): Promise<{ readonly bytes: Buffer; readonly mediaType: string; readonly digest: string }> {
    const response = await this.#request(new URL(`manifests/${reference}`, this.#base), {
      headers: { accept: MANIFEST_TYPES.join(', ') },
    })
    const bytes = await readBounded(response, largestManifest, 'the manifest')
    const digest = digestOf(bytes)
    if (reference.startsWith('sha256:') && digest !== reference)
      throw new RegistryError('wrong-content', `the registry gave a manifest with digest ${digest} for ${reference}`)
    return { bytes, digest, mediaType: (response.headers.get('content-type') ?? '').split(';')[0]?.trim() ?? '' }
  }

  /** A blob's bytes, checked against its digest. */
  async blob(digest: string, maximum: number): Promise<Buffer> {
    const response = await this.#request(new URL(`blobs/${digest}`, this.#base), {})
    const bytes = await readBounded(response, maximum, `the layer ${digest}`)
    if (digestOf(bytes) !== digest) throw new RegistryError('wrong-content', `the registry gave other bytes than ${digest}`)
    return bytes
  }

  /** Uploads a blob in one piece, unless it is there. */
  async putBlob(bytes: Buffer): Promise<void> {
    this.#scope = 'pull,push'
    const digest = digestOf(bytes)
    const there = await this.#request(new URL(`blobs/${digest}`, this.#base), { method: 'HEAD' }, [404])
    if (there.ok) return
    const begun = await this.#request(new URL('blobs/uploads/', this.#base), { method: 'POST' })
    const location = begun.headers.get('location')
    await begun.body?.cancel()
    if (location === null) throw new RegistryError('refused', 'the registry gave no place to upload to')
    const url = new URL(location, this.#base)
    url.searchParams.set('digest', digest)
    const ended = await this.#request(url, {
      method: 'PUT',
      headers: { 'content-type': 'application/octet-stream' },
      body: new Uint8Array(bytes),
    })
    await ended.body?.cancel()
  }

  /** Puts a manifest under a tag or digest. */
  async putManifest(reference: string, mediaType: string, bytes: Buffer): Promise<void> {
    this.#scope = 'pull,push'
    const response = await this.#request(new URL(`manifests/${reference}`, this.#base), {
      method: 'PUT',
      headers: { 'content-type': mediaType },
      body: new Uint8Array(bytes),
    })
    await response.body?.cancel()
  }

  /** Sends a request, signing in when the registry asks for it. Answers that are not successes and not allowed are errors. */
  async #request(url: URL, init: RequestInit, allowed: readonly number[] = []): Promise<Response> {
    let response = await this.#send(url, init)
    if (response.status === 401) {
      const challenge = parseChallenge(response.headers.get('www-authenticate') ?? '')
      await response.body?.cancel()
      const { credentials, problem } = await this.#access.credentials(this.#image.host)
      this.#unsigned = problem
      this.#authorization =
        challenge === undefined
          ? undefined
          : await answerChallenge(challenge, {
              credentials,
              hint: this.#hint(),
              scope: `repository:${this.#image.repository}:${this.#scope}`,
              registry: this.#base,
              fetch: (realm, request) => this.#fetch(realm, request),
            })
      if (this.#authorization !== undefined) response = await this.#send(url, init)
    }
    if (response.ok || allowed.includes(response.status)) return response
    throw await this.#refusal(response, init.method ?? 'GET')
  }

  /** Follows redirects by itself, so that the registry's token goes to the registry alone. */
  async #send(url: URL, init: RequestInit): Promise<Response> {
    let at = url
    for (let hops = 0; hops < 5; hops += 1) {
      const own = at.origin === this.#base.origin
      const headers = new Headers(init.headers)
      if (own && this.#authorization !== undefined) headers.set('authorization', this.#authorization)
      const response = await this.#fetch(at, { ...init, headers, redirect: 'manual' })
      const location = response.headers.get('location')
      if (![301, 302, 303, 307, 308].includes(response.status) || location === null) return response
      await response.body?.cancel()
      at = redirectTarget(location, at)
    }
    throw new RegistryError('refused', `${url.host} redirects without end`)
  }

  async #fetch(url: URL, init: RequestInit): Promise<Response> {
    const { signal, timeoutMilliseconds } = this.#access
    try {
      return await this.#access.fetch(url, {
        ...init,
        signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMilliseconds)]),
      })
    } catch (error) {
      throw unreachable(error, url, signal)
    }
  }

  /** What to do about a registry that wants one to sign in. */
  #hint(): string {
    const way = `sign in with \`docker login ${this.#image.host}\`.`
    return this.#unsigned === undefined ? way.replace('s', 'S') : `Nobody is signed in: ${this.#unsigned}. Mend that, or ${way}`
  }

  async #refusal(response: Response, method: string): Promise<RegistryError> {
    const text = (await readBounded(response, 65_536, 'the answer').catch(() => Buffer.alloc(0))).toString('utf8')
    const said = /"message"\s*:\s*"([^"]{1,200})"/.exec(text)?.[1]
    const words = `${this.#image.host} answered ${response.status}${said === undefined ? '' : `: ${said}`}`
    switch (response.status) {
      case 401:
      case 403:
        return new RegistryError('unauthorized', words, this.#hint())
      case 404:
        return new RegistryError('not-found', `there is no ${formatImage(this.#image)}`)
      default:
        return new RegistryError('refused', `${words} to ${method}`)
    }
  }
}

/** The error of a request that had no answer, as one of ours. */
export function unreachable(error: unknown, url: URL, signal: AbortSignal): RegistryError {
  if (signal.aborted) return new RegistryError('canceled', 'it was interrupted')
  if (error instanceof Error && error.name === 'TimeoutError')
    return new RegistryError('unreachable', `${url.host} did not answer in time`)
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : ''
  const message = cause !== '' ? cause : error instanceof Error ? error.message : String(error)
  return new RegistryError('unreachable', `${url.host} can not be reached: ${message}`)
}
