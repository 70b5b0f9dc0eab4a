import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { findSandboxServer } from '../sandbox/server/server-file.ts'
import { DATA_FILES, loadStore } from '../sandbox/store/disk-log.ts'
import { claimFolder } from '../sandbox/store/owner-lock.ts'
import { type SandboxOutcome, stopSandboxServer } from './sandbox-server.ts'

/** What is known of a sandbox from outside. */
export interface SandboxStatus {
  readonly directory: string
  readonly server: { readonly url: string; readonly secureUrl: string; readonly pid: number } | null
  /** How many objects of each resource, `plural.group`, sorted by name. */
  readonly objects: { readonly [resource: string]: number }
}

/** Looks at a sandbox without opening it. */
export async function sandboxStatus(directory: string): Promise<SandboxStatus> {
  const server = await findSandboxServer(directory)
  const counts = new Map<string, number>()
  for (const { key } of loadStore(directory).objects) {
    const [group = '', plural = ''] = key.resource.split('/')
    const name = group === '' ? plural : `${plural}.${group}`
    counts.set(name, (counts.get(name) ?? 0) + 1)
  }
  return {
    directory,
    server: server === undefined ? null : { url: server.url, secureUrl: server.secureUrl, pid: server.owner.pid },
    objects: Object.fromEntries([...counts].sort(([left], [right]) => (left < right ? -1 : 1))),
  }
}

/** Ends the server and removes the data; token and certificate stay, so that kubeconfigs go on working. */
export async function resetSandbox(directory: string): Promise<SandboxOutcome<undefined>> {
  const refuse = (detail: string): SandboxOutcome<undefined> => ({
    ok: false,
    diagnostics: [
      { severity: 'error', code: 'MF6030', summary: 'The sandbox is in use', detail, hint: 'Try again when it has ended.' },
    ],
  })
  const server = await findSandboxServer(directory)
  if (server !== undefined && !(await stopSandboxServer(server))) return refuse(`Process ${server.owner.pid} does not end.`)
  const claim = claimFolder(directory)
  if (claim.kind === 'taken') return refuse(`Process ${claim.owner.pid} has it open.`)
  try {
    for (const file of DATA_FILES) await rm(join(directory, file), { force: true })
  } finally {
    claim.release()
  }
  return { ok: true, value: undefined }
}
