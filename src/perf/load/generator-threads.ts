import { Worker } from 'node:worker_threads'
import type { GeneratorReport, LoadProgress } from './generator.ts'
import { createHistogram, decodeHistogram } from './histogram.ts'
import type { LoadSpec } from './load-spec.ts'
import type { Share } from './schedule.ts'
import { findWorkerScript } from './worker-script.ts'

/** What a generator thread is started with. */
export interface ThreadTask {
  readonly spec: LoadSpec
  readonly share: Share
}

/** What a generator thread is told. */
export type ThreadCommand = { readonly kind: 'start' } | { readonly kind: 'stop' }

/** What a generator thread says. Histograms travel as text. */
export type ThreadMessage =
  | { readonly kind: 'ready' }
  | {
      readonly kind: 'progress'
      readonly elapsed: number
      readonly answered: number
      readonly errors: number
      readonly recent: string
    }
  | { readonly kind: 'report'; readonly report: GeneratorReport }

/** What generator threads need from outside. */
export interface ThreadOptions {
  readonly signal: AbortSignal
  readonly onProgress?: (progress: LoadProgress) => void
  readonly workerScript?: URL
}

/**
 * Runs a load on several threads: each sends its share of the planned requests over its share of the connections, and all begin
 * together once all are connected. Rejects when a thread fails to start or dies.
 */
export async function generateOnThreads(spec: LoadSpec, options: ThreadOptions): Promise<GeneratorReport[]> {
  const script = options.workerScript ?? findWorkerScript('generator-worker')
  if (script === undefined) throw new Error('generator-worker.js is missing: build the project')
  const count = Math.min(spec.threads, spec.connections)
  const latest = new Map<number, LoadProgress>()
  const onProgress = (index: number, progress: LoadProgress): void => {
    latest.set(index, progress)
    if (index === 0) options.onProgress?.(together([...latest.values()]))
  }
  const workers = Array.from({ length: count }, (_, index) => {
    const task: ThreadTask = {
      spec: { ...spec, threads: 1, connections: shareOf(spec.connections, index, count) },
      share: { index, count },
    }
    return new GeneratorThread(new Worker(script, { workerData: task }), (progress) => onProgress(index, progress))
  })
  const stop = (): void => {
    for (const worker of workers) worker.tell({ kind: 'stop' })
  }
  options.signal.addEventListener('abort', stop)
  try {
    await Promise.all(workers.map((worker) => worker.ready))
    for (const worker of workers) worker.tell({ kind: 'start' })
    if (options.signal.aborted) stop()
    return await Promise.all(workers.map((worker) => worker.report))
  } finally {
    options.signal.removeEventListener('abort', stop)
    await Promise.all(workers.map((worker) => worker.end()))
  }
}

/** The whole number that one of `count` takes of `total`, the first ones one more. */
export function shareOf(total: number, index: number, count: number): number {
  return Math.floor(total / count) + (index < total % count ? 1 : 0)
}

function together(all: readonly LoadProgress[]): LoadProgress {
  const recent = createHistogram(2)
  for (const one of all) recent.add(one.recent)
  return {
    elapsed: Math.max(...all.map((one) => one.elapsed)),
    answered: all.reduce((sum, one) => sum + one.answered, 0),
    errors: all.reduce((sum, one) => sum + one.errors, 0),
    recent,
  }
}

class GeneratorThread {
  readonly ready: Promise<void>
  readonly report: Promise<GeneratorReport>
  private readonly worker: Worker

  constructor(worker: Worker, onProgress: (progress: LoadProgress) => void) {
    this.worker = worker
    const died = new Promise<never>((_, reject) => {
      worker.once('error', reject)
      worker.once('exit', (code) => reject(new Error(`a generator thread ended early (exit code ${code})`)))
    })
    this.ready = Promise.race([died, new Promise<void>((resolve) => this.on((message) => message.kind === 'ready' && resolve()))])
    this.report = Promise.race([
      died,
      new Promise<GeneratorReport>((resolve) => this.on((message) => message.kind === 'report' && resolve(message.report))),
    ])
    // Both are awaited in turn; a death in between must not count as unhandled.
    died.catch(() => undefined)
    this.report.catch(() => undefined)
    this.ready.catch(() => undefined)
    this.on((message) => {
      if (message.kind === 'progress') onProgress({ ...message, recent: decodeHistogram(message.recent) })
    })
  }

  private on(listener: (message: ThreadMessage) => void): void {
    this.worker.on('message', listener)
  }

  tell(command: ThreadCommand): void {
    this.worker.postMessage(command)
  }

  async end(): Promise<void> {
    await this.worker.terminate()
  }
}
