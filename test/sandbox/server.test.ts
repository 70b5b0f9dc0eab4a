import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { Sandbox } from '../../src/sandbox/sandbox.ts'
import { sandboxKubeconfig } from '../../src/sandbox/server/kubeconfig.ts'
import { serveSandbox } from '../../src/sandbox/server/serve-sandbox.ts'
import { findSandboxServer } from '../../src/sandbox/server/server-file.ts'
import { ask, startTestServer, type TestServer } from './served.ts'

const configMap = (name: string, data: { readonly [key: string]: string } = {}): string =>
  JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default' }, data })

describe('the server of the sandbox', () => {
  let server: TestServer
  beforeAll(async () => {
    server = await startTestServer()
  })
  afterAll(() => server.end())

  test('tells of a disk that takes no more, and goes on as soon as it does', async () => {
    const { served, sandbox } = server
    const { handle } = sandbox
    sandbox.handle = async () => {
      throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })
    }
    const refused = await ask(served, 'GET', '/api/v1/namespaces')
    sandbox.handle = handle
    expect(refused.status).toBe(500)
    expect(JSON.parse(refused.text)).toMatchObject({
      kind: 'Status',
      reason: 'InternalError',
      message: expect.stringMatching(/no space left/),
    })
    expect((await ask(served, 'GET', '/api/v1/namespaces')).status).toBe(200)
  })

  test('answers those who have the token, and nobody else', async () => {
    const { served } = server
    expect((await ask(served, 'GET', '/version')).status).toBe(200)
    for (const authorization of ['', 'Bearer wrong', `Basic ${Buffer.from('a:b').toString('base64')}`, served.token]) {
      const refused = await ask(served, 'GET', '/version', undefined, { authorization })
      expect(refused.status).toBe(401)
      expect(JSON.parse(refused.text)).toMatchObject({ kind: 'Status', reason: 'Unauthorized', code: 401 })
    }
  })

  test('listens on the loopback alone', () => {
    expect(server.served.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
    expect(server.served.secureUrl).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/)
  })

  test('speaks TLS with the certificate that it names', async () => {
    const { secureUrl, token, certificate } = server.served
    const get = (ca: string | undefined): Promise<string> =>
      new Promise((resolve, reject) => {
        const options = { headers: { authorization: `Bearer ${token}` }, agent: false, ...(ca === undefined ? {} : { ca }) }
        request(`${secureUrl}/readyz`, options, (response) => {
          let text = ''
          response.on('data', (chunk) => {
            text += String(chunk)
          })
          response.on('end', () => resolve(text))
        })
          .on('error', reject)
          .end()
      })
    expect(await get(certificate)).toBe('ok')
    await expect(get(undefined)).rejects.toThrow(/self.signed/i)
  })

  test('keeps its secrets to the owner of the folder', async () => {
    for (const file of ['server.json', 'server-identity.json', 'changes.log']) {
      expect((await stat(join(server.directory, file))).mode & 0o077).toBe(0)
    }
  })

  test('carries objects, watches and errors as HTTP does', async () => {
    const { served } = server
    const stop = new AbortController()
    const watch = await fetch(`${served.url}/api/v1/namespaces/default/configmaps?watch=1&resourceVersion=0`, {
      headers: { authorization: `Bearer ${served.token}` },
      signal: stop.signal,
    })
    const reader = watch.body?.pipeThrough(new TextDecoderStream()).getReader()
    expect((await ask(served, 'POST', '/api/v1/namespaces/default/configmaps', configMap('a'))).status).toBe(201)
    let seen = ''
    while (!seen.includes('"name":"a"')) seen += (await reader?.read())?.value ?? ''
    expect(seen).toContain('{"type":"ADDED","object":{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"a"')
    stop.abort()
    expect((await ask(served, 'POST', '/api/v1/namespaces/default/configmaps', configMap('a'))).status).toBe(409)
    expect((await ask(served, 'HEAD', '/api/v1/namespaces/default/configmaps/a')).text).toBe('')
    expect((await ask(served, 'GET', '/nowhere')).status).toBe(404)
    expect((await ask(served, 'DELETE', '/api/v1/namespaces/default/configmaps/a')).status).toBe(200)
  })

  test('refuses bodies over the limit of 3 MiB and goes on', async () => {
    const { served } = server
    const large = configMap('large', { text: 'x'.repeat(4 * 1024 * 1024) })
    expect((await ask(served, 'POST', '/api/v1/namespaces/default/configmaps', large)).status).toBe(413)
    const huge = configMap('huge', { text: 'x'.repeat(8 * 1024 * 1024) })
    // The rest of a body that is far too large is not read: the client may only see its connection end.
    const refused = await ask(served, 'POST', '/api/v1/namespaces/default/configmaps', huge).catch(() => ({ status: 413 }))
    expect(refused.status).toBe(413)
    expect((await ask(served, 'GET', '/readyz')).text).toBe('ok')
  })

  test('marks documents that clients keep', async () => {
    const first = await ask(server.served, 'GET', '/apis')
    const etag = first.headers.get('etag') ?? ''
    expect(etag).toMatch(/^"[0-9A-F]{64}"$/)
    const again = await ask(server.served, 'GET', '/apis', undefined, { 'if-none-match': etag })
    expect([again.status, again.text]).toEqual([304, ''])
  })

  test('is found by its folder, and described in a kubeconfig', async () => {
    const found = await findSandboxServer(server.directory)
    expect(found).toMatchObject({ url: server.served.url, token: server.served.token, owner: { pid: process.pid } })
    const config = parse(sandboxKubeconfig(server.served))
    expect(config.clusters[0].cluster.server).toBe(server.served.secureUrl)
    expect(config.users[0].user).toEqual({ token: server.served.token })
    expect(config['current-context']).toBe('meshform-sandbox')
  })
})

