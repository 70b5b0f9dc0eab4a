import type { JsonObject } from '../../plan/json.ts'
import type { Manifest } from '../../plan/manifest.ts'
import { objectIn, objectsIn, stringIn, stringsIn, valueIn } from '../json-view.ts'
import { clauses, labelWords, listed, scalarIn, sentence, shareWords } from './words.ts'

/** What Consul's ServiceSplitter does. */
export function explainSplitter({ spec, metadata }: Manifest): readonly string[] {
  const targets = objectsIn(spec, 'splits').map((split) => ({
    name: stringIn(split, 'serviceSubset') ?? stringIn(split, 'service') ?? metadata.name,
    weight: typeof split.weight === 'number' ? split.weight : undefined,
  }))
  return [sentence(`requests to ${metadata.name} go ${shareWords(targets)}`)]
}

/** What Consul's ServiceRouter does. */
export function explainRouter({ spec, metadata }: Manifest): readonly string[] {
  const routes = objectsIn(spec, 'routes').map((route, index) => {
    const http = objectIn(route, 'match', 'http')
    const path = (['pathExact', 'pathPrefix', 'pathRegex'] as const).flatMap((key) => {
      const value = stringIn(http, key)
      return value === undefined
        ? []
        : [`path ${key === 'pathExact' ? 'is' : key === 'pathPrefix' ? 'begins with' : 'matches'} ${value}`]
    })
    const headers = objectsIn(http, 'header').map((header) => `header ${stringIn(header, 'name')} is as said`)
    const methods = stringsIn(http, 'methods')
    const parts = [...path, ...headers, ...(methods.length === 0 ? [] : [`method is ${listed(methods, 'or')}`])]
    const to = objectIn(route, 'destination')
    const target = [stringIn(to, 'serviceSubset'), stringIn(to, 'service') ?? metadata.name]
      .filter((part) => part !== undefined)
      .join(' of ')
    const on = [
      ...stringsIn(to, 'retryOn'),
      ...listOf(valueIn(to, 'retryOnStatusCodes')),
      ...(to.retryOnConnectFailure === true ? ['connect failures'] : []),
    ]
    return `${index + 1}. ${sentence(
      clauses(
        `${parts.length === 0 ? 'every request' : `a request whose ${listed(parts)}`} goes to ${target}`,
        stringIn(to, 'requestTimeout') !== undefined && `it has ${stringIn(to, 'requestTimeout')} in all`,
        scalarIn(to, 'numRetries') !== undefined &&
          `it is tried again up to ${scalarIn(to, 'numRetries')} times${on.length === 0 ? '' : ` on ${listed(on, 'or')}`}`,
        stringIn(to, 'prefixRewrite') !== undefined && `the matched prefix becomes ${stringIn(to, 'prefixRewrite')}`,
      ),
    )}`
  })
  return [sentence(`requests to ${metadata.name} take the first of these routes that matches:`), ...routes]
}

function listOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : []
}

/** What Consul's ServiceResolver does. */
export function explainResolver({ spec, metadata }: Manifest): readonly string[] {
  const subsets = Object.keys(objectIn(spec, 'subsets')).map(
    (name) => `${name} (instances with ${stringIn(spec, 'subsets', name, 'filter') ?? 'any metadata'})`,
  )
  return [
    ...(subsets.length === 0 ? [] : [sentence(`${metadata.name} has the versions ${listed(subsets)}`)]),
    ...(stringIn(spec, 'connectTimeout') === undefined
      ? []
      : [sentence(`a connect takes at most ${stringIn(spec, 'connectTimeout')}`)]),
    ...(stringIn(spec, 'loadBalancer', 'policy') === undefined
      ? []
      : [sentence(`instances are picked by ${stringIn(spec, 'loadBalancer', 'policy')?.replaceAll('_', ' ')}`)]),
  ]
}

/** What Consul's ServiceIntentions do. */
export function explainIntentions({ spec }: Manifest): readonly string[] {
  const destination = stringIn(spec, 'destination', 'name') ?? ''
  return [
    sentence(`for calls of ${destination === '*' ? 'any service' : destination} the first of these holds:`),
    ...objectsIn(spec, 'sources').flatMap((source) => {
      const name = stringIn(source, 'name') === '*' ? 'anyone' : (stringIn(source, 'name') ?? '')
      const action = stringIn(source, 'action')
      if (action !== undefined) return [`- ${sentence(`${name} ${action === 'allow' ? 'may call' : 'may not call'}`)}`]
      return objectsIn(source, 'permissions').map((permission) => {
        const http = objectIn(permission, 'http')
        const path = stringIn(http, 'pathExact') ?? stringIn(http, 'pathPrefix') ?? stringIn(http, 'pathRegex')
        const methods = stringsIn(http, 'methods')
        return `- ${sentence(`${name} ${permission.action === 'allow' ? 'may call' : 'may not call'} ${methods.length === 0 ? 'any method' : listed(methods, 'or')}${path === undefined ? '' : ` on ${path}`}`)}`
      })
    }),
  ]
}

