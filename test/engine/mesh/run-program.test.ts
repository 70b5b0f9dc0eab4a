import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { type ProgramOptions, runProgram } from '../../../src/engine/mesh/run-program.ts'

/** A script that stands in for a program of the PATH. */
async function program(script: string): Promise<{ readonly folder: string; readonly path: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'meshform-program-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const path = join(folder, 'tool')
  await writeFile(path, `#!/bin/sh\n${script}\n`)
  await chmod(path, 0o755)
  return { folder, path }
}

const options = (folder: string, more: Partial<ProgramOptions> = {}): ProgramOptions => ({
  directory: folder,
  env: process.env,
  signal: new AbortController().signal,
  timeoutMs: 60_000,
  maxOutput: 1024 * 1024,
  ...more,
})

/** Starts another program, notes which, and waits for it. */
const AROUND_ANOTHER = 'sleep 61 & echo $! > child; wait'

test('a program that ends says how', async () => {
  const { folder, path } = await program('echo out; echo err >&2; exit 3')
  expect(await runProgram(path, [], options(folder))).toEqual({ kind: 'ended', code: 3, stdout: 'out\n', stderr: 'err\n' })
  expect(await runProgram(join(folder, 'nothing'), [], options(folder))).toEqual({ kind: 'not-found' })
})

test.each(['interrupted', 'took longer than 0.5 s'])('one that %s ends with whatever it had started', async (why) => {
  const { folder, path } = await program(AROUND_ANOTHER)
  const controller = new AbortController()
  const running = runProgram(
    path,
    [],
    options(folder, { signal: controller.signal, timeoutMs: why === 'interrupted' ? 60_000 : 500 }),
  )
  const child = await expect
    .poll(() => readFile(join(folder, 'child'), 'utf8').catch(() => ''))
    .toMatch(/^\d+\n$/)
    .then(() => readFile(join(folder, 'child'), 'utf8'))
  if (why === 'interrupted') controller.abort()
  expect(await running).toEqual({ kind: 'stopped', message: expect.stringContaining(why) })
  await expect.poll(() => isRunning(Number(child))).toBe(false)
})

test('one that writes without end is stopped', async () => {
  const { folder, path } = await program('yes')
  expect(await runProgram(path, [], options(folder))).toEqual({ kind: 'stopped', message: `${path} wrote more than 1 MiB` })
})

/** Not for one that has ended and that nobody has collected yet. */
async function isRunning(pid: number): Promise<boolean> {
  const status = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  return status !== '' && !/\) Z /.test(status)
}
