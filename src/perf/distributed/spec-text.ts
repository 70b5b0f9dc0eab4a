import { isJsonObject } from '../../plan/json.ts'
import type { LoadSpec } from '../load/load-spec.ts'

/** What a worker inside a cluster is given. */
export interface WorkerTask {
  readonly spec: LoadSpec
  /** Workers in all clusters, and how many are in clusters before this one. */
  readonly count: number
  readonly offset: number
}

const BYTES = '$bytes'

/** A task as text; bodies travel as base64. */
export function encodeTask(task: WorkerTask): string {
  return JSON.stringify(task, (_key, value: unknown) =>
    value instanceof Uint8Array
      ? { [BYTES]: Buffer.from(value).toString('base64') }
      : isBufferJson(value)
        ? bufferOf(value)
        : value,
  )
}

/** Buffers turn themselves into `{type: 'Buffer', data: [...]}` before a replacer sees them. */
function isBufferJson(value: unknown): value is { readonly type: 'Buffer'; readonly data: readonly number[] } {
  return isJsonObject(value) && value.type === 'Buffer' && Array.isArray(value.data)
}

function bufferOf(value: { readonly data: readonly number[] }): object {
  return { [BYTES]: Buffer.from(value.data).toString('base64') }
}

/** Reads {@link encodeTask}'s text. Throws when it is none. */
export function decodeTask(text: string): WorkerTask {
  const value: unknown = JSON.parse(text, (_key, item: unknown) =>
    isJsonObject(item) && typeof item[BYTES] === 'string' ? Buffer.from(item[BYTES], 'base64') : item,
  )
  if (!isTask(value)) throw new SyntaxError('it is no task of a perf worker')
  return value
}

function isTask(value: unknown): value is WorkerTask {
  if (typeof value !== 'object' || value === null) return false
  const { spec, count, offset } = value as Partial<Record<string, unknown>>
  return typeof spec === 'object' && spec !== null && typeof count === 'number' && typeof offset === 'number'
}