/** What Consul's ServiceDefaults do. */
export function explainServiceDefaults({ spec, metadata }: Manifest): readonly string[] {
  const outside = stringsIn(spec, 'destination', 'addresses')
  return [
    sentence(
      clauses(
        `${metadata.name} speaks ${stringIn(spec, 'protocol') ?? 'tcp'}`,
        outside.length > 0 &&
          `it is ${listed(outside, 'or')} outside the mesh, at port ${scalarIn(spec, 'destination', 'port') ?? ''}`,
        stringIn(spec, 'mutualTLSMode') !== undefined && `it takes mutual TLS in mode ${stringIn(spec, 'mutualTLSMode')}`,
      ),
    ),
  ]
}

/** What Linkerd's Server does. */
export function explainServer({ spec, metadata }: Manifest): readonly string[] {
  return [
    sentence(
      `port ${scalarIn(spec, 'port') ?? ''} of pods with ${labelWords(spec, 'podSelector', 'matchLabels') ?? 'any label'} is server ${metadata.name}; whoever no policy names is met with ${stringIn(spec, 'accessPolicy') ?? 'deny'}`,
    ),
  ]
}

/** What Linkerd's AuthorizationPolicy does. */
export function explainLinkerdAuthorization({ spec }: Manifest): readonly string[] {
  const references = objectsIn(spec, 'requiredAuthenticationRefs').map(
    (reference) => `${stringIn(reference, 'kind')} ${stringIn(reference, 'name')}`,
  )
  return [
    sentence(
      `${stringIn(spec, 'targetRef', 'kind')} ${stringIn(spec, 'targetRef', 'name')} lets in who satisfies ${listed(references)}`,
    ),
  ]
}

/** Who Linkerd's authentications stand for. */
export function explainAuthentication({ kind, spec, metadata }: Manifest): readonly string[] {
  const identities = [
    ...stringsIn(spec, 'identities'),
    ...objectsIn(spec, 'identityRefs').map(
      (reference) => `${stringIn(reference, 'kind')} ${stringIn(reference, 'name') ?? stringIn(reference, 'namespace') ?? ''}`,
    ),
    ...objectsIn(spec, 'networks').flatMap((network) => stringIn(network, 'cidr') ?? []),
  ]
  return [
    sentence(
      `${kind} ${metadata.name} stands for ${identities.includes('*') ? 'any identity of the mesh' : listed(identities, 'or')}`,
    ),
  ]
}

/** What Linkerd's HTTPLocalRateLimitPolicy does. */
export function explainLinkerdLimit({ spec }: Manifest): readonly string[] {
  return [
    sentence(
      clauses(
        `each proxy of ${stringIn(spec, 'targetRef', 'kind')} ${stringIn(spec, 'targetRef', 'name')} takes`,
        scalarIn(spec, 'total', 'requestsPerSecond') !== undefined &&
          `${scalarIn(spec, 'total', 'requestsPerSecond')} requests a second in all`,
        scalarIn(spec, 'identity', 'requestsPerSecond') !== undefined &&
          `${scalarIn(spec, 'identity', 'requestsPerSecond')} requests a second of each client`,
      ).replace('takes; ', 'takes '),
    ),
  ]
}

/** What SMI's TrafficSplit does. */
export function explainTrafficSplit({ spec }: Manifest): readonly string[] {
  const targets = objectsIn(spec, 'backends').map((backend) => ({
    name: stringIn(backend, 'service') ?? '',
    weight: Number(scalarIn(backend, 'weight') ?? '1'),
  }))
  const matches = objectsIn(spec, 'matches').map((match) => `${stringIn(match, 'kind')} ${stringIn(match, 'name')}`)
  return [
    sentence(
      `requests to ${stringIn(spec, 'service') ?? ''}${matches.length === 0 ? '' : ` that ${listed(matches, 'or')} describes`} go ${shareWords(targets)}`,
    ),
  ]
}

