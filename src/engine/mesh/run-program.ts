import { type ChildProcess, spawn } from 'node:child_process'

/** How a program is run. */
export interface ProgramOptions {
  readonly directory: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly signal: AbortSignal
  /** Longest time it may take, in milliseconds. */
  readonly timeoutMs: number
  /** Longest output, in bytes. */
  readonly maxOutput: number
}

/** How a program ended. */
export type ProgramEnd =
  | { readonly kind: 'ended'; readonly code: number | null; readonly stdout: string; readonly stderr: string }
  | { readonly kind: 'not-found' }
  | { readonly kind: 'stopped'; readonly message: string }

/** How long it may take to end when it is asked to, in milliseconds. */
const GRACE_MS = 2_000
/** Windows knows no groups of processes. */
const HAS_GROUPS = process.platform !== 'win32'

/**
 * Runs a program to its end. When it is stopped, by the signal, its time or its output, whatever it has started ends with it: many
 * a program of the PATH is a script around another.
 */
export function runProgram(name: string, args: readonly string[], options: ProgramOptions): Promise<ProgramEnd> {
  const { directory, env, signal, timeoutMs, maxOutput } = options
  if (signal.aborted) return Promise.resolve({ kind: 'stopped', message: `${name} was interrupted` })
  return new Promise((resolve) => {
    const child = spawn(name, [...args], {
      cwd: directory,
      env: { ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: HAS_GROUPS,
      windowsHide: true,
    })
    let stopped: string | undefined
    let hardly: NodeJS.Timeout | undefined
    const stop = (message: string) => {
      stopped ??= message
      killAll(child, 'SIGTERM')
      hardly ??= setTimeout(() => killAll(child, 'SIGKILL'), GRACE_MS)
    }
    const timer = setTimeout(() => stop(`${name} took longer than ${timeoutMs / 1000} s`), timeoutMs)
    const interrupt = () => stop(`${name} was interrupted`)
    signal.addEventListener('abort', interrupt, { once: true })
    const chunks: { readonly [Name in 'stdout' | 'stderr']: Buffer[] } = { stdout: [], stderr: [] }
    let bytes = 0
    for (const stream of ['stdout', 'stderr'] as const) {
      child[stream].on('data', (chunk: Buffer) => {
        bytes += chunk.byteLength
        if (bytes > maxOutput) stop(`${name} wrote more than ${maxOutput / 1024 / 1024} MiB`)
        else chunks[stream].push(chunk)
      })
    }
    const end = (result: ProgramEnd) => {
      clearTimeout(timer)
      clearTimeout(hardly)
      signal.removeEventListener('abort', interrupt)
      resolve(result)
    }
    child.on('error', (error: NodeJS.ErrnoException) => {
      end(error.code === 'ENOENT' ? { kind: 'not-found' } : { kind: 'stopped', message: error.message })
    })
    child.on('close', (code) => {
      const textOf = (stream: 'stdout' | 'stderr') => Buffer.concat(chunks[stream]).toString('utf8')
      if (stopped !== undefined) end({ kind: 'stopped', message: stopped })
      else end({ kind: 'ended', code, stdout: textOf('stdout'), stderr: textOf('stderr') })
    })
  })
}

function killAll(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return
  try {
    if (HAS_GROUPS) process.kill(-child.pid, signal)
    else child.kill(signal)
  } catch {
    // It has ended by itself.
  }
}
