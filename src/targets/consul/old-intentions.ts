import { isJsonObject, type JsonObject } from '../../plan/json.ts'
import type { Manifest, StringMap } from '../../plan/manifest.ts'
import type { Answer, LiveObject } from '../contract.ts'
import { canonicalFields } from './canonical-fields.ts'
import { ask, itemsOf, numberIn, textIn } from './client.ts'
import { sameContent, waiting } from './config-entries.ts'
import { marksOfMeta, metaOfMarks, withoutMarks } from './meta.ts'
import { type Blocking, done, failed, type Listed, liveObject, type Store, type StoreWrite } from './store.ts'
import type { ConsulTransport } from './transport.ts'

const KIND = 'service-intentions'
const PATH = '/v1/connect/intentions'

/**
 * Intentions of servers before 1.9, which know one intention for each pair of services: shown as the `service-intentions` entry of
 * their destination, so that plans don't depend on the age of the server. Such intentions know callers only, not requests.
 */
export class OldIntentions implements Store {
  readonly #transport: ConsulTransport

  constructor(transport: ConsulTransport) {
    this.#transport = transport
  }

  async list(_kind: string, signal: AbortSignal, blocking?: Blocking): Promise<Answer<Listed>> {
    const answer = await ask(this.#transport, { method: 'GET', path: PATH, signal, ...waiting(blocking) })
    if (!answer.ok) return answer
    const byDestination = new Map<string, JsonObject[]>()
    for (const intention of itemsOf(answer.value.json)) {
      const destination = textIn(intention, 'DestinationName')
      byDestination.set(destination, [...(byDestination.get(destination) ?? []), intention])
    }
    const objects = [...byDestination].map(([name, intentions]) => intentionsObject(name, intentions))
    return done({ objects, index: answer.value.index })
  }

  async get(_kind: string, name: string, signal: AbortSignal): Promise<Answer<LiveObject>> {
    const found = await this.#read(name, signal)
    if (!found.ok) return found
    if (found.value.length > 0) return done(intentionsObject(name, found.value))
    return failed({ kind: 'not-found', message: `There are no intentions for "${name}"` })
  }

  async apply(manifest: Manifest, write: StoreWrite): Promise<Answer<LiveObject>> {
    const { name } = manifest.metadata
    const sources = sourcesOf(manifest)
    const byRequest = sources.findIndex((source) => source.Permissions !== undefined)
    if (byRequest >= 0) {
      const message = 'intentions of this server know callers only; permissions by request need Consul 1.9'
      return failed({ kind: 'invalid', message, causes: [{ field: `spec.Sources[${byRequest}].Permissions`, message }] })
    }
    const found = await this.#read(name, write.signal)
    if (!found.ok) return found
    const given = manifest.spec === undefined && manifest.metadata.labels === undefined
    const wanted = given
      ? found.value.map(withoutOurMarks)
      : sources.map((source) => intentionOf(source, manifest, write.fieldManager))
    const predicted = intentionsObject(
      name,
      wanted.map((intention) => ({ ...idOf(intention, found.value), ...intention })),
    )
    const current = intentionsObject(name, found.value)
    if (write.dryRun || (found.value.length > 0 && sameContent(current, predicted))) return done(predicted)
    for (const intention of wanted) {
      const error = await this.#write(intention, found.value, write.signal)
      if (error !== undefined) return error
    }
    const names = new Set(wanted.map((intention) => textIn(intention, 'SourceName')))
    // Permission goes last, so that nobody is let in or out who was not before and is not after.
    for (const intention of found.value.filter((old) => !names.has(textIn(old, 'SourceName')))) {
      const removed = await this.#remove(intention, write.signal)
      if (!removed.ok) return removed
    }
    return this.get(KIND, name, write.signal)
  }

  async delete(_kind: string, name: string, uid: string | undefined, signal: AbortSignal): Promise<Answer<'deleted' | 'absent'>> {
    const found = await this.#read(name, signal)
    if (!found.ok) return found
    if (found.value.length === 0 || (uid !== undefined && uid !== uidOf(name))) return done('absent')
    for (const intention of found.value) {
      const removed = await this.#remove(intention, signal)
      if (!removed.ok) return removed
    }
    return done('deleted')
  }

  async #read(name: string, signal: AbortSignal): Promise<Answer<readonly JsonObject[]>> {
    const answer = await ask(this.#transport, { method: 'GET', path: PATH, signal })
    if (!answer.ok) return answer
    return done(itemsOf(answer.value.json).filter((intention) => textIn(intention, 'DestinationName') === name))
  }

  async #write(wanted: JsonObject, found: readonly JsonObject[], signal: AbortSignal) {
    const { ID } = idOf(wanted, found)
    const request =
      typeof ID === 'string'
        ? ({ method: 'PUT', path: `${PATH}/${ID}`, body: wanted, signal } as const)
        : ({ method: 'POST', path: PATH, body: wanted, signal } as const)
    const answer = await ask(this.#transport, request)
    return answer.ok ? undefined : answer
  }

  #remove(intention: JsonObject, signal: AbortSignal) {
    return ask(this.#transport, { method: 'DELETE', path: `${PATH}/${textIn(intention, 'ID')}`, signal })
  }
}

function sourcesOf(manifest: Manifest): readonly JsonObject[] {
  const { spec } = manifest
  return isJsonObject(spec) && Array.isArray(spec.Sources) ? itemsOf(spec.Sources) : []
}

function intentionOf(source: JsonObject, manifest: Manifest, manager: string): JsonObject {
  return {
    SourceName: textIn(source, 'Name'),
    DestinationName: manifest.metadata.name,
    SourceType: 'consul',
    Action: textIn(source, 'Action'),
    ...(typeof source.Description === 'string' ? { Description: source.Description } : {}),
    Meta: metaOfMarks(manifest.metadata, manager, false),
  }
}

function withoutOurMarks(intention: JsonObject): JsonObject {
  const { SourceName, DestinationName, SourceType, Action, Description } = intention
  const kept = { SourceName, DestinationName, SourceType, Action, Description }
  const present = Object.entries(kept).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]))
  return { ...Object.fromEntries(present), Meta: withoutMarks(intention.Meta, false) }
}

