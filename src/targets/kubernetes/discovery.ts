import { isJsonObject, type JsonObject } from '../../plan/json.ts'
import type { Answer, ServedKind } from '../contract.ts'
import { objectsOf, textOf, textsOf } from '../json-fields.ts'
import type { RetryingSender } from './retry.ts'
import { errorOfFailure, errorOfResponse } from './status-error.ts'
import { headerOf, type TransportResponse } from './transport.ts'

const AGGREGATED = [
  'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList',
  'application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList',
  'application/json',
].join(',')

const TIMEOUT_MS = 30_000

/** What a server serves, and the marks by which it tells whether that changed. */
export interface Discovery {
  readonly kinds: readonly ServedKind[]
  /** ETags of `/api` and `/apis`; empty where the server gave none. */
  readonly etags: { readonly [path: string]: string }
}

/** Asks what is served: two requests, or one for each group on servers older than aggregated discovery. `known` saves what did not change. */
export async function discover(
  sender: RetryingSender,
  known: Discovery | undefined,
  signal: AbortSignal,
): Promise<Answer<Discovery>> {
  const marks = known?.etags['/api'] !== undefined && known.etags['/apis'] !== undefined ? known.etags : {}
  let [core, groups] = await Promise.all(['/api', '/apis'].map((path) => ask(sender, path, marks[path], signal)))
  if (core === undefined || groups === undefined) throw new Error('two requests have two answers')
  if (known !== undefined && core.ok && groups.ok) {
    if (core.value.status === 304 && groups.value.status === 304) return { ok: true, value: known, warnings: [] }
    // One of them changed: the other's kinds were kept only together with it.
    if (core.value.status === 304) core = await ask(sender, '/api', undefined, signal)
    if (groups.value.status === 304) groups = await ask(sender, '/apis', undefined, signal)
  }
  if (!core.ok) return core
  if (!groups.ok) return groups
  const kinds: ServedKind[] = []
  const etags: { [path: string]: string } = {}
  for (const [path, response] of [['/api', core.value] as const, ['/apis', groups.value] as const]) {
    const listed = await kindsOf(sender, path, response, signal)
    if (!listed.ok) return listed
    kinds.push(...listed.value)
    const etag = headerOf(response.headers, 'etag')
    if (etag !== undefined) etags[path] = etag
  }
  return { ok: true, value: { kinds, etags }, warnings: [] }
}

async function ask(
  sender: RetryingSender,
  path: string,
  etag: string | undefined,
  signal: AbortSignal,
): Promise<Answer<TransportResponse>> {
  const exchange = await sender.send({
    method: 'GET',
    path,
    accept: AGGREGATED,
    ...(etag === undefined ? {} : { headers: { 'if-none-match': etag } }),
    large: true,
    timeoutMs: TIMEOUT_MS,
    signal,
  })
  if (!exchange.ok) return { ok: false, error: errorOfFailure(exchange.failure) }
  const { status } = exchange.response
  if (status === 200 || (status === 304 && etag !== undefined)) return { ok: true, value: exchange.response, warnings: [] }
  return { ok: false, error: errorOfResponse(exchange.response) }
}

async function kindsOf(
  sender: RetryingSender,
  path: string,
  response: TransportResponse,
  signal: AbortSignal,
): Promise<Answer<readonly ServedKind[]>> {
  const body = response.json()
  if (!isJsonObject(body))
    return {
      ok: false,
      error: { kind: 'other', message: `${path} did not answer with JSON: is this a Kubernetes API?`, status: 200 },
    }
  if (body.kind === 'APIGroupDiscoveryList') return { ok: true, value: aggregatedKinds(body), warnings: [] }
  return classicKinds(sender, path, body, signal)
}

function aggregatedKinds(body: JsonObject): readonly ServedKind[] {
  return objectsOf(body.items).flatMap((item) => {
    const metadata = item.metadata
    const group = isJsonObject(metadata) ? (textOf(metadata.name) ?? '') : ''
    return objectsOf(item.versions).flatMap((version) =>
      objectsOf(version.resources).flatMap((resource) => aggregatedKind(group, textOf(version.version) ?? '', resource)),
    )
  })
}

function aggregatedKind(group: string, version: string, resource: JsonObject): readonly ServedKind[] {
  const response = resource.responseKind
  const kind = isJsonObject(response) ? textOf(response.kind) : undefined
  const plural = textOf(resource.resource)
  // Aggregated APIs that don't answer are listed with an empty kind.
  if (kind === undefined || kind === '' || plural === undefined) return []
  return [{ group, version, kind, plural, namespaced: resource.scope === 'Namespaced', verbs: textsOf(resource.verbs) }]
}

async function classicKinds(
  sender: RetryingSender,
  path: string,
  body: JsonObject,
  signal: AbortSignal,
): Promise<Answer<readonly ServedKind[]>> {
  const versions =
    path === '/api'
      ? textsOf(body.versions).map((version) => ({ group: '', version, path: `/api/${version}` }))
      : objectsOf(body.groups).flatMap(groupVersions)
  const answers = await Promise.all(
    versions.map((item) =>
      sender.send({ method: 'GET', path: item.path, accept: 'application/json', timeoutMs: TIMEOUT_MS, signal }),
    ),
  )
  const kinds: ServedKind[] = []
  for (const [index, exchange] of answers.entries()) {
    const item = versions[index]
    if (item === undefined) continue
    if (!exchange.ok) return { ok: false, error: errorOfFailure(exchange.failure) }
    // A group whose own server is down is left out, as kubectl does; the rest works.
    const list = exchange.response.status === 200 ? exchange.response.json() : undefined
    if (!isJsonObject(list)) continue
    for (const resource of objectsOf(list.resources)) {
      const plural = textOf(resource.name)
      const kind = textOf(resource.kind)
      if (plural === undefined || kind === undefined || plural.includes('/')) continue
      kinds.push({
        group: item.group,
        version: item.version,
        kind,
        plural,
        namespaced: resource.namespaced === true,
        verbs: textsOf(resource.verbs),
      })
    }
  }
  return { ok: true, value: kinds, warnings: [] }
}

/** The versions of a group, the preferred one first. */
function groupVersions(
  group: JsonObject,
): readonly { readonly group: string; readonly version: string; readonly path: string }[] {
  const name = textOf(group.name) ?? ''
  const preferred = group.preferredVersion
  const first = isJsonObject(preferred) ? textOf(preferred.version) : undefined
  const versions = objectsOf(group.versions).flatMap((version) => textOf(version.version) ?? [])
  const ordered = first === undefined ? versions : [first, ...versions.filter((version) => version !== first)]
  return ordered.map((version) => ({ group: name, version, path: `/apis/${name}/${version}` }))
}
