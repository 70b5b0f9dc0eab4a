import { execFileSync } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readModuleFile } from '../../src/filters/read-module.ts'
import { describeSignature, signModule, verifyModule } from '../../src/filters/registry/dsse.ts'
import { FilterLibrary } from '../../src/filters/registry/filter-library.ts'
import { buildImage } from '../../src/filters/registry/image-layout.ts'
import { resolveModule } from '../../src/filters/registry/resolve-module.ts'
import { pullImage, pushImage } from '../../src/filters/registry/transfer-image.ts'
import { pullSignature, pushSignature } from '../../src/filters/registry/transfer-signature.ts'
import { validateConfig } from '../../src/filters/registry/validate-config.ts'
import { EMPTY_LOCK, formatLock, type LockFile, parseLock, withLocked } from '../../src/lock/lock-file.ts'
import { type ImageReference, parseArtifactReference } from '../../src/registry/artifact-reference.ts'
import { answerChallenge, parseChallenge } from '../../src/registry/authorize.ts'
import { dockerCredentials, runCredentialHelper } from '../../src/registry/docker-credentials.ts'
import { digestOf } from '../../src/registry/read-response.ts'
import { redirectTarget } from '../../src/registry/redirect-target.ts'
import type { RegistryAccess } from '../../src/registry/registry-client.ts'
import { readTarEntry, writeTar } from '../../src/registry/tar-entry.ts'
import { SmallRegistry } from './small-registry.ts'

const module = Buffer.from('\0asm\x01\0\0\0', 'latin1')
const metadata = { name: 'auth', version: '1.2.0', licence: 'Apache-2.0', configSchema: { type: 'object' } }
const { signal } = new AbortController()
let folder = ''
const open: SmallRegistry[] = []

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'registry-'))
})
afterEach(async () => {
  rmSync(folder, { recursive: true, force: true })
  await Promise.all(open.splice(0).map((registry) => registry.close()))
})

async function start(behaviour: Parameters<typeof SmallRegistry.start>[0] = {}): Promise<SmallRegistry> {
  const registry = await SmallRegistry.start(behaviour)
  open.push(registry)
  return registry
}

function access(credentials?: { username: string; password: string }): RegistryAccess {
  return {
    fetch,
    credentials: async () => (credentials === undefined ? {} : { credentials }),
    signal,
    timeoutMilliseconds: 5_000,
    insecureHosts: [],
  }
}

function image(registry: SmallRegistry, tag = '1.2.0'): ImageReference {
  const reference = parseArtifactReference(`oci://${registry.host}/filters/auth:${tag}`)
  if (typeof reference === 'string' || reference.kind !== 'oci') throw new Error(String(reference))
  return reference
}

function library(): FilterLibrary {
  return new FilterLibrary(folder, (path, content) => writeFile(path, content))
}

describe('addresses of modules', () => {
  test.each([
    ['auth.wasm', { kind: 'file', path: 'auth.wasm' }],
    ['file:///tmp/a%20b.wasm', { kind: 'file', path: '/tmp/a b.wasm' }],
    ['https://example.test/a.wasm', { kind: 'http', url: 'https://example.test/a.wasm' }],
    ['oci://r.test/a/b', { kind: 'oci', host: 'r.test', repository: 'a/b', tag: 'latest', digest: undefined }],
    ['oci://docker.io/a/b:1', { kind: 'oci', host: 'registry-1.docker.io', repository: 'a/b', tag: '1', digest: undefined }],
    [
      `oci://r.test:5000/a@sha256:${'a'.repeat(64)}`,
      { kind: 'oci', host: 'r.test:5000', repository: 'a', tag: undefined, digest: `sha256:${'a'.repeat(64)}` },
    ],
  ])('%s', (text, expected) => expect(parseArtifactReference(text)).toEqual(expected))

  test.each([
    ['oci://r.test', 'an OCI address names a registry and a repository'],
    ['oci://r.test/A:1', 'is not the name of a repository'],
    ['oci://r.test/../etc:1', 'is not the name of a repository'],
    ['oci://r.test/a@sha256:12', 'is not a digest'],
    ['https://user:secret@r.test/a', 'credentials do not belong'],
    ['ftp://r.test/a', 'is not known'],
  ])('%s is refused', (text, words) => expect(parseArtifactReference(text)).toContain(words))
})

