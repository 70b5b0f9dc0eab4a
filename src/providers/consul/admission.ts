import type { JsonObject } from '../../plan/json.ts'
import type { Manifest } from '../../plan/manifest.ts'
import type { ValuePath } from '../../plan/source.ts'
import { isAddressBlock } from '../address-block.ts'
import { type AdmissionTable, KNOWN_METHODS, type Refusal, refusals, refusedBy } from '../admission.ts'
import type { LintFinding } from '../contract.ts'
import { numberIn, objectIn, objectsIn, stringIn, stringsIn, valueIn } from '../json-view.ts'
import type { EntryKind } from './entry.ts'
import type { LintedEntry } from './linted-entry.ts'

/**
 * What Consul's servers and the webhooks of consul-k8s refuse in one entry, in the words of the custom resource (consul
 * agent/structs/config_entry_*.go, consul-k8s control-plane/api/v1alpha1).
 */
const CHECKS: { readonly [Kind in EntryKind]?: (spec: JsonObject, name: string) => readonly Refusal[] } = {
  ServiceRouter: router,
  ServiceSplitter: splitter,
  ServiceResolver: resolver,
  ServiceIntentions: intentions,
  ServiceDefaults: defaults,
}

/** Refusals of an entry, whichever words it is written in. */
export function entryRefusals({ manifest, kind, spec, pathOf }: LintedEntry): readonly LintFinding[] {
  return (CHECKS[kind]?.(spec, manifest.metadata.name) ?? []).map(({ path, problem, hint }) =>
    refusedBy('Consul', manifest, pathOf(...path), problem, hint),
  )
}

const RETRIED: ReadonlySet<string> = new Set([
  '5xx',
  'gateway-error',
  'reset',
  'connect-failure',
  'envoy-ratelimited',
  'retriable-4xx',
  'refused-stream',
  'cancelled',
  'deadline-exceeded',
  'internal',
  'resource-exhausted',
  'unavailable',
])

function router(spec: JsonObject): readonly Refusal[] {
  return objectsIn(spec, 'routes').flatMap((route, index) =>
    refusals((refuse) => {
      const http = objectIn(route, 'match', 'http')
      for (const one of httpRefusals(http)) refuse(['routes', index, 'match', 'http', ...one.path], one.problem, one.hint)
      for (const [position, parameter] of objectsIn(http, 'queryParam').entries()) {
        const ways = ['exact', 'regex'].filter((key) => (stringIn(parameter, key) ?? '') !== '').length
        if (ways + (parameter.present === true ? 1 : 0) !== 1) {
          refuse(
            ['routes', index, 'match', 'http', 'queryParam', position],
            `compares ${String(parameter.name)} not in one way`,
            'Say one of `exact`, `regex` and `present`.',
          )
        }
      }
      const rewritten = stringIn(route, 'destination', 'prefixRewrite') ?? ''
      if (rewritten !== '' && http.pathExact === undefined && http.pathPrefix === undefined) {
        refuse(
          ['routes', index, 'destination', 'prefixRewrite'],
          'rewrites a prefix that no match names',
          'Match by `pathPrefix` or `pathExact`.',
        )
      }
      for (const [position, word] of stringsIn(route, 'destination', 'retryOn').entries()) {
        if (!RETRIED.has(word))
          refuse(
            ['routes', index, 'destination', 'retryOn', position],
            `retries on ${word}`,
            'Use 5xx, gateway-error, connect-failure or another word of Envoy; statuses go into `retryOnStatusCodes`.',
          )
      }
    }),
  )
}

