import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import type { Diagnostic } from '../plan/diagnostic.ts'
import { maximumModuleSize } from './inspect/inspect-filter.ts'

/** Opens a pipe that nobody writes to at once, where a plain open would wait for a writer. */
const readWithoutWaiting = constants.O_RDONLY | constants.O_NONBLOCK

/** A module's bytes, or what kept them from being read. */
export type ReadModule =
  | { readonly ok: true; readonly bytes: Uint8Array }
  | { readonly ok: false; readonly diagnostic: Diagnostic }

/** Reads a module from a file, never more than a mesh would fetch. `source` is what the user wrote. */
export async function readModuleFile(path: string, source: string): Promise<ReadModule> {
  const refuse = (detail: string): ReadModule => ({
    ok: false,
    diagnostic: { severity: 'error', code: 'MF9012', summary: `${source} can not be read`, detail },
  })
  try {
    const file = await open(path, readWithoutWaiting)
    try {
      const status = await file.stat()
      if (!status.isFile()) return refuse('It is not a regular file.')
      const { size } = status
      if (size > maximumModuleSize) return refuse(`It is ${size} bytes; meshes fetch at most ${maximumModuleSize >> 20} MiB.`)
      return { ok: true, bytes: await file.readFile() }
    } finally {
      await file.close()
    }
  } catch (error) {
    return refuse(error instanceof Error ? `${error.message}.` : 'The file system refused it.')
  }
}
