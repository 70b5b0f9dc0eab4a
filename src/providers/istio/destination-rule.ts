import type { ComponentOf } from '../../design/component.ts'
import type { Diagnostic } from '../../plan/diagnostic.ts'
import type { JsonObject } from '../../plan/json.ts'
import type { ValuePath } from '../../plan/source.ts'
import type { ResolvedWorkload, Scope, Translation } from '../contract.ts'
import { mistake } from '../mistake.ts'
import { serviceHost } from '../references.ts'
import { indexOf } from '../scope-index.ts'
import { type Draft, type DraftObject, from, plainValue, traceManifest } from '../traced-manifest.ts'
import type { IstioApi } from './api.ts'

const TLS_MODES = { mutual: 'ISTIO_MUTUAL', off: 'DISABLE', simple: 'SIMPLE' } as const

const SIMPLE_POLICIES = {
  'round-robin': 'ROUND_ROBIN',
  'least-request': 'LEAST_REQUEST',
  random: 'RANDOM',
  passthrough: 'PASSTHROUGH',
} as const

/** True when a policy says something that belongs into a DestinationRule. */
function hasSettings({ spec }: ComponentOf<'traffic'>): boolean {
  return spec.circuitBreaker !== undefined || spec.loadBalancing !== undefined || spec.tls !== undefined
}

/**
 * The component that makes a workload's DestinationRule, since a host has one: the policy with settings for it, else the first
 * policy about it, else, where only other components name its versions, the workload itself. Undefined when it needs none.
 */
export function destinationRuleOwner(workload: ResolvedWorkload, scope: Scope): string | undefined {
  const index = indexOf(scope)
  const policies = index.traffic.get(workload.address) ?? []
  const withSettings = policies.find(hasSettings)
  if (withSettings !== undefined) return withSettings.address
  if (!index.splitWorkloads.has(workload.address)) return undefined
  return policies[0]?.address ?? workload.address
}

/** The DestinationRule of a workload, made by the policy that owns it; nothing when another component does. */
export function destinationRule(
  policy: ComponentOf<'traffic'>,
  workload: ResolvedWorkload,
  scope: Scope,
  api: IstioApi,
  always: Draft = undefined,
): Translation {
  const policies = (indexOf(scope).traffic.get(workload.address) ?? []).filter((other) => other === policy || hasSettings(other))
  const mine = portOf(policy, workload)
  const rival = hasSettings(policy)
    ? policies.slice(0, Math.max(0, policies.indexOf(policy))).find((other) => {
        const theirs = portOf(other, workload)
        return hasSettings(other) && (mine === theirs || mine === undefined || theirs === undefined)
      })
    : undefined
  if (rival !== undefined) {
    return {
      manifests: [],
      diagnostics: [
        mistake(policy, policy.spec.circuitBreaker === undefined ? ['loadBalancing'] : ['circuitBreaker'], 'MF3004', {
          summary: `${policy.address} and ${rival.address} both set limits or load balancing for ${workload.address}`,
          detail: 'The mesh keeps one set of these for a host and port.',
          hint:
            workload.ports.length < 2
              ? 'Move them into one policy.'
              : 'Move them into one policy, or give each a `port` of its own.',
        }),
      ],
    }
  }
  const own = settingsOf(policy, workload, always)
  const diagnostics = [...own.diagnostics, ...wholePercents(policy)]
  if (destinationRuleOwner(workload, scope) !== policy.address) return { manifests: [], diagnostics }
  const path: ValuePath = policy.spec.circuitBreaker !== undefined ? ['circuitBreaker'] : ['workload']
  const levels = policies.flatMap((other): readonly Draft[] => {
    const port = portOf(other, workload)
    if (port === undefined || !hasSettings(other)) return []
    const settings = other === policy ? own.draft : plainValue(settingsOf(other, workload, always).draft ?? {})
    return [{ port: { number: port }, ...(settings as DraftObject) }]
  })
  const whole = mine === undefined ? own.draft : always === undefined ? undefined : { tls: always }
  const trafficPolicy = levels.length === 0 ? whole : { ...whole, portLevelSettings: from(path, levels) }
  return { manifests: [ruleManifest(workload, api, path, trafficPolicy)], diagnostics }
}

/** The port that settings are kept to: the one a policy names of several. Istio's settings of a port stand in for all of the host's. */
function portOf({ spec }: ComponentOf<'traffic'>, workload: ResolvedWorkload): number | undefined {
  return workload.ports.length < 2 ? undefined : spec.port
}

