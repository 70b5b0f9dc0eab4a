import { digestOf } from '../../plan/canonical-json.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../../plan/json.ts'
import type { Manifest } from '../../plan/manifest.ts'
import type { Answer, LiveObject } from '../contract.ts'
import { canonicalFields } from './canonical-fields.ts'
import { ask, textIn } from './client.ts'
import { sameContent } from './config-entries.ts'
import { marksOfMeta, metaOfMarks, withoutMarks } from './meta.ts'
import { done, failed, type Listed, liveObject, type Store, type StoreWrite } from './store.ts'
import type { ConsulTransport } from './transport.ts'

const KIND = 'service'

/** Services registered with the agent at the address (`PUT /v1/agent/service/register`); an object's name is the service's id. */
export class AgentServices implements Store {
  readonly #transport: ConsulTransport

  constructor(transport: ConsulTransport) {
    this.#transport = transport
  }

  async list(_kind: string, signal: AbortSignal): Promise<Answer<Listed>> {
    const services = await this.#read(signal)
    if (!services.ok) return services
    const objects = Object.values(services.value)
      .filter(isJsonObject)
      // A sidecar belongs to the service it was registered with.
      .filter((service) => textIn(service, 'Kind') === '')
      .map((service) => serviceObject(service, services.value))
    return done({ objects, index: 0 })
  }

  async get(_kind: string, name: string, signal: AbortSignal): Promise<Answer<LiveObject>> {
    const services = await this.#read(signal)
    if (!services.ok) return services
    const service = services.value[name]
    if (isJsonObject(service)) return done(serviceObject(service, services.value))
    return failed({ kind: 'not-found', message: `The agent has no service "${name}"` })
  }

  async apply(manifest: Manifest, write: StoreWrite): Promise<Answer<LiveObject>> {
    const { name } = manifest.metadata
    const current = await this.#read(write.signal)
    if (!current.ok) return current
    const live = current.value[name]
    const body = bodyOf(manifest, isJsonObject(live) ? live : undefined, current.value, write.fieldManager)
    if (body === undefined) return failed({ kind: 'not-found', message: `The agent has no service "${name}"` })
    const wanted = serviceObject({ ...body, Service: body.Name ?? '' }, { ...current.value, ...sidecarOf(body) })
    const same = isJsonObject(live) && sameContent(serviceObject(live, current.value), wanted)
    if (write.dryRun || same) return done(wanted)
    const answer = await ask(this.#transport, {
      method: 'PUT',
      path: '/v1/agent/service/register',
      // Checks and the like that an earlier registration had go with it.
      query: { 'replace-existing-checks': 'true' },
      body,
      signal: write.signal,
    })
    return answer.ok ? this.get(KIND, name, write.signal) : answer
  }

  async delete(_kind: string, name: string, uid: string | undefined, signal: AbortSignal): Promise<Answer<'deleted' | 'absent'>> {
    const services = await this.#read(signal)
    if (!services.ok) return services
    if (services.value[name] === undefined || (uid !== undefined && uid !== uidOf(name))) return done('absent')
    const path = `/v1/agent/service/deregister/${encodeURIComponent(name)}`
    const answer = await ask(this.#transport, { method: 'PUT', path, signal })
    return answer.ok ? done('deleted') : answer
  }

  async #read(signal: AbortSignal): Promise<Answer<JsonObject>> {
    const answer = await ask(this.#transport, { method: 'GET', path: '/v1/agent/services', signal })
    if (!answer.ok) return answer
    return done(isJsonObject(answer.value.json) ? answer.value.json : {})
  }
}

function uidOf(name: string): string {
  return `${KIND}/${name}`
}

function sidecarId(id: string): string {
  return `${id}-sidecar-proxy`
}

/** The sidecar that a registration asks for, as the agent would list it. */
function sidecarOf(body: JsonObject): JsonObject {
  const wanted = isJsonObject(body.Connect) && body.Connect.SidecarService !== undefined
  return wanted ? { [sidecarId(textIn(body, 'ID'))]: { Kind: 'connect-proxy' } } : {}
}

function bodyOf(manifest: Manifest, live: JsonObject | undefined, services: JsonObject, manager: string): JsonObject | undefined {
  const { metadata, spec } = manifest
  if (spec === undefined && metadata.labels === undefined) {
    if (live === undefined) return undefined
    const { spec: kept } = serviceObject(live, services)
    return { ...(isJsonObject(kept) ? kept : {}), ID: metadata.name, Meta: withoutMarks(live.Meta, true) }
  }
  const own = isJsonObject(spec) ? spec : {}
  const meta = isJsonObject(own.Meta) ? own.Meta : {}
  return { ...own, ID: metadata.name, Meta: { ...meta, ...metaOfMarks(metadata, manager, true) } }
}

/** What the agent adds of its own accord. */
const AGENTS_OWN: ReadonlySet<string> = new Set([
  'ID',
  'Service',
  'Name',
  'Kind',
  'Meta',
  'ContentHash',
  'Datacenter',
  'Namespace',
  'Partition',
  'PeerName',
  'TaggedAddresses',
  'Connect',
  'CreateIndex',
  'ModifyIndex',
  'Locality',
  'Checks',
  'Check',
])

function serviceObject(service: JsonObject, services: JsonObject): LiveObject {
  const id = textIn(service, 'ID')
  const { labels, annotations, manager } = marksOfMeta(service.Meta, true)
  const ours = Object.fromEntries(Object.entries(labels).filter(([key]) => key.startsWith('meshform.dev/')))
  const theirs: Record<string, JsonValue> = Object.fromEntries(
    Object.entries(labels).filter(([key]) => !key.startsWith('meshform.dev/')),
  )
  const rest = Object.fromEntries(
    Object.entries(service).filter(([name, value]) => !AGENTS_OWN.has(name) && !isDefault(name, value)),
  )
  const spec = {
    ...canonicalFields(KIND, rest),
    Name: textIn(service, 'Service'),
    ...(Object.keys(theirs).length === 0 ? {} : { Meta: theirs }),
    ...(services[sidecarId(id)] === undefined ? {} : { Connect: { SidecarService: {} } }),
  }
  return liveObject({
    kind: KIND,
    name: id,
    spec,
    labels: ours,
    annotations,
    // The agent keeps no index of its services, so what they say stands for it.
    resourceVersion: digestOf(spec),
    uid: uidOf(id),
    manager,
  })
}

function isDefault(name: string, value: JsonValue): boolean {
  return name === 'Weights' && isJsonObject(value) && value.Passing === 1 && value.Warning === 1
}
