import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { Writable } from 'node:stream'
import { Ajv, type ValidateFunction } from 'ajv'
import { onTestFinished } from 'vitest'
import { run } from '../../src/cli/run.ts'

/** What a command left behind. Times and digests are covered, so that whole outputs can be compared. */
export interface CommandResult {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** A folder with a design, where commands are run as they are. */
export interface Project {
  readonly folder: string
  write(file: string, text: string): Promise<void>
  /** Runs a command in this process. */
  meshform(...argv: readonly string[]): Promise<CommandResult>
  /** The same with an environment or a signal. */
  with(options: {
    readonly env?: Readonly<Record<string, string>>
    readonly signal?: AbortSignal
  }): (...argv: readonly string[]) => Promise<CommandResult>
}

/** A project in a folder of its own, gone after the test. */
export async function newProject(files: Readonly<Record<string, string>>): Promise<Project> {
  const folder = await mkdtemp(join(tmpdir(), 'meshform-project-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const write = (file: string, text: string) => writeFile(join(folder, file), text)
  for (const [file, text] of Object.entries(files)) await write(file, text)
  const runWith: Project['with'] = ({ env = {}, signal = new AbortController().signal }) => {
    return async (...argv) => {
      const out = new Collected()
      const err = new Collected()
      let code = 0
      await run(argv, {
        stdout: out,
        stderr: err,
        env: { NO_COLOR: '1', ...env },
        signal,
        cwd: folder,
        setExitCode: (value) => {
          code = value
        },
      })
      await checkSavedPlan(folder, argv)
      return { code, out: stable(out.text, folder), err: stable(err.text, folder) }
    }
  }
  return { folder, write, meshform: runWith({}), with: runWith }
}

let savedPlan: ValidateFunction | undefined

/** Whatever plan a test saves is one that the published schema describes. Encrypted ones tell nothing. */
async function checkSavedPlan(folder: string, argv: readonly string[]): Promise<void> {
  const file = argv[argv.indexOf('--out') + 1]
  if (argv[0] !== 'plan' || !argv.includes('--out') || file === undefined) return
  const text = await readFile(resolve(folder, file), 'utf8').catch(() => undefined)
  if (text === undefined || text.startsWith('{"sealed_plan"')) return
  savedPlan ??= new Ajv({ allErrors: true, strict: false }).compile(
    JSON.parse(await readFile(new URL('../../schemas/plan.schema.json', import.meta.url), 'utf8')),
  )
  if (!savedPlan(JSON.parse(text))) throw new Error(`schemas/plan.schema.json: ${JSON.stringify(savedPlan.errors, null, 1)}`)
}

class Collected extends Writable {
  text = ''

  override _write(chunk: Buffer | string, _encoding: BufferEncoding, done: () => void): void {
    this.text += chunk.toString()
    done()
  }
}

/** Covers what differs from run to run. */
function stable(text: string, folder: string): string {
  return text
    .replaceAll(folder, '<folder>')
    .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, '<time>')
    .replaceAll(/\b\d+(\.\d+)?s\b/g, '<s>')
    .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '<uuid>')
    .replaceAll(/\S+@\S+ \(pid \d+\)/g, '<who>')
    .replaceAll(/\S+@[\w.-]+(?=, plan)/g, '<who>')
    .replaceAll(/plan [0-9a-f]{12}/g, 'plan <digest>')
    .replaceAll(/[ \t]+$/gm, '')
}
