import { readFile } from 'node:fs/promises'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import { type Document, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument, type YAMLMap } from 'yaml'
import { isJsonObject, type JsonObject, type JsonValue } from '../../plan/json.ts'
import { textOf } from '../json-fields.ts'

/** Larger files are no kubeconfig. */
const LARGEST_FILE = 10 * 1024 * 1024

/** The lists of a kubeconfig that have what a context is made of. */
export type EntryList = 'contexts' | 'clusters' | 'users'

/** A named entry of one of its lists. */
export interface NamedEntry {
  readonly name: string
  readonly value: JsonObject
  /** `file:line`. */
  readonly place: string
  /** What is wrong in it, with its place; told only when it is used. */
  readonly mistakes: readonly string[]
}

/** One file. */
export interface Kubeconfig extends Readonly<Record<EntryList, readonly NamedEntry[]>> {
  readonly current: { readonly name: string; readonly place: string } | undefined
}

/** A file, or why there is none: what a parser says may quote the line it stumbled over, which may be a secret, so it is not passed on. */
export type KubeconfigFile =
  | { readonly ok: true; readonly config: Kubeconfig }
  | { readonly ok: false; readonly problem: string; readonly isMissing: boolean }

const ENTRY_KEYS: Readonly<Record<EntryList, string>> = { contexts: 'context', clusters: 'cluster', users: 'user' }
const FILE_FIELDS = ['certificate-authority', 'client-certificate', 'client-key', 'tokenFile'] as const

/** Fields of entries that are not texts. */
const FLAGS: ReadonlySet<string> = new Set(['insecure-skip-tls-verify', 'disable-compression'])
const STRUCTURES: ReadonlySet<string> = new Set(['exec', 'auth-provider', 'extensions', 'as-groups', 'as-user-extra'])

/** Reads one kubeconfig. */
export async function readKubeconfig(file: string): Promise<KubeconfigFile> {
  const failed = (problem: string, isMissing = false): KubeconfigFile => ({ ok: false, problem, isMissing })
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown'
    return code === 'ENOENT' ? failed(`${file} does not exist`, true) : failed(`${file} can't be read: ${code}`)
  }
  if (text.length > LARGEST_FILE) return failed(`${file} is too large for a kubeconfig`)
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const [broken] = document.errors
  if (broken !== undefined) {
    const { line, col } = lines.linePos(broken.pos[0])
    return failed(`${file}:${line}:${col} is no YAML: ${broken.code.toLowerCase().replaceAll('_', ' ')}`)
  }
  if (!isMap(document.contents)) return failed(text.trim() === '' ? `${file} is empty` : `${file} is no kubeconfig`)
  return { ok: true, config: new KubeconfigReader(file, document, document.contents, lines).read() }
}

class KubeconfigReader {
  readonly #file: string
  readonly #document: Document
  readonly #root: YAMLMap
  readonly #lines: LineCounter

  constructor(file: string, document: Document, root: YAMLMap, lines: LineCounter) {
    this.#file = file
    this.#document = document
    this.#root = root
    this.#lines = lines
  }

  read(): Kubeconfig {
    const current = this.#root.get('current-context', true)
    const name = isScalar(current) && typeof current.value === 'string' ? current.value : ''
    return {
      contexts: this.#entries('contexts'),
      clusters: this.#entries('clusters'),
      users: this.#entries('users'),
      current: name === '' ? undefined : { name, place: this.#placeOf(current) },
    }
  }

  #entries(list: EntryList): readonly NamedEntry[] {
    const items = this.#root.get(list, true)
    if (!isSeq(items)) return []
    return items.items.flatMap((item) => {
      const name = isMap(item) ? item.get('name') : undefined
      if (!isMap(item) || typeof name !== 'string') return []
      const node = item.get(ENTRY_KEYS[list], true)
      const read: JsonValue = isNode(node) ? (node.toJS(this.#document) as JsonValue) : null
      const value = isJsonObject(read) ? read : {}
      const place = this.#placeOf(item)
      const mistakes = isMap(node) ? this.#mistakesIn(node) : [`${place}: its \`${ENTRY_KEYS[list]}\` is no map`]
      return [{ name, value: withAbsolutePaths(value, dirname(resolve(this.#file))), place, mistakes }]
    })
  }

  #mistakesIn(entry: YAMLMap): readonly string[] {
    return entry.items.flatMap(({ key, value }) => {
      const field = isScalar(key) ? String(key.value) : ''
      if (!isNode(value) || STRUCTURES.has(field) || (isScalar(value) && value.value === null)) return []
      const wanted = FLAGS.has(field) ? 'boolean' : 'string'
      if (isScalar(value) && typeof value.value === wanted) return []
      return [`${this.#placeOf(value)}: \`${field}\` must be ${wanted === 'string' ? 'text: put it in quotes' : 'true or false'}`]
    })
  }

  #placeOf(node: unknown): string {
    const offset = isNode(node) ? node.range?.[0] : undefined
    return offset === undefined ? this.#file : `${this.#file}:${this.#lines.linePos(offset).line}`
  }
}

function withAbsolutePaths(entry: JsonObject, directory: string): JsonObject {
  const value: { [key: string]: JsonValue } = { ...entry }
  for (const field of FILE_FIELDS) {
    const file = textOf(value[field])
    if (file !== undefined && file !== '' && !isAbsolute(file)) value[field] = join(directory, file)
  }
  const exec = value.exec
  const command = isJsonObject(exec) ? textOf(exec.command) : undefined
  if (isJsonObject(exec) && command !== undefined && /[/\\]/.test(command) && !isAbsolute(command)) {
    value.exec = { ...exec, command: join(directory, command) }
  }
  return value
}
