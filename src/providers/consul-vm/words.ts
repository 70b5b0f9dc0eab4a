import { isJsonObject, type JsonObject, type JsonValue } from '../../plan/json.ts'
import type { ValuePath } from '../../plan/source.ts'
import { asResource, type ConsulEntry, type EntryKind } from '../consul/entry.ts'
import type { DesiredManifest } from '../contract.ts'
import type { FieldSchema } from '../field-schema.ts'

/** API version of objects in the words of Consul's HTTP API. */
export const CONSUL_HTTP_API = 'consul/v1'

const KINDS: { readonly [Kind in EntryKind]: string } = {
  ProxyDefaults: 'proxy-defaults',
  Mesh: 'mesh',
  ServiceDefaults: 'service-defaults',
  ServiceResolver: 'service-resolver',
  ServiceSplitter: 'service-splitter',
  ServiceRouter: 'service-router',
  ServiceIntentions: 'service-intentions',
  TerminatingGateway: 'terminating-gateway',
}

const ENTRY_KINDS: ReadonlyMap<string, EntryKind> = new Map(
  (Object.keys(KINDS) as EntryKind[]).map((kind) => [KINDS[kind], kind]),
)

/** The kind of custom resource that says what an entry of the HTTP API says. */
export function entryKind(kind: string): EntryKind | undefined {
  return ENTRY_KINDS.get(kind)
}

/** Fields that the HTTP API spells in capitals (api/config_entry*.go of hashicorp/consul). */
const CAPITALS: { readonly [field: string]: string } = {
  http: 'HTTP',
  tls: 'TLS',
  sni: 'SNI',
  ttl: 'TTL',
  jwt: 'JWT',
  caFile: 'CAFile',
  tlsMinVersion: 'TLSMinVersion',
  tlsMaxVersion: 'TLSMaxVersion',
}

/** Maps whose keys are names or text of the user, not fields. */
const NAMED: ReadonlySet<string> = new Set(['config', 'subsets', 'failover', 'set', 'add', 'keyValues', 'allowedCapabilities'])
/** Maps that are handed on as they are, keys of inner maps too. */
const VERBATIM: ReadonlySet<string> = new Set(['config', 'set', 'add', 'keyValues', 'allowedCapabilities'])

/** A config entry in Consul's own words: the fields that `PUT /v1/config` takes stand under `spec`. */
export function asConfigEntry(entry: ConsulEntry): DesiredManifest {
  const { manifest, origins } = asResource(entry)
  const places = new Map<string, string>()
  const spec = isJsonObject(manifest.spec) ? renamed(manifest.spec, '/spec', '/spec', places) : {}
  const { Destination: destination, ...rest } = spec
  // The entry's name is its destination; only the custom resource says it apart.
  const intentions = entry.kind === 'ServiceIntentions'
  const told = intentions && isJsonObject(destination) ? destination.Name : undefined
  return {
    manifest: {
      apiVersion: CONSUL_HTTP_API,
      kind: KINDS[entry.kind],
      metadata: { name: typeof told === 'string' ? told : entry.name },
      spec: intentions ? rest : spec,
    },
    origins: movedOrigins(origins, places),
  }
}

function movedOrigins(
  origins: DesiredManifest['origins'],
  places: ReadonlyMap<string, string>,
): { readonly [pointer: string]: ValuePath } {
  return Object.fromEntries(Object.entries(origins).map(([pointer, path]) => [places.get(pointer) ?? pointer, path]))
}

function renamed(object: JsonObject, from: string, to: string, places: Map<string, string>): JsonObject {
  return Object.fromEntries(
    Object.entries(object).map(([name, value]) => {
      const own = fieldName(name)
      return [own, inside(name, value, `${from}/${escaped(name)}`, `${to}/${escaped(own)}`, places)]
    }),
  )
}

function inside(name: string, value: JsonValue, from: string, to: string, places: Map<string, string>): JsonValue {
  places.set(from, to)
  if (Array.isArray(value)) {
    return (value as readonly JsonValue[]).map((item, index) => inside('', item, `${from}/${index}`, `${to}/${index}`, places))
  }
  if (!isJsonObject(value)) return value
  if (!NAMED.has(name)) return renamed(value, from, to, places)
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      const [innerFrom, innerTo] = [`${from}/${escaped(key)}`, `${to}/${escaped(key)}`]
      places.set(innerFrom, innerTo)
      return [key, VERBATIM.has(name) || !isJsonObject(inner) ? inner : renamed(inner, innerFrom, innerTo, places)]
    }),
  )
}

/** A field of a custom resource as the HTTP API spells it. */
export function fieldName(name: string): string {
  return CAPITALS[name] ?? `${name.charAt(0).toUpperCase()}${name.slice(1)}`
}

/** What every entry of the HTTP API may say beside what its custom resource does. */
const COMMON_FIELDS = { Kind: 's', Name: 's', Namespace: 's', Partition: 's', Meta: { '': 's' } }

/** The fields of an entry of the HTTP API, told from those of the custom resource that says the same. */
export function entryFields(kind: EntryKind, resource: FieldSchema): FieldSchema {
  const fields = capitalized(resource)
  if (typeof fields === 'string' || isFieldList(fields)) return fields
  const { Destination: destination, ...rest } = fields
  // The entry's name is its destination; only the custom resource says it apart.
  const own = kind === 'ServiceIntentions' || destination === undefined ? rest : { ...rest, Destination: destination }
  return { ...own, ...COMMON_FIELDS }
}

function capitalized(schema: FieldSchema): FieldSchema {
  if (typeof schema === 'string') return schema
  if (isFieldList(schema)) return [capitalized(schema[0])]
  return Object.fromEntries(
    Object.entries(schema).map(([name, inner]) => [name === '' ? '' : fieldName(name), capitalized(inner)]),
  )
}

function isFieldList(schema: FieldSchema): schema is readonly [FieldSchema] {
  return Array.isArray(schema)
}

function escaped(step: string): string {
  return step.replaceAll('~', '~0').replaceAll('/', '~1')
}

/** Fields in the words of the HTTP API as the custom resource spells them: the way back, for whoever reads both. */
export function inResourceWords(fields: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => {
      const own = Object.entries(CAPITALS).find(([, capital]) => capital === name)?.[0]
      const key = own ?? `${name.charAt(0).toLowerCase()}${name.slice(1)}`
      return [key, valueInResourceWords(key, value)]
    }),
  )
}

function valueInResourceWords(key: string, value: JsonValue): JsonValue {
  if (Array.isArray(value)) return (value as readonly JsonValue[]).map((item) => valueInResourceWords('', item))
  if (!isJsonObject(value) || VERBATIM.has(key)) return value
  if (!NAMED.has(key)) return inResourceWords(value)
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, isJsonObject(inner) ? inResourceWords(inner) : inner]),
  )
}
