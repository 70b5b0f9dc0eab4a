import { createHash } from 'node:crypto'
import { gunzipSync } from 'node:zlib'
import { Parser, type ReadEntry } from 'tar'
import { RegistryError } from '../registry/registry-error.ts'
import { writeTar } from '../registry/tar-entry.ts'

/** The files of a pattern by path: relative, with slashes, never outside. */
export type PatternFiles = ReadonlyMap<string, Buffer>

/** What a pattern may be at the most: it is a design, not a distribution. Sizes in bytes. */
export const PATTERN_LIMITS = { archive: 64 * 1024 * 1024, unpacked: 64 * 1024 * 1024, files: 10_000 } as const

/** Kinds of entries that are files. Links are left out: what refers to one finds nothing, and nothing leads outside. */
const FILES: ReadonlySet<string> = new Set(['File', 'OldFile', 'ContiguousFile'])

/** Unpacks a tar archive, gzipped or not, in memory. Throws RegistryError where it is damaged, too large or leads outside. */
export async function readArchive(bytes: Buffer): Promise<PatternFiles> {
  const archive = unzipped(bytes)
  const files = new Map<string, Buffer>()
  const folded = new Set<string>()
  let size = 0
  let refused: RegistryError | undefined
  const refuse = (reason: 'too-large' | 'wrong-content', words: string) => {
    refused ??= new RegistryError(reason, words)
  }
  await new Promise<void>((settle, failed) => {
    const parser = new Parser({
      strict: true,
      onReadEntry: (entry: ReadEntry) => {
        const path = FILES.has(entry.type) ? safePath(entry.path) : ''
        if (path === undefined) refuse('wrong-content', `the archive holds ${JSON.stringify(entry.path)}, which leads outside`)
        size += FILES.has(entry.type) ? entry.size : 0
        if (size > PATTERN_LIMITS.unpacked)
          refuse('too-large', `the pattern is larger than ${PATTERN_LIMITS.unpacked >> 20} MiB unpacked`)
        if (files.size >= PATTERN_LIMITS.files) refuse('too-large', `the pattern has more than ${PATTERN_LIMITS.files} files`)
        if (path === undefined || path === '' || refused !== undefined) {
          entry.resume()
          return
        }
        if (folded.has(path.toLowerCase())) refuse('wrong-content', `the archive holds ${JSON.stringify(path)} twice`)
        folded.add(path.toLowerCase())
        const chunks: Buffer[] = []
        files.set(path, Buffer.alloc(0))
        entry.on('data', (chunk: Buffer) => chunks.push(chunk))
        entry.on('end', () => files.set(path, Buffer.concat(chunks)))
      },
    })
    parser.on('end', () => settle())
    parser.on('error', failed)
    parser.end(archive)
  }).catch((error: unknown) => refuse('wrong-content', `the archive can not be unpacked: ${messageOf(error)}`))
  if (refused !== undefined) throw refused
  if (files.size === 0) throw new RegistryError('wrong-content', 'the archive holds no files')
  return files
}

/** Packs files, the same bytes for the same files. Throws RegistryError for a path that archives can not hold. */
export function packArchive(files: PatternFiles): Buffer {
  const sorted = [...files].sort(([left], [right]) => (left < right ? -1 : 1))
  const long = sorted.find(([path]) => Buffer.byteLength(path) > 100)
  if (long !== undefined) throw new RegistryError('wrong-content', `the path ${long[0]} is longer than 100 bytes`)
  return writeTar(sorted.map(([name, content]) => ({ name, content })))
}

/** sha256 over paths and bytes, however they were packed. */
export function contentDigest(files: PatternFiles): string {
  const hash = createHash('sha256')
  for (const [path, content] of [...files].sort(([left], [right]) => (left < right ? -1 : 1)))
    hash.update(`${path}\0${content.length}\0`).update(content)
  return `sha256:${hash.digest('hex')}`
}

/** Archives of a release hold one folder, named after it: what is in there is meant, unless that very folder is asked for. */
export function withoutTopFolder(files: PatternFiles, folder: string): PatternFiles {
  const tops = new Set([...files.keys()].map((path) => (path.includes('/') ? path.slice(0, path.indexOf('/') + 1) : '')))
  const [top = ''] = tops
  if (tops.size !== 1 || top === '' || `${folder}/`.startsWith(top)) return files
  return new Map([...files].map(([path, content]) => [path.slice(top.length), content]))
}

function safePath(path: string): string | undefined {
  if (path.startsWith('/') || /[\\\0]/.test(path) || /^[A-Za-z]:/.test(path)) return undefined
  const parts = path.split('/').filter((part) => part !== '' && part !== '.')
  return parts.includes('..') ? undefined : parts.join('/')
}

function unzipped(bytes: Buffer): Buffer {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes
  try {
    return gunzipSync(bytes, { maxOutputLength: PATTERN_LIMITS.unpacked + PATTERN_LIMITS.files * 1536 })
  } catch (error) {
    const large = (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE'
    if (large) throw new RegistryError('too-large', `the pattern is larger than ${PATTERN_LIMITS.unpacked >> 20} MiB unpacked`)
    throw new RegistryError('wrong-content', `the archive can not be unpacked: ${messageOf(error)}`)
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
