import { isJsonObject, type JsonObject } from '../../plan/json.ts'
import type { Answer, ServedKind, SilentGroup, TargetError } from '../contract.ts'
import { objectOf, objectsOf, textOf, textsOf } from '../json-fields.ts'
import { classicKinds, type ListedKinds } from './classic-discovery.ts'
import { type OwnGroups, OwnGroupsMemory } from './own-groups.ts'
import { redact } from './redact.ts'
import type { RetryingSender } from './retry.ts'
import { errorOfFailure, errorOfResponse, plainText } from './status-error.ts'
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
  readonly silent: readonly SilentGroup[]
  /** ETags of `/api` and `/apis`; empty where the server gave none, and where some group did not answer. */
  readonly etags: { readonly [path: string]: string }
  /** What Kubernetes' own groups serve; only of servers older than aggregated discovery. */
  readonly own?: OwnGroups
}

/**
 * Asks what is served: two requests, or one for each group on servers older than aggregated discovery. `known` saves what did not
 * change; `version` tells the version of the server, by which old ones show that.
 */
export async function discover(
  sender: RetryingSender,
  known: Discovery | undefined,
  signal: AbortSignal,
  version: () => Promise<string | undefined> = async () => undefined,
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
  const silent: SilentGroup[] = []
  const etags: { [path: string]: string } = {}
  const own = new OwnGroupsMemory(known?.own, version)
  for (const [path, response] of [['/api', core.value] as const, ['/apis', groups.value] as const]) {
    const listed = await kindsOf(sender, path, response, own, signal)
    if (!listed.ok) return listed
    kinds.push(...listed.value.kinds)
    silent.push(...listed.value.silent)
    const etag = headerOf(response.headers, 'etag')
    if (etag !== undefined) etags[path] = etag
  }
  const remembered = own.learned()
  const value = {
    kinds,
    silent,
    etags: silent.length === 0 ? etags : {},
    ...(remembered === undefined ? {} : { own: remembered }),
  }
  return { ok: true, value, warnings: [] }
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
  return { ok: false, error: status === 404 ? noApi(path, exchange.response) : errorOfResponse(exchange.response) }
}

/** Something answers there, and it is no Kubernetes API. */
function noApi(path: string, response: TransportResponse): TargetError {
  const words = redact(plainText(response), 200)
  return {
    kind: 'other',
    message: `${path} answers with ${response.status === 404 ? 'status 404' : 'something else than JSON'}${words === '' ? '' : ` (${words})`}: no Kubernetes API answers there`,
    status: response.status,
    hint: "Is `server` of the kubeconfig's cluster right, with its path where the API stands behind a gateway? Login pages and proxies answer so, too.",
  }
}

async function kindsOf(
  sender: RetryingSender,
  path: string,
  response: TransportResponse,
  own: OwnGroupsMemory,
  signal: AbortSignal,
): Promise<Answer<ListedKinds>> {
  const body = response.json()
  if (!isJsonObject(body)) return { ok: false, error: noApi(path, response) }
  if (body.kind === 'APIGroupDiscoveryList') {
    return { ok: true, value: { kinds: aggregatedKinds(body), silent: staleVersions(body) }, warnings: [] }
  }
  return classicKinds(sender, path, body, own, signal)
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

/** Versions whose own server did not answer when it was last asked what it serves. */
function staleVersions(body: JsonObject): readonly SilentGroup[] {
  return objectsOf(body.items).flatMap((item) => {
    const group = textOf(objectOf(item.metadata).name) ?? ''
    return objectsOf(item.versions).flatMap(({ version, freshness }) =>
      freshness === 'Stale' ? [{ group, version: textOf(version) ?? '' }] : [],
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
