import { isJsonObject, type JsonObject, type JsonValue } from '../../src/plan/json.ts'

/** A field: a type of JSON, a map with values of a type, fields of an object, or a list of such. */
type Word = 'string' | 'number' | 'boolean' | 'any' | 'map' | { readonly [field: string]: Word } | readonly [Word] | MapOf

/** A map from names to something. */
class MapOf {
  readonly value: Word
  constructor(value: Word) {
    this.value = value
  }
}

const HEADERS: Word = { Add: 'map', Set: 'map', Remove: ['string'] }
const COMPARED: Word = { Match: 'string', Value: 'string' }
const EXTENSION: Word = { Name: 'string', Required: 'boolean', Arguments: 'any', ConsulVersion: 'string', EnvoyVersion: 'string' }
const UPSTREAM: Word = {
  Name: 'string',
  Namespace: 'string',
  ConnectTimeoutMs: 'number',
  Protocol: 'string',
  Limits: { MaxConnections: 'number', MaxPendingRequests: 'number', MaxConcurrentRequests: 'number' },
  PassiveHealthCheck: {
    Interval: 'string',
    MaxFailures: 'number',
    EnforcingConsecutive5xx: 'number',
    MaxEjectionPercent: 'number',
    BaseEjectionTime: 'string',
  },
}
const PERMISSION: Word = {
  Action: 'string',
  HTTP: {
    PathExact: 'string',
    PathPrefix: 'string',
    PathRegex: 'string',
    Methods: ['string'],
    Header: [
      {
        Name: 'string',
        Present: 'boolean',
        Exact: 'string',
        Prefix: 'string',
        Suffix: 'string',
        Regex: 'string',
        Invert: 'boolean',
      },
    ],
  },
}

/** Fields of config entries as hashicorp/consul api/config_entry*.go spells them, those that meshform may write. */
export const CONFIG_WORDS: { readonly [kind: string]: { readonly [field: string]: Word } } = {
  'proxy-defaults': {
    Config: 'any',
    MutualTLSMode: 'string',
    MeshGateway: { Mode: 'string' },
    AccessLogs: { Enabled: 'boolean', Type: 'string', Path: 'string', JSONFormat: 'string', TextFormat: 'string' },
    EnvoyExtensions: [EXTENSION],
  },
  mesh: {
    AllowEnablingPermissiveMutualTLS: 'boolean',
    TransparentProxy: { MeshDestinationsOnly: 'boolean' },
    Peering: { PeerThroughMeshGateways: 'boolean' },
  },
  'service-defaults': {
    Protocol: 'string',
    MutualTLSMode: 'string',
    ExternalSNI: 'string',
    UpstreamConfig: { Defaults: UPSTREAM, Overrides: [UPSTREAM] },
    Destination: { Addresses: ['string'], Port: 'number' },
    RateLimits: { InstanceLevel: { RequestsPerSecond: 'number', RequestsMaxBurst: 'number' } },
    EnvoyExtensions: [EXTENSION],
  },
  'service-resolver': {
    DefaultSubset: 'string',
    Subsets: new MapOf({ Filter: 'string', OnlyPassing: 'boolean' }),
    ConnectTimeout: 'string',
    RequestTimeout: 'string',
    Failover: new MapOf({
      Service: 'string',
      Datacenters: ['string'],
      Targets: [{ Datacenter: 'string', Peer: 'string', Service: 'string' }],
    }),
    LoadBalancer: {
      Policy: 'string',
      HashPolicies: [
        {
          Field: 'string',
          FieldValue: 'string',
          SourceIP: 'boolean',
          CookieConfig: { Session: 'boolean', TTL: 'string', Path: 'string' },
        },
      ],
    },
  },
  'service-splitter': {
    Splits: [{ Weight: 'number', Service: 'string', ServiceSubset: 'string', RequestHeaders: HEADERS, ResponseHeaders: HEADERS }],
  },
  'service-router': {
    Routes: [
      {
        Match: {
          HTTP: {
            PathExact: 'string',
            PathPrefix: 'string',
            PathRegex: 'string',
            CaseInsensitive: 'boolean',
            Header: [
              {
                Name: 'string',
                Present: 'boolean',
                Exact: 'string',
                Prefix: 'string',
                Suffix: 'string',
                Regex: 'string',
                Invert: 'boolean',
              },
            ],
            QueryParam: [{ Name: 'string', Present: 'boolean', Exact: 'string', Regex: 'string' }],
            Methods: ['string'],
          },
        },
        Destination: {
          Service: 'string',
          ServiceSubset: 'string',
          PrefixRewrite: 'string',
          RequestTimeout: 'string',
          IdleTimeout: 'string',
          NumRetries: 'number',
          RetryOn: ['string'],
          RetryOnConnectFailure: 'boolean',
          RetryOnStatusCodes: ['number'],
          RequestHeaders: HEADERS,
          ResponseHeaders: HEADERS,
        },
      },
    ],
  },
  'service-intentions': {
    Sources: [
      { Name: 'string', Namespace: 'string', Action: 'string', Permissions: [PERMISSION], Description: 'string', Type: 'string' },
    ],
  },
  'terminating-gateway': { Services: [{ Name: 'string', SNI: 'string', CAFile: 'string' }] },
  'api-gateway': {
    Listeners: [
      {
        Name: 'string',
        Hostname: 'string',
        Port: 'number',
        Protocol: 'string',
        TLS: { Certificates: [{ Kind: 'string', Name: 'string' }] },
      },
    ],
  },
  'http-route': {
    Parents: [{ Kind: 'string', Name: 'string', SectionName: 'string' }],
    Hostnames: ['string'],
    Rules: [
      {
        Matches: [
          {
            Method: 'string',
            Path: COMPARED,
            Headers: [{ Name: 'string', Match: 'string', Value: 'string' }],
            Query: [{ Name: 'string', Match: 'string', Value: 'string' }],
          },
        ],
        Filters: {
          Headers: [HEADERS],
          URLRewrite: { Path: 'string' },
          TimeoutFilter: { RequestTimeout: 'string', IdleTimeout: 'string' },
          RetryFilter: { NumRetries: 'number', RetryOn: ['string'], RetryOnStatusCodes: ['number'] },
        },
        ResponseFilters: { Headers: [HEADERS] },
        Services: [{ Name: 'string', Weight: 'number' }],
      },
    ],
  },
  'tcp-route': { Parents: [{ Kind: 'string', Name: 'string' }], Services: [{ Name: 'string' }] },
}

