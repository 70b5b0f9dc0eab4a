import { spawn, spawnSync } from 'node:child_process'
import { S3_KEYS } from './s3-server.ts'

/** A server of the moto project, which speaks S3 with conditional writes. */
export interface MotoServer {
  readonly endpoint: string
  stop(): Promise<void>
}

const PROGRAM = `
import sys
from moto.server import ThreadedMotoServer
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
print("port", server.get_host_and_port()[1], flush=True)
sys.stdin.read()
server.stop()
`

/** The Python that has moto; undefined where none does. */
export function motoPython(): string | undefined {
  const found = spawnSync('python3', [
    '-c',
    'import importlib.util as u; u.find_spec("moto") and u.find_spec("flask") or exit(1)',
  ])
  return found.status === 0 ? 'python3' : undefined
}

/** Starts the server and makes a bucket. */
export async function startMoto(python: string, bucket: string): Promise<MotoServer> {
  const server = spawn(python, ['-c', PROGRAM], { stdio: ['pipe', 'pipe', 'ignore'] })
  const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()))
  const port = await new Promise<string>((resolve, reject) => {
    let out = ''
    server.stdout.on('data', (text: Buffer) => {
      out += text.toString('utf8')
      const said = /^port (\d+)$/m.exec(out)?.[1]
      if (said !== undefined) resolve(said)
    })
    server.once('exit', () => reject(new Error(`moto ended: ${out}`)))
  })
  const endpoint = `http://127.0.0.1:${port}`
  const scope = `Credential=${S3_KEYS.id}/20260101/${S3_KEYS.region}/s3/aws4_request`
  const authorization = `AWS4-HMAC-SHA256 ${scope}, SignedHeaders=host, Signature=none`
  const location = `<CreateBucketConfiguration><LocationConstraint>${S3_KEYS.region}</LocationConstraint></CreateBucketConfiguration>`
  const body = S3_KEYS.region === 'us-east-1' ? {} : { body: location }
  const made = await fetch(`${endpoint}/${bucket}`, { method: 'PUT', headers: { authorization }, ...body })
  if (!made.ok) throw new Error(`moto makes no bucket: ${made.status} ${await made.text()}`)
  return {
    endpoint,
    stop: async () => {
      server.stdin.end()
      await ended
    },
  }
}
