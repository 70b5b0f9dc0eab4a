import { existsSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import { guestCallName } from '../abi/guest-calls.ts'
import type { BenchCommand, BenchReply } from './bench-session.ts'

/** How long and with how much memory a bench may run in its worker. */
export interface SandboxLimits {
  /** For starting: compiling a large module takes its time. Milliseconds. */
  readonly startMilliseconds: number
  /** For each command after that. Milliseconds. */
  readonly commandMilliseconds: number
  /** For finding root ids, which is done only to help. Milliseconds. */
  readonly searchMilliseconds: number
  /** What benches that are tried one after another may take together: until when, by `performance.now()`, and how long that is. */
  readonly whole?: { readonly until: number; readonly milliseconds: number }
  /** JavaScript heap of the worker; the guests' own memory is bounded by their settings. MiB. */
  readonly heapMebibytes: number
}

export const defaultSandboxLimits: SandboxLimits = {
  startMilliseconds: 20_000,
  commandMilliseconds: 10_000,
  searchMilliseconds: 5_000,
  heapMebibytes: 512,
}

/** Why a command has no reply. */
export type SandboxProblem =
  /** A guest did not return in time; its worker was ended. `callback` is what of it was running. */
  | { readonly kind: 'timed-out'; readonly milliseconds: number; readonly callback?: string }
  /** The worker died: out of memory, or the engine gave up. */
  | { readonly kind: 'crashed'; readonly detail: string }
  /** The caller's signal, or close. */
  | { readonly kind: 'ended' }

export type SandboxResult =
  | { readonly ok: true; readonly reply: BenchReply }
  | { readonly ok: false; readonly problem: SandboxProblem }

interface Waiting {
  readonly settle: (result: SandboxResult) => void
  readonly timer: NodeJS.Timeout
}

type WorkerMessage = { readonly id: number; readonly reply: BenchReply } | { readonly id: number; readonly bug: string }

/** Where the worker's script is: beside this file in a bundle, above it from a chunk, in `dist` from the sources. */
function workerScript(): URL {
  const places = ['./filter-worker.js', '../filter-worker.js', '../../../dist/filter-worker.js']
  const found = places.map((place) => new URL(place, import.meta.url)).find((url) => existsSync(url))
  if (found === undefined) throw new Error('filter-worker.js is missing: build the project')
  return found
}

/**
 * A bench in a worker thread: what a guest can't do there is hang or crash the process. After a problem the bench is over and every
 * further command says so. Close it when done, or the process stays alive.
 */
export class SandboxedBench {
  readonly #worker: Worker
  readonly #limits: SandboxLimits
  readonly #waiting = new Map<number, Waiting>()
  #lastId = 0
  #over: SandboxProblem | undefined
  readonly #detach: () => void
  /** What of a guest runs in the worker, by number: the worker writes it, and can not say it once a guest hangs. */
  readonly #position = new Int32Array(new SharedArrayBuffer(4))

  constructor(options: { readonly signal: AbortSignal; readonly limits?: SandboxLimits; readonly workerScript?: URL }) {
    this.#limits = options.limits ?? defaultSandboxLimits
    this.#worker = new Worker(options.workerScript ?? workerScript(), {
      resourceLimits: { maxOldGenerationSizeMb: this.#limits.heapMebibytes, stackSizeMb: 4 },
      env: {}, // nothing of the user's environment is a guest's business
      stdin: false,
      workerData: this.#position,
      execArgv: [],
    })
    this.#worker.on('message', (message: WorkerMessage) => this.#receive(message))
    this.#worker.on('error', (error) => this.#end({ kind: 'crashed', detail: error.message }))
    this.#worker.on('exit', () => this.#end({ kind: 'ended' }))
    const abort = (): void => this.#end({ kind: 'ended' })
    options.signal.addEventListener('abort', abort, { once: true })
    this.#detach = () => options.signal.removeEventListener('abort', abort)
    if (options.signal.aborted) this.#end({ kind: 'ended' })
  }

  /** Gives the bench a command and waits for its reply, for as long as the limits say. Never rejects but for bugs. */
  send(command: BenchCommand): Promise<SandboxResult> {
    if (this.#over !== undefined) return Promise.resolve({ ok: false, problem: this.#over })
    this.#lastId += 1
    const id = this.#lastId
    const { startMilliseconds, searchMilliseconds, commandMilliseconds, whole } = this.#limits
    const allowed =
      command.op === 'start' ? startMilliseconds : command.op === 'find-roots' ? searchMilliseconds : commandMilliseconds
    const left = whole === undefined ? Number.POSITIVE_INFINITY : Math.max(1, whole.until - performance.now())
    // The whole bound is what people know of, so it is what they are told when it is the one that holds.
    const milliseconds = left < allowed ? (whole?.milliseconds ?? allowed) : allowed
    return new Promise((settle) => {
      const timer = setTimeout(
        () => {
          const callback = guestCallName(Atomics.load(this.#position, 0))
          this.#end({ kind: 'timed-out', milliseconds, ...(callback === undefined ? {} : { callback }) })
        },
        Math.min(allowed, left),
      )
      this.#waiting.set(id, { settle, timer })
      this.#worker.postMessage({ id, command })
    })
  }

  /** Ends the worker and waits until it is gone. */
  async close(): Promise<void> {
    this.#end({ kind: 'ended' })
    await this.#worker.terminate()
  }

  #receive(message: WorkerMessage): void {
    if ('bug' in message) {
      this.#end({ kind: 'crashed', detail: message.bug })
      return
    }
    const waiting = this.#waiting.get(message.id)
    if (waiting === undefined) return
    this.#waiting.delete(message.id)
    clearTimeout(waiting.timer)
    waiting.settle({ ok: true, reply: message.reply })
  }

  #end(problem: SandboxProblem): void {
    if (this.#over !== undefined) return
    this.#over = problem
    this.#detach()
    for (const waiting of this.#waiting.values()) {
      clearTimeout(waiting.timer)
      waiting.settle({ ok: false, problem })
    }
    this.#waiting.clear()
    void this.#worker.terminate()
  }
}

/** Starts a bench in a thread of its own. */
export type BenchLauncher = () => SandboxedBench

/** The problem as a sentence. */
export function describeSandboxProblem(problem: SandboxProblem): string {
  switch (problem.kind) {
    case 'timed-out':
      return `the filter did not return${problem.callback === undefined ? '' : ` from ${problem.callback}`} within ${problem.milliseconds} ms and was stopped`
    case 'crashed':
      return `the filter's thread died: ${problem.detail}`
    case 'ended':
      return 'the bench was ended'
  }
}