/** What routers and intentions say of requests alike. */
function httpRefusals(http: JsonObject): readonly Refusal[] {
  return refusals((refuse) => {
    const paths = ['pathExact', 'pathPrefix', 'pathRegex'].filter((key) => (stringIn(http, key) ?? '') !== '')
    if (paths.length > 1) refuse([], `matches the path by ${paths.join(' and ')}`, 'Keep one of them.')
    for (const key of ['pathExact', 'pathPrefix']) {
      const path = stringIn(http, key) ?? ''
      if (path !== '' && !path.startsWith('/'))
        refuse([key], `matches the path ${path}, which begins with no slash`, 'Begin it with a slash.')
    }
    for (const [index, header] of objectsIn(http, 'header').entries()) {
      const ways = ['exact', 'prefix', 'suffix', 'contains', 'regex'].filter((key) => (stringIn(header, key) ?? '') !== '').length
      if (ways + (header.present === true ? 1 : 0) !== 1)
        refuse(
          ['header', index],
          `compares ${String(header.name)} not in one way`,
          'Say one of `exact`, `prefix`, `suffix`, `contains`, `regex` and `present`.',
        )
    }
    const methods = stringsIn(http, 'methods')
    for (const [index, method] of methods.entries()) {
      if (!KNOWN_METHODS.has(method))
        refuse(
          ['methods', index],
          `names the method ${method}, which Consul does not know`,
          'Use the methods of HTTP in capitals.',
        )
      if (methods.indexOf(method) !== index) refuse(['methods', index], `names the method ${method} twice`, 'Name it once.')
    }
  })
}

function splitter(spec: JsonObject, name: string): readonly Refusal[] {
  return refusals((refuse) => {
    const splits = objectsIn(spec, 'splits')
    if (splits.length === 0) refuse(['splits'], 'splits nothing', 'Say where requests go, with weights that make 100.')
    const seen = new Set<string>()
    for (const [index, split] of splits.entries()) {
      const key = ['service', 'serviceSubset', 'namespace', 'partition']
        .map((field) => (field === 'service' ? (stringIn(split, field) ?? name) : stringIn(split, field)))
        .join('/')
      if (seen.has(key)) refuse(['splits', index], 'leads to the same place twice', 'Make one split of the two.')
      seen.add(key)
      const weight = numberIn(split, 'weight') ?? 0
      if (weight < 0 || weight > 100 || Math.abs(weight * 100 - Math.round(weight * 100)) > 1e-6) {
        refuse(
          ['splits', index, 'weight'],
          `has a weight of ${weight}; weights are from 0 to 100, in hundredths`,
          'Say 0 to 100.',
        )
      }
    }
  })
}

const SUBSET = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/
const POLICIES: ReadonlySet<string> = new Set(['', 'random', 'round_robin', 'least_request', 'ring_hash', 'maglev'])

