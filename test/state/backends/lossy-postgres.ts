import type { AddressInfo } from 'node:net'
import { connect, createServer, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'
import type { LossyWire } from './lossy-wire.ts'

/** First bytes of the messages that ask for something: Parse and Query (PostgreSQL's protocol, 3.0). */
const ASKS = new Set([0x50, 0x51])

/** A way to a PostgreSQL server for the running test that breaks a connection instead of passing on the answer that the wire loses. */
export async function startLossyPostgres(address: string, wire: LossyWire): Promise<string> {
  const { hostname, port } = new URL(address)
  const sockets = new Set<Socket>()
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname)
    let isAsked = false
    client.on('data', (part: Buffer) => {
      isAsked ||= ASKS.has(part[0] ?? 0)
      upstream.write(part)
    })
    upstream.on('data', (part: Buffer) => {
      if (isAsked && wire.carry()) {
        client.destroy()
        upstream.destroy()
      } else client.write(part)
      isAsked = false
    })
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => {
        client.destroy()
        upstream.destroy()
      })
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const here = new URL(address)
  here.port = String((server.address() as AddressInfo).port)
  return here.href
}
