import { type ChildProcess, spawn } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'

/** The command as users run it: the built one. */
export const COMMAND = resolve('bin/meshform.js')

/** How a run of the command ended. */
export interface Run {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** A folder of its own in which the command is run as a process. Disposed of with `await using` or `dispose`. */
export class Project {
  readonly directory = mkdtempSync(join(tmpdir(), 'meshform-cli-'))

  /** A project with these files. */
  constructor(files: { readonly [name: string]: string } = {}) {
    this.write(files)
  }

  write(files: { readonly [name: string]: string }): void {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(this.directory, name)), { recursive: true })
      writeFileSync(join(this.directory, name), text)
    }
  }

  /** Copies a folder of the repository in. */
  copy(folder: string): void {
    cpSync(resolve(folder), join(this.directory, folder), { recursive: true })
  }

  path(name: string): string {
    return join(this.directory, name)
  }

  /** Runs the command to its end. */
  async run(args: readonly string[], environment: { readonly [name: string]: string } = {}): Promise<Run> {
    const child = this.start(args, environment)
    let stdout = ''
    let stderr = ''
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      stdout += text
    })
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      stderr += text
    })
    const code = await new Promise<number | null>((done, failed) => {
      child.on('error', failed)
      child.on('close', done)
    })
    return { code, stdout, stderr }
  }

  /** Starts the command and leaves it running. */
  start(args: readonly string[], environment: { readonly [name: string]: string } = {}): ChildProcess {
    return spawn(process.execPath, [COMMAND, ...args], {
      cwd: this.directory,
      env: { PATH: process.env.PATH, HOME: this.directory, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
  }

  dispose(): void {
    rmSync(this.directory, { recursive: true, force: true })
  }
}

/** A text with what differs from run to run replaced: times, folders. */
export function steady(text: string, project: Project): string {
  return text
    .replaceAll(project.directory, '<project>')
    .replaceAll(/\b\d+(\.\d+)?s\b/g, '<time>')
    .replaceAll(/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, '<id>')
}
