import { setMaxListeners } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { Writable } from 'node:stream'
import { run } from '../../../src/cli/run.ts'

/** A folder of its own for a design, its sandbox and its state. */
export interface Workspace {
  readonly directory: string
  write(name: string, text: string): Promise<void>
  /** Runs a command as `meshform ...arguments` would. */
  meshform(...args: readonly string[]): Promise<CommandRun>
  env: Record<string, string>
  remove(): void
}

/** What a command printed, and how it ended. */
export interface CommandRun {
  readonly stdout: string
  readonly stderr: string
  readonly exitCode: number
}

/** Makes an empty workspace. */
export function makeWorkspace(): Workspace {
  const directory = mkdtempSync(join(tmpdir(), 'meshform-test-'))
  const workspace: Workspace = {
    directory,
    env: { NO_COLOR: '1', PATH: '/nonexistent' },
    write: async (name, text) => {
      await mkdir(dirname(join(directory, name)), { recursive: true })
      await writeFile(join(directory, name), text)
    },
    meshform: (...args) => runCommand(args, directory, workspace.env),
    remove: () => rmSync(directory, { recursive: true, force: true }),
  }
  return workspace
}

async function runCommand(args: readonly string[], cwd: string, env: Record<string, string>): Promise<CommandRun> {
  const out: string[] = []
  const err: string[] = []
  let exitCode = 0
  const { signal } = new AbortController()
  setMaxListeners(0, signal)
  await run(args, {
    stdout: collect(out),
    stderr: collect(err),
    env,
    signal,
    cwd,
    setExitCode: (code) => {
      exitCode = code
    },
  })
  return { stdout: out.join(''), stderr: err.join(''), exitCode }
}

function collect(into: string[]): Writable {
  return new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      into.push(chunk.toString())
      done()
    },
  })
}
