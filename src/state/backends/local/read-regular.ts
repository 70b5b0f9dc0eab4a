import { readFile, stat } from 'node:fs/promises'

/** Reads a file. A pipe in its place, which would be waited for without end, a socket or a device is an error. */
export async function readRegular(path: string): Promise<Buffer> {
  const found = await stat(path)
  if (!found.isFile() && !found.isDirectory()) {
    throw Object.assign(new Error(`${path} is no file, but a pipe, a socket or a device`), { code: 'EINVAL' })
  }
  return readFile(path)
}
