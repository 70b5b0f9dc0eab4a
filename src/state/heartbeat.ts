import { isJsonObject, type JsonObject, type JsonValue } from '../plan/json.ts'
import { timestamp } from './clock.ts'

/**
 * That the holder of a lock lived at a time, written into the state with every write: the heartbeat of locks that have none
 * of their own. It stands outside what is encrypted, since whoever waits for the lock has to read it.
 */
export interface Heartbeat {
  readonly lockId: string
  /** Milliseconds since 1970 by the server's clock. */
  readonly at: number
  /** How long the holder may be silent from then on, in milliseconds. */
  readonly expiryMs: number
}

/** As JSON, keys in a fixed order. */
export function heartbeatToJson({ lockId, at, expiryMs }: Heartbeat): JsonObject {
  return { lock: lockId, at: timestamp(at), expiryMs }
}

/** Back from JSON; undefined when it is none. */
export function heartbeatFromJson(value: JsonValue | undefined): Heartbeat | undefined {
  if (!isJsonObject(value)) return undefined
  const { lock, at, expiryMs } = value
  const time = typeof at === 'string' ? Date.parse(at) : Number.NaN
  if (typeof lock !== 'string' || lock === '' || Number.isNaN(time)) return undefined
  return typeof expiryMs === 'number' && expiryMs > 0 ? { lockId: lock, at: time, expiryMs } : undefined
}

/** The heartbeat in the bytes of a state file, whatever else is in it: nothing of that is checked. */
export function heartbeatInFile(bytes: Uint8Array): Heartbeat | undefined {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (!text.includes('"heartbeat"')) return undefined
  try {
    const document = JSON.parse(text.toString('utf8')) as JsonValue
    return isJsonObject(document) ? heartbeatFromJson(document.heartbeat) : undefined
  } catch {
    return undefined
  }
}
