import { createHash } from 'node:crypto'
import { mkdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { isJsonObject, type JsonObject, type JsonValue } from '../../plan/json.ts'
import { type Envelope, envelopeOf } from './dsse.ts'
import { type FilterMetadata, metadataOf } from './filter-metadata.ts'

/** A filter that was added by name. */
export interface LibraryEntry {
  readonly name: string
  readonly version: string
  /** Of the module, hexadecimal. */
  readonly sha256: string
  readonly size: number
  readonly abi: string
  /** Where the module came from. */
  readonly from: string
  readonly metadata: FilterMetadata
  readonly signature?: Envelope
}

/** Writes a file whole or not at all. */
export type WriteFile = (path: string, content: string | Uint8Array) => Promise<void>

/**
 * Modules kept on this machine by digest, and the filters that have a name among them. A module is compared with its digest
 * whenever it is read: what does not match is as if it were not there.
 */
export class FilterLibrary {
  readonly #folder: string
  readonly #write: WriteFile

  constructor(folder: string, write: WriteFile) {
    this.#folder = folder
    this.#write = write
  }

  #modulePath(sha256: string): string {
    return join(this.#folder, 'modules', `${sha256}.wasm`)
  }

  /** The module of a digest, with what was told of it when it came. */
  async module(
    sha256: string,
  ): Promise<{ readonly bytes: Buffer; readonly metadata: FilterMetadata; readonly signature?: Envelope } | undefined> {
    if (!/^[0-9a-f]{64}$/.test(sha256)) return undefined
    const bytes = await readFile(this.#modulePath(sha256)).catch(() => undefined)
    if (bytes === undefined || createHash('sha256').update(bytes).digest('hex') !== sha256) return undefined
    const told = await readJson(`${this.#modulePath(sha256)}.json`)
    const signature = isJsonObject(told) ? envelopeOf(told.signature) : undefined
    return {
      bytes,
      metadata: isJsonObject(told) ? metadataOf(told.metadata) : {},
      ...(signature === undefined ? {} : { signature }),
    }
  }

  /** Keeps a module; answers its digest. */
  async keep(bytes: Uint8Array, metadata: FilterMetadata, signature: Envelope | undefined): Promise<string> {
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    await mkdir(join(this.#folder, 'modules'), { recursive: true, mode: 0o700 })
    const path = this.#modulePath(sha256)
    await this.#write(`${path}.json`, JSON.stringify({ metadata, ...(signature === undefined ? {} : { signature }) }))
    await this.#write(path, bytes)
    return sha256
  }

  /** Filters by name and version, sorted. */
  async list(): Promise<readonly LibraryEntry[]> {
    const index = await readJson(join(this.#folder, 'index.json'))
    const entries = isJsonObject(index) && Array.isArray(index.filters) ? index.filters : []
    return entries
      .flatMap((value: JsonValue) => (isJsonObject(value) ? entryOf(value) : []))
      .sort((left, right) => compare(left.name, right.name) || compare(left.version, right.version))
  }

  /** The filter of `name` or `name@version`; without a version the last that was added. */
  async find(reference: string): Promise<LibraryEntry | undefined> {
    const at = reference.lastIndexOf('@')
    const name = at > 0 ? reference.slice(0, at) : reference
    const version = at > 0 ? reference.slice(at + 1) : undefined
    return (await this.list()).findLast((entry) => entry.name === name && (version === undefined || entry.version === version))
  }

  /** Adds a filter, in place of one of the same name and version. */
  async add(entry: LibraryEntry): Promise<void> {
    const others = (await this.list()).filter((other) => other.name !== entry.name || other.version !== entry.version)
    await this.#save([...others, entry])
  }

  /** Takes filters away; modules that no other filter has go with them. Answers how many filters there were. */
  async remove(reference: string): Promise<number> {
    const at = reference.lastIndexOf('@')
    const name = at > 0 ? reference.slice(0, at) : reference
    const version = at > 0 ? reference.slice(at + 1) : undefined
    const entries = await this.list()
    const gone = entries.filter((entry) => entry.name === name && (version === undefined || entry.version === version))
    const left = entries.filter((entry) => !gone.includes(entry))
    if (gone.length === 0) return 0
    await this.#save(left)
    for (const { sha256 } of gone) {
      if (left.some((entry) => entry.sha256 === sha256)) continue
      await rm(this.#modulePath(sha256), { force: true })
      await rm(`${this.#modulePath(sha256)}.json`, { force: true })
    }
    return gone.length
  }

  async #save(entries: readonly LibraryEntry[]): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 })
    await this.#write(join(this.#folder, 'index.json'), `${JSON.stringify({ version: 1, filters: entries }, null, 2)}\n`)
  }
}

function compare(left: string, right: string): number {
  return left.localeCompare(right, 'en', { numeric: true })
}

async function readJson(path: string): Promise<JsonValue | undefined> {
  const text = await readFile(path, 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  try {
    const value: JsonValue = JSON.parse(text)
    return value
  } catch {
    return undefined
  }
}

function entryOf(value: JsonObject): LibraryEntry[] {
  const { name, version, sha256, size, abi, from } = value
  if (typeof name !== 'string' || typeof version !== 'string' || typeof sha256 !== 'string') return []
  const signature = envelopeOf(value.signature)
  return [
    {
      name,
      version,
      sha256,
      size: typeof size === 'number' ? size : 0,
      abi: typeof abi === 'string' ? abi : '',
      from: typeof from === 'string' ? from : '',
      metadata: metadataOf(value.metadata),
      ...(signature === undefined ? {} : { signature }),
    },
  ]
}
