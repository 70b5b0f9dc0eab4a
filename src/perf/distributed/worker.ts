import { setTimeout as sleep } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { generateLoad } from '../load/generator.ts'
import { shareOf } from '../load/generator-threads.ts'
import type { LoadSpec } from '../load/load-spec.ts'
import { practise } from '../load/practice.ts'
import { readyName, reportName, startName, taskName } from './job-manifests.ts'
import { decodeTask } from './spec-text.ts'

/** How a worker talks to the run that started it: the API of the cluster it is in. */
export interface WorkerStore {
  /** The task's text. */
  readTask(name: string): Promise<string>
  /** A value of a ConfigMap; undefined while it is not there. */
  readValue(name: string, key: string): Promise<string | undefined>
  /** Makes a ConfigMap that belongs to the run. */
  write(name: string, data: Readonly<Record<string, string>>): Promise<void>
}

/** What a worker needs from outside. */
export interface WorkerOptions {
  readonly run: string
  /** Its index in the Job of its cluster. */
  readonly index: number
  readonly store: WorkerStore
  readonly now: () => number
  readonly signal: AbortSignal
}

const POLL_MS = 200

/**
 * A worker inside a cluster: reads its task, connects, says that it is ready, waits for the word to start, puts its share of the
 * load on, and hands over what it recorded.
 */
export async function runWorker(options: WorkerOptions): Promise<void> {
  const { run, index, store, signal } = options
  const task = decodeTask(await store.readTask(taskName(run)))
  const share = { index: task.offset + index, count: task.count }
  const spec = workerSpec(task.spec, share)
  await practise(spec, share, signal)
  const report = await generateLoad(spec, {
    signal,
    share,
    ready: async () => {
      await store.write(readyName(run, index), { ready: 'true', clock: String(options.now()) })
      await untilStart(options)
    },
  })
  const packed = gzipSync(JSON.stringify(report)).toString('base64')
  await store.write(reportName(run, index), { report: packed })
}

/** The load of one worker: its share of the connections; the share of the schedule is taken by index. */
export function workerSpec(spec: LoadSpec, share: { readonly index: number; readonly count: number }): LoadSpec {
  return { ...spec, threads: 1, connections: Math.max(1, shareOf(spec.connections, share.index, share.count)) }
}

async function untilStart(options: WorkerOptions): Promise<void> {
  const { run, store, signal, now } = options
  while (!signal.aborted) {
    const startAt = Number(await store.readValue(startName(run), 'startAt'))
    if (Number.isFinite(startAt) && startAt > 0) {
      await sleep(Math.max(0, startAt - now()), undefined, { signal }).catch(() => undefined)
      return
    }
    await sleep(POLL_MS, undefined, { signal }).catch(() => undefined)
  }
}
