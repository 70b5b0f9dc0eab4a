import { type ChildProcess, spawn } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { createServer } from 'node:net'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'

/** Where a Consul binary is: told, on the path, or where scripts/fetch-consul.sh unpacks one. */
export function findConsul(): string | undefined {
  const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache')
  const candidates = [
    process.env.MESHFORM_TEST_CONSUL,
    ...(process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, 'consul')),
    join(cache, 'meshform/consul/usr/bin/consul'),
  ]
  return candidates.find((path) => path !== undefined && path !== '' && isExecutable(path))
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** A running agent. */
export interface RealAgent {
  readonly address: string
  stop(): Promise<void>
}

/** Starts `consul agent -dev` on free ports of the loopback, and waits until it leads. It keeps nothing on disk. */
export async function startAgent(binary: string): Promise<RealAgent> {
  const [http, server, lan, wan] = await Promise.all([freePort(), freePort(), freePort(), freePort()])
  const args = ['agent', '-dev', '-bind=127.0.0.1', '-client=127.0.0.1', `-http-port=${http}`, `-server-port=${server}`]
  const ports = [`-serf-lan-port=${lan}`, `-serf-wan-port=${wan}`, '-grpc-port=-1', '-dns-port=-1', '-log-level=err']
  const child = spawn(binary, [...args, ...ports], { stdio: 'ignore' })
  const address = `http://127.0.0.1:${http}`
  const stop = () => ended(child)
  try {
    await leads(address, child)
  } catch (error) {
    await stop()
    throw error
  }
  return { address, stop }
}

async function leads(address: string, child: ChildProcess): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    if (child.exitCode !== null) throw new Error(`consul ended with ${child.exitCode}`)
    const leader = await fetch(`${address}/v1/status/leader`)
      .then((response) => response.text())
      .catch(() => '""')
    // The node is in the catalog a moment after the election; registrations need it.
    const nodes = leader === '""' ? '[]' : await fetch(`${address}/v1/catalog/nodes`).then((response) => response.text())
    if (nodes.trim() !== '[]') return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error('consul elected no leader')
}

function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return Promise.resolve()
  return new Promise((resolve) => {
    child.once('exit', () => resolve())
    child.kill('SIGKILL')
  })
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      const port = typeof address === 'object' && address !== null ? address.port : 0
      probe.close(() => resolve(port))
    })
  })
}
