import type { AllocationContext } from '../../resource-type.ts'

/** First address and size of the service network, 10.96.0.0/12; the first addresses are kept for the cluster's own services. */
const network = 10 * 2 ** 24 + 96 * 2 ** 16
const networkSize = 2 ** 20
const reserved = 256
const firstNodePort = 30_000
const nodePorts = 2768

/** FNV-1a over UTF-16 units: small, stable, and well spread for short names. */
function hash(text: string): number {
  let value = 0x811c9dc5
  for (let index = 0; index < text.length; index += 1) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193) >>> 0
  }
  return value
}

/** The first free place at or after the text's own. */
function freePlace(key: string, size: number, isTaken: (place: number) => boolean): number {
  const start = hash(key) % size
  for (let step = 0; step < size; step += 1) {
    const place = (start + step) % size
    if (!isTaken(place)) return place
  }
  // A full network can't happen below a million services; the address is then shared.
  return start
}

function formatAddress(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.')
}

/** True for an address that services of this cluster can have. */
export function isInServiceNetwork(address: string): boolean {
  const parts = address.split('.').map(Number)
  if (parts.length !== 4 || parts.some((part) => Number.isNaN(part))) return false
  const value = parts.reduce((sum, part) => sum * 256 + part, 0)
  return value > network && value < network + networkSize - 1
}

/** True for a port that nodes keep for services. */
export function isNodePort(port: number): boolean {
  return port >= firstNodePort && port < firstNodePort + nodePorts
}

/** An address of the service network for a service, the same for the same name unless that one is taken. */
export function allocateClusterAddress(key: string, context: AllocationContext): string {
  const addressAt = (place: number): string => formatAddress(network + reserved + place)
  const place = freePlace(key, networkSize - reserved - 1, (each) => context.isTaken('clusterIP', addressAt(each)))
  return addressAt(place)
}

/** A port of every node, between 30000 and 32767. */
export function allocateNodePort(key: string, context: AllocationContext): number {
  return firstNodePort + freePlace(key, nodePorts, (each) => context.isTaken('nodePort', String(firstNodePort + each)))
}
