import type { JsonObject } from '../../plan/json.ts'
import type { Manifest } from '../../plan/manifest.ts'
import { blockIncludes, isAddressBlock } from '../address-block.ts'
import { type AdmissionTable, goDuration, type Refusal, refusals } from '../admission.ts'
import { numberIn, objectIn, objectsIn, stringIn, stringsIn, valueIn } from '../json-view.ts'

/** What Linkerd's policy controller refuses beyond the schemas (linkerd2 policy-controller/runtime/src/admission.rs). */
export const LINKERD_ADMISSION: AdmissionTable = {
  by: "Linkerd's policy validator",
  checks: {
    'policy.linkerd.io/AuthorizationPolicy': authorizationPolicy,
    'policy.linkerd.io/MeshTLSAuthentication': meshTlsAuthentication,
    'policy.linkerd.io/NetworkAuthentication': networks,
    'policy.linkerd.io/EgressNetwork': networks,
    'policy.linkerd.io/HTTPLocalRateLimitPolicy': rateLimit,
    'policy.linkerd.io/Server': server,
    'policy.linkerd.io/ServerAuthorization': serverAuthorization,
    'policy.linkerd.io/HTTPRoute': (route) => [...requestRoute(route), ...routeTimeouts(route)],
    'gateway.networking.k8s.io/HTTPRoute': requestRoute,
    'gateway.networking.k8s.io/GRPCRoute': requestRoute,
    'gateway.networking.k8s.io/TLSRoute': streamRoute,
    'gateway.networking.k8s.io/TCPRoute': streamRoute,
  },
}

const TARGETS: ReadonlySet<string> = new Set([
  'policy.linkerd.io/Server',
  'policy.linkerd.io/HTTPRoute',
  'gateway.networking.k8s.io/HTTPRoute',
  'gateway.networking.k8s.io/GRPCRoute',
  '/Namespace',
])

function kindOf(reference: JsonObject): string {
  const group = stringIn(reference, 'group') ?? ''
  return `${group === 'core' ? '' : group}/${stringIn(reference, 'kind') ?? ''}`
}

function authorizationPolicy(policy: Manifest): readonly Refusal[] {
  return refusals((refuse) => {
    const target = objectIn(policy, 'spec', 'targetRef')
    if (!TARGETS.has(kindOf(target)))
      refuse(
        ['spec', 'targetRef'],
        `protects a ${stringIn(target, 'kind') ?? 'thing without a kind'}`,
        'Use a Server, HTTPRoute, GRPCRoute or Namespace.',
      )
    if (kindOf(target) === '/Namespace' && target.name !== policy.metadata.namespace) {
      refuse(
        ['spec', 'targetRef', 'name'],
        `protects another namespace than its own, ${String(target.name)}`,
        'Name its own namespace.',
      )
    }
    const kinds = objectsIn(policy, 'spec', 'requiredAuthenticationRefs').map(kindOf)
    const count = (...wanted: readonly string[]) => kinds.filter((kind) => wanted.includes(kind)).length
    const identities = count('policy.linkerd.io/MeshTLSAuthentication', '/ServiceAccount')
    const networked = count('policy.linkerd.io/NetworkAuthentication')
    const at = ['spec', 'requiredAuthenticationRefs']
    if (identities > 1) refuse(at, 'wants several identities at once', 'Name them in one MeshTLSAuthentication.')
    if (networked > 1) refuse(at, 'wants several networks at once', 'Name them in one NetworkAuthentication.')
    if (identities + networked < kinds.length)
      refuse(
        at,
        'wants an authentication of a kind that there is none of',
        'Use MeshTLSAuthentication, NetworkAuthentication or ServiceAccount.',
      )
  })
}

