import { lookup } from 'node:dns/promises'
import { connect as connectPlain, isIP, type Socket } from 'node:net'
import { type ConnectionOptions, connect as connectTls, createSecureContext, type SecureContext } from 'node:tls'

/** TLS material of a load, already read: PEM text. */
export interface TlsMaterial {
  /** Certificate authorities to trust instead of the system's, PEM. */
  readonly ca?: string
  /** Client certificate chain and key for mutual TLS, PEM. */
  readonly certificate?: string
  readonly key?: string
  /** Server name sent (SNI) and checked, when it differs from the host of the address. */
  readonly serverName?: string
  /** Accepts any certificate. */
  readonly insecure?: boolean
}

/** One address to load, resolved once so that no request waits for a name server. */
export interface Endpoint {
  readonly address: string
  readonly port: number
  readonly tls: EndpointTls | undefined
}

/** How TLS is spoken to an endpoint. The context is shared by all its connections. */
interface EndpointTls {
  readonly context: SecureContext
  readonly serverName: string
  readonly protocols: readonly string[]
  readonly insecure: boolean
}

/** What an endpoint is made from. */
export interface EndpointRequest {
  readonly host: string
  readonly port: number
  /** Present for TLS, even when empty. */
  readonly tls: TlsMaterial | undefined
  /** ALPN names to offer, first preferred. */
  readonly protocols: readonly string[]
}

/** How long one address may take to accept while the reachable one of several is looked for. */
const PROBE_TIMEOUT_MS = 2_000

/**
 * Resolves a host to the address that the run will use: the only one, or the first that accepts a connection. Rejects with the
 * resolver's error (`ENOTFOUND`), or with the TLS library's when the material can't be read.
 */
export async function resolveEndpoint(request: EndpointRequest, signal: AbortSignal): Promise<Endpoint> {
  const host = request.host.replace(/^\[|\]$/g, '')
  const tls = request.tls === undefined ? undefined : endpointTls(request.tls, host, request.protocols)
  const addresses = isIP(host) > 0 ? [host] : (await lookup(host, { all: true })).map((found) => found.address)
  for (const address of addresses.length > 1 ? addresses : []) {
    if (signal.aborted) break
    if (await accepts(address, request.port)) return { address, port: request.port, tls }
  }
  return { address: addresses[0] ?? host, port: request.port, tls }
}

function endpointTls(material: TlsMaterial, host: string, protocols: readonly string[]): EndpointTls {
  const context = createSecureContext({
    ...(material.ca === undefined ? {} : { ca: material.ca }),
    ...(material.certificate === undefined ? {} : { cert: material.certificate }),
    ...(material.key === undefined ? {} : { key: material.key }),
  })
  return { context, serverName: material.serverName ?? host, protocols, insecure: material.insecure === true }
}

function accepts(address: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connectPlain({ host: address, port })
    const finish = (answer: boolean): void => {
      socket.destroy()
      resolve(answer)
    }
    socket.setTimeout(PROBE_TIMEOUT_MS, () => finish(false))
    socket.once('connect', () => finish(true))
    socket.once('error', () => finish(false))
  })
}

/** What a driver is told about its socket. `ended` is the peer's FIN; after `gone` nothing more comes. */
export interface SocketOwner {
  ready(): void
  read(count: number, buffer: Buffer): void
  ended(): void
  gone(error: NodeJS.ErrnoException | undefined): void
}

/**
 * Opens a connection that reads into `buffer`, which the caller owns: no buffer is made for a read. With TLS `ready` comes after
 * the handshake.
 */
export function openSocket(endpoint: Endpoint, buffer: Buffer, owner: SocketOwner): Socket {
  const onread = {
    buffer,
    callback: (count: number, read: Uint8Array): boolean => {
      owner.read(count, read as Buffer)
      return true
    },
  }
  const { tls } = endpoint
  const socket =
    tls === undefined
      ? connectPlain({ host: endpoint.address, port: endpoint.port, noDelay: true, onread })
      : connectTls({
          host: endpoint.address,
          port: endpoint.port,
          secureContext: tls.context,
          // A server name must be a name: RFC 6066 section 3 has no place for an address.
          ...(isIP(tls.serverName) > 0 ? {} : { servername: tls.serverName }),
          ALPNProtocols: [...tls.protocols],
          rejectUnauthorized: !tls.insecure,
          onread,
        } as ConnectionOptions)
  let failure: NodeJS.ErrnoException | undefined
  socket.once(tls === undefined ? 'connect' : 'secureConnect', () => {
    socket.setNoDelay(true)
    owner.ready()
  })
  socket.on('error', (error: NodeJS.ErrnoException) => {
    failure ??= error
  })
  socket.once('end', () => owner.ended())
  socket.once('close', () => owner.gone(failure))
  return socket
}