describe('images', () => {
  test.each(['oci', 'compat'] as const)('the %s layout goes to a registry and comes back', async (variant) => {
    const registry = await start()
    const pushed = await pushImage(image(registry), access(), { module, metadata, abi: '0.2.1', variant })
    const pulled = await pullImage(image(registry), access())
    expect(pulled).toEqual({ module, metadata, digest: pushed.digest, variant })
    // The same module gives the same image.
    expect(digestOf(buildImage(variant, module, metadata, '0.2.1').manifest)).toBe(pushed.digest)
    const manifest = JSON.parse(registry.manifests.get('1.2.0')?.bytes.toString() ?? '')
    if (variant === 'compat') {
      const config = JSON.parse(registry.blobs.get(manifest.config.digest)?.toString() ?? '')
      const layer = registry.blobs.get(manifest.layers[0].digest) ?? Buffer.alloc(0)
      expect(config.rootfs.diff_ids).toEqual([digestOf(gunzipSync(layer))])
    }
    expect(manifest.layers.map((layer: { mediaType: string }) => layer.mediaType)).toEqual(
      variant === 'oci'
        ? ['application/vnd.module.wasm.config.v1+json', 'application/vnd.module.wasm.content.layer.v1+wasm']
        : ['application/vnd.oci.image.layer.v1.tar+gzip'],
    )
  })

  test('an image that Docker built, behind an index', async () => {
    const registry = await start()
    const layer = writeTar([{ name: './plugin.wasm', content: module }])
    registry.blobs.set(digestOf(layer), layer)
    const manifest = Buffer.from(
      JSON.stringify({
        schemaVersion: 2,
        layers: [{ mediaType: 'application/vnd.docker.image.rootfs.diff.tar.gzip', digest: digestOf(layer), size: layer.length }],
      }),
    )
    const type = 'application/vnd.docker.distribution.manifest.v2+json'
    registry.manifests.set(digestOf(manifest), { type, bytes: manifest })
    const index = Buffer.from(JSON.stringify({ manifests: [{ mediaType: type, digest: digestOf(manifest), size: 1 }] }))
    registry.manifests.set('1.2.0', { type: 'application/vnd.oci.image.index.v1+json', bytes: index })
    expect((await pullImage(image(registry), access())).module).toEqual(module)
  })

  test('a blob with other bytes, and a layout that no mesh reads, are refused', async () => {
    const registry = await start()
    await pushImage(image(registry), access(), { module, metadata, abi: '0.2.1', variant: 'oci' })
    registry.blobs.set(digestOf(module), Buffer.from('something else'))
    await expect(pullImage(image(registry), access())).rejects.toThrow('other bytes than')
    const odd = Buffer.from(JSON.stringify({ layers: [{ mediaType: 'text/plain', digest: digestOf(module), size: 8 }] }))
    registry.manifests.set('odd', { type: 'application/vnd.oci.image.manifest.v1+json', bytes: odd })
    await expect(pullImage(image(registry, 'odd'), access())).rejects.toThrow('its layers are text/plain')
    await expect(pullImage(image(registry, 'none'), access())).rejects.toThrow('there is no oci://')
  })

  test('archives are bounded, and damaged ones are refused', () => {
    const archive = writeTar([
      { name: 'a/other.wasm', content: Buffer.from('x') },
      { name: 'a/plugin.wasm', content: module },
    ])
    expect(readTarEntry(archive, 'plugin.wasm', 1000)).toEqual(module)
    expect(readTarEntry(archive, 'none', 1000)).toBeUndefined()
    expect(() => readTarEntry(archive.subarray(0, 40), 'plugin.wasm', 1000)).toThrow('can not be unpacked')
    const bomb = writeTar([{ name: 'plugin.wasm', content: Buffer.alloc(8 * 1024 * 1024) }])
    expect(() => readTarEntry(bomb, 'plugin.wasm', 1024)).toThrow('can not be unpacked')
  })
})

