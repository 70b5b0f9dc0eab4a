import { runSandboxServer } from '../../src/cli/sandbox-server.ts'

// Serves the sandbox of the folder named by the first argument, as the command line does, until it is killed.
const directory = process.argv[2] ?? ''
const stop = new AbortController()
process.on('SIGTERM', () => stop.abort())
const ended = await runSandboxServer(
  { directory, failures: [] },
  (served) => process.stdout.write(`${JSON.stringify(served)}\n`),
  stop.signal,
)
if (!ended.ok) process.stdout.write(`${JSON.stringify(ended)}\n`)
