import { isJsonObject, type JsonObject, type JsonValue } from '../../plan/json.ts'
import { goJsonByteError } from '../go-json-error.ts'
import type { FieldError } from '../resource-type.ts'
import { parseFieldSelector } from '../selectors/field-selector.ts'
import { parseLabelSelector } from '../selectors/label-selector.ts'
import type { ObjectStore } from '../store/object-store.ts'
import type { StoredObject } from '../store/stored-object.ts'
import { queryNumber } from './request-options.ts'
import type { ServedResource } from './resource-registry.ts'
import { badRequest, expired, internal, invalid, versionTooLarge } from './status-error.ts'

/** Which objects of a resource are meant. */
export interface ObjectFilter {
  readonly isEmpty: boolean
  readonly matches: (object: StoredObject) => boolean
  /** The one name asked for, if any. */
  readonly name: string | undefined
}

/** A page of a list. */
export interface ObjectPage {
  readonly objects: readonly StoredObject[]
  readonly version: number
  readonly continueToken: string | undefined
  readonly remaining: number | undefined
}

/** Reads the selectors of a query. */
export function filterOf(query: URLSearchParams, resource: ServedResource): ObjectFilter {
  const labels = parseLabelSelector(query.get('labelSelector') ?? '')
  if (!labels.ok) throw badRequest(labels.problem)
  const fields = parseFieldSelector(query.get('fieldSelector') ?? '', resource)
  if (!fields.ok) throw badRequest(fields.problem)
  const isEmpty = labels.isEmpty && fields.isEmpty
  const matches = isEmpty
    ? () => true
    : (object: StoredObject) =>
        (labels.isEmpty || labels.matches(object.labels)) && (fields.isEmpty || fields.matches(object.object))
  return { isEmpty, matches, name: fields.name }
}

interface ContinueToken {
  /** Whatever is the latest where it says so. */
  readonly version: number
  /** The key of the last object shown, `namespace/name`. */
  readonly after: string
}

/** Stands for the latest version in tokens of lists that can't go on as they began. */
const latest = -1
const tokenVersion = 'meta.k8s.io/v1'

function encodeToken(token: ContinueToken): string {
  return Buffer.from(JSON.stringify({ v: tokenVersion, rv: token.version, start: `${token.after}\u0000` })).toString('base64url')
}

function decodeToken(text: string): ContinueToken {
  const problem = (why: string): Error => badRequest(`invalid continue token: continue key is not valid: ${why}`)
  const bad = text.search(/[^A-Za-z0-9_-]/)
  if (bad >= 0) throw problem(`illegal base64 data at input byte ${bad}`)
  const bytes = Buffer.from(text, 'base64url')
  const syntax = goJsonByteError(bytes)
  if (syntax !== undefined) throw problem(syntax)
  const value = JSON.parse(bytes.toString()) as JsonValue
  const { v, rv, start } = isJsonObject(value) ? value : ({} as JsonObject)
  if (v !== tokenVersion) throw problem(`server does not recognize this encoded version ${String(v ?? '')}`)
  if (typeof rv !== 'number' || rv === 0) throw problem('incorrect encoded start resourceVersion (version meta.k8s.io/v1)')
  if (typeof start !== 'string' || start === '') throw problem('encoded start key empty (version meta.k8s.io/v1)')
  return { version: rv, after: start.endsWith('\u0000') ? start.slice(0, -1) : start }
}

/** Reads a resourceVersion; undefined when none is given. */
export function versionOf(query: URLSearchParams): number | undefined {
  const text = query.get('resourceVersion') ?? ''
  if (text === '') return undefined
  if (!/^\d+$/.test(text)) {
    const why = `strconv.ParseUint: parsing ${JSON.stringify(text)}: invalid syntax`
    throw badRequest(`invalid resource version: resourceVersion: Invalid value: ${JSON.stringify(text)}: ${why}`)
  }
  return Number(text)
}

/** Refuses a read of one object at a version that is none, or that is not reached yet. */
export function checkReadVersion(store: ObjectStore, query: URLSearchParams): void {
  const asked = watchedVersionOf(query)
  if (asked !== undefined && asked > store.version) throw versionTooLarge(asked, store.version)
}

/** Of a version that is none a watch and a read of one object tell in fewer words than a list. */
export function watchedVersionOf(query: URLSearchParams): number | undefined {
  const text = query.get('resourceVersion') ?? ''
  if (/^\d*$/.test(text)) return versionOf(query)
  const why = `strconv.ParseUint: parsing ${JSON.stringify(text)}: invalid syntax`
  throw internal(`resourceVersion: Invalid value: ${JSON.stringify(text)}: ${why}`)
}