describe('signing in', () => {
  const auth = { username: 'ann', password: 's3cret' }

  test.each(['basic', 'bearer'] as const)('%s, and only where it is asked for', async (scheme) => {
    const registry = await start({ auth: { scheme, ...auth }, redirectBlobs: true })
    await pushImage(image(registry), access(auth), { module, metadata, abi: '0.2.1', variant: 'oci' })
    registry.requests.length = 0
    expect((await pullImage(image(registry), access(auth))).module).toEqual(module)
    // The place that blobs are kept at never sees the registry's token.
    expect(registry.requests.filter((line) => line.startsWith('STORAGE')).every((line) => line.endsWith(' -'))).toBe(true)
    await expect(pullImage(image(registry), access())).rejects.toThrow(/answered 401|no token/)
    await expect(pullImage(image(registry), access({ username: 'ann', password: 'no' }))).rejects.toThrow(/answered 401|no token/)
  })

  test('a redirect leads to HTTP or HTTPS, and never away from HTTPS', () => {
    const to = (location: string, from: string): string => redirectTarget(location, new URL(from)).href
    expect(to('../b', 'https://a.test/x/y')).toBe('https://a.test/b')
    expect(to('https://b.test/', 'http://a.test/')).toBe('https://b.test/')
    expect(() => to('http://b.test/', 'https://a.test/')).toThrow('redirects to http://b.test, which is not HTTPS')
    expect(() => to('file:///etc/passwd', 'http://a.test/')).toThrow('which is not HTTP')
    expect(() => to('http://[', 'http://a.test/')).toThrow('redirects to what is no address')
  })

  test('challenges are read as servers write them', () => {
    expect(parseChallenge('Bearer realm="https://a.test/t?x=1,2",service="s",scope=repository:a:pull')).toEqual({
      scheme: 'bearer',
      parameters: { realm: 'https://a.test/t?x=1,2', service: 's', scope: 'repository:a:pull' },
    })
    expect(parseChallenge('')).toBeUndefined()
  })

  test("Docker's configuration: auths, a helper for one host, a store for all", async () => {
    await writeFile(
      join(folder, 'config.json'),
      JSON.stringify({
        auths: {
          'plain.test': { auth: Buffer.from('ann:a:b').toString('base64') },
          'token.test': { identitytoken: 'long' },
          'https://old.test/v1/': { username: 'eve', password: 'pw' },
        },
        credHelpers: { 'helped.test': 'small', 'evil.test': '../../bin/sh', 'missing.test': 'gone' },
      }),
    )
    const helper = join(folder, 'docker-credential-small')
    await writeFile(
      helper,
      '#!/bin/sh\nread host\necho "{\\"ServerURL\\":\\"$host\\",\\"Username\\":\\"bob\\",\\"Secret\\":\\"pw-$1\\"}"\n',
    )
    await chmod(helper, 0o755)
    const sources = {
      env: { DOCKER_CONFIG: folder },
      runHelper: (program: string, input: string, stop: AbortSignal) => runCredentialHelper(join(folder, program), input, stop),
    }
    const find = (host: string) => dockerCredentials(host, sources, signal)
    expect(await find('plain.test')).toEqual({ credentials: { username: 'ann', password: 'a:b' } })
    expect(await find('old.test')).toEqual({ credentials: { username: 'eve', password: 'pw' } })
    expect(await find('token.test')).toEqual({ credentials: { username: '', password: '', identityToken: 'long' } })
    expect(await find('helped.test')).toEqual({ credentials: { username: 'bob', password: 'pw-get' } })
    const config = join(folder, 'config.json')
    expect(await find('evil.test')).toEqual({
      problem: `${config} names "../../bin/sh" as credential helper, which is no name of one`,
    })
    expect(await find('missing.test')).toEqual({
      problem: 'the credential helper docker-credential-gone is not installed: it is not on the PATH',
    })
    expect(await find('unknown.test')).toEqual({})
    await writeFile(config, '{')
    expect(await find('plain.test')).toEqual({ problem: `${config}, where credentials are kept, is not JSON` })
  })

  test('a registry that wants one to sign in is told of with why nobody is, and a token never follows a redirect', async () => {
    const registry = await start({ auth: { scheme: 'bearer', ...auth } })
    const problem = 'the credential helper docker-credential-gone is not installed: it is not on the PATH'
    const unhelped = { ...access(), credentials: async () => ({ problem }) }
    await expect(pullImage(image(registry), unhelped)).rejects.toMatchObject({
      message: expect.stringMatching(/answered 401|no token/),
      hint: `Nobody is signed in: ${problem}. Mend that, or sign in with \`docker login ${registry.host}\`.`,
    })
    for (const [answer, message] of [
      [new Response(null, { status: 307, headers: { location: 'https://elsewhere.test/' } }), 'gave no token: it answered 307'],
      [new Response('<html>'), 'gave no token'],
      [Response.json({ token: 'a\nb' }), 'gave no token'],
    ] as const) {
      const challenge = parseChallenge('Bearer realm="https://a.test/t"')
      if (challenge === undefined) throw new Error('no challenge')
      const asked: RequestInit[] = []
      const signingIn = answerChallenge(challenge, {
        credentials: { username: '', password: '', identityToken: 'long' },
        hint: 'Sign in.',
        scope: 'repository:a:pull',
        registry: new URL('https://a.test'),
        fetch: async (_url, init) => {
          asked.push(init)
          return answer
        },
      })
      await expect(signingIn).rejects.toThrow(message)
      expect(asked.map((init) => init.redirect)).toEqual(['manual'])
    }
  })
})