/** Bodies of registrations. */
const REGISTRATIONS: { readonly [kind: string]: { readonly [field: string]: Word } } = {
  service: {
    Name: 'string',
    Port: 'number',
    Address: 'string',
    Tags: ['string'],
    Meta: 'map',
    Connect: { SidecarService: 'any' },
  },
  'node-service': {
    Node: 'string',
    Address: 'string',
    Service: { Service: 'string', Port: 'number', Address: 'string', Tags: ['string'], Meta: 'map' },
  },
}

/** What a server would refuse of the fields of an object, in its words. */
export function wrongWords(kind: string, spec: JsonObject): readonly string[] {
  const words = CONFIG_WORDS[kind] ?? REGISTRATIONS[kind]
  if (words === undefined) return [`invalid config entry kind: ${kind}`]
  return wrongFields(spec, words, '')
}

function wrongFields(object: JsonObject, words: { readonly [field: string]: Word }, path: string): readonly string[] {
  return Object.entries(object).flatMap(([name, value]) => {
    const word = words[name]
    const place = path === '' ? name : `${path}.${name}`
    return word === undefined ? [`invalid config key "${place}"`] : wrongValue(value, word, place)
  })
}

function wrongValue(value: JsonValue, word: Word, place: string): readonly string[] {
  const expected = (holds: boolean, what: string) => (holds ? [] : [`"${place}" expected ${what}`])
  if (word === 'any') return []
  if (word === 'map')
    return expected(isJsonObject(value) && Object.values(value).every((item) => typeof item === 'string'), 'a map')
  if (typeof word === 'string') return expected(typeof value === word, `type ${word}`)
  if (word instanceof MapOf) {
    if (!isJsonObject(value)) return expected(false, 'a map')
    return Object.entries(value).flatMap(([name, inner]) => wrongValue(inner, word.value, `${place}[${name}]`))
  }
  if (Array.isArray(word)) {
    const [item] = word as readonly [Word]
    if (!Array.isArray(value)) return expected(false, 'a list')
    return (value as readonly JsonValue[]).flatMap((inner, index) => wrongValue(inner, item, `${place}[${index}]`))
  }
  return isJsonObject(value)
    ? wrongFields(value, word as { readonly [field: string]: Word }, place)
    : expected(false, 'an object')
}
