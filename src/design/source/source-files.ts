import { createHash } from 'node:crypto'
import { closeSync, openSync, readdirSync, readFileSync, readSync, realpathSync, statSync } from 'node:fs'
import { dirname, isAbsolute, relative, resolve, sep } from 'node:path'
import { globSync } from 'tinyglobby'
import type { Diagnostic } from '../../plan/diagnostic.ts'
import type { SourceLocation } from '../../plan/source.ts'
import { mistake } from '../mistake.ts'
import { LARGEST_FILE } from './read-yaml.ts'

/** Bytes that tell what a file is. */
const BEGINNING = 4096

/** A file read: its absolute path, the name shown to people, and its text. */
export interface SourceFile {
  readonly path: string
  readonly name: string
  readonly text: string
}

/** Something read, or what is wrong with it. */
export type Reading<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] }

/**
 * Reads the files of a design, each once, and remembers what was read for the digest. Names shown are relative to the working
 * folder; those in the digest are relative to the folder of the design, so that it is the same on every machine.
 */
export class SourceFiles {
  readonly #cwd: string
  readonly #read = new Map<string, SourceFile>()
  /** Paths of what the design consists of: a file that is only looked at makes no other design. */
  readonly #parts = new Set<string>()

  /** Paths of files in the folder of a design that hold objects of Kubernetes: parts of the design only if it names them. */
  readonly #passedOver = new Set<string>()

  /** Folders of patterns from elsewhere, with the address of each. Nothing in one may name what is outside. */
  readonly #enclosed = new Map<string, string>()

  constructor(cwd: string) {
    this.#cwd = cwd
  }

  /** Notes a file of objects that was met beside a design. */
  passOver(path: string): void {
    this.#passedOver.add(path)
  }