function resolver(spec: JsonObject): readonly Refusal[] {
  return refusals((refuse) => {
    const subsets = Object.keys(objectIn(spec, 'subsets'))
    for (const name of subsets.filter((one) => !SUBSET.test(one)))
      refuse(['subsets', name], `has a subset "${name}", which is no label`, 'Use small letters, digits and dashes.')
    const chosen = stringIn(spec, 'defaultSubset') ?? ''
    if (chosen !== '' && !subsets.includes(chosen))
      refuse(['defaultSubset'], `takes the subset ${chosen}, which it has not`, 'Name one of its subsets.')
    const failover = Object.entries(objectIn(spec, 'failover'))
    if (spec.redirect !== undefined && failover.length > 0)
      refuse(['failover'], 'redirects and fails over', 'Keep one of the two.')
    for (const [name, target] of failover) {
      if (name !== '*' && !subsets.includes(name))
        refuse(
          ['failover', name],
          `fails over from the subset ${name}, which it has not`,
          'Name one of its subsets, or * for all.',
        )
      const keys = ['service', 'serviceSubset', 'namespace', 'datacenters', 'targets', 'samenessGroup']
      if (keys.every((key) => valueIn(target, key) === undefined))
        refuse(['failover', name], 'fails over to nowhere', 'Say `service`, `datacenters` or `targets`.')
      if (valueIn(target, 'targets') !== undefined && valueIn(target, 'datacenters') !== undefined) {
        refuse(['failover', name], 'fails over to datacenters and to targets', 'Keep one of the two.')
      }
      for (const [index, one] of objectsIn(target, 'targets').entries()) {
        if (one.peer !== undefined && (one.datacenter ?? one.partition) !== undefined) {
          refuse(
            ['failover', name, 'targets', index],
            'fails over to a peer and to a datacenter or partition in one',
            'Make two targets of it.',
          )
        }
      }
    }
    const policy = stringIn(spec, 'loadBalancer', 'policy') ?? ''
    if (!POLICIES.has(policy))
      refuse(['loadBalancer', 'policy'], `balances by ${policy}`, 'Use random, round_robin, least_request, ring_hash or maglev.')
    const hashes = objectsIn(spec, 'loadBalancer', 'hashPolicies')
    if (hashes.length > 0 && policy !== 'ring_hash' && policy !== 'maglev')
      refuse(['loadBalancer', 'hashPolicies'], `hashes for the policy ${policy}`, 'Use ring_hash or maglev.')
    for (const [index, hash] of hashes.entries()) {
      const at = ['loadBalancer', 'hashPolicies', index]
      if (hash.sourceIP === true && hash.field !== undefined)
        refuse(at, 'hashes the source address and a field in one', 'Make two hash policies of it.')
      if (hash.field !== undefined && (stringIn(hash, 'fieldValue') ?? '') === '')
        refuse(at, `hashes a ${String(hash.field)} without a name`, 'Say `fieldValue`.')
      if (hash.cookieConfig !== undefined && hash.field !== 'cookie')
        refuse(at, 'says what a cookie is like and hashes none', 'Say `field: cookie`.')
      if (valueIn(hash, 'cookieConfig', 'session') === true && valueIn(hash, 'cookieConfig', 'ttl') !== undefined) {
        refuse(at, 'makes a cookie of the session that has a life of its own', 'Keep `session` or `ttl`.')
      }
    }
  })
}

function intentions(spec: JsonObject): readonly Refusal[] {
  return refusals((refuse) => {
    const sources = objectsIn(spec, 'sources')
    if (sources.length === 0) refuse(['sources'], 'names no source', 'Say who may call, or * for anybody.')
    const everywhere = stringIn(spec, 'destination', 'name') === '*'
    const seen = new Set<string>()
    for (const [index, source] of sources.entries()) {
      const at: ValuePath = ['sources', index]
      const name = stringIn(source, 'name') ?? ''
      const key = ['namespace', 'partition', 'peer', 'samenessGroup'].map((field) => stringIn(source, field) ?? '').join('/')
      if (seen.has(`${key}/${name}`)) refuse(at, `names the source ${name} twice`, 'Make one source of the two.')
      seen.add(`${key}/${name}`)
      if (name !== '*' && name.includes('*'))
        refuse([...at, 'name'], `names the sources ${name}; a star stands alone`, 'Name each service, or * for all.')
      const permissions = objectsIn(source, 'permissions')
      if (permissions.length > 0 && source.action !== undefined)
        refuse(at, 'has an action and permissions for one source', 'Keep one of the two.')
      if (permissions.length === 0 && source.action !== 'allow' && source.action !== 'deny')
        refuse(at, 'neither allows nor denies a source', 'Say `action: allow` or `action: deny`.')
      if (permissions.length > 0 && everywhere)
        refuse(at, 'looks into requests for every destination', 'Say it for one service at a time.')
      for (const [position, permission] of permissions.entries()) {
        const http = objectIn(permission, 'http')
        if (Object.keys(http).length === 0 && permission.jwt === undefined)
          refuse([...at, 'permissions', position], 'has a permission for nothing', 'Say `http` or `jwt`.')
        for (const one of httpRefusals(http)) refuse([...at, 'permissions', position, 'http', ...one.path], one.problem, one.hint)
      }
    }
  })
}

const PROTOCOLS: ReadonlySet<string> = new Set(['', 'tcp', 'http', 'http2', 'grpc'])