describe('a server that comes and goes', () => {
  let directory = ''
  afterEach(() => rm(directory, { recursive: true, force: true }))

  test('keeps token, certificate and ports, so that a kubeconfig goes on working', async () => {
    directory = await mkdtemp(join(tmpdir(), 'meshform-sandbox-'))
    const sandbox = await Sandbox.open({ directory })
    const first = await serveSandbox(sandbox, { directory, now: new Date() })
    await first.close()
    expect(await findSandboxServer(directory)).toBeUndefined()
    const second = await serveSandbox(sandbox, { directory, now: new Date() })
    expect(sandboxKubeconfig(second)).toBe(sandboxKubeconfig(first))
    expect(second.url).toBe(first.url)
    await second.close()
    await sandbox.close()
  })

  test('is not believed when its process is gone or its file is no such thing', async () => {
    directory = await mkdtemp(join(tmpdir(), 'meshform-sandbox-'))
    const sandbox = await Sandbox.open({ directory })
    const served = await serveSandbox(sandbox, { directory, now: new Date() })
    const text = await readFile(join(directory, 'server.json'), 'utf8')
    await served.close()
    await sandbox.close()
    // The process lives, but nobody listens any more.
    await writeFile(join(directory, 'server.json'), text)
    expect(await findSandboxServer(directory)).toBeUndefined()
    const elsewhere = text.replace('http://127.0.0.1:', 'http://192.0.2.1:')
    for (const wrong of ['', '{', '[]', '{"owner":{}}', elsewhere]) {
      await writeFile(join(directory, 'server.json'), wrong)
      expect(await findSandboxServer(directory)).toBeUndefined()
    }
  })

  test('ends its watches when it closes, and calls back when nobody asks any more', async () => {
    directory = await mkdtemp(join(tmpdir(), 'meshform-sandbox-'))
    const sandbox = await Sandbox.open({ directory })
    let idle: () => void = () => undefined
    const idleNow = new Promise<void>((resolve) => {
      idle = resolve
    })
    const served = await serveSandbox(sandbox, { directory, now: new Date(), idleMs: 20, onIdle: () => idle() })
    const watch = await fetch(`${served.url}/api/v1/namespaces?watch=1`, { headers: { authorization: `Bearer ${served.token}` } })
    const ended = watch.text().then(
      () => 'ended',
      () => 'ended',
    )
    await served.close()
    expect(await ended).toBe('ended')
    const again = await serveSandbox(sandbox, { directory, now: new Date(), idleMs: 20, onIdle: () => idle() })
    await idleNow
    await again.close()
    await sandbox.close()
  })
})
