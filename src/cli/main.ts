import { setMaxListeners } from 'node:events'
import type { CommandIo } from './command-io.ts'
import { VERSION } from './version.ts'

// What runs before the last line of this file must not lean on what stands below it.
/** What writing to nobody fails with: a pipe that was closed, a stream that failed before, a terminal that is gone. */
const READER_GONE: ReadonlySet<string | undefined> = new Set(['EPIPE', 'ERR_STREAM_DESTROYED', 'EIO'])

const argv = process.argv.slice(2)
if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V')) {
  process.stdout.write(`meshform ${VERSION}\n`)
} else {
  void start()
}

async function start(): Promise<void> {
  let ended = false
  // Nothing is left to wait for, and the work has not ended: a bug, which must not look like success. The code is Node's own for it.
  process.once('beforeExit', () => {
    if (ended) return
    process.stderr.write('error: The command came to a halt before its end.\n')
    process.exitCode = 13
  })
  const { run } = await import('./run.ts')
  await run(argv, processIo())
  ended = true
}

/** The process as commands see it. The first Ctrl-C asks to stop, the second ends at once: what is on disk is valid at any moment. */
function processIo(): CommandIo {
  const controller = new AbortController()
  // Every request and watch listens to it; there is no leak in many.
  setMaxListeners(0, controller.signal)
  let interrupted = false
  const interrupt = () => {
    if (interrupted) process.exit(130)
    interrupted = true
    controller.abort(new Error('interrupted'))
  }
  process.on('SIGINT', interrupt)
  process.on('SIGTERM', interrupt)
  // The terminal was closed.
  process.on('SIGHUP', interrupt)
  // A reader that went away, as in `meshform apply | head`, is no error, and no reason to leave an apply in the middle.
  // Nor is a full disk; but then the output is not whole, and that is told once.
  let lost = false
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (lost || READER_GONE.has(error.code)) return
      lost = true
      process.exitCode = 1
      process.stderr.write(`error: The output can not be written: ${error.message}.\n`)
    })
  }
  return {
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    signal: controller.signal,
    cwd: process.cwd(),
    setExitCode: (code) => {
      process.exitCode = lost ? 1 : code
    },
  }
}
