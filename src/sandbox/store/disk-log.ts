import { closeSync, fdatasyncSync, fsyncSync, ftruncateSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { DamagedStore } from './damaged-store.ts'
import type { ObjectStore, StoreEvent, StoreLog } from './object-store.ts'
import { readStoreFile } from './read-store-file.ts'
import { type StorageKey, StoredObject } from './stored-object.ts'

const snapshotName = 'snapshot.log'
const logName = 'changes.log'
/** The files that hold a store, the log first: without it the snapshot is whole, without the snapshot the log is not. */
export const DATA_FILES: readonly string[] = [logName, snapshotName]
const header = 'meshform-sandbox 1'
/** The log is folded into a snapshot when it outgrows this and the snapshot itself. */
const compactionBytes = 8 * 1024 * 1024

/** What stood on disk. */
export interface LoadedStore {
  readonly version: number
  readonly objects: readonly StoredObject[]
  /** Bytes of the log that hold whole lines; what comes after was torn by a crash and is dropped. */
  readonly logBytes: number
  readonly snapshotBytes: number
}

function escapeField(text: string): string {
  return /[\t\n\r\\]/.test(text) ? JSON.stringify(text).slice(1, -1) : text
}

/** Undefined where the text is none that was escaped. */
function unescapeField(text: string): string | undefined {
  if (!text.includes('\\')) return text
  try {
    return JSON.parse(`"${text}"`) as string
  } catch {
    return undefined
  }
}

function lineOf(sign: 'P' | 'D', object: StoredObject, version: number): string {
  const { resource, namespace, name } = object.key
  const at = `${sign}\t${version}\t${resource}\t${escapeField(namespace)}\t${escapeField(name)}`
  return sign === 'P' ? `${at}\t${object.text}\n` : `${at}\n`
}

interface ReadState {
  version: number
  readonly objects: Map<string, StoredObject>
}

/** Reads whole lines into the state; answers how many bytes they took. */
function readLines(text: string, state: ReadState, from: number): number {
  let at = from
  while (at < text.length) {
    const end = text.indexOf('\n', at)
    if (end < 0 || !readLine(text.slice(at, end), state)) break
    at = end + 1
  }
  return at
}

function readLine(line: string, state: ReadState): boolean {
  const fields: string[] = []
  let at = 0
  for (let field = 0; field < 5; field += 1) {
    const tab = line.indexOf('\t', at)
    if (tab < 0) {
      fields.push(line.slice(at))
      at = line.length
      break
    }
    fields.push(line.slice(at, tab))
    at = tab + 1
  }
  const [sign, versionText, resource, ...place] = fields
  const version = Number(versionText)
  const [namespace, name] = place.map(unescapeField)
  if (!Number.isSafeInteger(version) || resource === undefined || namespace === undefined || name === undefined) return false
  const key: StorageKey = { resource, namespace, name }
  const id = `${resource}\t${place.join('\t')}`
  if (sign === 'D') state.objects.delete(id)
  else if (sign === 'P' && line.endsWith('}')) state.objects.set(id, StoredObject.ofText(key, version, line.slice(at)))
  else return false
  state.version = Math.max(state.version, version)
  return true
}

/** Reads a store's folder. Throws when a file in it is damaged; a last line that was broken off is none. */
export function loadStore(directory: string): LoadedStore {
  const file = join(directory, snapshotName)
  const snapshot = readStoreFile(file)
  const state: ReadState = { version: 1, objects: new Map() }
  if (snapshot !== undefined) {
    const end = snapshot.indexOf('\n')
    const [format, version] = snapshot.slice(0, end).split('\t')
    state.version = Number(version)
    if (format !== header || !Number.isSafeInteger(state.version)) throw new DamagedStore(file, 'is not a sandbox snapshot')
    const read = readLines(snapshot, state, end + 1)
    // It is written whole or not at all.
    if (read < snapshot.length) throw new DamagedStore(file, `is damaged in line ${lineAt(snapshot, read)}`)
  }
  const snapshotVersion = state.version
  const log = readStoreFile(join(directory, logName)) ?? ''
  const logState: ReadState = { version: snapshotVersion, objects: state.objects }
  const read = readNewLines(log, logState, snapshotVersion)
  if (hasLineAfter(log, read)) throw new DamagedStore(join(directory, logName), `is damaged in line ${lineAt(log, read)}`)
  return {
    version: logState.version,
    objects: [...state.objects.values()],
    logBytes: Buffer.byteLength(log.slice(0, read)),
    snapshotBytes: snapshot?.length ?? 0,
  }
}

/** Line of a place in a text. */
function lineAt(text: string, at: number): number {
  return text.slice(0, at).split('\n').length
}

/** Whether anything readable follows a line that is not: then it is damage, and no write that a kill or a power cut broke off. */
function hasLineAfter(text: string, at: number): boolean {
  const scratch: ReadState = { version: 0, objects: new Map() }
  for (let from = text.indexOf('\n', at) + 1; from > 0 && from < text.length; from = text.indexOf('\n', from) + 1) {
    const end = text.indexOf('\n', from)
    if (end >= 0 && readLine(text.slice(from, end), scratch)) return true
  }
  return false
}

/** A crash between writing a snapshot and emptying the log leaves lines that the snapshot already holds. */
function readNewLines(log: string, state: ReadState, snapshotVersion: number): number {
  const first = log.indexOf('\t')
  const second = first < 0 ? -1 : log.indexOf('\t', first + 1)
  if (second > 0 && Number(log.slice(first + 1, second)) > snapshotVersion) return readLines(log, state, 0)
  let at = 0
  while (at < log.length) {
    const end = log.indexOf('\n', at)
    if (end < 0) break
    const line = log.slice(at, end)
    const version = Number(line.split('\t', 2)[1])
    if (!Number.isSafeInteger(version)) break
    if (version > snapshotVersion && !readLine(line, state)) break
    at = end + 1
  }
  return at
}

/**
 * Keeps a store on disk: one line a change, written in batches before a request is answered, so that killing the process
 * loses nothing that was answered; synced about once a second and when closed, for power cuts.
 */
export class DiskLog implements StoreLog {
  readonly #directory: string
  readonly #descriptor: number
  #pending: string[] = []
  #bytes: number
  #snapshotBytes: number
  #syncTimer: NodeJS.Timeout | undefined
  #closed = false

  constructor(directory: string, loaded: LoadedStore) {
    mkdirSync(directory, { recursive: true, mode: 0o700 })
    this.#directory = directory
    this.#descriptor = openSync(join(directory, logName), 'a', 0o600)
    ftruncateSync(this.#descriptor, loaded.logBytes)
    this.#bytes = loaded.logBytes
    this.#snapshotBytes = loaded.snapshotBytes
  }

  append(event: StoreEvent): void {
    // Of a volatile object only the version is kept, which must never be given again: it reads as one that is gone.
    const isGone = event.type === 'DELETED' || event.object.volatile
    this.#pending.push(lineOf(isGone ? 'D' : 'P', event.object, event.version))
  }

  /** Writes what is pending. After this a killed process loses nothing. Throws when the disk takes no more; the next call tries again. */
  commit(): void {
    if (this.#pending.length === 0 || this.#closed) return
    const data = Buffer.from(this.#pending.join(''))
    try {
      writeAll(this.#descriptor, data)
    } catch (error) {
      // What is pending stays so, and no part of a line stands in the way of the next try.
      ftruncateSync(this.#descriptor, this.#bytes)
      throw error
    }
    this.#pending = []
    this.#bytes += data.length
    this.#syncTimer ??= setTimeout(() => this.#sync(), 1000).unref()
  }

  /** True when the log has grown enough to be worth a snapshot. */
  get wantsCompaction(): boolean {
    return this.#bytes > compactionBytes && this.#bytes > this.#snapshotBytes
  }

  /** Writes a snapshot of the store and empties the log. */
  compact(store: ObjectStore): void {
    this.commit()
    const path = join(this.#directory, snapshotName)
    const temporary = `${path}.new`
    const lines = [`${header}\t${store.version}\n`]
    for (const object of store.all()) if (!object.volatile) lines.push(lineOf('P', object, object.version))
    const descriptor = openSync(temporary, 'w', 0o600)
    const data = Buffer.from(lines.join(''))
    try {
      writeAll(descriptor, data)
      fsyncSync(descriptor)
    } catch (error) {
      rmSync(temporary, { force: true })
      throw error
    } finally {
      closeSync(descriptor)
    }
    renameSync(temporary, path)
    syncDirectory(this.#directory)
    ftruncateSync(this.#descriptor, 0)
    this.#bytes = 0
    this.#snapshotBytes = data.length
  }

  /** Folds the log into the snapshot where there is one, and closes. Throws when the disk takes no more: the log stays as it is. */
  close(store: ObjectStore): void {
    if (this.#closed) return
    clearTimeout(this.#syncTimer)
    try {
      this.commit()
      if (this.#bytes > 0) this.compact(store)
    } finally {
      this.#closed = true
      closeSync(this.#descriptor)
    }
  }

  #sync(): void {
    this.#syncTimer = undefined
    if (!this.#closed) fdatasyncSync(this.#descriptor)
  }
}

function writeAll(descriptor: number, data: Buffer): void {
  let written = 0
  while (written < data.length) written += writeSync(descriptor, data, written)
}

/** Renames are durable only once their folder is; not every platform lets a folder be opened for it. */
function syncDirectory(directory: string): void {
  let descriptor: number | undefined
  try {
    descriptor = openSync(directory, 'r')
    fsyncSync(descriptor)
  } catch (error) {
    if (!['EPERM', 'EISDIR', 'EACCES', 'EINVAL'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
  } finally {
    if (descriptor !== undefined) closeSync(descriptor)
  }
}