/** What a policy says in a DestinationRule, for the host or for a port of it; undefined where that is nothing. */
function settingsOf(policy: ComponentOf<'traffic'>, workload: ResolvedWorkload, always: Draft) {
  const balancer = loadBalancerOf(policy)
  const draft: DraftObject = {
    connectionPool: connectionPoolOf(policy, workload),
    loadBalancer: balancer.draft,
    outlierDetection: outlierOf(policy),
    tls: policy.spec.tls === undefined ? always : from(['tls'], { mode: TLS_MODES[policy.spec.tls] }),
  }
  const empty = Object.values(draft).every((value) => value === undefined)
  return { draft: empty ? undefined : draft, diagnostics: balancer.diagnostics }
}

/**
 * The DestinationRules of a workload whose versions are Services of their own: one for each Service that requests end up at.
 */
export function serviceRules(
  policy: ComponentOf<'traffic'>,
  workload: ResolvedWorkload,
  scope: Scope,
  api: IstioApi,
): Translation {
  if (!hasSettings(policy)) return { manifests: [], diagnostics: [] }
  const whole = destinationRule(policy, workload, scope, api)
  const [rule] = whole.manifests
  if (rule === undefined) return whole
  const services = [workload.service ?? workload.name, ...workload.versions.map((version) => version.service)]
  const manifests = services.map((service) => {
    const { subsets: _subsets, ...spec } = rule.manifest.spec as JsonObject
    return {
      ...rule,
      manifest: {
        ...rule.manifest,
        metadata: { ...rule.manifest.metadata, name: service },
        spec: { ...spec, host: serviceHost(service, workload.namespace) },
      },
    }
  })
  return { manifests, diagnostics: whole.diagnostics }
}

/** The DestinationRule that a workload makes itself because only other components' routes name its versions. */
export function subsetsOf(workload: ResolvedWorkload, scope: Scope, api: IstioApi, always: Draft = undefined): Translation {
  if (destinationRuleOwner(workload, scope) !== workload.address) return { manifests: [], diagnostics: [] }
  const trafficPolicy = always === undefined ? undefined : { tls: always }
  return { manifests: [ruleManifest(workload, api, ['versions'], trafficPolicy)], diagnostics: [] }
}

function ruleManifest(workload: ResolvedWorkload, api: IstioApi, path: ValuePath, trafficPolicy: Draft) {
  const service = workload.service ?? workload.name
  return traceManifest(
    {
      apiVersion: api.networking,
      kind: 'DestinationRule',
      metadata: { name: service, namespace: workload.namespace },
      spec: {
        host: serviceHost(service, workload.namespace),
        trafficPolicy,
        subsets:
          workload.versions.length === 0
            ? undefined
            : workload.versions.map((version) => ({ name: version.name, labels: version.labels })),
      },
    },
    path,
  )
}

function connectionPoolOf({ spec }: ComponentOf<'traffic'>, workload: ResolvedWorkload): Draft {
  const breaker = spec.circuitBreaker
  if (breaker === undefined) return undefined
  const served = workload.ports.find(({ port }) => port === spec.port) ?? workload.ports[0]
  const stream = (spec.protocol ?? served?.protocol ?? 'http') === 'tcp'
  const at = (key: string, value: Draft) => from(['circuitBreaker', key], value)
  const tcp = {
    maxConnections: at('maxConnections', breaker.maxConnections),
    connectTimeout: at('connectTimeout', breaker.connectTimeout),
    idleTimeout: stream ? at('idleTimeout', breaker.idleTimeout) : undefined,
  }
  const http = {
    http1MaxPendingRequests: at('maxPendingRequests', breaker.maxPendingRequests),
    http2MaxRequests: at('maxRequests', breaker.maxRequests),
    maxRequestsPerConnection: at('maxRequestsPerConnection', breaker.maxRequestsPerConnection),
    maxRetries: at('maxRetries', breaker.maxRetries),
    idleTimeout: stream ? undefined : at('idleTimeout', breaker.idleTimeout),
  }
  const some = (part: { readonly [key: string]: Draft }) => Object.values(part).some((value) => value !== undefined)
  if (!some(tcp) && !some(http)) return undefined
  return { tcp: some(tcp) ? tcp : undefined, http: some(http) ? http : undefined }
}

