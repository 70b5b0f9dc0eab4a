import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import { LossyWire } from './lossy-wire.ts'

/** An answer of a store. */
export interface StoreAnswer {
  readonly status: number
  readonly headers?: { readonly [name: string]: string }
  readonly body?: Buffer | string
}

/** A store that a test talks to. */
export interface StoreServer {
  readonly endpoint: string
  readonly wire: LossyWire
  forward(milliseconds: number): void
  /** Does the next request of this method, but breaks the connection instead of answering. */
  loseNextAnswer(method: string): void
}

/** Serves for the running test. `act` is given its own clock, in milliseconds since 1970. */
export async function startStoreServer(
  act: (request: IncomingMessage, url: URL, body: Buffer, now: number) => StoreAnswer,
  skewMs = 0,
): Promise<StoreServer> {
  let offset = skewMs
  let lose = ''
  const wire = new LossyWire()
  const server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      const now = Date.now() + offset
      const answer = act(request, new URL(request.url ?? '/', `http://${request.headers.host}`), Buffer.concat(parts), now)
      if (wire.carry() || lose === request.method) {
        lose = ''
        request.socket.destroy()
        return
      }
      response.writeHead(answer.status, { date: new Date(now).toUTCString(), ...answer.headers }).end(answer.body)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    wire,
    forward: (milliseconds) => {
      offset += milliseconds
    },
    loseNextAnswer: (method) => {
      lose = method
    },
  }
}