  /** Names of the files of objects beside the design that nothing has read as its part; those of patterns from elsewhere are not told. */
  passedOver(): readonly string[] {
    const unread = [...this.#passedOver].filter((path) => !this.#parts.has(path) && this.#homeOf(path) === undefined)
    return unread.map((path) => this.nameOf(path))
  }

  /** Holds a folder that came from an address together: its files may name each other, and nothing else. */
  enclose(root: string, address: string): void {
    this.#enclosed.set(root, address)
  }

  /** The mistake of a file in `directory` that names `path`, where that leads out of a pattern from elsewhere. */
  escapeOf(directory: string, path: string, at: SourceLocation): Diagnostic | undefined {
    const home = this.#homeOf(directory)
    if (home === undefined || inside(path, home.root)) return undefined
    return mistake('MF1013', at, {
      summary: `${this.nameOf(path) === '.' ? 'The current folder' : this.nameOf(path)} is not part of the pattern ${home.address}`,
      detail: 'A pattern from elsewhere reads its own files, and no others.',
      hint: 'Name the other pattern by its address, or give what is needed as an input.',
    })
  }

  #homeOf(path: string): { readonly root: string; readonly address: string } | undefined {
    for (const [root, address] of this.#enclosed) if (inside(path, root)) return { root, address }
    return undefined
  }

  /** The name of a path as people see it. */
  nameOf(path: string): string {
    const name = relative(this.#cwd, path)
    return name === '' ? '.' : name.startsWith(`..${sep}..${sep}..`) ? path : name
  }

  /** Reads a file of the design. `at` is the place that names it. */
  read(path: string, at?: SourceLocation): Reading<SourceFile> {
    this.#parts.add(path)
    return this.peek(path, at)
  }

  /** Reads a file that the design does not consist of, or may not: the digest leaves it out. */
  peek(path: string, at?: SourceLocation): Reading<SourceFile> {
    const known = this.#read.get(path)
    if (known !== undefined) return { ok: true, value: known }
    const name = this.nameOf(path)
    try {
      if (statSync(path).size > LARGEST_FILE) {
        return failed(mistake('MF1004', at ?? { file: name, line: 1, column: 1 }, { summary: `${name} is larger than 10 MiB` }))
      }
      const file = { path, name, text: readFileSync(path, 'utf8') }
      this.#read.set(path, file)
      return { ok: true, value: file }
    } catch (error) {
      return failed(mistake('MF1003', at, { summary: `${name} cannot be read`, detail: reasonOf(error) }))
    }
  }

  /** How a file begins, however large it is; '' where it can't be read. */
  beginning(path: string): string {
    let file: number | undefined
    try {
      file = openSync(path, 'r')
      const bytes = Buffer.alloc(BEGINNING)
      return bytes.toString('utf8', 0, readSync(file, bytes, 0, BEGINNING, 0))
    } catch {
      return ''
    } finally {
      if (file !== undefined) closeSync(file)
    }
  }

  /** The YAML files that a path stands for: itself, or those right in the folder, by name. */
  list(path: string, at?: SourceLocation): Reading<readonly string[]> {
    try {
      if (!statSync(path).isDirectory()) return { ok: true, value: [path] }
      const names = readdirSync(path, { withFileTypes: true })
        .filter(
          (entry) =>
            (entry.isFile() || entry.isSymbolicLink()) &&
            /\.(ya?ml|json)$/i.test(entry.name) &&
            !/\.filter-test\.ya?ml$/i.test(entry.name),
        )
        .map((entry) => entry.name)
      return { ok: true, value: names.sort().map((name) => resolve(path, name)) }
    } catch (error) {
      return failed(
        mistake('MF1003', at, {
          summary: `${this.nameOf(path)} cannot be read`,
          detail: reasonOf(error),
          hint: at === undefined ? 'Name a design with -f, or start one with `meshform init`.' : undefined,
        }),
      )
    }
  }

  /** The files that a path or glob of manifests stands for, sorted. Never outside the folder by way of a link. */
  match(pattern: string, directory: string, at: SourceLocation): Reading<readonly string[]> {
    if (isAbsolute(pattern)) {
      return failed(
        mistake('MF1013', at, {
          summary: `${pattern} is an absolute path`,
          hint: 'Write it relative to the file that names it.',
        }),
      )
    }
    // Parent folders are resolved first: a glob never leaves the folder it starts in.
    const up = /^(?:\.\.?\/)*/.exec(pattern)?.[0] ?? ''
    const base = resolve(directory, up)
    const astray = this.escapeOf(directory, base, at)
    if (astray !== undefined) return failed(astray)
    const rest = pattern.slice(up.length)
    const plain = resolve(base, rest)
    let found: string[]
    try {
      found = isFolder(plain)
        ? globSync(['**/*.yaml', '**/*.yml', '**/*.json'], { cwd: plain, absolute: true, followSymbolicLinks: true })
        : globSync([rest], { cwd: base, absolute: true, followSymbolicLinks: true, dot: true })
    } catch (error) {
      return failed(mistake('MF1003', at, { summary: `${pattern} cannot be read`, detail: reasonOf(error) }))
    }
    if (found.length === 0) {
      return failed(
        mistake('MF1011', at, {
          summary: `${pattern} matches no file`,
          detail: `Looked in ${this.nameOf(base) === '.' ? 'the current folder' : this.nameOf(base)}.`,
          hint: 'Paths are relative to the file that names them.',
        }),
      )
    }
    const outside = found.find((path) => !inside(realpathSync(path), realpathSync(base)))
    if (outside !== undefined) {
      return failed(
        mistake('MF1013', at, { summary: `${this.nameOf(outside)} is a link that leads out of ${this.nameOf(base)}` }),
      )
    }
    return { ok: true, value: found.sort() }
  }

  /** sha256 over every file of the design and `more`, as lower-case hex. */
  digest(directory: string, more: string): string {
    const hash = createHash('sha256')
    const parts = [...this.#read.values()].filter(({ path }) => this.#parts.has(path))
    const files = parts.map((file) => {
      // Where a fetched pattern lies on this machine is no part of the design.
      const home = this.#homeOf(file.path)
      const name = relative(home?.root ?? directory, file.path)
        .split(sep)
        .join('/')
      return { name: home === undefined ? name : `${home.address}!${name}`, file }
    })
    for (const { name, file } of files.sort((left, right) => (left.name < right.name ? -1 : 1))) {
      hash.update(`${name}\0${Buffer.byteLength(file.text)}\0`).update(file.text)
    }
    return hash.update(more).digest('hex')
  }
}

function failed(...diagnostics: readonly Diagnostic[]): { readonly ok: false; readonly diagnostics: readonly Diagnostic[] } {
  return { ok: false, diagnostics }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
}

function inside(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep)
}

/** The folder a file lies in. */
export function folderOf(path: string): string {
  return dirname(path)
}

const REASONS: { readonly [code: string]: string } = {
  ENOENT: 'It does not exist.',
  EACCES: 'Reading it is not allowed.',
  EISDIR: 'It is a folder.',
  ENOTDIR: 'A part of the path is no folder.',
  ELOOP: 'Its links lead in a circle.',
}

function reasonOf(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code
  return (code === undefined ? undefined : REASONS[code]) ?? (error instanceof Error ? error.message : String(error))
}
