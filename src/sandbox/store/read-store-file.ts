import { lstatSync, readFileSync, statSync } from 'node:fs'
import { DamagedStore } from './damaged-store.ts'

/** The longest text there can be, in characters; a file of ours has none of more than one byte without reason. */
const LONGEST = 0x1fffffe8

/**
 * The text of a file that the sandbox keeps; undefined where there is none. Throws where something else stands in its place: a pipe
 * would be waited for without end, and a link to nothing is no sign that nothing was kept.
 */
export function readStoreFile(path: string): string | undefined {
  const found = statSync(path, { throwIfNoEntry: false })
  if (found === undefined) {
    if (lstatSync(path, { throwIfNoEntry: false }) !== undefined) throw new DamagedStore(path, 'is a link to nothing')
    return undefined
  }
  if (!found.isFile()) throw new DamagedStore(path, 'is no file, but a folder, a pipe, a socket or a device')
  if (found.size > LONGEST) throw new DamagedStore(path, 'is larger than can be read')
  return readFileSync(path, 'utf8')
}