/** The id and indices of the intention between the same two services, if there is one. */
function idOf(wanted: JsonObject, found: readonly JsonObject[]): JsonObject {
  const old = found.find((intention) => intention.SourceName === wanted.SourceName)
  return old === undefined ? {} : { ID: old.ID ?? null, ModifyIndex: old.ModifyIndex ?? 0 }
}

function uidOf(name: string): string {
  return `${KIND}/${name}`
}

/** The intentions for one destination as one object. Marks are those that all of them bear. */
function intentionsObject(name: string, intentions: readonly JsonObject[]): LiveObject {
  const sources = intentions.map((intention) => ({
    Name: textIn(intention, 'SourceName'),
    Action: textIn(intention, 'Action'),
    Description: textIn(intention, 'Description'),
  }))
  sources.sort((left, right) => (left.Name < right.Name ? -1 : left.Name > right.Name ? 1 : 0))
  const marks = intentions.map((intention) => marksOfMeta(intention.Meta, false))
  const manager = marks[0]?.manager
  const newest = Math.max(0, ...intentions.map((intention) => numberIn(intention, 'ModifyIndex')))
  return liveObject({
    kind: KIND,
    name,
    spec: canonicalFields(KIND, { Sources: sources }),
    labels: common(marks.map(({ labels }) => labels)),
    annotations: common(marks.map(({ annotations }) => annotations)),
    resourceVersion: newest === 0 ? '' : `${newest}-${intentions.length}`,
    uid: uidOf(name),
    manager: marks.every((mark) => mark.manager === manager) ? manager : undefined,
  })
}

function common(maps: readonly StringMap[]): StringMap {
  const [first = {}, ...others] = maps
  return Object.fromEntries(Object.entries(first).filter(([key, value]) => others.every((other) => other[key] === value)))
}
