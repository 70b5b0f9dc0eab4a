import { isJsonObject, type JsonObject } from '../../plan/json.ts'
import type { Manifest } from '../../plan/manifest.ts'
import type { Answer, LiveObject } from '../contract.ts'
import { canonicalFields } from './canonical-fields.ts'
import { ask, itemsOf, numberIn, textIn } from './client.ts'
import { sameContent, waiting } from './config-entries.ts'
import { marksOfMeta, metaOfMarks, withoutMarks } from './meta.ts'
import { type Blocking, done, failed, type Listed, liveObject, type Store, type StoreWrite } from './store.ts'
import type { ConsulTransport } from './transport.ts'

const KIND = 'node-service'

/**
 * Services on nodes that run no agent, registered in the catalog (`PUT /v1/catalog/register`). An object's name is the service's
 * id; its spec has `Node`, `Address` of the node, and `Service`.
 */
export class CatalogServices implements Store {
  readonly #transport: ConsulTransport

  constructor(transport: ConsulTransport) {
    this.#transport = transport
  }

  async list(_kind: string, signal: AbortSignal, blocking?: Blocking): Promise<Answer<Listed>> {
    const names = await ask(this.#transport, { method: 'GET', path: '/v1/catalog/services', signal, ...waiting(blocking) })
    if (!names.ok) return names
    const services = Object.keys(isJsonObject(names.value.json) ? names.value.json : {})
    const answers = await Promise.all(
      services.map((name) =>
        ask(this.#transport, { method: 'GET', path: `/v1/catalog/service/${encodeURIComponent(name)}`, signal }),
      ),
    )
    const objects: LiveObject[] = []
    for (const answer of answers) {
      if (!answer.ok) return answer
      // What an agent registered comes back by itself, so only ours is for us to say.
      objects.push(...itemsOf(answer.value.json).filter(isOurs).map(instanceObject))
    }
    return done({ objects, index: names.value.index })
  }

  async get(kind: string, name: string, signal: AbortSignal): Promise<Answer<LiveObject>> {
    const listed = await this.list(kind, signal)
    if (!listed.ok) return listed
    const found = listed.value.objects.find(({ metadata }) => isJsonObject(metadata) && metadata.name === name)
    return found === undefined ? failed({ kind: 'not-found', message: `The catalog has no "${name}" of ours` }) : done(found)
  }

  async apply(manifest: Manifest, write: StoreWrite): Promise<Answer<LiveObject>> {
    const { metadata, spec } = manifest
    const current = await this.get(KIND, metadata.name, write.signal)
    if (!current.ok && current.error.kind !== 'not-found') return current
    const given = spec === undefined && metadata.labels === undefined
    if (given && !current.ok) return current
    const wanted = given && current.ok && isJsonObject(current.value.spec) ? current.value.spec : isJsonObject(spec) ? spec : {}
    const service = isJsonObject(wanted.Service) ? wanted.Service : {}
    const meta = isJsonObject(service.Meta) ? service.Meta : {}
    const marks = given ? withoutMarks(meta, true) : { ...meta, ...metaOfMarks(metadata, write.fieldManager, true) }
    const body = { ...wanted, SkipNodeUpdate: false, Service: { ...service, ID: metadata.name, Meta: marks } }
    const predicted = registrationObject(body, current.ok ? current.value : undefined)
    if (write.dryRun || (current.ok && sameContent(current.value, predicted))) return done(predicted)
    const answer = await ask(this.#transport, { method: 'PUT', path: '/v1/catalog/register', body, signal: write.signal })
    if (!answer.ok) return answer
    return given ? done(predicted) : this.get(KIND, metadata.name, write.signal)
  }

  async delete(kind: string, name: string, uid: string | undefined, signal: AbortSignal): Promise<Answer<'deleted' | 'absent'>> {
    const current = await this.get(kind, name, signal)
    if (!current.ok) return current.error.kind === 'not-found' ? done('absent') : current
    const { metadata, spec } = current.value
    if (uid !== undefined && isJsonObject(metadata) && metadata.uid !== uid) return done('absent')
    const Node = isJsonObject(spec) ? textIn(spec, 'Node') : ''
    const answer = await ask(this.#transport, {
      method: 'PUT',
      path: '/v1/catalog/deregister',
      body: { Node, ServiceID: name },
      signal,
    })
    return answer.ok ? done('deleted') : answer
  }
}

function isOurs(instance: JsonObject): boolean {
  return marksOfMeta(instance.ServiceMeta, true).manager !== undefined
}

/** An instance as `GET /v1/catalog/service/:name` answers it. */
function instanceObject(instance: JsonObject): LiveObject {
  const weights = isJsonObject(instance.ServiceWeights) ? instance.ServiceWeights : {}
  return shaped(
    textIn(instance, 'Node'),
    textIn(instance, 'Address'),
    {
      ID: textIn(instance, 'ServiceID'),
      Service: textIn(instance, 'ServiceName'),
      Address: textIn(instance, 'ServiceAddress'),
      Port: numberIn(instance, 'ServicePort'),
      Tags: instance.ServiceTags ?? [],
      Meta: instance.ServiceMeta ?? {},
      ...(weights.Passing === 1 && weights.Warning === 1 ? {} : { Weights: weights }),
    },
    String(numberIn(instance, 'ModifyIndex')),
    numberIn(instance, 'CreateIndex'),
  )
}

function registrationObject(body: JsonObject, current: LiveObject | undefined): LiveObject {
  const service = isJsonObject(body.Service) ? body.Service : {}
  const metadata = current !== undefined && isJsonObject(current.metadata) ? current.metadata : {}
  const created = Number(textIn(metadata, 'uid').split('/').at(-1) ?? 0)
  return shaped(textIn(body, 'Node'), textIn(body, 'Address'), service, textIn(metadata, 'resourceVersion'), created)
}

function shaped(node: string, address: string, service: JsonObject, version: string, created: number): LiveObject {
  const { ID, Meta, ...rest } = service
  const { labels, annotations, manager } = marksOfMeta(Meta, true)
  const split = (ours: boolean) =>
    Object.fromEntries(Object.entries(labels).filter(([key]) => key.startsWith('meshform.dev/') === ours))
  const theirs = split(false)
  return liveObject({
    kind: KIND,
    name: typeof ID === 'string' ? ID : '',
    spec: {
      Node: node,
      Address: address,
      Service: { ...canonicalFields(KIND, rest), ...(Object.keys(theirs).length === 0 ? {} : { Meta: theirs }) },
    },
    labels: split(true),
    annotations,
    resourceVersion: version,
    uid: `${KIND}/${node}/${typeof ID === 'string' ? ID : ''}/${created}`,
    manager,
  })
}
