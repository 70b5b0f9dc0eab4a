// Clients of other libraries for the perf benchmark, each in a process of its own: `node bench/perf-client.mjs undici|grpc-js PORT SECONDS CONCURRENCY [FOLDER]`.
import { createRequire } from 'node:module'
import { join } from 'node:path'

const [kind, port, seconds, concurrency, folder = '.'] = process.argv.slice(2)
const until = performance.now() + Number(seconds) * 1000
let requests = 0

async function undici() {
  const { Pool } = await import('undici')
  const pool = new Pool(`http://127.0.0.1:${port}`, { connections: Number(concurrency), pipelining: 1 })
  await loop(async () => {
    const { body } = await pool.request({ path: '/', method: 'GET' })
    await body.dump()
  })
  await pool.destroy()
}

async function grpcJs() {
  const grpc = createRequire(join(folder, 'package.json'))('@grpc/grpc-js')
  const client = new grpc.Client(`127.0.0.1:${port}`, grpc.credentials.createInsecure())
  const same = (value) => value
  const call = () =>
    new Promise((resolve, reject) =>
      client.makeUnaryRequest('/grpc.health.v1.Health/Check', same, same, Buffer.alloc(0), (error) =>
        error ? reject(error) : resolve(),
      ),
    )
  await loop(call)
  client.close()
}

async function loop(once) {
  await Promise.all(
    Array.from({ length: Number(concurrency) }, async () => {
      while (performance.now() < until) {
        await once()
        requests += 1
      }
    }),
  )
}

const before = process.cpuUsage()
await { undici, 'grpc-js': grpcJs }[kind]()
const used = process.cpuUsage(before)
process.stdout.write(
  `${JSON.stringify({ rate: requests / Number(seconds), cpu: (used.user + used.system) / 1e6 / Number(seconds) })}\n`,
)
