import { readFile, rm } from 'node:fs/promises'
import { request } from 'node:http'
import { join } from 'node:path'
import { isJsonObject, type JsonValue } from '../../plan/json.ts'
import { isAlive, type Owner, ownerOfThisProcess } from '../store/owner-lock.ts'
import { replaceFile } from './replace-file.ts'

const serverName = 'server.json'
/** A server that has not answered for so long is taken to be gone, in milliseconds. */
const PROBE_MS = 5000

/** A running server, as it tells of itself in its folder. The file is readable by its owner alone: it holds the token. */
export interface SandboxServerFile {
  readonly owner: Owner
  /** Plain HTTP on the loopback. */
  readonly url: string
  /** The same API over TLS, for clients that send no token without it. */
  readonly secureUrl: string
  readonly token: string
  /** PEM. */
  readonly certificate: string
}

/** Tells others of the server that runs in this process. */
export function writeServerFile(directory: string, server: Omit<SandboxServerFile, 'owner'>): Promise<void> {
  const content: SandboxServerFile = { owner: ownerOfThisProcess(), ...server }
  return replaceFile(join(directory, serverName), `${JSON.stringify(content)}\n`)
}

/** Takes the word back. */
export async function removeServerFile(directory: string): Promise<void> {
  await rm(join(directory, serverName), { force: true })
}

/** The server that runs on a sandbox's folder; undefined when none does. What a killed one left behind is not believed. */
export async function findSandboxServer(directory: string): Promise<SandboxServerFile | undefined> {
  const file = await readServerFile(directory)
  if (file === undefined || !isAlive(file.owner)) return undefined
  return (await answers(file)) ? file : undefined
}

async function readServerFile(directory: string): Promise<SandboxServerFile | undefined> {
  try {
    return serverFileOf(JSON.parse(await readFile(join(directory, serverName), 'utf8')) as JsonValue)
  } catch {
    return undefined
  }
}

function serverFileOf(value: JsonValue): SandboxServerFile | undefined {
  if (!isJsonObject(value) || !isJsonObject(value.owner)) return undefined
  const { url, secureUrl, token, certificate, owner } = value
  const texts = { url, secureUrl, token, certificate }
  if (typeof texts.url !== 'string' || typeof texts.secureUrl !== 'string') return undefined
  if (typeof texts.token !== 'string' || typeof texts.certificate !== 'string' || typeof owner.pid !== 'number') return undefined
  // A token is sent nowhere but to this machine, whatever the file says.
  if (!texts.url.startsWith('http://127.0.0.1:')) return undefined
  const started = typeof owner.started === 'string' ? owner.started : undefined
  return {
    owner: { pid: owner.pid, started },
    url: texts.url,
    secureUrl: texts.secureUrl,
    token: texts.token,
    certificate: texts.certificate,
  }
}

/** Asks whether the server answers; an idle one begins to count its idle time anew. */
function answers(file: SandboxServerFile): Promise<boolean> {
  return new Promise((resolve) => {
    const headers = { authorization: `Bearer ${file.token}` }
    const probe = request(`${file.url}/readyz`, { headers, agent: false, timeout: PROBE_MS }, (response) => {
      response.resume()
      resolve(response.statusCode === 200)
    })
    probe.on('timeout', () => probe.destroy())
    probe.on('error', () => resolve(false))
    probe.end()
  })
}