function defaults(spec: JsonObject): readonly Refusal[] {
  return refusals((refuse) => {
    const protocol = stringIn(spec, 'protocol') ?? ''
    if (!PROTOCOLS.has(protocol)) refuse(['protocol'], `speaks ${protocol}`, 'Say tcp, http, http2 or grpc.')
    for (const key of ['maxInboundConnections', 'localConnectTimeoutMs', 'localRequestTimeoutMs']) {
      const value = numberIn(spec, key)
      if (value !== undefined && value < 0) refuse([key], `says ${key}: ${value}`, 'Say 0 or more.')
    }
    const balance = stringIn(spec, 'balanceInboundConnections') ?? ''
    if (balance !== '' && balance !== 'exact_balance')
      refuse(['balanceInboundConnections'], `balances connections by ${balance}`, 'Say exact_balance, or leave it out.')
    for (const key of ['name', 'namespace', 'partition', 'peer']) {
      if ((stringIn(spec, 'upstreamConfig', 'defaults', key) ?? '') !== '')
        refuse(['upstreamConfig', 'defaults', key], `says the ${key} of every upstream`, 'Say it under `overrides`.')
    }
    for (const [index, override] of objectsIn(spec, 'upstreamConfig', 'overrides').entries()) {
      for (const key of ['namespace', 'partition']) {
        if ((override.peer ?? '') !== '' && (override[key] ?? '') !== '')
          refuse(
            ['upstreamConfig', 'overrides', index, key],
            `names a peer and a ${key} for one upstream`,
            'Keep one of the two.',
          )
      }
      if ((stringIn(override, 'name') ?? '') === '')
        refuse(['upstreamConfig', 'overrides', index], 'sets limits for an upstream without a name', 'Say `name`.')
    }
    if (valueIn(spec, 'destination') === undefined) return
    const addresses = stringsIn(spec, 'destination', 'addresses')
    if (addresses.length === 0) refuse(['destination', 'addresses'], 'leads out to no address', 'Say `addresses`.')
    for (const [index, address] of addresses.entries()) {
      const at = ['destination', 'addresses', index]
      if (addresses.indexOf(address) !== index) refuse(at, `names ${address} twice`, 'Name it once.')
      if (address.includes('/')) refuse(at, `leads out to the block ${address}`, 'Name each address.')
      else if (
        address.includes('*') ||
        !(isAddressBlock(address) || /^[A-Za-z0-9_]([-A-Za-z0-9_.]*[A-Za-z0-9_])?$/.test(address))
      ) {
        refuse(at, `leads out to ${address}, which is no host and no address`, 'Write a host name or an address.')
      }
    }
    if ((numberIn(spec, 'destination', 'port') ?? 0) < 1)
      refuse(['destination', 'port'], 'leads out to no port', 'Say `port`, from 1 to 65535.')
  })
}

/** What the webhooks of consul-k8s refuse of kinds that designs write under `resources` alone. */
export const CONSUL_K8S_ADMISSION: AdmissionTable = {
  by: 'Consul',
  checks: { 'consul.hashicorp.com/ExportedServices': exported },
}

function exported(manifest: Manifest): readonly Refusal[] {
  return refusals((refuse) => {
    const services = objectsIn(manifest, 'spec', 'services')
    if (services.length === 0) refuse(['spec', 'services'], 'exports nothing', 'Name a service, or * for all.')
    for (const [index, service] of services.entries()) {
      const consumers = objectsIn(service, 'consumers')
      if (consumers.length === 0)
        refuse(['spec', 'services', index], `exports ${String(service.name)} to nobody`, 'Say `consumers`.')
      for (const [position, consumer] of consumers.entries()) {
        const ways = ['partition', 'peer', 'samenessGroup'].filter((key) => (consumer[key] ?? '') !== '')
        if (ways.length !== 1)
          refuse(
            ['spec', 'services', index, 'consumers', position],
            `exports ${String(service.name)} to ${ways.length === 0 ? 'nobody' : ways.join(' and ')}`,
            'Say one of `partition`, `peer` and `samenessGroup`.',
          )
      }
    }
  })
}
