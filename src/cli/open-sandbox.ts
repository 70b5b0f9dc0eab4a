import { mkdir } from 'node:fs/promises'
import { systemClock } from '../state/clock.ts'
import type { Answer, Target } from '../targets/contract.ts'
import { sandboxTarget } from '../targets/kubernetes/sandbox-target.ts'

/** How long to wait for another short-lived process to let go of the sandbox, in milliseconds. */
const PATIENCE_MS = 15_000

/** The sandbox as a target: in this process, or in the one that serves it already. Waiting for another process ends with the signal. */
export async function openSandboxTarget(
  cluster: string,
  directory: string,
  userAgent: string,
  signal: AbortSignal,
): Promise<Answer<Target>> {
  const { findSandboxServer } = await import('../sandbox/server/server-file.ts')
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 })
  } catch (error) {
    return notOpened(error)
  }
  const deadline = Date.now() + PATIENCE_MS
  for (;;) {
    const server = await findSandboxServer(directory)
    if (server !== undefined) {
      const { openServedSandbox } = await import('../targets/kubernetes/served-sandbox.ts')
      return openServedSandbox({ cluster, url: server.url, token: server.token, userAgent })
    }
    const { Sandbox, SandboxInUse } = await import('../sandbox/sandbox.ts')
    try {
      const sandbox = await Sandbox.open({ directory })
      // Closing the target closes the sandbox with it, so that what was written is on disk.
      const close = () => sandbox.close().catch(unlessDiskIsFull)
      return { ok: true, value: sandboxTarget(sandbox, cluster, systemClock, close), warnings: [] }
    } catch (error) {
      if (signal.aborted || Date.now() > deadline || !(error instanceof SandboxInUse)) return notOpened(error)
    }
    await systemClock.sleep(100, signal)
  }
}

function notOpened(error: unknown): Answer<Target> {
  const message = error instanceof Error ? error.message : String(error)
  const advice = isDamaged(error)
    ? ' `meshform sandbox reset` starts it anew, without its objects.'
    : isOfDisk(error)
      ? ' MESHFORM_SANDBOX names another folder for it.'
      : ''
  return { ok: false, error: { kind: 'unreachable', message: `The sandbox can't be opened: ${message}.${advice}` } }
}

/** Whoever wrote was told so: what was answered is in the log, and the log stays. */
function unlessDiskIsFull(error: unknown): void {
  if (!isOfDisk(error)) throw error
}

/** True of what waiting does not mend: rights, and space. */
function isOfDisk(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' && DISK_CODES.has(code)
}

const DISK_CODES: ReadonlySet<string> = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT', 'ENOTDIR', 'EIO'])

/** By its name: the class is in another piece of the build. */
function isDamaged(error: unknown): boolean {
  return error instanceof Error && error.name === 'DamagedStore'
}
