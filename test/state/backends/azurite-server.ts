import { spawn } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { sharedKeySignature } from '../../../src/state/backends/azurerm/shared-key.ts'
import { BLOB_ACCOUNT } from './blob-server.ts'

/** A server of the Azurite project, Azure's own emulator. It keeps nothing on disk. */
export interface AzuriteServer {
  readonly endpoint: string
  stop(): Promise<void>
}

/** Where azurite-blob is: told, or on the path. */
export function findAzurite(): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, 'azurite-blob'))
  return [process.env.MESHFORM_TEST_AZURITE ?? '', ...folders].filter((path) => path !== '').find(isExecutable)
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** Starts the server and makes a container. */
export async function startAzurite(binary: string, container: string): Promise<AzuriteServer> {
  const server = spawn(binary, ['--blobPort', '0', '--inMemoryPersistence', '--skipApiVersionCheck'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()))
  const origin = await new Promise<string>((resolve, reject) => {
    let out = ''
    server.stdout.on('data', (text: Buffer) => {
      out += text.toString('utf8')
      const said = /successfully listens on (http:\S+)/.exec(out)?.[1]
      if (said !== undefined) resolve(said)
    })
    server.once('exit', () => reject(new Error(`azurite ended: ${out}`)))
  })
  const url = new URL(`${origin}/${BLOB_ACCOUNT.name}/${container}?restype=container`)
  const headers = { 'x-ms-date': new Date().toUTCString(), 'x-ms-version': '2021-12-02' }
  const key = Buffer.from(BLOB_ACCOUNT.key, 'base64')
  const signature = sharedKeySignature({ method: 'PUT', url, headers, length: 0 }, BLOB_ACCOUNT.name, key)
  const authorization = `SharedKey ${BLOB_ACCOUNT.name}:${signature}`
  const made = await fetch(url, { method: 'PUT', headers: { ...headers, authorization } })
  if (!made.ok) throw new Error(`azurite makes no container: ${made.status} ${await made.text()}`)
  return {
    endpoint: origin,
    stop: async () => {
      server.kill('SIGTERM')
      await ended
    },
  }
}
