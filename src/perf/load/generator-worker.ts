import { parentPort, workerData } from 'node:worker_threads'
import { generateLoad } from './generator.ts'
import type { ThreadCommand, ThreadMessage, ThreadTask } from './generator-threads.ts'
import { encodeHistogram } from './histogram.ts'
import { practise } from './practice.ts'

/*
 * The entry of a generator thread: bundled as a script of its own (generator-worker.js) beside the command. It connects, says so, waits
 * to be started with the others, and hands over what it recorded.
 */
const port = parentPort
if (port !== null) {
  const { spec, share } = workerData as ThreadTask
  const abort = new AbortController()
  const say = (message: ThreadMessage): void => port.postMessage(message)
  const started = new Promise<void>((resolve) => {
    port.on('message', (command: ThreadCommand) => {
      if (command.kind === 'stop') abort.abort()
      resolve()
    })
  })
  await practise(spec, share, abort.signal)
  const report = await generateLoad(spec, {
    signal: abort.signal,
    share,
    ready: () => {
      say({ kind: 'ready' })
      return started
    },
    onProgress: (progress) => say({ kind: 'progress', ...progress, recent: encodeHistogram(progress.recent) }),
  })
  say({ kind: 'report', report })
  port.close()
}
