import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { pullPattern, pushPattern } from '../../src/catalog/pattern-image.ts'
import { pullImage, pushImage } from '../../src/filters/registry/transfer-image.ts'
import { pullSignature, pushSignature } from '../../src/filters/registry/transfer-signature.ts'
import { type ImageReference, parseArtifactReference } from '../../src/registry/artifact-reference.ts'
import type { RegistryAccess } from '../../src/registry/registry-client.ts'

const found = installed()
if (!found) process.stdout.write('docker-registry is not installed here: no real registry was tried.\n')

/** A password file as htpasswd writes it: ann, s3cret. */
const passwords = 'ann:$2b$04$g5ixtA7W/ep3xcp1NYv3uupAlJTx..glHtCphMAqZx0sE92lwGnGC\n'
const metadata = { name: 'auth', version: '1.2.0', configSchema: { type: 'object' } }
const ann = { username: 'ann', password: 's3cret' }

function installed(): boolean {
  try {
    return execFileSync('docker-registry', ['--version'], { encoding: 'utf8' }).length > 0
  } catch {
    return false
  }
}

function access(credentials?: { username: string; password: string }): RegistryAccess {
  const { signal } = new AbortController()
  return {
    fetch,
    credentials: async () => (credentials === undefined ? {} : { credentials }),
    signal,
    timeoutMilliseconds: 5_000,
    insecureHosts: [],
  }
}

function freePort(): Promise<number> {
  return new Promise((settle) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => settle(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}

describe.skipIf(!found)("Docker's own registry", () => {
  const folder = mkdtempSync(join(tmpdir(), 'docker-registry-'))
  let registry: ChildProcess
  let host = ''

  beforeAll(async () => {
    host = `127.0.0.1:${await freePort()}`
    writeFileSync(join(folder, 'passwords'), passwords)
    const configuration = {
      version: 0.1,
      log: { level: 'error' },
      storage: { filesystem: { rootdirectory: join(folder, 'data') } },
      auth: { htpasswd: { realm: 'tests', path: join(folder, 'passwords') } },
      http: { addr: host },
    }
    writeFileSync(join(folder, 'registry.yml'), JSON.stringify(configuration))
    registry = spawn('docker-registry', ['serve', join(folder, 'registry.yml')], { stdio: 'ignore' })
    for (let attempt = 0; attempt < 200; attempt += 1) {
      const answered = await fetch(`http://${host}/v2/`).catch(() => undefined)
      await answered?.body?.cancel()
      if (answered?.status === 401) return
      await new Promise((settle) => setTimeout(settle, 50))
    }
    throw new Error('docker-registry does not listen')
  })

  afterAll(() => {
    registry?.kill()
    rmSync(folder, { recursive: true, force: true })
  })

  function image(reference: string): ImageReference {
    const parsed = parseArtifactReference(`oci://${host}/filters/auth${reference}`)
    if (typeof parsed === 'string' || parsed.kind !== 'oci') throw new Error(String(parsed))
    return parsed
  }

  test.each(['oci', 'compat'] as const)('takes the %s layout and gives the same bytes back', async (variant) => {
    const module = Buffer.from(`\0asm\x01\0\0\0${variant}`, 'latin1')
    const pushed = await pushImage(image(`:${variant}`), access(ann), { module, metadata, abi: '0.2.1', variant })
    expect(await pullImage(image(`:${variant}`), access(ann))).toEqual({ module, metadata, digest: pushed.digest, variant })
    // A tag that is moved leaves the digest what it was.
    const other = { module: Buffer.from('\0asm\x01\0\0\0other', 'latin1'), metadata, abi: '0.2.1', variant } as const
    expect((await pushImage(image(`:${variant}`), access(ann), other)).digest).not.toBe(pushed.digest)
    expect((await pullImage(image(`@${pushed.digest}`), access(ann))).module).toEqual(module)
    expect((await pullImage(image(`:${variant}`), access(ann))).module).toEqual(other.module)
  })

  test('keeps a signature beside the image', async () => {
    const module = Buffer.from('\0asm\x01\0\0\0signed', 'latin1')
    const pushed = await pushImage(image(':signed'), access(ann), { module, metadata, abi: '0.2.1', variant: 'oci' })
    const envelope = { payloadType: 'application/vnd.in-toto+json', payload: 'e30=', signatures: [{ keyid: 'a', sig: 'AA==' }] }
    await pushSignature(image(':signed'), pushed, envelope, access(ann))
    expect(await pullSignature(image(':signed'), pushed.digest, access(ann))).toEqual(envelope)
  })

  test('takes a pattern and gives its files back', async () => {
    const files = new Map([['design.yaml', Buffer.from('kind: Design')]])
    const digest = await pushPattern(image(':pattern'), access(ann), files, { name: 'web', version: '1.2.0' })
    expect(await pullPattern(image(':pattern'), access(ann))).toEqual({ files, digest })
    await expect(pullPattern(image(':oci'), access(ann))).rejects.toThrow('carries no pattern')
  })

  test('lets nobody in without the password', async () => {
    await expect(pullImage(image(':oci'), access())).rejects.toThrow('answered 401')
    await expect(pullImage(image(':oci'), access({ ...ann, password: 'no' }))).rejects.toThrow('answered 401')
  })
})
