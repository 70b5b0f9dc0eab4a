import { expect } from 'vitest'
import type { Conformance, ExpectedObject, Meaning } from './conform.ts'
import { CONSUL_MEANING, ENTERPRISE_MEANING } from './consul-meaning.ts'

const KINDS: { readonly [kind: string]: string } = {
  ProxyDefaults: 'proxy-defaults',
  Mesh: 'mesh',
  ServiceDefaults: 'service-defaults',
  ServiceResolver: 'service-resolver',
  ServiceSplitter: 'service-splitter',
  ServiceRouter: 'service-router',
  ServiceIntentions: 'service-intentions',
  TerminatingGateway: 'terminating-gateway',
}
const CAPITALS: { readonly [name: string]: string } = { http: 'HTTP', tls: 'TLS' }
const AS_THEY_ARE = new Set(['config', 'set', 'add', 'keyValues', 'allowedCapabilities'])
const NAMES = new Set(['subsets', 'failover'])

/** Fields of a custom resource as the HTTP API spells them: the same words, capitalised, but for names that the user chose. */
function words(value: unknown, name = ''): unknown {
  if (Array.isArray(value)) return value.map((item) => words(item))
  if (typeof value !== 'object' || value === null) return value
  if (AS_THEY_ARE.has(name)) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      NAMES.has(name) ? key : (CAPITALS[key] ?? `${key.charAt(0).toUpperCase()}${key.slice(1)}`),
      words(inner, key),
    ]),
  )
}

function inWords({ kind, metadata, spec }: ExpectedObject): ExpectedObject {
  const { destination, ...rest } = (spec ?? {}) as { readonly destination?: unknown }
  const name = metadata !== undefined && 'name' in metadata ? metadata.name : undefined
  const own = kind === 'ServiceIntentions' && typeof destination === 'object' && destination !== null && 'name' in destination
  return {
    kind: KINDS[kind] ?? kind,
    metadata: { name: own ? destination.name : name },
    spec: words(kind === 'ServiceIntentions' ? rest : spec) as object,
  }
}

/** The config entries among what the custom resources must say. */
function entriesOf(meaning: Conformance['meaning']): Conformance['meaning'] {
  return Object.fromEntries(
    Object.entries<Meaning>(meaning).map(([feature, said]) => [
      feature,
      typeof said === 'function' ? said : said.filter(({ kind }) => KINDS[kind] !== undefined).map(inWords),
    ]),
  )
}

const gateway = (more: object): readonly ExpectedObject[] => [
  {
    kind: 'api-gateway',
    metadata: { name: 'web' },
    spec: { Listeners: [{ Protocol: 'http', Hostname: 'shop.example.org', ...more }] },
  },
  {
    kind: 'http-route',
    metadata: { name: 'web-routes' },
    spec: { Parents: [{ Kind: 'api-gateway', Name: 'web' }], Rules: [{ Services: [{ Name: 'frontend', Weight: 100 }] }] },
  },
]

const ON_MACHINES: Conformance['meaning'] = {
  'onboarding.workload': [{ kind: 'service-defaults', metadata: { name: 'backend' }, spec: { Protocol: 'http' } }],
  'onboarding.off': ({ manifests }) =>
    expect(manifests.filter(({ metadata }) => metadata.name === 'backend').map(({ kind }) => kind)).toEqual([]),
  'traffic.gateways': [
    {
      kind: 'http-route',
      metadata: { name: 'backend-on-web' },
      spec: { Parents: [{ Kind: 'api-gateway', Name: 'web' }], Rules: [{ Services: [{ Name: 'backend' }] }] },
    },
  ],
  'gateway.ingress': gateway({ Port: 80 }),
  'gateway.tls': gateway({ Port: 443, TLS: { Certificates: [{ Kind: 'inline-certificate', Name: 'shop-certificate' }] } }),
  'telemetry.metrics': ({ manifests }) =>
    expect(manifests.find(({ kind }) => kind === 'proxy-defaults')?.spec).toEqual({ Config: { protocol: 'http' } }),
}

/** Without what only Kubernetes does: charts, and images that are pulled. */
function onMachines(meaning: Conformance['meaning']): Conformance['meaning'] {
  const { 'install.charts': _charts, 'filter.pullPolicy': _policy, ...rest } = meaning
  return rest
}

/** What config entries of the HTTP API must say: what the custom resources say, and what is different without Kubernetes. */
export const CONSUL_VM_MEANING: Conformance['meaning'] = { ...entriesOf(onMachines(CONSUL_MEANING)), ...ON_MACHINES }

/** The same of Consul Enterprise. */
export const CONSUL_VM_ENTERPRISE_MEANING: Conformance['meaning'] = {
  ...entriesOf(onMachines(ENTERPRISE_MEANING)),
  ...ON_MACHINES,
}
