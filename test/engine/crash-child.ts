import { createRequire, syncBuiltinESMExports } from 'node:module'
import type { CommandIo } from '../../src/cli/command-io.ts'

/**
 * A process that runs one command and may be made to die at a step of its state: `node crash-child.mjs STEP ARGV...`. STEP 0 never
 * dies; from STEP -n on, the disk is full. Steps are the calls that change files of the state; at a write, half of the bytes are
 * written first.
 */
const require = createRequire(import.meta.url)
const promises: typeof import('node:fs/promises') = require('node:fs/promises')
const fatal = Number(process.argv[2])
let steps = 0

function step(): boolean {
  steps++
  return fatal < 0 ? steps >= -fatal : steps === fatal
}

/** Dies, or finds the disk full. */
function die(): never {
  if (fatal < 0) throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })
  process.kill(process.pid, 'SIGKILL')
  throw new Error('still alive')
}

const isState = (path: unknown) => typeof path === 'string' && path.includes('/.meshform/state/')

const { link, open, rename, rm, writeFile } = promises
promises.open = async (path, ...rest) => {
  if (!isState(path)) return open(path, ...rest)
  if (step() && (fatal > 0 || rest[0] !== 'r')) die()
  const handle = await open(path, ...rest)
  const write = handle.write.bind(handle) as (...values: readonly unknown[]) => Promise<unknown>
  const whole = handle.writeFile.bind(handle)
  const [sync, datasync] = [handle.sync.bind(handle), handle.datasync.bind(handle)]
  return Object.assign(handle, {
    write: async (bytes: Uint8Array, ...more: readonly unknown[]) => {
      if (step()) {
        await write(bytes.subarray(0, bytes.byteLength >> 1))
        die()
      }
      return write(bytes, ...more)
    },
    writeFile: async (bytes: Uint8Array) => {
      if (step()) {
        await whole(bytes.subarray(0, bytes.byteLength >> 1))
        die()
      }
      return whole(bytes)
    },
    sync: async () => (step() && fatal > 0 ? die() : sync()),
    datasync: async () => (step() && fatal > 0 ? die() : datasync()),
  })
}
promises.rename = async (from, to) => (isState(to) && step() && fatal > 0 ? die() : rename(from, to))
promises.link = async (from, to) => (isState(to) && step() ? die() : link(from, to))
// What is full can still be tidied up.
promises.rm = async (path, options) => (isState(path) && step() && fatal > 0 ? die() : rm(path, options))
promises.writeFile = async (path, data, options) => (isState(path) && step() ? die() : writeFile(path, data, options))
syncBuiltinESMExports()

const { run } = await import('../../src/cli/run.ts')
const io: CommandIo = {
  stdout: process.stdout,
  stderr: process.stderr,
  env: { NO_COLOR: '1' },
  signal: new AbortController().signal,
  cwd: process.cwd(),
  setExitCode: (code) => {
    process.exitCode = code
  },
}
await run(process.argv.slice(3), io)
process.stderr.write(`steps: ${steps}\n`)
