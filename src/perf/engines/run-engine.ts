import { spawn } from 'node:child_process'
import { constants } from 'node:fs'
import { access, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { isJsonObject } from '../../plan/json.ts'
import type { LoadRunner } from '../check/run-perf-check.ts'
import { readFortio } from '../formats/fortio-read.ts'
import { readK6Points } from '../formats/k6-read.ts'
import { readWrk2 } from '../formats/wrk2-read.ts'
import type { LoadResult } from '../load/load-result.ts'
import type { LoadSpec } from '../load/load-spec.ts'
import { type EngineCommand, engineCommand, type OutsideEngine } from './engine-command.ts'

/** Why an engine gave no result: it is not installed, can't make the load, or failed. Whole sentences. */
export class EngineProblem extends Error {}

/** Longest that an engine may take beyond the load's own duration, milliseconds. */
const GRACE_MS = 60_000
const OUTPUT_LIMIT = 256 * 1024 * 1024

/**
 * A runner that puts the load on by a program that is installed here, and reads its result into our model. Rejects with an
 * {@link EngineProblem}.
 */
export function outsideRunner(engine: OutsideEngine, path: string): LoadRunner {
  return async (spec, options) => {
    const built = engineCommand(engine, spec)
    if (!built.ok) throw new EngineProblem(`${built.problem}.`)
    const program = await findProgram(built.command.programs, path)
    if (program === undefined) {
      throw new EngineProblem(`${engine} is not installed: none of ${built.command.programs.join(', ')} is on the PATH.`)
    }
    const folder = await mkdtemp(join(tmpdir(), 'meshform-engine-'))
    try {
      const startedAt = new Date().toISOString()
      const text = await runProgram(program, built.command, folder, spec, options.signal)
      const result = parse(engine, text, spec, options.name, startedAt)
      if (result === undefined) throw new EngineProblem(`${engine} ended well, but what it wrote is no result of it.`)
      return { ...result, name: options.name, engine, environment: { ...result.environment, ...options.environment } }
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  }
}

function parse(engine: OutsideEngine, text: string, spec: LoadSpec, name: string, startedAt: string): LoadResult | undefined {
  switch (engine) {
    case 'fortio':
    case 'nighthawk': {
      const value = parseJson(text)
      return isJsonObject(value) ? readFortio(value) : undefined
    }
    case 'wrk2':
      return readWrk2(text, spec, name, startedAt)
    case 'k6':
      return readK6Points(text.split('\n'), spec, name)
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text.slice(Math.max(0, text.indexOf('{'))))
  } catch {
    return undefined
  }
}

/** The first of these programs on the search path. */
export async function findProgram(names: readonly string[], path: string): Promise<string | undefined> {
  for (const name of names) {
    for (const folder of path.split(delimiter)) {
      const candidate = join(folder, name)
      const found = await access(candidate, constants.X_OK).then(
        () => true,
        () => false,
      )
      if (found && folder !== '') return candidate
    }
  }
  return undefined
}

async function runProgram(
  program: string,
  command: EngineCommand,
  folder: string,
  spec: LoadSpec,
  signal: AbortSignal,
): Promise<string> {
  for (const [name, text] of Object.entries(command.files)) await writeFile(join(folder, name), text, { mode: 0o600 })
  const limit = AbortSignal.timeout(spec.seconds * 1000 + spec.timeoutMs + GRACE_MS)
  const { code, stdout, stderr } = await new Promise<{ code: number | null; stdout: string; stderr: string }>(
    (resolve, reject) => {
      const child = spawn(program, [...command.arguments], {
        cwd: folder,
        stdio: ['ignore', 'pipe', 'pipe'],
        signal: AbortSignal.any([signal, limit]),
        killSignal: 'SIGTERM',
      })
      const output: Buffer[] = []
      const trouble: Buffer[] = []
      let size = 0
      child.stdout.on('data', (chunk: Buffer) => {
        size += chunk.length
        if (size > OUTPUT_LIMIT) child.kill()
        else output.push(chunk)
      })
      child.stderr.on('data', (chunk: Buffer) => {
        if (trouble.length < 1000) trouble.push(chunk)
      })
      child.once('error', reject)
      child.once('close', (status) =>
        resolve({
          code: status,
          stdout: Buffer.concat(output).toString('utf8'),
          stderr: Buffer.concat(trouble).toString('utf8'),
        }),
      )
    },
  )
  if (code !== 0) {
    const last = `${stderr}\n${stdout}`.trim().split('\n').slice(-3).join(' ')
    throw new EngineProblem(`${program} ended with code ${code ?? 'none'}: ${last.slice(0, 500)}`)
  }
  return command.result.kind === 'stdout' ? stdout : await readFile(join(folder, command.result.name), 'utf8')
}
