import { canonicalJson } from '../../plan/canonical-json.ts'
import { isJsonObject, type JsonObject } from '../../plan/json.ts'
import type { Manifest } from '../../plan/manifest.ts'
import type { Answer, LiveObject } from '../contract.ts'
import { canonicalFields } from './canonical-fields.ts'
import { ask, itemsOf, numberIn, textIn } from './client.ts'
import { marksOfMeta, metaOfMarks, withoutMarks } from './meta.ts'
import { type Blocking, done, failed, type Listed, liveObject, type Store, type StoreWrite } from './store.ts'
import type { ConsulTransport } from './transport.ts'

/** Somebody else wrote between our reading and our writing so often that it isn't chance any more. */
const MOST_RACES = 5

/** Keys of an entry that are not its content. */
const BOOKKEEPING: ReadonlySet<string> = new Set([
  'Kind',
  'Name',
  'Meta',
  'CreateIndex',
  'ModifyIndex',
  'Hash',
  'Namespace',
  'Partition',
  'Status',
])

/** Config entries: written whole, with check-and-set against what was read (`PUT /v1/config?cas=`). */
export class ConfigEntries implements Store {
  readonly #transport: ConsulTransport

  constructor(transport: ConsulTransport) {
    this.#transport = transport
  }

  async list(kind: string, signal: AbortSignal, blocking?: Blocking): Promise<Answer<Listed>> {
    const answer = await ask(this.#transport, { method: 'GET', path: `/v1/config/${kind}`, signal, ...waiting(blocking) })
    if (!answer.ok) return answer
    return done({ objects: itemsOf(answer.value.json).map(entryObject), index: answer.value.index })
  }

  async get(kind: string, name: string, signal: AbortSignal): Promise<Answer<LiveObject>> {
    const answer = await this.#read(kind, name, signal)
    return answer.ok ? done(entryObject(answer.value)) : answer
  }

  async apply(manifest: Manifest, write: StoreWrite): Promise<Answer<LiveObject>> {
    const { kind } = manifest
    const { name } = manifest.metadata
    for (let race = 0; race < MOST_RACES; race++) {
      const current = await this.#read(kind, name, write.signal)
      if (!current.ok && current.error.kind !== 'not-found') return current
      const live = current.ok ? current.value : undefined
      const body = bodyOf(manifest, live, write.fieldManager)
      if (body === undefined) return failed({ kind: 'not-found', message: `There is no ${kind} "${name}"` })
      const wanted = entryObject({ ...body, ...indices(live) })
      // Writing what is there already would only move its index.
      if (write.dryRun || (live !== undefined && sameContent(entryObject(live), wanted))) return done(wanted)
      const written = await ask(this.#transport, {
        method: 'PUT',
        path: '/v1/config',
        query: { cas: String(live === undefined ? 0 : numberIn(live, 'ModifyIndex')) },
        body,
        signal: write.signal,
      })
      if (!written.ok) return written
      if (written.value.json === true) return this.get(kind, name, write.signal)
    }
    return failed({
      kind: 'conflict',
      message: `${kind} "${name}" is changed by somebody else again and again`,
      conflicts: [],
    })
  }

  async delete(kind: string, name: string, uid: string | undefined, signal: AbortSignal): Promise<Answer<'deleted' | 'absent'>> {
    const current = await this.#read(kind, name, signal)
    if (!current.ok) return current.error.kind === 'not-found' ? done('absent') : current
    // The one that was meant is gone; what has its name now is another.
    if (uid !== undefined && uid !== uidOf(current.value)) return done('absent')
    const answer = await ask(this.#transport, { method: 'DELETE', path: entryPath(kind, name), signal })
    return answer.ok ? done('deleted') : answer
  }

  async #read(kind: string, name: string, signal: AbortSignal): Promise<Answer<JsonObject>> {
    const answer = await ask(this.#transport, { method: 'GET', path: entryPath(kind, name), signal })
    if (!answer.ok) return answer
    const { json } = answer.value
    if (isJsonObject(json)) return done(json)
    return failed({ kind: 'not-found', message: `There is no ${kind} "${name}"` })
  }
}

/** Words of a blocking query; it may take a sixteenth longer than it says. */
export function waiting(blocking: Blocking | undefined) {
  if (blocking === undefined) return {}
  const { index, waitSeconds } = blocking
  return {
    query: { index: String(index), wait: `${waitSeconds}s` },
    timeoutMs: waitSeconds * 1000 * 1.25 + 10_000,
  }
}

function entryPath(kind: string, name: string): string {
  return `/v1/config/${kind}/${encodeURIComponent(name)}`
}

function indices(live: JsonObject | undefined): JsonObject {
  if (live === undefined) return {}
  return { CreateIndex: live.CreateIndex ?? 0, ModifyIndex: live.ModifyIndex ?? 0 }
}

/** What is sent; undefined when an entry that is not there should be given up. */
function bodyOf(manifest: Manifest, live: JsonObject | undefined, manager: string): JsonObject | undefined {
  const { kind, metadata, spec } = manifest
  if (spec === undefined && metadata.labels === undefined) {
    return live === undefined
      ? undefined
      : { ...canonicalFields(kind, contentOf(live)), Kind: kind, Name: metadata.name, Meta: withoutMarks(live.Meta, false) }
  }
  return { ...(isJsonObject(spec) ? spec : {}), Kind: kind, Name: metadata.name, Meta: metaOfMarks(metadata, manager, false) }
}

function contentOf(entry: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(entry).filter(([name]) => !BOOKKEEPING.has(name)))
}

function uidOf(entry: JsonObject): string {
  return `${textIn(entry, 'Kind')}/${textIn(entry, 'Name')}/${numberIn(entry, 'CreateIndex')}`
}

/** A config entry as object; an index of 0 is that of one that is not written yet. */
function entryObject(entry: JsonObject): LiveObject {
  const kind = textIn(entry, 'Kind')
  const index = numberIn(entry, 'ModifyIndex')
  return liveObject({
    kind,
    name: textIn(entry, 'Name'),
    spec: canonicalFields(kind, contentOf(entry)),
    ...marksOfMeta(entry.Meta, false),
    resourceVersion: index === 0 ? '' : String(index),
    uid: uidOf(entry),
  })
}

/** True when two objects say the same, whoever made them. */
export function sameContent(left: LiveObject, right: LiveObject): boolean {
  return canonicalJson(left) === canonicalJson(right)
}
