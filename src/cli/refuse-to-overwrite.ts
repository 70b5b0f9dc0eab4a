import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { RunView } from '../views/run-view.ts'
import type { CommandIo } from './command-io.ts'

/** Says so and sets the exit code where a file that is to be written is there already. */
export function refuseToOverwrite(io: CommandIo, view: RunView, out: string | undefined): boolean {
  if (out === undefined || !existsSync(resolve(io.cwd, out))) return false
  view.diagnostics([
    {
      severity: 'error',
      code: 'MF6003',
      summary: `${out} is there already`,
      detail: 'Nothing is written over it.',
      hint: 'Name another file with --out, or move it away.',
    },
  ])
  io.setExitCode(1)
  return true
}
