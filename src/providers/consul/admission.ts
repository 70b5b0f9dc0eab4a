import type { JsonObject } from '../../plan/json.ts'
import type { ValuePath } from '../../plan/source.ts'
import { isAddressBlock } from '../address-block.ts'
import { KNOWN_METHODS, type Refusal, refusals, refusedBy } from '../admission.ts'
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
      for (const one of httpRefusals(http)) refuse(['routes', index, 'match', 'http', ...one.path], one.problem)
      for (const [position, parameter] of objectsIn(http, 'queryParam').entries()) {
        const ways = ['exact', 'regex'].filter((key) => (stringIn(parameter, key) ?? '') !== '').length
        if (ways + (parameter.present === true ? 1 : 0) !== 1) {
          refuse(['routes', index, 'match', 'http', 'queryParam', position], `compares ${String(parameter.name)} not in one way`)
        }
      }
      const rewritten = stringIn(route, 'destination', 'prefixRewrite') ?? ''
      if (rewritten !== '' && http.pathExact === undefined && http.pathPrefix === undefined) {
        refuse(['routes', index, 'destination', 'prefixRewrite'], 'rewrites a prefix that no match names')
      }
      for (const [position, word] of stringsIn(route, 'destination', 'retryOn').entries()) {
        if (!RETRIED.has(word)) refuse(['routes', index, 'destination', 'retryOn', position], `retries on ${word}`)
      }
    }),
  )
}

/** What routers and intentions say of requests alike. */
function httpRefusals(http: JsonObject): readonly Refusal[] {
  return refusals((refuse) => {
    const paths = ['pathExact', 'pathPrefix', 'pathRegex'].filter((key) => (stringIn(http, key) ?? '') !== '')
    if (paths.length > 1) refuse([], `matches the path by ${paths.join(' and ')}`)
    for (const key of ['pathExact', 'pathPrefix']) {
      const path = stringIn(http, key) ?? ''
      if (path !== '' && !path.startsWith('/')) refuse([key], `matches the path ${path}, which begins with no slash`)
    }
    for (const [index, header] of objectsIn(http, 'header').entries()) {
      const ways = ['exact', 'prefix', 'suffix', 'contains', 'regex'].filter((key) => (stringIn(header, key) ?? '') !== '').length
      if (ways + (header.present === true ? 1 : 0) !== 1)
        refuse(['header', index], `compares ${String(header.name)} not in one way`)
    }
    const methods = stringsIn(http, 'methods')
    for (const [index, method] of methods.entries()) {
      if (!KNOWN_METHODS.has(method)) refuse(['methods', index], `names the method ${method}, which Consul does not know`)
      if (methods.indexOf(method) !== index) refuse(['methods', index], `names the method ${method} twice`)
    }
  })
}

