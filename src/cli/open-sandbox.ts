import { mkdir } from 'node:fs/promises'
import { systemClock } from '../state/clock.ts'
import type { Answer, Target } from '../targets/contract.ts'
import { sandboxTarget } from '../targets/kubernetes/sandbox-target.ts'

/** How long to wait for another short-lived process to let go of the sandbox, in milliseconds. */
const PATIENCE_MS = 15_000

/** The sandbox as a target: in this process, or in the one that serves it already. */
export async function openSandboxTarget(cluster: string, directory: string, userAgent: string): Promise<Answer<Target>> {
  const { findSandboxServer } = await import('../sandbox/server/server-file.ts')
  await mkdir(directory, { recursive: true, mode: 0o700 })
  const deadline = Date.now() + PATIENCE_MS
  for (;;) {
    const server = await findSandboxServer(directory)
    if (server !== undefined) {
      const { openServedSandbox } = await import('../targets/kubernetes/served-sandbox.ts')
      return openServedSandbox({ cluster, url: server.url, token: server.token, userAgent })
    }
    const { Sandbox } = await import('../sandbox/sandbox.ts')
    try {
      const sandbox = await Sandbox.open({ directory })
      // Closing the target closes the sandbox with it, so that what was written is on disk.
      return { ok: true, value: sandboxTarget(sandbox, cluster, systemClock, () => sandbox.close()), warnings: [] }
    } catch (error) {
      if (Date.now() > deadline) {
        const message = error instanceof Error ? error.message : String(error)
        return { ok: false, error: { kind: 'unreachable', message: `The sandbox can't be opened: ${message}` } }
      }
    }
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}
