import type { JsonObject, JsonValue } from '../plan/json.ts'
import { JsonReader } from './json-reader.ts'
import type { LockInfo } from './lock-info.ts'

/** A lock as it is stored. */
export interface LockRecord {
  readonly info: LockInfo
  /** How long it lives without a heartbeat, in milliseconds. */
  readonly expiryMs: number
}

/** What a lock file that cannot be read (yet) counts as: its creator may be about to write it, or died before it did. */
const UNREADABLE: LockRecord = {
  info: { id: 'unreadable', operation: 'unknown', who: 'unknown', pid: 0, machine: '', created: 'an unknown time', version: '' },
  expiryMs: 60_000,
}

/** True for what stands in for a record that could not be read. */
export function isUnreadable(record: LockRecord): boolean {
  return record.info.id === UNREADABLE.info.id
}

/** As JSON: Terraform's names, so that its own users recognise it, and ours beside them. */
export function lockRecordToJson({ info, expiryMs }: LockRecord): JsonObject {
  return {
    ID: info.id,
    Operation: info.operation,
    Info: '',
    Who: info.who,
    Version: info.version,
    Created: info.created,
    Path: '',
    meshform: { pid: info.pid, machine: info.machine, expiryMs },
  }
}

/** As text, newline included. */
export function lockRecordText(record: LockRecord): string {
  return `${JSON.stringify(lockRecordToJson(record))}\n`
}

/** Out of JSON, Terraform's own included: what is missing is unknown, and nothing of it makes it invalid. Undefined without an ID. */
export function lockRecordFromJson(value: JsonValue | undefined): LockRecord | undefined {
  const reader = new JsonReader()
  const object = reader.object(value, '')
  const id = reader.text(object, 'ID', '')
  if (reader.problem !== undefined || id === '') return undefined
  const text = (key: string) => {
    const item = object[key]
    return typeof item === 'string' && item !== '' ? printable(item) : 'unknown'
  }
  const ours = new JsonReader().object(object.meshform ?? {}, '')
  const { pid, machine, expiryMs } = ours
  return {
    info: {
      id: printable(id),
      operation: text('Operation'),
      who: text('Who'),
      pid: typeof pid === 'number' && Number.isSafeInteger(pid) && pid > 0 ? pid : 0,
      machine: typeof machine === 'string' ? machine : '',
      created: text('Created'),
      version: text('Version'),
    },
    expiryMs: typeof expiryMs === 'number' && expiryMs > 0 ? expiryMs : UNREADABLE.expiryMs,
  }
}

/** Out of text; one that is not readable counts as a lock of someone unknown. */
export function lockRecordFromText(text: string): LockRecord {
  try {
    return lockRecordFromJson(JSON.parse(text) as JsonValue) ?? UNREADABLE
  } catch {
    return UNREADABLE
  }
}

/** Without control characters and of bounded length: it comes from elsewhere and goes to a terminal. */
function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, '').slice(0, 200)
}
