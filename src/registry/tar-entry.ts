import { gunzipSync, gzipSync } from 'node:zlib'
import { Header } from 'tar'
import { RegistryError } from './registry-error.ts'

const block = 512

/** The content of the first regular file of that base name in a gzipped tar archive; undefined when there is none. */
export function readTarEntry(archive: Buffer, name: string, maximum: number): Buffer | undefined {
  let bytes: Buffer
  try {
    bytes = archive[0] === 0x1f && archive[1] === 0x8b ? gunzipSync(archive, { maxOutputLength: maximum + 1024 * 1024 }) : archive
  } catch (error) {
    throw new RegistryError(
      'wrong-content',
      `the layer can not be unpacked: ${error instanceof Error ? error.message : String(error)}`,
    )
  }
  for (let at = 0; at + block <= bytes.length; ) {
    if (bytes.subarray(at, at + block).every((byte) => byte === 0)) return undefined
    const header = new Header(bytes, at)
    const size = header.size ?? 0
    if (!header.cksumValid || size < 0) throw new RegistryError('wrong-content', 'the layer is a damaged archive')
    const start = at + block
    if (start + size > bytes.length) throw new RegistryError('wrong-content', 'the layer is an archive that was cut short')
    const regular = header.type === 'File' || header.type === 'OldFile' || header.type === 'ContiguousFile'
    if (regular && header.path?.split('/').at(-1) === name) return bytes.subarray(start, start + size)
    at = start + Math.ceil(size / block) * block
  }
  return undefined
}

/** A gzipped tar archive of files, the same bytes for the same files. */
export function writeTar(files: readonly { readonly name: string; readonly content: Buffer }[]): Buffer {
  return gzipSync(plainTar(files), { level: 9 })
}

/** The archive before it is gzipped. */
export function plainTar(files: readonly { readonly name: string; readonly content: Buffer }[]): Buffer {
  const parts: Buffer[] = []
  for (const { name, content } of files) {
    const header = new Header({ path: name, size: content.length, mode: 0o644, mtime: new Date(0), type: 'File', uid: 0, gid: 0 })
    const bytes = Buffer.alloc(block)
    header.encode(bytes, 0)
    parts.push(bytes, content, Buffer.alloc((block - (content.length % block)) % block))
  }
  parts.push(Buffer.alloc(2 * block))
  return Buffer.concat(parts)
}
