import { spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Diagnostic } from '../plan/diagnostic.ts'
import { type ParsedFailure, parseFailure } from '../sandbox/failures/parse-failure.ts'
import { Sandbox, SandboxInUse } from '../sandbox/sandbox.ts'
import { type ServedSandbox, serveSandbox } from '../sandbox/server/serve-sandbox.ts'
import { findSandboxServer, type SandboxServerFile } from '../sandbox/server/server-file.ts'
import { isAlive } from '../sandbox/store/owner-lock.ts'

/** How long a background server may take to answer, in milliseconds. */
const START_MS = 20_000
/** How long a server may take to end after it was asked to, in milliseconds. */
const STOP_MS = 15_000
const POLL_MS = 20
/** How long to wait for an apply that has the sandbox open, in milliseconds. */
const PATIENCE_MS = 10_000
/** `kubectl delete -f` asks for a namespace and then for each thing in it: those are still to be there. */
const NAMESPACE_END_MS = 300
const logName = 'server.log'

/** How a sandbox is served by a command. */
export interface SandboxServerOptions {
  readonly directory: string
  readonly port?: number
  readonly idleMs?: number
  /** As `--fail` takes them. */
  readonly failures: readonly string[]
}

/** Something that worked, or why it did not. */
export type SandboxOutcome<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] }

/** Reads what `--fail` was given. */
export function readFailures(texts: readonly string[]): SandboxOutcome<readonly ParsedFailure[]> {
  const parsed: ParsedFailure[] = []
  const diagnostics: Diagnostic[] = []
  for (const text of texts) {
    const failure = parseFailure(text)
    if (failure.ok) parsed.push(failure.value)
    else diagnostics.push({ severity: 'error', code: 'MF6031', summary: failure.problem, hint: failure.hint })
  }
  return diagnostics.length === 0 ? { ok: true, value: parsed } : { ok: false, diagnostics }
}

function notServed(detail: string, hint: string): { readonly ok: false; readonly diagnostics: readonly Diagnostic[] } {
  return { ok: false, diagnostics: [{ severity: 'error', code: 'MF6030', summary: 'The sandbox is not served', detail, hint }] }
}

/** What a server in the background said last, as if it had been said here. */
function endedAtOnce(output: string, log: string): ReturnType<typeof notServed> {
  const [first, ...rest] = output.split('\n')
  if (first?.includes('[MF6030]') !== true) return notServed(`The server ended at once: ${output}`, `Its output is in ${log}.`)
  const told = rest.map((line) => line.replace(/^│ ?/, '').trim())
  const advice = told.findIndex((line) => line.startsWith('→ '))
  if (advice < 0) return notServed(told.join('\n'), `Its output is in ${log}.`)
  return notServed(told.slice(0, advice).join('\n'), told.slice(advice).join(' ').replace(/^→ /, ''))
}

/** Serves the sandbox in this process until the signal aborts or nobody asks any more. `onServing` is called once it can be reached. */
export async function runSandboxServer(
  options: SandboxServerOptions,
  onServing: (served: ServedSandbox) => void,
  signal: AbortSignal,
): Promise<SandboxOutcome<'stopped' | 'idle'>> {
  const failures = readFailures(options.failures)
  if (!failures.ok) return failures
  const { directory } = options
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 })
    const sandbox = await openPatiently(directory, signal)
    if (sandbox === undefined)
      return notServed('Another process serves it already.', 'Run `meshform sandbox status` to see which.')
    try {
      for (const parsed of failures.value) {
        if (parsed.concerns === 'pods') sandbox.failures.pods.fail(parsed.pods, parsed.failure)
        else sandbox.failures.requests.fail(parsed.failure)
      }
      return { ok: true, value: await serveUntilEnd(sandbox, options, onServing, signal) }
    } finally {
      await sandbox.close()
    }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'EADDRINUSE')
      return notServed(`Port ${options.port} is taken.`, 'Give another --port, or none for any free one.')
    return notServed(`${message}.`, 'Run `meshform sandbox status` to see who has it open.')
  }
}

/** Opens a sandbox once the short-lived process that has it is done; undefined when that one turns out to be a server. */
async function openPatiently(directory: string, signal: AbortSignal): Promise<Sandbox | undefined> {
  const deadline = Date.now() + PATIENCE_MS
  for (;;) {
    try {
      return await Sandbox.open({ directory, simulation: { namespaceEndDelayMs: NAMESPACE_END_MS } })
    } catch (error) {
      if (!(error instanceof SandboxInUse) || signal.aborted || Date.now() > deadline) throw error
    }
    if ((await findSandboxServer(directory)) !== undefined) return undefined
    await pause()
  }
}

async function serveUntilEnd(
  sandbox: Sandbox,
  options: SandboxServerOptions,
  onServing: (served: ServedSandbox) => void,
  signal: AbortSignal,
): Promise<'stopped' | 'idle'> {
  let end: (why: 'stopped' | 'idle') => void = () => undefined
  const ended = new Promise<'stopped' | 'idle'>((resolve) => {
    end = resolve
  })
  const served = await serveSandbox(sandbox, {
    directory: options.directory,
    ...(options.port === undefined ? {} : { port: options.port }),
    ...(options.idleMs === undefined ? {} : { idleMs: options.idleMs, onIdle: () => end('idle') }),
    now: new Date(),
  })
  const stop = (): void => end('stopped')
  signal.addEventListener('abort', stop, { once: true })
  if (signal.aborted) stop()
  onServing(served)
  try {
    return await ended
  } finally {
    signal.removeEventListener('abort', stop)
    await served.close()
  }
}

/** The server of a folder, started in the background when none runs. `entry` is the script of the command line itself. */
export async function ensureSandboxServer(
  options: SandboxServerOptions,
  entry: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<SandboxOutcome<SandboxServerFile>> {
  const running = await findSandboxServer(options.directory)
  if (running !== undefined) return { ok: true, value: running }
  await mkdir(options.directory, { recursive: true, mode: 0o700 })
  const log = join(options.directory, logName)
  const output = openSync(log, 'w', 0o600)
  const child = spawn(
    process.execPath,
    [
      entry,
      'sandbox',
      'start',
      ...(options.port === undefined ? [] : ['--port', String(options.port)]),
      ...(options.idleMs === undefined ? [] : ['--idle-timeout', `${options.idleMs}ms`]),
      ...options.failures.flatMap((failure) => ['--fail', failure]),
    ],
    { detached: true, stdio: ['ignore', output, output], env: { ...env, MESHFORM_SANDBOX: options.directory } },
  )
  closeSync(output)
  child.unref()
  let exited = false
  child.once('exit', () => {
    exited = true
  })
  child.once('error', () => {
    exited = true
  })
  const deadline = Date.now() + START_MS
  while (Date.now() < deadline) {
    const server = await findSandboxServer(options.directory)
    if (server !== undefined) return { ok: true, value: server }
    if (exited && (await findSandboxServer(options.directory)) === undefined)
      return endedAtOnce(readFileSync(log, 'utf8').trim(), log)
    await pause()
  }
  return notServed(`The server did not answer within ${START_MS / 1000} s.`, `Its output is in ${log}.`)
}

/** Ends a server and waits until it is gone, so that its folder is free. False when it did not end. */
export async function stopSandboxServer(server: SandboxServerFile): Promise<boolean> {
  const { owner } = server
  const deadline = Date.now() + STOP_MS
  process.kill(owner.pid, 'SIGTERM')
  while (isAlive(owner)) {
    if (Date.now() > deadline) return false
    await pause()
  }
  return true
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, POLL_MS))
}
