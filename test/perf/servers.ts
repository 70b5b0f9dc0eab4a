import { readFileSync } from 'node:fs'
import { createServer as createHttp, type RequestListener } from 'node:http'
import {
  createServer as createHttp2,
  createSecureServer,
  type Http2Server,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from 'node:http2'
import { createServer as createHttps } from 'node:https'
import { type AddressInfo, createServer as createTcp, type Server, type Socket } from 'node:net'

/** A server on loopback and how to end it, connections included. */
export interface TestServer {
  readonly port: number
  close(): Promise<void>
}

const fixture = (name: string): string => readFileSync(new URL(`../fixtures/perf/tls/${name}.pem`, import.meta.url), 'utf8')

/** The test authority and what it signed. */
export const TLS_FILES = {
  authority: fixture('ca'),
  server: { cert: fixture('server'), key: fixture('server-key') },
  client: { cert: fixture('client'), key: fixture('client-key') },
}

async function listen(server: Server): Promise<TestServer> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => undefined)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
}

/** An HTTP/1.1 server. */
export const serveHttp = (listener: RequestListener): Promise<TestServer> => listen(createHttp(listener))

/** The same with TLS, asking for a client certificate when `mutual`. */
export const serveHttps = (listener: RequestListener, mutual = false): Promise<TestServer> =>
  listen(createHttps({ ...TLS_FILES.server, ca: TLS_FILES.authority, requestCert: mutual, rejectUnauthorized: mutual }, listener))

/** An HTTP/2 server without TLS. */
export function serveHttp2(
  onStream: (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => void,
  options = {},
): Promise<TestServer> {
  const server: Http2Server = createHttp2(options)
  server.on('stream', (stream, headers) => {
    stream.on('error', () => undefined)
    onStream(stream, headers)
  })
  server.on('sessionError', () => undefined)
  return listen(server as unknown as Server)
}

/** An HTTP/2 server with TLS. */
export function serveHttp2Tls(onStream: (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => void): Promise<TestServer> {
  const server = createSecureServer({ ...TLS_FILES.server })
  server.on('stream', (stream, headers) => onStream(stream, headers))
  return listen(server as unknown as Server)
}

/** A bare TCP server: one function a connection. */
export const serveTcp = (onConnection: (socket: Socket) => void): Promise<TestServer> =>
  listen(createTcp({ allowHalfOpen: true }, onConnection))

/** A loopback port where nothing listens. */
export async function closedPort(): Promise<number> {
  const server = await serveTcp(() => undefined)
  await server.close()
  return server.port
}
