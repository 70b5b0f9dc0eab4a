import type { ComponentOf } from '../../design/component.ts'
import type { Diagnostic } from '../../plan/diagnostic.ts'
import type { ResolvedWorkload, Scope } from '../contract.ts'
import { behaviourAnnotations } from '../filter-order.ts'
import { mistake } from '../mistake.ts'
import { indexOf } from '../scope-index.ts'
import { type Draft, from } from '../traced-manifest.ts'
import type { ConsulEntry } from './entry.ts'
import { envoyExtensions, extensionMistakes, faultExtension, filtersOf } from './extensions.ts'
import { protocolOfService } from './routes.ts'
import { consulService } from './subsets.ts'

/** What this server, and this edition of it, takes in service defaults. */
export interface DefaultsDialect {
  /** `MutualTLSMode`, from 1.16 on. */
  readonly mutualTlsMode: boolean
  /** Limits and ejection towards upstreams, from 1.9 on. */
  readonly upstreamConfig: boolean
  readonly enterprise: boolean
}

/**
 * The ServiceDefaults of a workload. A service has one, whatever speaks of it: its protocol, the mesh's mTLS, the limits of the
 * services it calls, its rate limit and its filters; so the workload makes it, looking at all of them.
 */
export function serviceDefaults(workload: ResolvedWorkload, scope: Scope, dialect: DefaultsDialect): ConsulEntry {
  const { mtls } = scope.mesh.spec
  const policies = indexOf(scope).traffic.get(workload.address) ?? []
  const filters = filtersOf(workload, scope).filter((filter) =>
    extensionMistakes(filter, scope).every(({ severity }) => severity !== 'error'),
  )
  const extensions = [...filters.flatMap(envoyExtensions), ...(dialect.enterprise ? [faultExtension(policies)] : [])].filter(
    (extension) => extension !== undefined,
  )
  const overrides = dialect.upstreamConfig ? upstreamOverrides(workload, scope) : []
  const limit = policies.find((policy) => policy.spec.rateLimit !== undefined)?.spec.rateLimit
  return {
    kind: 'ServiceDefaults',
    name: consulService(workload),
    namespace: workload.namespace,
    spec: {
      protocol: from(['ports'], protocolOfService(workload)),
      mutualTLSMode: !dialect.mutualTlsMode || mtls === undefined || mtls === 'disable' ? undefined : mtls,
      upstreamConfig: overrides.length === 0 ? undefined : { overrides },
      rateLimits:
        limit === undefined || !dialect.enterprise
          ? undefined
          : { instanceLevel: { requestsPerSecond: perSecond(limit), requestsMaxBurst: limit.requests + (limit.burst ?? 0) } },
      envoyExtensions: extensions.length === 0 ? undefined : extensions,
    },
    origin: ['mesh'],
    annotations: behaviourAnnotations(filters),
  }
}

type RateLimit = NonNullable<ComponentOf<'traffic'>['spec']['rateLimit']>

const SECONDS = { second: 1, minute: 60, hour: 3600 } as const

function perSecond(limit: RateLimit): number {
  return Math.max(1, Math.ceil(limit.requests / SECONDS[limit.per ?? 'second']))
}

/** Limits towards every service that the workload calls, or may call where nobody says who calls. */
function upstreamOverrides(workload: ResolvedWorkload, scope: Scope): readonly Draft[] {
  const index = indexOf(scope)
  return index.workloads
    .filter((callee) => {
      const callers = index.callers.get(callee.address)
      return callee !== workload && (callers === undefined || callers.length === 0 || callers.includes(workload))
    })
    .flatMap((callee): readonly Draft[] => {
      const policies = index.traffic.get(callee.address) ?? []
      const breaker = policies.find((policy) => policy.spec.circuitBreaker !== undefined)?.spec.circuitBreaker
      const override = breaker === undefined ? undefined : overrideOf(breaker)
      return override === undefined ? [] : [{ name: consulService(callee), ...override }]
    })
}

type Breaker = NonNullable<ComponentOf<'traffic'>['spec']['circuitBreaker']>

function overrideOf(breaker: Breaker): { readonly [key: string]: Draft } | undefined {
  const limits = {
    maxConnections: breaker.maxConnections,
    maxPendingRequests: breaker.maxPendingRequests,
    maxConcurrentRequests: breaker.maxRequests,
  }
  const { outlier } = breaker
  const some = Object.values(limits).some((value) => value !== undefined)
  if (!some && outlier === undefined) return undefined
  return {
    limits: some ? limits : undefined,
    passiveHealthCheck:
      outlier === undefined
        ? undefined
        : {
            interval: outlier.interval,
            maxFailures: outlier.consecutiveErrors,
            maxEjectionPercent: outlier.maxEjectedPercent,
            baseEjectionTime: outlier.ejectFor,
          },
  }
}

/** What a traffic policy says that its service's defaults cannot. */
export function defaultsMistakes(
  policy: ComponentOf<'traffic'>,
  workload: ResolvedWorkload,
  scope: Scope,
): readonly Diagnostic[] {
  const { circuitBreaker, rateLimit, routes } = policy.spec
  const found: Diagnostic[] = []
  const refuse = (path: readonly (string | number)[], summary: string, hint: string) =>
    found.push(mistake(policy, path, 'MF3020', { summary, hint }))
  const [first] = workload.ports
  if (policy.spec.port !== undefined && first !== undefined && policy.spec.port !== first.port) {
    refuse(
      ['port'],
      `A service of Consul has one port, and that of ${workload.address} is ${first.port}`,
      `Make a workload of its own for port ${policy.spec.port}.`,
    )
  }
  const share = circuitBreaker?.outlier?.maxEjectedPercent
  if (share !== undefined && !Number.isInteger(share)) {
    refuse(
      ['circuitBreaker', 'outlier', 'maxEjectedPercent'],
      'maxEjectedPercent must be a whole number of per cent',
      `Use ${Math.round(share)}.`,
    )
  }
  if (rateLimit !== undefined && rateLimit.requests * 2 < SECONDS[rateLimit.per ?? 'second']) {
    refuse(
      ['rateLimit', 'per'],
      'Consul limits whole requests a second, and one a second is far more than this',
      'Allow at least one request a second.',
    )
  }
  ;(routes ?? []).forEach((route, index) => {
    if (route.fault !== undefined && (route.match ?? []).length > 0) {
      refuse(
        ['routes', index, 'fault'],
        'Consul injects faults into all requests to a service, not into those of one match',
        'Remove the match.',
      )
    }
  })
  const rival = (indexOf(scope).traffic.get(workload.address) ?? []).find(
    (other) =>
      (circuitBreaker !== undefined && other.spec.circuitBreaker !== undefined) ||
      (rateLimit !== undefined && other.spec.rateLimit !== undefined),
  )
  if (rival !== undefined && rival !== policy) {
    found.push(
      mistake(policy, [circuitBreaker === undefined ? 'rateLimit' : 'circuitBreaker'], 'MF3004', {
        summary: `${policy.address} and ${rival.address} both set limits for ${workload.address}`,
        detail: 'Consul keeps one set of these for a service.',
        hint: 'Move them into one policy.',
      }),
    )
  }
  return found
}