describe('resolving a module', () => {
  test.skipIf(process.platform === 'win32')('a pipe that nobody writes to is refused, not waited for', async () => {
    const pipe = join(folder, 'pipe.wasm')
    execFileSync('mkfifo', [pipe])
    expect(await readModuleFile(pipe, 'pipe.wasm')).toMatchObject({
      ok: false,
      diagnostic: { summary: 'pipe.wasm can not be read', detail: 'It is not a regular file.' },
    })
  })

  const options = (lock: LockFile = EMPTY_LOCK) => ({ folder, lock: lock.filters, library: library(), access: access() })

  test('a locked tag that stands for something else is refused, and what is kept is enough', async () => {
    const registry = await start()
    const source = `oci://${registry.host}/filters/auth:1.2.0`
    const first = await pushImage(image(registry), access(), { module, metadata, abi: '0.2.1', variant: 'oci' })
    const resolved = await resolveModule(source, options())
    if (!resolved.ok) throw new Error(resolved.diagnostic.summary)
    expect(resolved.module).toMatchObject({ digest: first.digest, metadata, signature: undefined })
    const { digest, sha256 } = resolved.module
    const lock = withLocked(EMPTY_LOCK, source, { digest, sha256, size: 8, behaviour: 'auth 1.2.0' })
    expect(parseLock(formatLock(lock))).toEqual({ ok: true, lock })

    const other = Buffer.concat([module, Buffer.from([0, 2, 1, 65])])
    await pushImage(image(registry), access(), { module: other, metadata, abi: '0.2.1', variant: 'oci' })
    registry.requests.length = 0
    expect(await resolveModule(source, options(lock))).toMatchObject({ ok: true, module: { sha256 } })
    expect(registry.requests).toEqual([]) // the module that was locked is kept here
    rmSync(join(folder, 'modules'), { recursive: true })
    expect(await resolveModule(source, options(lock))).toMatchObject({
      ok: false,
      diagnostic: { code: 'MF9016', summary: `${source} has changed` },
    })
    expect(await resolveModule(source, { ...options(), sha256: 'b'.repeat(64) })).toMatchObject({
      ok: false,
      diagnostic: { code: 'MF9016' },
    })
  })

  test.each(['[', '{"a":', '- ', '{a: ', '? '])('a lock file of nothing but %s is none, and ends no process', (part) => {
    expect(parseLock(part.repeat(50_000))).toEqual({ ok: false, damaged: 'file' })
  })

  test('a damaged module in the cache is fetched again', async () => {
    const kept = library()
    const sha256 = await kept.keep(module, {}, undefined)
    expect((await kept.module(sha256))?.bytes).toEqual(module)
    await writeFile(join(folder, 'modules', `${sha256}.wasm`), 'damaged')
    expect(await kept.module(sha256)).toBeUndefined()
    expect(await kept.module('../../etc/passwd')).toBeUndefined()
  })

  test('over HTTP the digest decides', async () => {
    const server = createServer((_request, response) => response.end(module))
    await new Promise<void>((settle) => server.listen(0, '127.0.0.1', () => settle()))
    const source = `http://127.0.0.1:${(server.address() as AddressInfo).port}/a.wasm`
    const right = digestOf(module).slice('sha256:'.length)
    expect(await resolveModule(source, { ...options(), sha256: right })).toMatchObject({ ok: true, module: { sha256: right } })
    expect(await resolveModule(source, { ...options(), sha256: 'a'.repeat(64) })).toMatchObject({ ok: false })
    server.closeAllConnections()
    server.close()
    expect(await resolveModule('http://example.test/a.wasm', options())).toMatchObject({
      ok: false,
      diagnostic: { code: 'MF9012', detail: expect.stringContaining('anybody on the way') },
    })
    expect(await resolveModule(source, options())).toMatchObject({ ok: false, diagnostic: { code: 'MF9012' } })
  })

  test('metadata and a signature stand beside a file', async () => {
    writeFileSync(join(folder, 'auth.wasm'), module)
    writeFileSync(join(folder, 'schema.json'), '{"type":"object","required":["keys"]}')
    writeFileSync(join(folder, 'auth.filter.yaml'), 'name: auth\nversion: 2.0.0\nconfigSchema: schema.json\n')
    const { privateKey } = generateKeyPairSync('ed25519')
    writeFileSync(join(folder, 'auth.wasm.dsse.json'), JSON.stringify(signModule('auth.wasm', module, privateKey)))
    const resolved = await resolveModule('auth.wasm', options())
    if (!resolved.ok) throw new Error(resolved.diagnostic.summary)
    expect(resolved.module.metadata).toEqual({
      name: 'auth',
      version: '2.0.0',
      configSchema: { type: 'object', required: ['keys'] },
    })
    expect(resolved.module.signature?.signatures).toHaveLength(1)
    await mkdir(join(folder, 'sub'))
    expect(await resolveModule('../auth.wasm', { ...options(), folder: join(folder, 'sub') })).toMatchObject({ ok: true })
  })
})

