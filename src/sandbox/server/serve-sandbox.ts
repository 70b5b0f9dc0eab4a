import { createServer, type RequestListener, type Server } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { answerHttp, type RequestHandler, tokenCheck } from './answer-http.ts'
import { IdleWatch } from './idle-watch.ts'
import { removeServerFile, writeServerFile } from './server-file.ts'
import { readServerIdentity, writeServerIdentity } from './server-identity.ts'

/** How a sandbox is served. */
export interface ServeOptions {
  /** Where the server tells of itself. */
  readonly directory: string
  /** The port for plain HTTP; that of the last run, or any free one, when undefined. */
  readonly port?: number
  /** Milliseconds without a request after which `onIdle` is called; never when undefined. */
  readonly idleMs?: number
  readonly onIdle?: () => void
  readonly now: Date
}

/** A sandbox that others can reach. */
export interface ServedSandbox {
  readonly url: string
  readonly secureUrl: string
  readonly token: string
  /** PEM. */
  readonly certificate: string
  /** Stops serving; watches end. The sandbox itself stays open. */
  readonly close: () => Promise<void>
}

const loopback = '127.0.0.1'
/** Longer than clients keep unused connections, so that they close them and never meet one that was just closed. */
const KEEP_ALIVE_MS = 120_000
/** How long a request may take to come in whole, its body included, as on a real server. Answers take as long as they take. */
const REQUEST_MS = 60_000

/** Serves a sandbox on the loopback, plain and over TLS, to those who have the token that is written into its folder. */
export async function serveSandbox(handler: RequestHandler, options: ServeOptions): Promise<ServedSandbox> {
  const identity = readServerIdentity(options.directory, options.now)
  const isAllowed = tokenCheck(identity.token)
  const idle = new IdleWatch(options.idleMs, options.onIdle ?? (() => undefined))
  const listener: RequestListener = (message, response) => {
    idle.begin()
    response.on('close', () => idle.end())
    void answerHttp(handler, isAllowed, message, response)
  }
  const plain = createServer(listener)
  const secure = createSecureServer({ key: identity.key, cert: identity.certificate }, listener)
  for (const server of [plain, secure]) {
    server.keepAliveTimeout = KEEP_ALIVE_MS
    server.requestTimeout = REQUEST_MS
  }
  const port = await listen(plain, options.port ?? identity.port, options.port !== undefined)
  const securePort = await listen(secure, identity.securePort, false)
  const served = {
    url: `http://${loopback}:${port}`,
    secureUrl: `https://${loopback}:${securePort}`,
    token: identity.token,
    certificate: identity.certificate,
  }
  await writeServerIdentity(options.directory, { ...identity, port, securePort })
  await writeServerFile(options.directory, served)
  return {
    ...served,
    close: async () => {
      idle.stop()
      await removeServerFile(options.directory)
      await Promise.all([plain, secure].map(closeServer))
    },
  }
}

/** Listens on a port. One that is taken is only insisted on when it was asked for. */
async function listen(server: Server, port: number, insist: boolean): Promise<number> {
  try {
    return await listenOn(server, port)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (insist || port === 0 || (code !== 'EADDRINUSE' && code !== 'EACCES')) throw error
    return await listenOn(server, 0)
  }
}

function listenOn(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host: loopback, port, exclusive: true }, () => {
      server.off('error', reject)
      resolve((server.address() as AddressInfo).port)
    })
  })
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
