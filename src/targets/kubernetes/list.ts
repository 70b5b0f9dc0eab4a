import { isJsonObject, type JsonObject, type JsonValue } from '../../plan/json.ts'
import type { Answer, ListRequest, LiveObject, ServedKind } from '../contract.ts'
import { objectOf, textOf } from '../json-fields.ts'
import { resourcePath } from './resource-path.ts'
import type { RetryingSender } from './retry.ts'
import { errorOfFailure, errorOfResponse } from './status-error.ts'
import type { Exchange } from './transport.ts'
import { warningsOf } from './warnings.ts'

/**
 * Few enough objects that a page is answered in good time: whole ones as kubectl asks. Of metadata alone about as many bytes; every
 * page more is another wait for the server, since a page names the next.
 */
const PAGE_SIZES = { whole: 500, metadata: 2500 }
const TIMEOUT_MS = 60_000
/** A list that expires this often under our hands is too long to be paged: it is asked for whole. */
const MOST_RESTARTS = 2
/** And one that comes broken even so is given up. */
const MOST_TRIES = 5

const METADATA_ONLY = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json'

/** All objects of a kind at one moment. */
export interface ListedObjects {
  readonly items: readonly LiveObject[]
  /** Where a watch goes on from. */
  readonly resourceVersion: string
}

/** Lists one kind, page by page; the next page is on its way while one is read. */
export async function listObjects(
  sender: RetryingSender,
  served: ServedKind,
  request: ListRequest,
  signal: AbortSignal,
): Promise<Answer<ListedObjects>> {
  const pageSize = PAGE_SIZES[request.metadataOnly === true ? 'metadata' : 'whole']
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const listed = await listOnce(sender, served, request, tries < MOST_RESTARTS ? pageSize : undefined, signal)
    if (listed !== 'again') return listed
  }
  return {
    ok: false,
    error: { kind: 'other', message: `The list of ${served.plural} comes broken or expires, again and again`, status: 200 },
  }
}

async function listOnce(
  sender: RetryingSender,
  served: ServedKind,
  request: ListRequest,
  pageSize: number | undefined,
  signal: AbortSignal,
): Promise<Answer<ListedObjects> | 'again'> {
  const found: LiveObject[] = []
  const warnings: string[] = []
  let resourceVersion: string | undefined
  const ask = (token: string | undefined): Promise<Exchange> => askPage(sender, served, request, pageSize, token, signal)
  let page = ask(undefined)
  for (;;) {
    const exchange = await page
    if (!exchange.ok) return { ok: false, error: errorOfFailure(exchange.failure) }
    const { response } = exchange
    if (response.status === 410 && resourceVersion !== undefined) return 'again'
    if (response.status !== 200) return { ok: false, error: errorOfResponse(response) }
    warnings.push(...warningsOf(response.headers))
    const early = earlyContinue(response.head)
    const next = early === undefined ? undefined : ask(early)
    const body = response.json()
    const items = itemsOf(body)
    if (!isJsonObject(body) || items === undefined) {
      void next
      // Cut in its middle, and where it might have ended.
      if (body === undefined) return 'again'
      return { ok: false, error: { kind: 'other', message: `The list of ${served.plural} is no list`, status: 200 } }
    }
    const metadata = objectOf(body.metadata)
    resourceVersion ??= textOf(metadata.resourceVersion) ?? ''
    for (const item of items) if (isJsonObject(item)) found.push(named(item, request))
    const token = textOf(metadata.continue)
    if (token === undefined || token === '') return { ok: true, value: { items: found, resourceVersion }, warnings }
    page = next ?? ask(token)
  }
}

/** The items of a list's page; undefined where it is none. API servers write `null` for no items when asked for metadata alone. */
function itemsOf(body: JsonValue | undefined): readonly JsonValue[] | undefined {
  if (!isJsonObject(body)) return undefined
  const { items } = body
  if (Array.isArray(items)) return items as readonly JsonValue[]
  return items === null ? [] : undefined
}

function askPage(
  sender: RetryingSender,
  served: ServedKind,
  request: ListRequest,
  pageSize: number | undefined,
  token: string | undefined,
  signal: AbortSignal,
): Promise<Exchange> {
  const query: (readonly [string, string])[] = []
  if (pageSize !== undefined) query.push(['limit', String(pageSize)])
  if (token !== undefined) query.push(['continue', token])
  if (request.labelSelector !== undefined) query.push(['labelSelector', request.labelSelector])
  return sender.send({
    method: 'GET',
    path: resourcePath(served, request.namespace ?? ''),
    query,
    accept: request.metadataOnly === true ? METADATA_ONLY : 'application/json',
    large: true,
    timeoutMs: TIMEOUT_MS,
    signal,
  })
}

/** Servers write a list's metadata before its items, so that the next page can be asked for before this one is parsed. */
function earlyContinue(head: string): string | undefined {
  const items = head.indexOf('"items":')
  if (items < 0) return undefined
  return /"metadata":\{[^{}]*"continue":"([^"\\]+)"/.exec(head.slice(0, items))?.[1]
}

/** Items of a list leave out what kind they are, or say that only their metadata is there: the list's request knows. */
export function named(item: JsonObject, request: Pick<ListRequest, 'apiVersion' | 'kind'>): LiveObject {
  return item.kind === request.kind && item.apiVersion === request.apiVersion
    ? item
    : { ...item, apiVersion: request.apiVersion, kind: request.kind }
}