function objectsAt(
  store: ObjectStore,
  resource: ServedResource,
  namespace: string | undefined,
  version: number,
  tooOld: () => Error,
) {
  const current = store.list(resource.storage, namespace)
  if (version >= store.version) return current
  const changes = store.changesSince(resource.storage, version)
  if (changes === undefined) throw tooOld()
  if (changes.length === 0) return current
  const before = new Map<string, StoredObject | undefined>()
  for (const change of changes) {
    const key = keyText(change.object)
    if (!before.has(key)) before.set(key, change.previous)
  }
  const kept = current.filter((object) => !before.has(keyText(object)))
  const restored = [...before.values()].filter((object) => object !== undefined)
  const inNamespace = restored.filter((object) => namespace === undefined || object.key.namespace === namespace)
  return [...kept, ...inNamespace].sort((left, right) => (keyText(left) < keyText(right) ? -1 : 1))
}

function keyText(object: StoredObject): string {
  return `${object.key.namespace}/${object.key.name}`
}

function checkVersionMatch(query: URLSearchParams): void {
  if (query.get('sendInitialEvents') !== null) {
    throw invalid({ group: 'meta.k8s.io', name: 'ListOptions' }, '', [
      {
        type: 'FieldValueForbidden',
        field: 'sendInitialEvents',
        message: 'Forbidden: sendInitialEvents is forbidden for list',
      },
    ])
  }
  const match = query.get('resourceVersionMatch') ?? ''
  if (match === '') return
  const version = query.get('resourceVersion') ?? ''
  const errors: FieldError[] = []
  const forbid = (why: string): void => {
    errors.push({ type: 'FieldValueForbidden', field: 'resourceVersionMatch', message: `Forbidden: ${why}` })
  }
  if (version === '') forbid('resourceVersionMatch is forbidden unless resourceVersion is provided')
  if ((query.get('continue') ?? '') !== '') forbid('resourceVersionMatch is forbidden when continue is provided')
  if (match === 'Exact' && version === '0') forbid('resourceVersionMatch "exact" is forbidden for resourceVersion "0"')
  if (match !== 'Exact' && match !== 'NotOlderThan') {
    const message = `Unsupported value: ${JSON.stringify(match)}: supported values: "Exact", "NotOlderThan", ""`
    errors.push({ type: 'FieldValueNotSupported', field: 'resourceVersionMatch', message })
  }
  if (errors.length > 0) throw invalid({ group: 'meta.k8s.io', name: 'ListOptions' }, '', errors)
}

/** Lists objects: selected, paged, and all of one version even across pages. */
export function listObjects(
  store: ObjectStore,
  resource: ServedResource,
  namespace: string | undefined,
  query: URLSearchParams,
): ObjectPage {
  const filter = filterOf(query, resource)
  queryNumber(query, 'timeoutSeconds')
  checkVersionMatch(query)
  const asked = versionOf(query)
  const continueText = query.get('continue') ?? ''
  const token = continueText === '' ? undefined : decodeToken(continueText)
  if (token !== undefined && asked !== undefined && asked !== 0) {
    throw badRequest('specifying resource version is not allowed when using continue')
  }
  if (asked !== undefined && asked > store.version) throw versionTooLarge(asked, store.version)
  const match = query.get('resourceVersionMatch') ?? ''
  const given = queryNumber(query, 'limit') ?? 0
  // What need not be the latest comes whole, since it comes from what the server has at hand.
  const limit = asked === 0 && token === undefined ? 0 : given
  const exact = match === 'Exact' || (match === '' && limit > 0)
  const begun = token?.version === latest ? store.version : token?.version
  const version = begun ?? (exact && asked !== undefined ? asked : store.version)
  const all = objectsAt(store, resource, namespace, version, () =>
    token === undefined ? expired(tooOldVersion) : expired(tooOldToken, encodeToken({ version: latest, after: token.after })),
  )
  let selected = filter.isEmpty ? all : all.filter(filter.matches)
  if (token !== undefined) selected = selected.filter((object) => keyText(object) > token.after)
  if (!(limit > 0) || selected.length <= limit)
    return { objects: selected, version, continueToken: undefined, remaining: undefined }
  const objects = selected.slice(0, limit)
  const last = objects[objects.length - 1] as StoredObject
  return {
    objects,
    version,
    continueToken: encodeToken({ version, after: keyText(last) }),
    remaining: filter.isEmpty ? selected.length - limit : undefined,
  }
}

const tooOldVersion = 'The resourceVersion for the provided list is too old.'
const tooOldToken =
  'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.'