/** As certificates name identities, or as SPIFFE does; a star at the beginning stands for any. */
const IDENTITY = /^(\*|[a-z0-9]([-a-z0-9]*[a-z0-9])?)(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/
const SPIFFE = /^spiffe:\/\/[a-z0-9._-]+(\/[a-zA-Z0-9._-]+)*$/

function meshTlsAuthentication(authentication: Manifest): readonly Refusal[] {
  return refusals((refuse) => {
    for (const [index, identity] of stringsIn(authentication, 'spec', 'identities').entries()) {
      if (IDENTITY.test(identity) || SPIFFE.test(identity)) continue
      refuse(
        ['spec', 'identities', index],
        `names the identity ${identity}, which is neither a host name nor a SPIFFE id`,
        'Write it as <account>.<namespace>.serviceaccount.identity.linkerd.<trust domain>, or with spiffe://.',
      )
    }
    for (const [index, reference] of objectsIn(authentication, 'spec', 'identityRefs').entries()) {
      const kind = kindOf(reference)
      if (kind !== '/ServiceAccount' && kind !== '/Namespace')
        refuse(['spec', 'identityRefs', index], `names a ${String(reference.kind)}`, 'Use a ServiceAccount or a Namespace.')
      if (kind === '/Namespace' && reference.namespace !== undefined) {
        refuse(['spec', 'identityRefs', index, 'namespace'], 'names a Namespace in a namespace', 'Leave `namespace` out.')
      }
    }
  })
}

/** What a network leaves out is a part of it. */
function exceptions(network: JsonObject): readonly Refusal[] {
  const cidr = stringIn(network, 'cidr') ?? ''
  return refusals((refuse) => {
    for (const [index, except] of stringsIn(network, 'except').entries()) {
      if (!isAddressBlock(except) || !isAddressBlock(cidr)) continue
      if (blockIncludes(except, cidr)) refuse(['except', index], `takes all of ${cidr} out again`, 'Take a part of it out.')
      else if (!blockIncludes(cidr, except))
        refuse(['except', index], `takes ${except} out of ${cidr}, which has not got it`, 'Take a part of it out.')
    }
  })
}

const ACCESS: ReadonlySet<string> = new Set([
  'all-unauthenticated',
  'all-authenticated',
  'cluster-unauthenticated',
  'cluster-authenticated',
  'deny',
  'audit',
])

function server(manifest: Manifest): readonly Refusal[] {
  const policy = stringIn(manifest, 'spec', 'accessPolicy')
  if (policy === undefined || ACCESS.has(policy)) return []
  return [{ path: ['spec', 'accessPolicy'], problem: `lets in "${policy}"`, hint: `Use ${[...ACCESS].join(', ')}.` }]
}

function serverAuthorization(authorization: Manifest): readonly Refusal[] {
  return refusals((refuse) => {
    const client = objectIn(authorization, 'spec', 'client')
    const at = ['spec', 'client']
    if (client.unauthenticated === true && client.meshTLS !== undefined)
      refuse([...at, 'unauthenticated'], 'lets anybody in and wants mesh TLS', 'Keep one of the two.')
    const named = [...stringsIn(client, 'meshTLS', 'identities'), ...objectsIn(client, 'meshTLS', 'serviceAccounts')]
    if (valueIn(client, 'meshTLS', 'unauthenticatedTLS') === true && named.length > 0)
      refuse([...at, 'meshTLS', 'unauthenticatedTLS'], 'wants no identity and names some', 'Keep one of the two.')
    for (const [index, network] of objectsIn(client, 'networks').entries()) {
      for (const one of exceptions(network)) refuse([...at, 'networks', index, ...one.path], one.problem, one.hint)
    }
  })
}

/** Times of the HTTPRoute that is Linkerd's own. */
function routeTimeouts(route: Manifest): readonly Refusal[] {
  return refusals((refuse) => {
    for (const [index, rule] of objectsIn(route, 'spec', 'rules').entries()) {
      const [whole, once] = ['request', 'backendRequest'].map((key) => goDuration(stringIn(rule, 'timeouts', key) ?? ''))
      if (whole === undefined || once === undefined || whole >= once) continue
      refuse(
        ['spec', 'rules', index, 'timeouts', 'backendRequest'],
        'gives one try more time than the whole request',
        'Let `backendRequest` be no longer than `request`.',
      )
    }
  })
}

function networks(manifest: Manifest): readonly Refusal[] {
  return refusals((refuse) => {
    const list = valueIn(manifest, 'spec', 'networks')
    if (Array.isArray(list) && list.length === 0)
      refuse(['spec', 'networks'], 'names no network', 'Name one, or leave the list out.')
    for (const [index, network] of objectsIn(manifest, 'spec', 'networks').entries()) {
      const cidr = stringIn(network, 'cidr') ?? ''
      if (!isAddressBlock(cidr))
        refuse(
          ['spec', 'networks', index, 'cidr'],
          `names the network "${cidr}", which is none`,
          'Write a block, such as 10.0.0.0/8.',
        )
      for (const one of exceptions(network)) refuse(['spec', 'networks', index, ...one.path], one.problem, one.hint)
    }
  })
}

function rateLimit(policy: Manifest): readonly Refusal[] {
  return refusals((refuse) => {
    if (stringIn(policy, 'spec', 'targetRef', 'kind') !== 'Server')
      refuse(['spec', 'targetRef', 'kind'], 'limits something that is no Server', 'Use kind Server.')
    const total = numberIn(policy, 'spec', 'total', 'requestsPerSecond')
    const rates: readonly (readonly [number | undefined, readonly (string | number)[]])[] = [
      [total, ['spec', 'total']],
      [numberIn(policy, 'spec', 'identity', 'requestsPerSecond'), ['spec', 'identity']],
      ...objectsIn(policy, 'spec', 'overrides').map(
        (override, index) => [numberIn(override, 'requestsPerSecond'), ['spec', 'overrides', index]] as const,
      ),
    ]
    for (const [rate, at] of rates) {
      if (rate === 0) refuse([...at, 'requestsPerSecond'], 'limits requests to none a second', 'Say 1 or more.')
      if (rate !== undefined && total !== undefined && rate > total) {
        refuse(
          [...at, 'requestsPerSecond'],
          `allows ${rate} requests a second to one client, and ${total} to all together`,
          'Allow one client no more than all together.',
        )
      }
    }
  })
}

function onEgress(route: Manifest): readonly Refusal[] {
  return objectsIn(route, 'spec', 'parentRefs').flatMap((parent, index) =>
    kindOf(parent) === 'policy.linkerd.io/EgressNetwork' && parent.port === undefined
      ? [
          {
            path: ['spec', 'parentRefs', index],
            problem: 'belongs to an EgressNetwork without saying a port',
            hint: 'Say `port`.',
          },
        ]
      : [],
  )
}

function ofService(route: Manifest): boolean {
  return objectsIn(route, 'spec', 'parentRefs').some((parent) => /^\/Service$|\/EgressNetwork$/.test(kindOf(parent)))
}

/** Annotations of a route that are read when it belongs to a Service or to an EgressNetwork. */
const READ: readonly (readonly [string, RegExp])[] = [
  ['retry.linkerd.io/http', /^(5xx|gateway-error|[1-5]\d\d(-[1-5]\d\d)?)(,(5xx|gateway-error|[1-5]\d\d(-[1-5]\d\d)?))*$/],
  ['retry.linkerd.io/limit', /^\d{1,5}$/],
  ['retry.linkerd.io/timeout', /^\d+(ms|s|m|h|d)$/],
  ['timeout.linkerd.io/request', /^\d+(ms|s|m|h|d)$/],
  ['timeout.linkerd.io/response', /^\d+(ms|s|m|h|d)$/],
  ['timeout.linkerd.io/idle', /^\d+(ms|s|m|h|d)$/],
]

function requestRoute(route: Manifest): readonly Refusal[] {
  return refusals((refuse) => {
    for (const one of onEgress(route)) refuse(one.path, one.problem, one.hint)
    const annotations = ofService(route) ? (route.metadata.annotations ?? {}) : {}
    for (const [key, pattern] of READ) {
      const text = annotations[key]
      if (text !== undefined && !pattern.test(text))
        refuse(
          ['metadata', 'annotations', key],
          `says ${key}: ${text}, which cannot be read`,
          `Write it as ${key === 'retry.linkerd.io/http' ? '5xx, gateway-error or 500-504' : key === 'retry.linkerd.io/limit' ? 'a number' : '500ms or 2s'}.`,
        )
    }
    for (const [index, rule] of objectsIn(route, 'spec', 'rules').entries()) {
      for (const [position, backend] of objectsIn(rule, 'backendRefs').entries()) {
        const service = ['/Service', '/'].includes(kindOf(backend))
        if (service && (numberIn(backend, 'port') ?? 0) === 0) {
          refuse(
            ['spec', 'rules', index, 'backendRefs', position],
            `leads to ${String(backend.name)} without saying a port`,
            'Say `port`.',
          )
        }
      }
      for (const [position, match] of objectsIn(rule, 'matches').entries()) {
        const path = stringIn(match, 'path', 'value')
        if (path !== undefined && stringIn(match, 'path', 'type') !== 'RegularExpression' && !path.startsWith('/')) {
          refuse(
            ['spec', 'rules', index, 'matches', position, 'path'],
            `matches the path ${path}, which begins with no slash`,
            'Begin it with a slash.',
          )
        }
      }
    }
  })
}

function streamRoute(route: Manifest): readonly Refusal[] {
  const rules = objectsIn(route, 'spec', 'rules')
  return [
    ...onEgress(route),
    ...(rules.length === 1
      ? []
      : [{ path: ['spec', 'rules'], problem: `has ${rules.length} rules; it may have one`, hint: 'Keep one of them.' }]),
  ]
}
