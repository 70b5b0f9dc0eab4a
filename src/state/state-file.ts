import { createHash } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { isJsonObject, type JsonObject, type JsonValue } from '../plan/json.ts'
import { objectKeyText } from '../plan/manifest.ts'
import type { PendingEffect, RecordedObject } from '../plan/recorded-state.ts'
import { heartbeatFromJson, heartbeatToJson } from './heartbeat.ts'
import { JsonReader } from './json-reader.ts'
import { migrate, STATE_VERSION } from './migrations.ts'
import { corrupt, decodeText, parseJson } from './parse-json.ts'
import {
  deployRecordToJson,
  designMarkToJson,
  pendingEffectToJson,
  readDeployRecord,
  readDesignMark,
  readOutputs,
  readPendingEffect,
  readRecordedObject,
  recordedObjectToJson,
  withoutSecrets,
} from './record-codec.ts'
import { type Sealer, type StateCipher, sealedFromJson, sealedToJson } from './sealed-text.ts'
import { ok, refused, type StateResult, unsealed } from './state-result.ts'
import type { JournalMark, StoredState } from './stored-state.ts'

const CHECKSUM = '"checksum":"sha256:'

/**
 * A state as the bytes of its file: JSON with one object a line, sorted, so that equal states give equal bytes. The last field is
 * the sha256 of everything before it. With a sealer only version, lineage and serial stay readable.
 */
export function encodeState(stored: StoredState, sealer: Sealer | undefined): Uint8Array {
  if (sealer === undefined) {
    const { state } = stored
    return Buffer.from(encodeText({ ...stored, state: { ...state, outputs: withoutSecrets(state.outputs) } }))
  }
  const text = encodeText(stored)
  const { lineage, serial } = stored.state
  const envelope: JsonObject = {
    version: STATE_VERSION,
    lineage,
    serial,
    ...(stored.heartbeat === undefined ? {} : { heartbeat: heartbeatToJson(stored.heartbeat) }),
    sealed: sealedToJson(sealer(text, sealContext(lineage, serial))),
  }
  return Buffer.from(`${JSON.stringify(envelope)}\n`)
}

/** Reads a state file. `file` names it in errors. Anything wrong is an error that says where; nothing is repaired or guessed. */
export async function decodeState(
  bytes: Uint8Array,
  file: string,
  cipher: StateCipher | undefined,
): Promise<StateResult<StoredState>> {
  const text = decodeText(bytes, file)
  if (!text.ok) return text
  const outer = parseDocument(text.value, file)
  if (!outer.ok) return outer
  if (outer.value.sealed === undefined) {
    return cipher?.acceptsPlain === false ? unsealed(file) : decodeDocument(outer.value, text.value, file)
  }
  const opened = await openEnvelope(outer.value, file, cipher)
  if (!opened.ok) return opened
  const inner = parseDocument(opened.value, file)
  return inner.ok ? decodeDocument(inner.value, opened.value, file) : inner
}

function encodeText({ state, journal, heartbeat }: StoredState): string {
  const objects = [...state.objects.values()].map((object) => JSON.stringify(recordedObjectToJson(object)))
  const order = [...state.objects.keys()].map((key, index) => ({ key, index })).sort((a, b) => (a.key < b.key ? -1 : 1))
  const pending = [...(state.pending ?? [])].sort((a, b) => (a.id < b.id ? -1 : 1))
  const body =
    `{"version":${STATE_VERSION},\n` +
    `"lineage":${JSON.stringify(state.lineage)},\n` +
    `"serial":${state.serial},\n` +
    (heartbeat === undefined ? '' : `"heartbeat":${JSON.stringify(heartbeatToJson(heartbeat))},\n`) +
    `"design":${JSON.stringify(designMarkToJson(state.design))},\n` +
    `"journal":${journal === undefined ? 'null' : JSON.stringify({ id: journal.id, entry: journal.entry })},\n` +
    `"objects":${list(order.map(({ index }) => objects[index] ?? ''))},\n` +
    `"pending":${list(pending.map((item) => JSON.stringify(pendingEffectToJson(item))))},\n` +
    `"outputs":${JSON.stringify(sortKeys(state.outputs))},\n` +
    `"history":${list(state.history.map((record) => JSON.stringify(deployRecordToJson(record))))},\n` +
    `"baselines":${JSON.stringify(sortKeys(state.baselines))},\n`
  return `${body}${CHECKSUM}${sha256(body)}"}\n`
}