/** What SMI's TrafficTarget does. */
export function explainTrafficTarget({ spec }: Manifest): readonly string[] {
  const name = (side: JsonObject) =>
    `${stringIn(side, 'kind') ?? 'ServiceAccount'} ${stringIn(side, 'namespace') ?? ''}/${stringIn(side, 'name') ?? ''}`
  const rules = objectsIn(spec, 'rules').map((rule) => {
    const matches = stringsIn(rule, 'matches')
    return `${stringIn(rule, 'kind')} ${stringIn(rule, 'name')}${matches.length === 0 ? '' : ` (${listed(matches, 'or')})`}`
  })
  return [
    sentence(
      `${listed(objectsIn(spec, 'sources').map(name), 'or')} may call ${name(objectIn(spec, 'destination'))}${rules.length === 0 ? '' : ` for ${listed(rules, 'or')}`}, and nobody else may unless another target says so`,
    ),
  ]
}

/** Settings told of an object whose kind has no words of its own. */
const MOST_SETTINGS = 24

/** Settings as the object writes them, in one line: `http.requestTimeout 2s, connectionTimeout 1s`. */
export function settingWords(value: JsonObject): string {
  const parts: string[] = []
  const walk = (inner: unknown, path: string) => {
    if (Array.isArray(inner)) {
      for (const [index, item] of inner.entries()) walk(item, inner.length === 1 ? path : `${path}[${index}]`)
    } else if (typeof inner === 'object' && inner !== null) {
      for (const [key, child] of Object.entries(inner)) walk(child, path === '' ? key : `${path}.${key}`)
    } else parts.push(`${path} ${String(inner)}`)
  }
  walk(value, '')
  const more = parts.length - MOST_SETTINGS
  return `${parts.slice(0, MOST_SETTINGS).join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}

/** What a CiliumNetworkPolicy does. */
export function explainCiliumPolicy({ spec }: Manifest): readonly string[] {
  const subject = `pods with ${labelWords(spec, 'endpointSelector', 'matchLabels') ?? 'any label'}`
  const side = (key: string, verb: string) =>
    objectsIn(spec, key).map(
      (rule) => `- ${sentence(`${peerWords(rule)} ${verb}${portWords(rule, key.startsWith('egress') ? 'at port' : 'port')}`)}`,
    )
  const sides = ['ingress', 'egress'].filter((key) => objectsIn(spec, key).length + objectsIn(spec, `${key}Deny`).length > 0)
  const open = sides.length > 0 && sides.every((key) => objectIn(spec, 'enableDefaultDeny')[key] === false)
  return [
    sentence(
      `these connections concern ${subject}, ${open ? 'beside whatever else is allowed' : 'and what no rule names is refused'}:`,
    ),
    ...side('ingress', 'may call'),
    ...side('ingressDeny', 'may not call'),
    ...side('egress', 'may be called'),
    ...side('egressDeny', 'may not be called'),
  ]
}

/** Peers that Cilium names itself (docs.cilium.io/security/policy/language, entities). */
const ENTITIES: { readonly [entity: string]: string } = {
  all: 'anyone',
  world: 'whoever is outside the cluster',
  cluster: 'whoever is inside the cluster',
  ingress: 'whatever comes in at gateways and ingresses of Cilium',
  host: 'the node of the pods',
  'remote-node': 'other nodes',
  'kube-apiserver': 'the Kubernetes API',
}

function peerWords(rule: JsonObject): string {
  const endpoints = [...objectsIn(rule, 'fromEndpoints'), ...objectsIn(rule, 'toEndpoints')].map(
    (endpoint) => `pods with ${labelWords(endpoint, 'matchLabels') ?? 'any label'}`,
  )
  const others = [
    ...[...stringsIn(rule, 'fromEntities'), ...stringsIn(rule, 'toEntities')].map((entity) => ENTITIES[entity] ?? entity),
    ...stringsIn(rule, 'fromCIDR'),
    ...stringsIn(rule, 'toCIDR'),
  ]
  const names = objectsIn(rule, 'toFQDNs').flatMap((name) => stringIn(name, 'matchName') ?? stringIn(name, 'matchPattern') ?? [])
  return listed([...endpoints, ...others, ...names], 'or') || 'nobody'
}

function portWords(rule: JsonObject, port: string): string {
  const ports = objectsIn(rule, 'toPorts').flatMap((entry) =>
    objectsIn(entry, 'ports').flatMap((entryPort) => scalarIn(entryPort, 'port') ?? []),
  )
  const http = objectsIn(rule, 'toPorts').flatMap((entry) =>
    objectsIn(entry, 'rules', 'http').map((match) =>
      [stringIn(match, 'method'), stringIn(match, 'path')].filter((part) => part !== undefined).join(' '),
    ),
  )
  return `${ports.length === 0 ? '' : ` ${port} ${listed([...new Set(ports)], 'or')}`}${http.length === 0 ? '' : ` with ${listed(http, 'or')}`}`
}
