import { readFile, stat } from 'node:fs/promises'
import { MAX_STATE_BYTES } from '../../parse-json.ts'

/** Reads a file. A pipe in its place, which would be waited for without end, a socket or a device is an error, and so is what no state can be. */
export async function readRegular(path: string): Promise<Buffer> {
  const found = await stat(path)
  if (!found.isFile() && !found.isDirectory()) {
    throw Object.assign(new Error(`${path} is no file, but a pipe, a socket or a device`), { code: 'EINVAL' })
  }
  if (found.size > MAX_STATE_BYTES) {
    throw Object.assign(new Error(`${path} is ${found.size} bytes long; at most ${MAX_STATE_BYTES} are read`), { code: 'EFBIG' })
  }
  return readFile(path)
}