describe('signatures', () => {
  test.each([
    ['ed25519', generateKeyPairSync('ed25519')],
    ['ECDSA', generateKeyPairSync('ec', { namedCurve: 'P-256' })],
  ])('%s: for these bytes, by this key', (_name, { privateKey, publicKey }) => {
    const envelope = signModule('auth.wasm', module, privateKey)
    const other = generateKeyPairSync('ed25519').publicKey
    expect(verifyModule(module, envelope, [other, publicKey]).kind).toBe('verified')
    expect(verifyModule(module, envelope, [other]).kind).toBe('invalid')
    expect(verifyModule(module, envelope, []).kind).toBe('signed')
    expect(verifyModule(module, undefined, [publicKey]).kind).toBe('unsigned')
    expect(describeSignature(verifyModule(Buffer.from('x'), envelope, [publicKey]))).toContain('another module')
    const forged = { ...envelope, payload: Buffer.from('{}').toString('base64') }
    expect(verifyModule(module, forged, [publicKey]).kind).toBe('invalid')
  })

  test('travel beside the image', async () => {
    const registry = await start()
    const envelope = signModule('auth.wasm', module, generateKeyPairSync('ed25519').privateKey)
    const pushed = await pushImage(image(registry), access(), { module, metadata, abi: '0.2.1', variant: 'oci' })
    expect(await pullSignature(image(registry), pushed.digest, access())).toBeUndefined()
    await pushSignature(image(registry), pushed, envelope, access())
    expect(await pullSignature(image(registry), pushed.digest, access())).toEqual(envelope)
  })
})

describe('filters by name', () => {
  test('are added, found, replaced and taken away', async () => {
    const kept = library()
    const sha256 = await kept.keep(module, {}, undefined)
    const entry = { name: 'auth', sha256, size: 8, abi: '0.2.1', from: 'auth.wasm', metadata: {} }
    await kept.add({ ...entry, version: '1.10.0' })
    await kept.add({ ...entry, version: '1.9.0' })
    await kept.add({ ...entry, version: '1.9.0', from: 'again.wasm' })
    expect((await kept.list()).map(({ version, from }) => [version, from])).toEqual([
      ['1.9.0', 'again.wasm'],
      ['1.10.0', 'auth.wasm'],
    ])
    expect((await kept.find('auth'))?.version).toBe('1.10.0')
    expect((await kept.find('auth@1.9.0'))?.from).toBe('again.wasm')
    expect(await kept.remove('auth@1.9.0')).toBe(1)
    expect((await kept.module(sha256))?.bytes).toEqual(module) // another version still needs it
    expect(await kept.remove('auth')).toBe(1)
    expect(await kept.module(sha256)).toBeUndefined()
    expect(await kept.remove('auth')).toBe(0)
    expect(JSON.parse(await readFile(join(folder, 'index.json'), 'utf8'))).toEqual({ version: 1, filters: [] })
  })
})

test('a configuration is compared with the schema of its filter', () => {
  const schema = {
    type: 'object',
    required: ['keys'],
    additionalProperties: false,
    properties: { keys: { type: 'object' }, mode: { enum: ['a', 'b'] } },
  }
  expect(validateConfig(schema, { keys: {} })).toEqual([])
  expect(validateConfig(schema, { mode: 'c', heather: 1 })).toEqual([
    { path: [], message: 'keys is missing' },
    { path: ['heather'], message: 'the filter knows no such key' },
    { path: ['mode'], message: 'must be one of "a", "b"' },
  ])
  expect(validateConfig({ type: 'nonsense' }, {})[0]?.message).toContain('is no JSON Schema')
})
