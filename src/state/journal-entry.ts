import { hash } from 'node:crypto'
import { isJsonObject, type JsonObject, type JsonValue } from '../plan/json.ts'
import type { DeployRecord, PendingEffect, RecordedObject } from '../plan/recorded-state.ts'
import { JsonReader } from './json-reader.ts'
import {
  DEPLOY_RESULTS,
  type DesignMark,
  designMarkToJson,
  OPERATIONS,
  type Outputs,
  outputsToJson,
  pendingEffectToJson,
  readDesignMark,
  readOutputs,
  readPendingEffect,
  readRecordedObject,
  recordedObjectToJson,
} from './record-codec.ts'
import { type Sealer, type StateCipher, sealedFromJson, sealedToJson } from './sealed-text.ts'
import { ok, refused, type StateResult, unsealed } from './state-result.ts'

/** Version of the journal's entries. */
const JOURNAL_VERSION = 1

/** The operation a journal belongs to: its first entry. */
export interface JournalHeader {
  readonly lineage: string
  /** Serial of the snapshot it starts from. */
  readonly serial: number
  readonly lockId: string
  readonly operation: DeployRecord['operation']
  readonly author: string
  /** RFC 3339. */
  readonly startedAt: string
  readonly planDigest: string
  readonly designDigest: string
}

/** How an effect ended. */
export type EffectResult =
  /** The object is there, as recorded. */
  | { readonly id: string; readonly outcome: 'recorded'; readonly object: RecordedObject }
  /** The object is gone, or no longer ours to know. */
  | { readonly id: string; readonly outcome: 'deleted' | 'forgotten' }
  /** Refused. `uncertain` when it may have happened all the same, as after a timeout. */
  | { readonly id: string; readonly outcome: 'failed'; readonly uncertain: boolean }

/** How an operation ended: all that the new snapshot needs beside the results. Its last entry. */
export interface JournalEnd {
  readonly result: DeployRecord['result']
  readonly durationMs: number
  readonly summary: DeployRecord['summary']
  readonly design: DesignMark
  readonly outputs: Outputs
  readonly baselines: { readonly [name: string]: JsonValue }
  /** Ids of pending effects of earlier operations that were looked for and not found. */
  readonly settled: readonly string[]
}

/** One entry of a journal. */
export type JournalEntry =
  | { readonly type: 'header'; readonly header: JournalHeader }
  | { readonly type: 'intent'; readonly intent: PendingEffect }
  | { readonly type: 'result'; readonly result: EffectResult }
  | { readonly type: 'end'; readonly end: JournalEnd }

/** An entry with its place in the journal. */
export interface NumberedEntry {
  /** From 1, without gaps. */
  readonly number: number
  /** Number of the first entry that was made durable together with it: once a later batch exists, this one was durable. */
  readonly batch: number
  /** Milliseconds since 1970. */
  readonly at: number
  readonly entry: JournalEntry
}

/** A line whose checksum fits, its entry not yet looked at. */
export interface JournalLine {
  readonly number: number
  readonly batch: number
  readonly at: number
  readonly body: JsonObject
}

/** Writes one line, newline included: `{"n":…,"batch":…,"at":…,"sum":"…","entry":{…}}`. The checksum covers the journal's id and all of the line. */
export function encodeLine(journalId: string, numbered: NumberedEntry, sealer: Sealer | undefined): string {
  const { number, batch, at } = numbered
  const plain = JSON.stringify(entryToJson(numbered.entry))
  const entry =
    sealer === undefined ? plain : JSON.stringify({ sealed: sealedToJson(sealer(plain, sealContext(journalId, number))) })
  return `{"n":${number},"batch":${batch},"at":${at},"sum":"${lineSum(journalId, number, batch, at, entry)}","entry":${entry}}\n`
}

