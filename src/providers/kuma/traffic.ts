import type { ComponentOf } from '../../design/component.ts'
import { joinName, nameAbout } from '../../design/object-name.ts'
import type { Diagnostic } from '../../plan/diagnostic.ts'
import type { DesiredManifest, ResolvedWorkload, Scope, ServicePort, Translation } from '../contract.ts'
import { orderWarnings } from '../gateway-api/route-order.ts'
import { mistake } from '../mistake.ts'
import { openEnd } from '../open-end.ts'
import { findWorkload } from '../references.ts'
import { resolveRoutes } from '../resolve-routes.ts'
import { routeConflicts, servesNothing } from '../route-conflicts.ts'
import { matchesElsewhere, portChooser, trafficPort } from '../service-port.ts'
import { settingConflicts } from '../setting-conflicts.ts'
import { type Draft, from, traceManifest } from '../traced-manifest.ts'
import { dataplanes, KUMA_API, type KumaFlavor, policyLabels, systemNamespace } from './api.ts'
import { faultPolicies } from './faults.ts'
import { share } from './mesh-objects.ts'
import { failsOver, multiZoneService, zonesOf } from './multi-zone.ts'
import { meshHttpRoutes, meshTcpRoute, type RouteRequest, routeMistakes } from './routes.ts'
import { grpcRetryMistakes, outboundPolicy, targetServices, timeoutsAndRetries } from './timeouts.ts'

const BALANCERS = {
  'round-robin': { type: 'RoundRobin' },
  'least-request': { type: 'LeastRequest' },
  random: { type: 'Random' },
  'ring-hash': { type: 'RingHash' },
  maglev: { type: 'Maglev' },
} as const

/** Errors in a row by which Envoy ejects an endpoint where nothing is said; Kuma wants it said. */
const ENVOYS_ERRORS = 5

const INTERVALS = { second: '1s', minute: '1m', hour: '1h' } as const

/** A traffic policy as routes and one policy of Kuma for each kind of setting, all about the MeshService of the workload. */
export function kumaTraffic(policy: ComponentOf<'traffic'>, scope: Scope, flavor: KumaFlavor): Translation {
  const found = findWorkload(policy.spec.workload, policy, ['workload'], scope)
  const workload = found.value
  if (workload === undefined) return { manifests: [], diagnostics: found.diagnostics }
  if (workload.service === undefined) return { manifests: [], diagnostics: [servesNothing(policy, workload)] }
  const { port, diagnostics } = trafficPort(policy, workload)
  if (port === undefined) return { manifests: [], diagnostics }
  const { routes, diagnostics: unresolved } = resolveRoutes(policy, workload, scope)
  const name = nameAbout(workload.service, policy)
  const request: RouteRequest = {
    policy,
    name,
    outbound: { name: joinName(workload.namespace, name), namespace: systemNamespace(scope, flavor) },
    workload,
    port,
    routes,
    portFor: portChooser(workload, port),
    scope,
  }
  const balancing = balancingOf(request)
  const routed = routedBy(request)
  return {
    manifests: [
      ...routed.manifests,
      ...breakers(request),
      ...balancing.manifests,
      ...rateLimits(policy, workload, port, request),
    ],
    diagnostics: [
      ...unresolved,
      ...routeConflicts(policy, workload, scope),
      ...settingConflicts(policy, workload, scope),
      ...matchesElsewhere(policy, port),
      ...routed.diagnostics,
      ...balancing.diagnostics,
      ...versionsOfZone(request),
    ],
  }
}

function routedBy(request: RouteRequest): Translation {
  const { policy, port, routes } = request
  const protocol = policy.spec.protocol ?? port.protocol
  const stream = protocol === 'tcp' || protocol === 'tls' || protocol === 'https' || protocol === 'udp'
  if (stream && routes.length > 0) {
    const { manifests, diagnostics } = meshTcpRoute(request)
    return { manifests: [...manifests, ...timeoutsAndRetries(request, [])], diagnostics }
  }
  const { manifests, groups } = meshHttpRoutes(request)
  const faults = faultPolicies(request)
  return {
    manifests: [...manifests, ...timeoutsAndRetries(request, groups), ...faults.manifests],
    diagnostics: [
      ...orderWarnings(policy, routes),
      ...openEnd(policy, routes, `${request.workload.address} as a whole, whatever its version`),
      ...routes.flatMap((route) => routeMistakes(policy, route)),
      ...grpcRetryMistakes(request),
      ...faults.diagnostics,
    ],
  }
}

function breakers(request: RouteRequest): readonly DesiredManifest[] {
  const breaker = request.policy.spec.circuitBreaker
  if (breaker === undefined) return []
  const at = (...path: string[]) => ['circuitBreaker', ...path]
  const { maxConnections, maxPendingRequests, maxRequests, maxRetries, outlier } = breaker
  const limits = {
    maxConnections: from(at('maxConnections'), maxConnections),
    maxPendingRequests: from(at('maxPendingRequests'), maxPendingRequests),
    maxRequests: from(at('maxRequests'), maxRequests),
    maxRetries: from(at('maxRetries'), maxRetries),
  }
  const limited = Object.values(limits).some((value) => value !== undefined)
  if (!limited && outlier === undefined) return []
  const detection: Draft =
    outlier === undefined
      ? undefined
      : from(at('outlier'), {
          interval: outlier.interval,
          baseEjectionTime: outlier.ejectFor,
          maxEjectionPercent: outlier.maxEjectedPercent === undefined ? undefined : Math.round(outlier.maxEjectedPercent),
          healthyPanicThreshold: outlier.minHealthPercent === undefined ? undefined : share(outlier.minHealthPercent),
          detectors: {
            totalFailures: consecutive(
              outlier.consecutiveErrors ?? (outlier.consecutiveGatewayErrors === undefined ? ENVOYS_ERRORS : undefined),
            ),
            gatewayFailures: consecutive(outlier.consecutiveGatewayErrors),
          },
        })
  const conf = { connectionLimits: limited ? limits : undefined, outlierDetection: detection }
  const entries = [...targetServices(request), ...zonesOf(request)].map((targetRef) => ({ targetRef, default: conf }))
  return [outboundPolicy('MeshCircuitBreaker', 'circuit-breaker', entries, request, ['circuitBreaker'])]
}

