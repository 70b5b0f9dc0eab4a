import { createHash, randomBytes } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join, relative, sep } from 'node:path'
import { contentDigest, type PatternFiles } from './pattern-archive.ts'

/**
 * Patterns that were fetched, unpacked in a folder of the project. What is there is compared with its digest whenever it is used:
 * what does not match is as if it were not there.
 */
export class PatternStore {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
  }

  /** Where a source's content lies, or would: readable, since mistakes in a pattern are told with their file. */
  pathOf(source: string, content: string): string {
    const [plain = ''] = source.split('?')
    const last = plain.split('/').findLast((part) => part !== '') ?? ''
    const label = last
      .replace(/@.*$/, '')
      .replace(/\.(git|tgz|tar\.gz|tar)$/, '')
      .replaceAll(/[^A-Za-z0-9.-]+/g, '-')
      .slice(0, 40)
    const name = createHash('sha256').update(`${source}\0${content}`).digest('hex').slice(0, 12)
    return join(this.#folder, `${label}-${name}`)
  }

  /** The folder of a source's content, whole and unchanged; undefined when it is not kept. */
  async kept(source: string, content: string): Promise<string | undefined> {
    const path = this.pathOf(source, content)
    const files = await readFolder(path)
    return files !== undefined && contentDigest(files) === content ? path : undefined
  }

  /** Keeps files; answers their folder. */
  async keep(source: string, files: PatternFiles): Promise<string> {
    const path = this.pathOf(source, contentDigest(files))
    const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`
    try {
      for (const [name, content] of files) {
        const file = join(temporary, name)
        await mkdir(dirname(file), { recursive: true, mode: 0o700 })
        await writeFile(file, content, { mode: 0o600, flag: 'wx' })
      }
      await rm(path, { recursive: true, force: true })
      await rename(temporary, path)
    } catch (error) {
      await rm(temporary, { recursive: true, force: true })
      // Another process may have kept the same at the same time.
      if ((await this.kept(source, contentDigest(files))) === undefined) throw error
    }
    return path
  }
}

/** The files below a folder, by path with slashes; undefined when it can not be read. Links are left out. */
export async function readFolder(folder: string, leaveOut: ReadonlySet<string> = new Set()): Promise<PatternFiles | undefined> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true }).catch(() => undefined)
  if (entries === undefined) return undefined
  const files = new Map<string, Buffer>()
  for (const entry of entries) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    const name = relative(folder, path).split(sep).join('/')
    if (name.split('/').some((part) => leaveOut.has(part))) continue
    files.set(name, await readFile(path))
  }
  return files
}
