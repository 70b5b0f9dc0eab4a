import { Worker } from 'node:worker_threads'

/**
 * The sleeper's thread: waits on shared words, which wakes to a tenth of a millisecond, unlike a timer, and then sends a message. The first
 * word counts the orders to sleep. It has to be text, since it must run wherever the bundle does.
 */
const THREAD = `
const { parentPort, workerData } = require('node:worker_threads')
const words = new Int32Array(workerData)
const wait = new Float64Array(workerData, 8, 1)
parentPort.postMessage(0)
for (let order = 0; ; order += 1) {
  Atomics.wait(words, 0, order)
  if (wait[0] > 0) Atomics.wait(words, 1, 0, wait[0])
  parentPort.postMessage(0)
}
`

/** Starts a sleeper; resolves once its thread waits for orders. Rejects when there can be no thread. */
export async function startSleeper(): Promise<Sleeper> {
  const shared = new SharedArrayBuffer(16)
  const worker = new Worker(THREAD, { eval: true, workerData: shared })
  await new Promise<void>((resolve, reject) => {
    worker.once('message', () => resolve())
    worker.once('error', reject)
  })
  return new Sleeper(worker, shared)
}

/** Calls back after a time that a timer is too coarse for. One sleep at a time. */
export class Sleeper {
  asleep = false
  private readonly worker: Worker
  private readonly words: Int32Array
  private readonly wait: Float64Array

  constructor(worker: Worker, shared: SharedArrayBuffer) {
    this.worker = worker
    this.words = new Int32Array(shared)
    this.wait = new Float64Array(shared, 8, 1)
  }

  /** What is called at the end of each sleep. */
  onWake(wake: () => void): void {
    this.worker.on('message', () => {
      this.asleep = false
      wake()
    })
  }

  /** Sleeps for so many milliseconds, 0 for the next turn of the event loop. */
  sleep(milliseconds: number): void {
    this.asleep = true
    this.wait[0] = milliseconds
    Atomics.add(this.words, 0, 1)
    Atomics.notify(this.words, 0)
  }

  end(): void {
    void this.worker.terminate()
  }
}
