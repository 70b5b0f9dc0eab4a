// Servers of the perf benchmark that know the truth: `node bench/perf-server.mjs delays|stall|grpc`. Prints its port, then nothing.
import { createServer } from 'node:http'
import { createServer as createHttp2 } from 'node:http2'

const [kind] = process.argv.slice(2)

/** Of every hundred requests two take 100 ms and the rest 1 ms, by a timer that is kept to within microseconds by spinning. */
function delays() {
  let count = 0
  const waiting = []
  const tick = () => {
    const now = performance.now()
    while (waiting.length > 0 && waiting[0].due <= now) waiting.shift().response.end('ok')
    if (waiting.length === 0) return
    const left = waiting[0].due - now
    if (left > 3) setTimeout(tick, left - 2)
    else setImmediate(tick)
  }
  return createServer((_request, response) => {
    count += 1
    const due = performance.now() + (count % 50 === 0 ? 100 : 1)
    const at = waiting.findIndex((one) => one.due > due)
    const was = waiting.length
    if (at < 0) waiting.push({ due, response })
    else waiting.splice(at, 0, { due, response })
    if (was === 0 || at === 0) setImmediate(tick)
  })
}

/** Answers at once, but for two seconds in the middle of a run of ten: then it stands still, as in a long collection. */
function stall() {
  let begun = 0
  return createServer((_request, response) => {
    if (begun === 0) {
      begun = performance.now()
      setTimeout(() => {
        const until = performance.now() + 2000
        while (performance.now() < until);
      }, 4000)
    }
    response.end('ok')
  })
}

/** Unary gRPC: an empty message back. */
function grpc() {
  const message = Buffer.alloc(5)
  const server = createHttp2()
  server.on('stream', (stream) => {
    stream.on('error', () => undefined)
    stream.resume()
    stream.on('end', () => {
      stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true })
      stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }))
      stream.end(message)
    })
  })
  return server
}

const server = { delays, stall, grpc }[kind]()
server.listen(0, '127.0.0.1', () => process.stdout.write(`${server.address().port}\n`))
process.on('SIGTERM', () => process.exit(0))
