import { readFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { DEFAULT_WORKSPACE, isStateName } from '../state/state-ref.ts'
import type { CommandIo } from './command-io.ts'
import { PROJECT_FOLDER } from './local-project.ts'
import { writeFileAtomically } from './write-file.ts'

/** The workspace that `workspace select` chose in this folder; the default one when none was. */
export function chosenWorkspace(io: Pick<CommandIo, 'cwd'>): string {
  try {
    const name = readFileSync(join(io.cwd, PROJECT_FOLDER, 'workspace'), 'utf8').trim()
    return isStateName(name) ? name : DEFAULT_WORKSPACE
  } catch {
    return DEFAULT_WORKSPACE
  }
}

/** Chooses a workspace for this folder. */
export async function writeWorkspace(io: Pick<CommandIo, 'cwd'>, name: string): Promise<void> {
  const folder = join(io.cwd, PROJECT_FOLDER)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await writeFileAtomically(join(folder, 'workspace'), `${name}\n`)
}
