import type { JsonObject } from '../../plan/json.ts'
import type { SandboxRequest } from './exchange.ts'
import { internal } from './status-error.ts'

/** Bytes that etcd takes in one write, and that its client sends in one message. */
const largestWrite = 1.5 * 1024 * 1024
const largestMessage = 2 * 1024 * 1024
/** Smaller bodies are not looked at: what they leave of an object fits unless it was large before. */
const smallBody = 64 * 1024

/** How large a request's body is, in bytes; 0 where it came as a value. */
export function bodySizeOf({ body }: SandboxRequest): number {
  if (body instanceof Uint8Array) return body.length
  return typeof body === 'string' ? body.length : 0
}

/** Refuses an object that etcd would not store, in its words. `known` are bytes of which it was made. */
export function checkStorable(object: JsonObject, bodySize: number, known = 0): void {
  if (bodySize < smallBody || bodySize + known < largestWrite) return
  const size = Buffer.byteLength(JSON.stringify(object))
  if (size > largestMessage) {
    const limits = `${size} vs. ${largestMessage}`
    throw internal(`rpc error: code = ResourceExhausted desc = trying to send message larger than max (${limits})`)
  }
  if (size > largestWrite) throw internal('etcdserver: request is too large')
}