function outlierOf({ spec }: ComponentOf<'traffic'>): Draft {
  const outlier = spec.circuitBreaker?.outlier
  if (outlier === undefined) return undefined
  const at = (key: string, value: Draft) => from(['circuitBreaker', 'outlier', key], value)
  return from(['circuitBreaker', 'outlier'], {
    consecutive5xxErrors: at('consecutiveErrors', outlier.consecutiveErrors),
    consecutiveGatewayErrors: at('consecutiveGatewayErrors', outlier.consecutiveGatewayErrors),
    interval: at('interval', outlier.interval),
    baseEjectionTime: at('ejectFor', outlier.ejectFor),
    maxEjectionPercent: at('maxEjectedPercent', outlier.maxEjectedPercent),
    minHealthPercent: at('minHealthPercent', outlier.minHealthPercent),
  })
}

/** Istio takes these shares as whole per cents only. */
function wholePercents(policy: ComponentOf<'traffic'>): readonly Diagnostic[] {
  const outlier = policy.spec.circuitBreaker?.outlier
  return (['maxEjectedPercent', 'minHealthPercent'] as const)
    .filter((key) => outlier?.[key] !== undefined && !Number.isInteger(outlier[key]))
    .map((key) =>
      mistake(policy, ['circuitBreaker', 'outlier', key], 'MF3020', {
        summary: `${key} must be a whole number of per cent`,
        hint: `Use ${Math.round(outlier?.[key] ?? 0)}.`,
      }),
    )
}

function loadBalancerOf(policy: ComponentOf<'traffic'>): {
  readonly draft: Draft
  readonly diagnostics: readonly Diagnostic[]
} {
  const balancing = policy.spec.loadBalancing
  if (balancing === undefined) return { draft: undefined, diagnostics: [] }
  const { hashOn } = balancing
  const hashing = balancing.policy === 'ring-hash' || balancing.policy === 'maglev' || balancing.policy === undefined
  const diagnostics: Diagnostic[] = []
  if (hashOn !== undefined && Object.keys(hashOn).filter((key) => key !== 'cookieTtl').length !== 1) {
    diagnostics.push(
      mistake(policy, ['loadBalancing', 'hashOn'], 'MF3020', {
        summary: 'One thing is hashed: a header, a cookie, a query parameter or the source address',
        hint: 'Keep one of them.',
      }),
    )
  }
  if (hashing && balancing.policy !== undefined && hashOn === undefined) {
    diagnostics.push(
      mistake(policy, ['loadBalancing', 'policy'], 'MF3020', {
        summary: `${balancing.policy} needs something to hash`,
        hint: 'Say `hashOn: {header: ...}`, a cookie, a query parameter or the source address.',
      }),
    )
  }
  if (!hashing && hashOn !== undefined) {
    diagnostics.push(
      mistake(policy, ['loadBalancing', 'hashOn'], 'MF3020', {
        summary: `${balancing.policy} hashes nothing`,
        hint: 'Use policy ring-hash or maglev, or remove hashOn.',
      }),
    )
  }
  if (balancing.failover !== undefined && policy.spec.circuitBreaker?.outlier === undefined) {
    diagnostics.push(
      mistake(policy, ['loadBalancing', 'failover'], 'MF3008', {
        severity: 'warning',
        summary: 'Failover without outlier detection never happens',
        detail: 'Istio sends requests to another locality only when it sees endpoints of the first as unhealthy.',
        hint: 'Add `circuitBreaker: {outlier: {...}}`.',
      }),
    )
  }
  const path = ['loadBalancing']
  const simple =
    balancing.policy === undefined || balancing.policy === 'ring-hash' || balancing.policy === 'maglev'
      ? undefined
      : SIMPLE_POLICIES[balancing.policy]
  const draft = from(path, {
    simple: from([...path, 'policy'], simple),
    consistentHash:
      hashOn === undefined
        ? undefined
        : from([...path, 'hashOn'], {
            httpHeaderName: hashOn.header,
            httpCookie: hashOn.cookie === undefined ? undefined : { name: hashOn.cookie, ttl: hashOn.cookieTtl ?? '0s' },
            httpQueryParameterName: hashOn.query,
            useSourceIp: hashOn.sourceIp,
            ringHash: balancing.policy === 'ring-hash' ? {} : undefined,
            maglev: balancing.policy === 'maglev' ? {} : undefined,
          }),
    localityLbSetting:
      balancing.failover === undefined
        ? undefined
        : from([...path, 'failover'], {
            enabled: true,
            failover: balancing.failover.map((pair, index) => from([...path, 'failover', index], { ...pair })),
          }),
    warmup: balancing.warmup === undefined ? undefined : { duration: from([...path, 'warmup'], balancing.warmup) },
  })
  return { draft, diagnostics }
}