const LINE = /^\{"n":(\d{1,15}),"batch":(\d{1,15}),"at":(\d{1,15}),"sum":"([0-9a-f]{16})","entry":/

/** Reads one line without its newline; undefined when it is damaged. */
export function decodeLine(journalId: string, line: string): JournalLine | undefined {
  const match = LINE.exec(line)
  if (match === null || !line.endsWith('}')) return undefined
  const [prefix, number, batch, at, sum] = [match[0], Number(match[1]), Number(match[2]), Number(match[3]), match[4]]
  const entry = line.slice(prefix.length, -1)
  if (lineSum(journalId, number, batch, at, entry) !== sum) return undefined
  try {
    const body: JsonValue = JSON.parse(entry)
    return isJsonObject(body) ? { number, batch, at, body } : undefined
  } catch {
    return undefined
  }
}

/** Reads the entry of a line, decrypting it where needed. The error text says what is wrong with it. */
export async function decodeEntry(
  journalId: string,
  line: JournalLine,
  file: string,
  cipher: StateCipher | undefined,
): Promise<StateResult<JournalEntry | { readonly problem: string }>> {
  const { sealed: envelope, type, version } = line.body
  if (type === 'header' && typeof version === 'number' && version > JOURNAL_VERSION) {
    const message = `${file} has version ${version}, and this meshform knows up to ${JOURNAL_VERSION}. Use the newer meshform that wrote it.`
    return refused({ kind: 'newer-version', message, file })
  }
  if (envelope === undefined) return cipher?.acceptsPlain === false ? unsealed(file) : ok(entryFromJson(line.body))
  const sealed = sealedFromJson(envelope)
  if (sealed === undefined) return ok({ problem: 'It is encrypted in a way that meshform does not write.' })
  if (cipher === undefined) return refused({ kind: 'sealed', message: `${file} is encrypted, and no key was given.`, file })
  const opened = await cipher.open(sealed, sealContext(journalId, line.number), file)
  return opened.ok ? ok(entryFromJson(JSON.parse(opened.value) as JsonValue)) : opened
}

function entryToJson(entry: JournalEntry): JsonObject {
  switch (entry.type) {
    case 'header':
      return { type: 'header', version: JOURNAL_VERSION, ...entry.header }
    case 'intent':
      return { type: 'intent', intent: pendingEffectToJson(entry.intent) }
    case 'result':
      return resultToJson(entry.result)
    case 'end': {
      const { summary, design, outputs } = entry.end
      const written = { summary: { ...summary }, design: designMarkToJson(design), outputs: outputsToJson(outputs) }
      return { type: 'end', ...entry.end, ...written }
    }
  }
}

function resultToJson(result: EffectResult): JsonObject {
  const base = { type: 'result', id: result.id, outcome: result.outcome }
  switch (result.outcome) {
    case 'recorded':
      return { ...base, object: recordedObjectToJson(result.object) }
    case 'failed':
      return { ...base, uncertain: result.uncertain }
    case 'deleted':
    case 'forgotten':
      return base
  }
}

function entryFromJson(value: JsonValue): JournalEntry | { readonly problem: string } {
  const reader = new JsonReader()
  const body = reader.object(value, 'entry')
  const entry = readEntry(reader, body, reader.word(body, 'type', 'entry', ['header', 'intent', 'result', 'end']))
  return reader.problem === undefined ? entry : { problem: reader.problem }
}

function readEntry(reader: JsonReader, body: JsonObject, type: JournalEntry['type']): JournalEntry {
  switch (type) {
    case 'header':
      if (body.version !== JOURNAL_VERSION) reader.fail('entry', 'has a version that meshform never wrote.')
      return {
        type,
        header: {
          lineage: reader.text(body, 'lineage', 'entry'),
          serial: reader.count(body, 'serial', 'entry'),
          lockId: reader.text(body, 'lockId', 'entry'),
          operation: reader.word(body, 'operation', 'entry', OPERATIONS),
          author: reader.text(body, 'author', 'entry'),
          startedAt: reader.text(body, 'startedAt', 'entry'),
          planDigest: reader.text(body, 'planDigest', 'entry'),
          designDigest: reader.text(body, 'designDigest', 'entry'),
        },
      }
    case 'intent':
      return { type, intent: readPendingEffect(reader, body.intent, 'entry.intent') }
    case 'result':
      return { type, result: readResult(reader, body) }
    case 'end':
      return {
        type,
        end: {
          result: reader.word(body, 'result', 'entry', DEPLOY_RESULTS),
          durationMs: reader.count(body, 'durationMs', 'entry'),
          summary: reader.map(body.summary, 'entry.summary', (item) => (typeof item === 'number' ? item : 0)),
          design: readDesignMark(reader, body.design, 'entry.design'),
          outputs: readOutputs(reader, body.outputs, 'entry.outputs'),
          baselines: reader.map(body.baselines, 'entry.baselines', (item, where) => reader.json(item, where)),
          settled: reader.texts(body, 'settled', 'entry'),
        },
      }
  }
}

function readResult(reader: JsonReader, body: JsonObject): EffectResult {
  const id = reader.text(body, 'id', 'entry')
  const outcome = reader.word(body, 'outcome', 'entry', ['recorded', 'deleted', 'forgotten', 'failed'])
  switch (outcome) {
    case 'recorded':
      return { id, outcome, object: readRecordedObject(reader, body.object, 'entry.object') }
    case 'failed':
      return { id, outcome, uncertain: reader.flag(body, 'uncertain', 'entry') }
    case 'deleted':
    case 'forgotten':
      return { id, outcome }
  }
}

function lineSum(journalId: string, number: number, batch: number, at: number, entry: string): string {
  return hash('sha256', `${journalId} ${number} ${batch} ${at} ${entry}`).slice(0, 16)
}

function sealContext(journalId: string, number: number): string {
  return `meshform journal 1 ${journalId} ${number}`
}
