/** Frame types of HTTP/2 (RFC 9113 section 6). */
export const FRAME = {
  data: 0,
  headers: 1,
  priority: 2,
  resetStream: 3,
  settings: 4,
  pushPromise: 5,
  ping: 6,
  goAway: 7,
  windowUpdate: 8,
  continuation: 9,
} as const

/** Frame flags. ACK has END_STREAM's bit. */
export const FLAG = { endStream: 1, ack: 1, endHeaders: 4, padded: 8, priority: 32 } as const

/** Settings (section 6.5.2). */
export const SETTING = {
  headerTableSize: 1,
  enablePush: 2,
  maxConcurrentStreams: 3,
  initialWindowSize: 4,
  maxFrameSize: 5,
  maxHeaderListSize: 6,
} as const

/** Bytes of a frame header. */
export const FRAME_HEADER = 9
/** The largest frame either side sends unless the other allows more. */
export const DEFAULT_FRAME_SIZE = 16_384
/** The flow-control window of a new connection, and of a stream unless settings say otherwise. */
export const DEFAULT_WINDOW = 65_535
/** The largest window there is. */
export const LARGEST_WINDOW = 2 ** 31 - 1

const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'

/** Writes a frame header at `at`; returns the position after it. */
export function writeFrameHeader(
  buffer: Buffer,
  at: number,
  length: number,
  type: number,
  flags: number,
  stream: number,
): number {
  buffer[at] = length >>> 16
  buffer[at + 1] = (length >>> 8) & 255
  buffer[at + 2] = length & 255
  buffer[at + 3] = type
  buffer[at + 4] = flags
  buffer.writeUInt32BE(stream, at + 5)
  return at + FRAME_HEADER
}

/** A whole frame. */
export function frame(type: number, flags: number, stream: number, payload: Buffer): Buffer {
  const bytes = Buffer.allocUnsafe(FRAME_HEADER + payload.length)
  writeFrameHeader(bytes, 0, payload.length, type, flags, stream)
  bytes.set(payload, FRAME_HEADER)
  return bytes
}

/** The payload of a WINDOW_UPDATE frame. */
export function windowIncrement(increment: number): Buffer {
  const payload = Buffer.allocUnsafe(4)
  payload.writeUInt32BE(increment, 0)
  return payload
}

/**
 * What a client of ours says first: the preface, settings (no dynamic header table, no push, the largest stream window) and the
 * largest connection window. With these an answer needs no state to read and no updates per stream.
 */
export function clientPreface(): Buffer {
  const settings: readonly (readonly [number, number])[] = [
    [SETTING.headerTableSize, 0],
    [SETTING.enablePush, 0],
    [SETTING.initialWindowSize, LARGEST_WINDOW],
  ]
  const payload = Buffer.allocUnsafe(settings.length * 6)
  settings.forEach(([id, value], index) => {
    payload.writeUInt16BE(id, index * 6)
    payload.writeUInt32BE(value, index * 6 + 2)
  })
  return Buffer.concat([
    Buffer.from(PREFACE, 'latin1'),
    frame(FRAME.settings, 0, 0, payload),
    frame(FRAME.windowUpdate, 0, 0, windowIncrement(LARGEST_WINDOW - DEFAULT_WINDOW)),
  ])
}
