import { createHash } from 'node:crypto'
import { isJsonObject, type JsonValue } from '../../../plan/json.ts'
import type { StateRef } from '../../state-ref.ts'

/** Bytes of one key's value. Consul takes 512 KiB (`kv_max_value_size`). */
export const CHUNK_BYTES = 448 * 1024
/** Bytes that go into the head itself: they are coded in base64 twice, and a whole transaction has 512 KiB. */
export const INLINE_BYTES = 192 * 1024

/** What the key of a state says: its content, or where it lies. */
export interface StateHead {
  readonly serial: number
  /** sha256 of the compressed bytes, hex. */
  readonly digest: string
  /** Part of the chunks' names; new with each write. */
  readonly generation: string
  /** Keys that hold the content; 0 when it is here. */
  readonly chunks: number
  /** The compressed bytes, where they are here. */
  readonly content: Uint8Array | undefined
}

const STATE = 'state'

/** The key of a state, below the prefix. */
export function headName(ref: StateRef): string {
  return `${ref.workspace}/${ref.design}/${STATE}`
}

/** The key of its lock. */
export function lockName(ref: StateRef): string {
  return `${ref.workspace}/${ref.design}/lock`
}

/** What the chunks of one generation, or without one all of them, lie below. */
export function chunkFolder(ref: StateRef, generation = ''): string {
  return `${ref.workspace}/${ref.design}/chunks/${generation === '' ? '' : `${generation}/`}`
}

/** The ref that a key is the head of; undefined when it is something else. */
export function refOfName(name: string): StateRef | undefined {
  const [workspace = '', design = '', last, ...more] = name.split('/')
  return last === STATE && more.length === 0 ? { workspace, design } : undefined
}

/** sha256, hex. */
export function digestOfBytes(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** A head as the value of its key. */
export function headText({ serial, digest, generation, chunks, content }: StateHead): string {
  const inline = content === undefined ? {} : { content: Buffer.from(content).toString('base64') }
  return `${JSON.stringify({ encoding: 'gzip', serial, digest, generation, chunks, ...inline })}\n`
}

/** Back from the value of its key; undefined when it is none of ours. */
export function readHead(value: Uint8Array): StateHead | undefined {
  let json: JsonValue
  try {
    json = JSON.parse(Buffer.from(value).toString('utf8')) as JsonValue
  } catch {
    return undefined
  }
  if (!isJsonObject(json) || json.encoding !== 'gzip') return undefined
  const { serial, digest, generation, chunks, content } = json
  if (typeof serial !== 'number' || typeof digest !== 'string' || typeof generation !== 'string') return undefined
  if (typeof chunks !== 'number' || !Number.isSafeInteger(chunks) || chunks < 0 || chunks > 1000) return undefined
  if (!/^[0-9a-f]{1,32}$/.test(generation)) return undefined
  const inline = chunks === 0 && typeof content === 'string' ? Buffer.from(content, 'base64') : undefined
  return { serial, digest, generation, chunks, content: inline }
}
