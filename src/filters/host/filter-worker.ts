import { parentPort, workerData } from 'node:worker_threads'
import { type BenchCommand, BenchSession } from '../bench/bench-session.ts'

/** A numbered command, so that its reply can be told from others. */
interface Envelope {
  readonly id: number
  readonly command: BenchCommand
}

// The worker's whole life: a bench in its own thread, so that a guest that never returns can be ended with it.
const port = parentPort
if (port !== null) {
  const position: unknown = workerData
  const session = new BenchSession((number) => {
    if (position instanceof Int32Array) position[0] = number
  })
  port.on('message', ({ id, command }: Envelope) => {
    try {
      port.postMessage({ id, reply: session.handle(command) })
    } catch (error) {
      port.postMessage({ id, bug: error instanceof Error ? error.message : String(error) })
    }
  })
}
