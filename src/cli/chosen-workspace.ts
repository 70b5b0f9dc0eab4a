import { readFileSync, statSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { DEFAULT_WORKSPACE, isStateName } from '../state/state-ref.ts'
import type { CommandIo } from './command-io.ts'
import { PROJECT_FOLDER } from './local-project.ts'
import { writeFileAtomically } from './write-file.ts'

/**
 * The workspace that `workspace select` chose in this folder; the default one when none was. A file that does not say one is a
 * problem: to take the default one instead would change another state than the one that was chosen.
 */
export function chosenWorkspace(io: Pick<CommandIo, 'cwd'>): { readonly name: string } | { readonly problem: string } {
  const file = join(PROJECT_FOLDER, 'workspace')
  try {
    const path = join(io.cwd, file)
    const found = statSync(path)
    if (!found.isFile() && !found.isDirectory()) throw new Error('it is no file, but a pipe, a socket or a device')
    const name = readFileSync(path, 'utf8').trim()
    if (isStateName(name)) return { name }
    return { problem: `${file} names no workspace. Choose one: meshform workspace select default` }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'ENOENT' || code === 'ENOTDIR') return { name: DEFAULT_WORKSPACE }
    return { problem: `${file}, which names the workspace, can not be read: ${error instanceof Error ? error.message : code}.` }
  }
}

/** Chooses a workspace for this folder. */
export async function writeWorkspace(io: Pick<CommandIo, 'cwd'>, name: string): Promise<void> {
  const folder = join(io.cwd, PROJECT_FOLDER)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await writeFileAtomically(join(folder, 'workspace'), `${name}\n`)
}
