import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { run } from '../../src/cli/run.ts'

/** What a command printed and how it ended. */
export interface Ran {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** A folder of its own in which commands are run as a user runs them. */
export interface Workplace {
  readonly folder: string
  write(name: string, text: string): Promise<void>
  run(argv: readonly string[], signal?: AbortSignal): Promise<Ran>
  remove(): Promise<void>
}

/** A fresh workplace. Remove it when done. */
export async function workplace(): Promise<Workplace> {
  const folder = await mkdtemp(join(tmpdir(), 'meshform-perf-test-'))
  return {
    folder,
    write: (name, text) => writeFile(join(folder, name), text),
    run: async (argv, signal = new AbortController().signal) => {
      let code = 0
      const stdout = new Gathered()
      const stderr = new Gathered()
      await run(argv, {
        stdout,
        stderr,
        env: { PATH: process.env.PATH, NO_COLOR: '1' },
        signal,
        cwd: folder,
        setExitCode: (given) => {
          code = given
        },
      })
      return { code, stdout: stdout.text, stderr: stderr.text }
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  }
}

class Gathered extends Writable {
  text = ''

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.text += chunk.toString()
    done()
  }
}
