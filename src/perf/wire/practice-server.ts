import { createServer, type Server, type Socket } from 'node:net'
import { FLAG, FRAME, FRAME_HEADER, frame } from './http2-frame.ts'

const HTTP1_ANSWER = Buffer.from(
  'HTTP/1.1 200 OK\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT\r\nContent-Type: text/plain\r\nContent-Length: 2\r\nConnection: keep-alive\r\n\r\nok',
)
/** `:status: 200` of HPACK's static table (RFC 7541 appendix A). */
const STATUS_200 = Buffer.from([0x88])
/** `grpc-status: 0`, a literal without indexing. */
const GRPC_TRAILERS = Buffer.concat([Buffer.from([0x00, 11]), Buffer.from('grpc-status'), Buffer.from([1]), Buffer.from('0')])
const CLIENT_MAGIC_BYTES = 24

/** What a practice server speaks. */
export type PracticeProtocol = 'http1' | 'http2' | 'grpc' | 'tcp'

/**
 * Starts a server on the loopback that answers every request of our own drivers at once and with the same bytes; returns its port.
 * Rejects when no port can be opened.
 */
export async function startPracticeServer(protocol: PracticeProtocol): Promise<number> {
  const server = createServer({ noDelay: true }, (socket) => {
    socket.on('error', () => socket.destroy())
    answer(protocol, socket)
  })
  return await listen(server)
}

function answer(protocol: PracticeProtocol, socket: Socket): void {
  switch (protocol) {
    case 'http1':
      socket.on('data', () => socket.write(HTTP1_ANSWER))
      break
    case 'tcp':
      socket.on('data', (bytes) => socket.write(bytes))
      break
    case 'http2':
    case 'grpc':
      answerFrames(protocol === 'grpc', socket)
      break
  }
}

function answerFrames(grpc: boolean, socket: Socket): void {
  let pending: Buffer = Buffer.alloc(0)
  let skip = CLIENT_MAGIC_BYTES
  socket.write(frame(FRAME.settings, 0, 0, Buffer.alloc(0)))
  socket.on('data', (bytes) => {
    pending = pending.length === 0 ? bytes : Buffer.concat([pending, bytes])
    let at = Math.min(skip, pending.length)
    skip -= at
    const answers: Buffer[] = []
    while (pending.length - at >= FRAME_HEADER) {
      const end = at + FRAME_HEADER + pending.readUIntBE(at, 3)
      if (end > pending.length) break
      const type = pending[at + 3]
      const ends = ((pending[at + 4] ?? 0) & FLAG.endStream) !== 0
      if (ends && (type === FRAME.headers || type === FRAME.data)) {
        answers.push(...streamAnswer(grpc, pending.readUInt32BE(at + 5)))
      }
      at = end
    }
    pending = pending.subarray(at)
    if (answers.length > 0) socket.write(Buffer.concat(answers))
  })
}

function streamAnswer(grpc: boolean, id: number): Buffer[] {
  const head = frame(FRAME.headers, FLAG.endHeaders, id, STATUS_200)
  return grpc
    ? [head, frame(FRAME.data, 0, id, Buffer.alloc(5)), frame(FRAME.headers, FLAG.endHeaders | FLAG.endStream, id, GRPC_TRAILERS)]
    : [head, frame(FRAME.data, FLAG.endStream, id, Buffer.from('ok'))]
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      if (typeof address === 'object' && address !== null) resolve(address.port)
    })
  })
}