function consecutive(count: number | undefined): Draft {
  return count === undefined ? undefined : { consecutive: count }
}

function balancingOf(request: RouteRequest): Translation {
  const { policy } = request
  const balancing = policy.spec.loadBalancing
  if (balancing === undefined) return { manifests: [], diagnostics: [] }
  const path = ['loadBalancing']
  const { policy: wanted, hashOn, failover } = balancing
  const diagnostics: Diagnostic[] = []
  if (wanted === 'passthrough') {
    diagnostics.push(
      mistake(policy, [...path, 'policy'], 'MF3020', {
        summary: 'Kuma has no passthrough of the address a client chose',
        hint: 'Use round-robin, least-request, random, ring-hash or maglev.',
      }),
    )
  }
  const hashing = wanted === 'ring-hash' || wanted === 'maglev' || (wanted === undefined && hashOn !== undefined)
  if (hashing !== (hashOn !== undefined)) {
    diagnostics.push(
      mistake(policy, [...path, hashing ? 'policy' : 'hashOn'], 'MF3020', {
        summary: hashing ? `${wanted ?? 'ring-hash'} needs something to hash` : `${wanted ?? 'It'} hashes nothing`,
        hint: hashing ? 'Say `hashOn: {header: ...}`.' : 'Use policy ring-hash or maglev, or remove hashOn.',
      }),
    )
  }
  const balancer =
    wanted === undefined
      ? hashOn === undefined
        ? undefined
        : BALANCERS['ring-hash']
      : wanted === 'passthrough'
        ? undefined
        : BALANCERS[wanted]
  const conf = {
    loadBalancer: from([...path, 'policy'], balancer),
    hashPolicies: hashOn === undefined ? undefined : from([...path, 'hashOn'], hashPolicies(hashOn)),
  }
  const acrossZones = {
    ...conf,
    localityAwareness:
      failover === undefined
        ? undefined
        : from([...path, 'failover'], {
            crossZone: {
              failover: failover.map((pair, index) =>
                from([...path, 'failover', index], { from: { zones: [pair.from] }, to: { type: 'Only', zones: [pair.to] } }),
              ),
            },
          }),
  }
  const own =
    balancer === undefined && hashOn === undefined
      ? []
      : targetServices(request).map((targetRef) => ({ targetRef, default: conf }))
  const entries = [...own, ...zonesOf(request).map((targetRef) => ({ targetRef, default: acrossZones }))]
  return {
    manifests: [
      ...(failover === undefined ? [] : [multiZoneService(request)]),
      outboundPolicy('MeshLoadBalancingStrategy', 'load-balancing', entries, request, path),
    ],
    diagnostics,
  }
}

function hashPolicies(
  hash: NonNullable<NonNullable<ComponentOf<'traffic'>['spec']['loadBalancing']>['hashOn']>,
): readonly Draft[] {
  return [
    ...(hash.header === undefined ? [] : [{ type: 'Header', header: { name: hash.header } }]),
    ...(hash.cookie === undefined ? [] : [{ type: 'Cookie', cookie: { name: hash.cookie, ttl: hash.cookieTtl } }]),
    ...(hash.query === undefined ? [] : [{ type: 'QueryParameter', queryParameter: { name: hash.query } }]),
    ...(hash.sourceIp === true ? [{ type: 'Connection', connection: { sourceIP: true } }] : []),
  ]
}

function rateLimits(
  policy: ComponentOf<'traffic'>,
  workload: ResolvedWorkload,
  port: ServicePort,
  { name, scope }: RouteRequest,
): readonly DesiredManifest[] {
  const limit = policy.spec.rateLimit
  if (limit === undefined) return []
  const http = {
    requestRate: {
      num: from(['rateLimit', 'requests'], limit.requests),
      interval: from(['rateLimit', 'per'], INTERVALS[limit.per ?? 'second']),
    },
    onRateLimit: limit.status === undefined ? undefined : { status: from(['rateLimit', 'status'], limit.status) },
  }
  return [
    traceManifest(
      {
        apiVersion: KUMA_API,
        kind: 'MeshRateLimit',
        metadata: { name: joinName(name, 'rate-limit'), namespace: workload.namespace, labels: policyLabels(scope) },
        spec: { targetRef: dataplanes(workload, port), rules: [{ default: { local: { http } } }] },
      },
      ['rateLimit'],
    ),
  ]
}

/** A service of all zones is the workload as a whole; a version of it is one of the caller's zone. */
function versionsOfZone(request: RouteRequest): readonly Diagnostic[] {
  if (!failsOver(request)) return []
  return request.routes
    .filter(({ destinations }) => destinations.some(({ version }) => version !== undefined))
    .map((route) =>
      mistake(request.policy, [...route.path, 'to'], 'MF3020', {
        severity: 'warning',
        summary: 'Versions of Kuma are of one zone, so requests that this route takes do not fail over',
        hint: 'Leave the versions out where the zone fails over, or give each version a workload of its own.',
      }),
    )
}