function splitter(spec: JsonObject, name: string): readonly Refusal[] {
  return refusals((refuse) => {
    const splits = objectsIn(spec, 'splits')
    if (splits.length === 0) refuse(['splits'], 'splits nothing')
    const seen = new Set<string>()
    for (const [index, split] of splits.entries()) {
      const key = ['service', 'serviceSubset', 'namespace', 'partition']
        .map((field) => (field === 'service' ? (stringIn(split, field) ?? name) : stringIn(split, field)))
        .join('/')
      if (seen.has(key)) refuse(['splits', index], 'leads to the same place twice')
      seen.add(key)
      const weight = numberIn(split, 'weight') ?? 0
      if (weight < 0 || weight > 100 || Math.abs(weight * 100 - Math.round(weight * 100)) > 1e-6) {
        refuse(['splits', index, 'weight'], `has a weight of ${weight}; weights are from 0 to 100, in hundredths`)
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
      refuse(['subsets', name], `has a subset "${name}", which is no label`)
    const chosen = stringIn(spec, 'defaultSubset') ?? ''
    if (chosen !== '' && !subsets.includes(chosen)) refuse(['defaultSubset'], `takes the subset ${chosen}, which it has not`)
    const failover = Object.entries(objectIn(spec, 'failover'))
    if (spec.redirect !== undefined && failover.length > 0) refuse(['failover'], 'redirects and fails over')
    for (const [name, target] of failover) {
      if (name !== '*' && !subsets.includes(name))
        refuse(['failover', name], `fails over from the subset ${name}, which it has not`)
      const keys = ['service', 'serviceSubset', 'namespace', 'datacenters', 'targets', 'samenessGroup']
      if (keys.every((key) => valueIn(target, key) === undefined)) refuse(['failover', name], 'fails over to nowhere')
      if (valueIn(target, 'targets') !== undefined && valueIn(target, 'datacenters') !== undefined) {
        refuse(['failover', name], 'fails over to datacenters and to targets')
      }
      for (const [index, one] of objectsIn(target, 'targets').entries()) {
        if (one.peer !== undefined && (one.datacenter ?? one.partition) !== undefined) {
          refuse(['failover', name, 'targets', index], 'fails over to a peer and to a datacenter or partition in one')
        }
      }
    }
    const policy = stringIn(spec, 'loadBalancer', 'policy') ?? ''
    if (!POLICIES.has(policy)) refuse(['loadBalancer', 'policy'], `balances by ${policy}`)
    const hashes = objectsIn(spec, 'loadBalancer', 'hashPolicies')
    if (hashes.length > 0 && policy !== 'ring_hash' && policy !== 'maglev')
      refuse(['loadBalancer', 'hashPolicies'], `hashes for the policy ${policy}`)
    for (const [index, hash] of hashes.entries()) {
      const at = ['loadBalancer', 'hashPolicies', index]
      if (hash.sourceIP === true && hash.field !== undefined) refuse(at, 'hashes the source address and a field in one')
      if (hash.field !== undefined && (stringIn(hash, 'fieldValue') ?? '') === '')
        refuse(at, `hashes a ${String(hash.field)} without a name`)
      if (hash.cookieConfig !== undefined && hash.field !== 'cookie') refuse(at, 'says what a cookie is like and hashes none')
      if (valueIn(hash, 'cookieConfig', 'session') === true && valueIn(hash, 'cookieConfig', 'ttl') !== undefined) {
        refuse(at, 'makes a cookie of the session that has a life of its own')
      }
    }
  })
}

function intentions(spec: JsonObject): readonly Refusal[] {
  return refusals((refuse) => {
    const sources = objectsIn(spec, 'sources')
    if (sources.length === 0) refuse(['sources'], 'names no source')
    const everywhere = stringIn(spec, 'destination', 'name') === '*'
    const seen = new Set<string>()
    for (const [index, source] of sources.entries()) {
      const at: ValuePath = ['sources', index]
      const name = stringIn(source, 'name') ?? ''
      const key = ['namespace', 'partition', 'peer', 'samenessGroup'].map((field) => stringIn(source, field) ?? '').join('/')
      if (seen.has(`${key}/${name}`)) refuse(at, `names the source ${name} twice`)
      seen.add(`${key}/${name}`)
      if (name !== '*' && name.includes('*')) refuse([...at, 'name'], `names the sources ${name}; a star stands alone`)
      const permissions = objectsIn(source, 'permissions')
      if (permissions.length > 0 && source.action !== undefined) refuse(at, 'has an action and permissions for one source')
      if (permissions.length === 0 && source.action !== 'allow' && source.action !== 'deny')
        refuse(at, 'neither allows nor denies a source')
      if (permissions.length > 0 && everywhere) refuse(at, 'looks into requests for every destination')
      for (const [position, permission] of permissions.entries()) {
        const http = objectIn(permission, 'http')
        if (Object.keys(http).length === 0 && permission.jwt === undefined)
          refuse([...at, 'permissions', position], 'has a permission for nothing')
        for (const one of httpRefusals(http)) refuse([...at, 'permissions', position, 'http', ...one.path], one.problem)
      }
    }
  })
}

const PROTOCOLS: ReadonlySet<string> = new Set(['', 'tcp', 'http', 'http2', 'grpc'])

function defaults(spec: JsonObject): readonly Refusal[] {
  return refusals((refuse) => {
    const protocol = stringIn(spec, 'protocol') ?? ''
    if (!PROTOCOLS.has(protocol)) refuse(['protocol'], `speaks ${protocol}`, 'Say tcp, http, http2 or grpc.')
    for (const [index, override] of objectsIn(spec, 'upstreamConfig', 'overrides').entries()) {
      if ((stringIn(override, 'name') ?? '') === '')
        refuse(['upstreamConfig', 'overrides', index], 'sets limits for an upstream without a name')
    }
    if (valueIn(spec, 'destination') === undefined) return
    const addresses = stringsIn(spec, 'destination', 'addresses')
    if (addresses.length === 0) refuse(['destination', 'addresses'], 'leads out to no address')
    for (const [index, address] of addresses.entries()) {
      const at = ['destination', 'addresses', index]
      if (addresses.indexOf(address) !== index) refuse(at, `names ${address} twice`)
      if (address.includes('/')) refuse(at, `leads out to the block ${address}`, 'Name each address.')
      else if (
        address.includes('*') ||
        !(isAddressBlock(address) || /^[A-Za-z0-9_]([-A-Za-z0-9_.]*[A-Za-z0-9_])?$/.test(address))
      ) {
        refuse(at, `leads out to ${address}, which is no host and no address`)
      }
    }
    if ((numberIn(spec, 'destination', 'port') ?? 0) < 1) refuse(['destination', 'port'], 'leads out to no port')
  })
}