function decodeDocument(document: JsonObject, text: string, file: string): StateResult<StoredState> {
  const migrated = migrate(document, file)
  if (!migrated.ok) return migrated
  const stored = readStored(migrated.value, file)
  if (!stored.ok) return stored
  if (migrated.value !== document || hasChecksum(text)) return stored
  // A server that stores JSON may lay it out anew; then what counts is that our own layout of it says the same, checksum included.
  const ours = parseDocument(encodeText(stored.value), file)
  if (!ours.ok || !isDeepStrictEqual(ours.value, document)) {
    return corrupt(file, 'Its checksum does not fit its content: it was changed by hand or damaged.')
  }
  return stored
}

function readStored(document: JsonObject, file: string): StateResult<StoredState> {
  const reader = new JsonReader()
  const objects = new Map<string, RecordedObject>()
  reader.array(document.objects, 'objects').forEach((item, index) => {
    const object = readRecordedObject(reader, item, `objects[${index}]`)
    const id = objectKeyText(object.key)
    if (objects.has(id)) reader.fail(`objects[${index}]`, `is ${id} for the second time.`)
    objects.set(id, object)
  })
  const pending: PendingEffect[] = reader
    .array(document.pending, 'pending')
    .map((item, index) => readPendingEffect(reader, item, `pending[${index}]`))
  const state = {
    lineage: reader.text(document, 'lineage', ''),
    serial: reader.count(document, 'serial', ''),
    design: readDesignMark(reader, document.design, 'design'),
    objects,
    pending,
    outputs: readOutputs(reader, document.outputs, 'outputs'),
    history: reader.array(document.history, 'history').map((item, index) => readDeployRecord(reader, item, `history[${index}]`)),
    baselines: reader.map(document.baselines, 'baselines', (item, where) => reader.json(item, where)),
  }
  const journal = document.journal === null ? undefined : readMark(reader, document.journal)
  if (typeof document.checksum !== 'string') reader.fail('checksum', 'is missing.')
  const heartbeat = heartbeatFromJson(document.heartbeat)
  if (document.heartbeat !== undefined && heartbeat === undefined) reader.fail('heartbeat', 'is none.')
  if (reader.problem !== undefined) return corrupt(file, reader.problem)
  return ok({ state, journal, ...(heartbeat === undefined ? {} : { heartbeat }) })
}

function readMark(reader: JsonReader, value: JsonValue | undefined): JournalMark {
  const mark = reader.object(value, 'journal')
  return { id: reader.text(mark, 'id', 'journal'), entry: reader.count(mark, 'entry', 'journal') }
}

function parseDocument(text: string, file: string): StateResult<JsonObject> {
  const parsed = parseJson(text, file)
  if (!parsed.ok) return parsed
  return isJsonObject(parsed.value) ? ok(parsed.value) : corrupt(file, 'It is JSON, but not an object.')
}

async function openEnvelope(envelope: JsonObject, file: string, cipher: StateCipher | undefined): Promise<StateResult<string>> {
  const { version, lineage, serial } = envelope
  if (typeof version !== 'number' || version > STATE_VERSION) {
    const migrated = migrate(envelope, file)
    if (!migrated.ok) return migrated
  }
  const sealed = sealedFromJson(envelope.sealed)
  if (sealed === undefined || typeof lineage !== 'string' || typeof serial !== 'number') {
    return corrupt(file, 'It says that it is encrypted, but not in a way that meshform writes.')
  }
  if (cipher === undefined) {
    return refused({ kind: 'sealed', message: `${file} is encrypted, and no key was given.`, file })
  }
  return cipher.open(sealed, sealContext(lineage, serial), file)
}

function sealContext(lineage: string, serial: number): string {
  return `meshform state ${STATE_VERSION} ${lineage} ${serial}`
}

function hasChecksum(text: string): boolean {
  const at = text.lastIndexOf(CHECKSUM)
  return at >= 0 && text.slice(at) === `${CHECKSUM}${sha256(text.slice(0, at))}"}\n`
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

function list(items: readonly string[]): string {
  return items.length === 0 ? '[]' : `[\n${items.join(',\n')}\n]`
}

function sortKeys<Value>(map: { readonly [key: string]: Value }): { [key: string]: Value } {
  return Object.fromEntries(Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1)))
}
