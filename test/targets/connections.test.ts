import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type RequestListener, type Server } from 'node:http'
import { createSecureServer } from 'node:http2'
import { createServer as createTlsServer } from 'node:https'
import { type AddressInfo, connect, createServer as createSocketServer, type Socket, type Server as SocketServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { JsonObject } from '../../src/plan/json.ts'
import { selfSignedCertificate } from '../../src/sandbox/server/self-signed-certificate.ts'
import { targetDiagnostic } from '../../src/targets/error-diagnostics.ts'
import { openKubernetesTransport } from '../../src/targets/kubernetes/open.ts'
import { errorOfFailure } from '../../src/targets/kubernetes/status-error.ts'
import type { Exchange, Transport } from '../../src/targets/kubernetes/transport.ts'

const { signal } = new AbortController()
const identity = selfSignedCertificate(new Date())
let directory: string
let closing: (() => unknown)[]

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'meshform-connections-'))
  closing = []
})
afterEach(async () => {
  for (const close of closing.reverse()) await close()
  await rm(directory, { recursive: true, force: true })
})

async function listening(server: SocketServer): Promise<number> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closing.push(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

async function transportTo(cluster: JsonObject, environment: { readonly [name: string]: string } = {}): Promise<Transport> {
  const file = join(directory, 'config')
  const config = {
    clusters: [{ name: 'c', cluster }],
    users: [{ name: 'u', user: { token: 'secret' } }],
    contexts: [{ name: 'a', context: { cluster: 'c', user: 'u' } }],
  }
  await writeFile(file, JSON.stringify(config))
  const opened = await openKubernetesTransport({ kubeconfigPath: file, context: 'a', userAgent: 'tests', environment })
  if (!opened.ok) throw new Error(opened.error.message)
  closing.push(() => opened.value.transport.close())
  return opened.value.transport
}

function ask(transport: Transport): Promise<Exchange> {
  return transport.request({ method: 'GET', path: '/version', timeoutMs: 5000, signal, large: true })
}

async function adviceOf(exchange: Exchange): Promise<string> {
  if (exchange.ok) throw new Error('it was answered')
  const { summary, detail, hint } = targetDiagnostic(errorOfFailure(exchange.failure), {
    verb: 'connect to',
    kind: 'cluster',
    cluster: 'east',
  })
  return [summary, detail, hint].join('\n')
}

const authority = Buffer.from(identity.certificate).toString('base64')
const version: RequestListener = (_request, response) => response.end('{"gitVersion":"v1"}')

describe('a server', () => {
  test('that speaks HTTP/2 alone is spoken to so', async () => {
    const server = createSecureServer({ key: identity.key, cert: identity.certificate, allowHTTP1: false })
    server.on('request', (request, response) => {
      const isWatch = request.url.includes('watch')
      response.end(isWatch ? '{"type":"ADDED","object":{"kind":"Pod"}}\n' : '{"gitVersion":"v1"}')
    })
    const port = await listening(server)
    const transport = await transportTo({ server: `https://127.0.0.1:${port}`, 'certificate-authority-data': authority })
    const answers = await Promise.all([ask(transport), ask(transport), ask(transport)])
    expect(answers.map((answer) => answer.ok && answer.response.json())).toEqual(answers.map(() => ({ gitVersion: 'v1' })))
    const stream = await transport.stream({ method: 'GET', path: '/watch', timeoutMs: 5000, signal })
    if (!stream.ok || stream.kind !== 'stream') throw new Error('no stream')
    const events: string[] = []
    for await (const { type } of stream.events) events.push(type)
    expect(events).toEqual(['ADDED'])
  })

  test('that names the encoding of a body which is not there is understood', async () => {
    const server = createServer((_request, response) => response.writeHead(304, { 'content-encoding': 'gzip' }).end())
    const port = await listening(server)
    // Compression is for servers that are far away.
    const exchange = await ask(await transportTo({ server: `http://0.0.0.0:${port}` }))
    expect(exchange.ok && [exchange.response.status, exchange.response.text()]).toEqual([304, ''])
  })

  test('behind a path is asked below it, and one that sends elsewhere is not followed', async () => {
    const paths: (string | undefined)[] = []
    const server = createServer((request, response) => {
      paths.push(request.url)
      response.writeHead(302, { location: 'http://127.0.0.1:1/login' }).end()
    })
    const exchange = await ask(await transportTo({ server: `http://127.0.0.1:${await listening(server)}/k8s/clusters/a/` }))
    expect(exchange.ok && exchange.response.status).toBe(302)
    expect(paths).toEqual(['/k8s/clusters/a/version'])
  })

  test.each([
    [
      'of another authority',
      { 'certificate-authority-data': Buffer.from(selfSignedCertificate(new Date()).certificate).toString('base64') },
      /can't be trusted[\s\S]*not issued by the authority/,
    ],
    [
      'of another name',
      { 'certificate-authority-data': authority, 'tls-server-name': 'other' },
      /can't be trusted[\s\S]*is for another name/,
    ],
  ])('with a certificate %s is not trusted', async (_what, tls, said) => {
    const port = await listening(createTlsServer({ key: identity.key, cert: identity.certificate }, version))
    const exchange = await ask(await transportTo({ server: `https://127.0.0.1:${port}`, ...tls }))
    expect(await adviceOf(exchange)).toMatch(said)
  })

  test('that closes the connection is named, and no token with it', async () => {
    const port = await listening(createSocketServer((socket) => socket.destroy()))
    const said = await adviceOf(await ask(await transportTo({ server: `http://127.0.0.1:${port}` })))
    expect(said).toContain(`http://127.0.0.1:${port}`)
    expect(said).not.toContain('secret')
  })
})

/** A proxy for tunnels that answers by a function. */
function proxy(refusal: (authorization: string | undefined) => string | undefined): Server {
  return createServer().on('connect', (request, client: Socket) => {
    const refused = refusal(request.headers['proxy-authorization'])
    if (refused !== undefined) return client.end(`HTTP/1.1 ${refused}\r\n\r\n`)
    const [host, port] = (request.url ?? '').split(':')
    const server = connect(Number(port), host, () => {
      client.write('HTTP/1.1 200 OK\r\n\r\n')
      server.pipe(client).pipe(server)
    })
    server.on('error', () => client.destroy())
    return undefined
  })
}

/** A SOCKS 5 proxy that asks for no password, and notes the names it is asked for. */
function socks(names: string[]): SocketServer {
  return createSocketServer((client) => {
    client.once('data', () => {
      client.write(Buffer.from([5, 0]))
      client.once('data', (asked: Buffer) => {
        const length = asked[4] ?? 0
        names.push(asked[3] === 3 ? asked.subarray(5, 5 + length).toString() : 'a number')
        const server = connect(asked.readUInt16BE(asked.length - 2), '127.0.0.1', () => {
          client.write(Buffer.from([5, 0, 0, 1, 0, 0, 0, 0, 0, 0]))
          server.pipe(client).pipe(server)
        })
      })
    })
  })
}

describe('a proxy', () => {
  test('of the kubeconfig or the environment is gone through, with its password', async () => {
    const server = `https://127.0.0.1:${await listening(createTlsServer({ key: identity.key, cert: identity.certificate }, version))}`
    const seen: (string | undefined)[] = []
    const port = await listening(
      proxy((authorization) => {
        seen.push(authorization)
        return undefined
      }),
    )
    const cluster = { server, 'certificate-authority-data': authority, 'proxy-url': `http://ann:pass@127.0.0.1:${port}` }
    const exchange = await ask(await transportTo(cluster))
    expect(exchange.ok && exchange.response.status).toBe(200)
    expect(seen).toEqual([`Basic ${Buffer.from('ann:pass').toString('base64')}`])
  })

  test.each(['socks5', 'socks5h'])('of scheme %s looks names up itself', async (scheme) => {
    const names: string[] = []
    const server = await listening(createServer(version))
    const url = `${scheme}://127.0.0.1:${await listening(socks(names))}`
    const exchange = await ask(await transportTo({ server: `http://kubernetes.invalid:${server}`, 'proxy-url': url }))
    expect(exchange.ok && exchange.response.status).toBe(200)
    expect(names).toEqual(['kubernetes.invalid'])
  })

  test.each([
    ['407 Proxy Authentication Required', /name and a password/],
    ['403 Forbidden', /does not let this connection through/],
  ])('that answers %s tells what to do', async (refused, said) => {
    const port = await listening(proxy(() => refused))
    const cluster = { server: 'https://kubernetes.invalid', 'proxy-url': `http://ann:geheim@127.0.0.1:${port}` }
    const advice = await adviceOf(await ask(await transportTo(cluster)))
    expect(advice).toMatch(said)
    expect(advice).toContain(`through the proxy http://127.0.0.1:${port}`)
    expect(advice).not.toContain('geheim')
  })

  test.each(['quic://a:1', 'not an address'])('%j is refused before anything is asked', async (url) => {
    const cluster = { server: 'https://kubernetes.invalid', 'proxy-url': url }
    await expect(transportTo(cluster)).rejects.toThrow(/\(.*config:\d+\): its proxy-url is no address of a proxy/)
    const environment = { HTTPS_PROXY: 'quic://a:1' }
    await expect(transportTo({ server: 'https://kubernetes.invalid' }, environment)).rejects.toThrow(/that the environment names/)
  })
})
