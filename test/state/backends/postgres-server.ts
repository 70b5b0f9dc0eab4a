import { execFile, spawn } from 'node:child_process'
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** A PostgreSQL server of this machine, on a folder of its own. */
export interface PostgresServer {
  /** Of the superuser, over loopback, without a password. */
  readonly address: string
  stop(): Promise<void>
}

const ROOT = '/usr/lib/postgresql'
/** `nobody`: PostgreSQL refuses to run as root. */
const UNPRIVILEGED = 65534

/** Folder of the newest PostgreSQL server that Debian installed here; undefined when there is none. */
export function postgresBinaries(): string | undefined {
  if (!existsSync(ROOT)) return undefined
  const versions = readdirSync(ROOT).sort((a, b) => Number(b) - Number(a))
  return versions.map((version) => join(ROOT, version, 'bin')).find((bin) => existsSync(join(bin, 'initdb')))
}

/** Makes a database cluster in a temporary folder and starts its server. */
export async function startPostgres(binaries: string): Promise<PostgresServer> {
  const folder = mkdtempSync(join(tmpdir(), 'meshform-pg-'))
  const data = join(folder, 'data')
  const identity = process.getuid?.() === 0 ? { uid: UNPRIVILEGED, gid: UNPRIVILEGED } : {}
  if (process.getuid?.() === 0) chownSync(folder, UNPRIVILEGED, UNPRIVILEGED)
  await promisify(execFile)(
    join(binaries, 'initdb'),
    ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync', '--no-instructions'],
    { ...identity, cwd: folder },
  )
  const port = await freePort()
  const options = ['-D', data, '-k', folder, '-h', '127.0.0.1', '-p', String(port), '-F', '-c', 'max_connections=100']
  const server = spawn(join(binaries, 'postgres'), options, { ...identity, cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] })
  const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()))
  let log = ''
  await new Promise<void>((resolve, reject) => {
    server.stderr.on('data', (text: Buffer) => {
      log += text.toString('utf8')
      if (log.includes('database system is ready to accept connections')) resolve()
    })
    server.once('exit', () => reject(new Error(`postgres ended: ${log}`)))
  })
  return {
    address: `postgres://postgres@127.0.0.1:${port}/postgres`,
    stop: async () => {
      server.kill('SIGQUIT')
      await ended
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Folder of PgBouncer; undefined when it is not installed. */
export function poolerBinary(): string | undefined {
  return ['/usr/sbin/pgbouncer', '/usr/bin/pgbouncer'].find((path) => existsSync(path))
}

/** Starts PgBouncer before a server, which gives each transaction to whichever of two connections is free. */
export async function startPooler(binary: string, server: PostgresServer): Promise<PostgresServer> {
  const folder = mkdtempSync(join(tmpdir(), 'meshform-pooler-'))
  const port = await freePort()
  const target = new URL(server.address)
  const settings = `[databases]
postgres = host=127.0.0.1 port=${target.port} dbname=postgres user=postgres
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
auth_type = any
pool_mode = transaction
default_pool_size = 2
unix_socket_dir =
logfile = ${folder}/log
`
  writeFileSync(join(folder, 'pooler.ini'), settings)
  const identity = process.getuid?.() === 0 ? { uid: UNPRIVILEGED, gid: UNPRIVILEGED } : {}
  if (process.getuid?.() === 0) {
    chownSync(folder, UNPRIVILEGED, UNPRIVILEGED)
    chownSync(join(folder, 'pooler.ini'), UNPRIVILEGED, UNPRIVILEGED)
  }
  const pooler = spawn(binary, [join(folder, 'pooler.ini')], { ...identity, cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] })
  const ended = new Promise<void>((resolve) => pooler.once('exit', () => resolve()))
  let log = ''
  await new Promise<void>((resolve, reject) => {
    pooler.stderr.on('data', (text: Buffer) => {
      log += text.toString('utf8')
      if (log.includes('process up')) resolve()
    })
    pooler.once('exit', () => reject(new Error(`pgbouncer ended: ${log}`)))
  })
  return {
    address: `postgres://postgres@127.0.0.1:${port}/postgres`,
    stop: async () => {
      pooler.kill('SIGQUIT')
      await ended
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => (typeof address === 'object' && address !== null ? resolve(address.port) : reject(new Error('no port'))))
    })
  })
}
