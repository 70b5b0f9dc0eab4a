import { rm } from 'node:fs/promises'
import { request } from 'node:http'
import { join } from 'node:path'
import { isJsonObject, type JsonValue } from '../../plan/json.ts'
import { isAlive, type Owner, ownerOf, ownerOfThisProcess } from '../store/owner-lock.ts'
import { readStoreFile } from '../store/read-store-file.ts'
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
  const file = readServerFile(directory)
  if (file === undefined || !isAlive(file.owner)) return undefined
  return (await answers(file)) ? file : undefined
}

function readServerFile(directory: string): SandboxServerFile | undefined {
  try {
    return serverFileOf(JSON.parse(readStoreFile(join(directory, serverName)) ?? '') as JsonValue)
  } catch {
    return undefined
  }
}

function serverFileOf(value: JsonValue): SandboxServerFile | undefined {
  if (!isJsonObject(value)) return undefined
  const { url, secureUrl, token, certificate } = value
  const owner = ownerOf(value.owner)
  if (owner === undefined || typeof url !== 'string' || typeof secureUrl !== 'string') return undefined
  if (typeof token !== 'string' || typeof certificate !== 'string') return undefined
  // A token is sent nowhere but to this machine, whatever the file says, and nothing is sent that is none.
  if (!/^http:\/\/127\.0\.0\.1:\d{1,5}\/?$/.test(url) || !URL.canParse(url) || !/^[\w.~-]+$/.test(token)) return undefined
  return { owner, url, secureUrl, token, certificate }
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
