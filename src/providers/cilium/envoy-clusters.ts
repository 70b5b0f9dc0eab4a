import type { ComponentOf } from '../../design/component.ts'
import type { ValuePath } from '../../plan/source.ts'
import { type Draft, type DraftObject, from } from '../traced-manifest.ts'
import { seconds } from './envoy-routes.ts'

type Traffic = ComponentOf<'traffic'>['spec']

const BALANCERS = {
  'round-robin': 'ROUND_ROBIN',
  'least-request': 'LEAST_REQUEST',
  random: 'RANDOM',
  'ring-hash': 'RING_HASH',
  maglev: 'MAGLEV',
  passthrough: 'ROUND_ROBIN',
} as const

const HTTP_OPTIONS = 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions'

/** Time to connect where the design says nothing: Envoy's own. */
const CONNECT_TIMEOUT = '5s'

/** The cluster of a Service, whose endpoints the agents know by its name; with the limits of the policy. */
export function envoyCluster(name: string, spec: Pick<Traffic, 'circuitBreaker' | 'loadBalancing'>, path: ValuePath): Draft {
  const { circuitBreaker: breaker, loadBalancing: balancing } = spec
  const at = (key: string): ValuePath => ['circuitBreaker', key]
  const hashing = balancing?.policy === undefined && balancing?.hashOn !== undefined
  const policy = hashing ? 'RING_HASH' : BALANCERS[balancing?.policy ?? 'round-robin']
  return from(path, {
    '@type': 'type.googleapis.com/envoy.config.cluster.v3.Cluster',
    name,
    connect_timeout: from(
      at('connectTimeout'),
      breaker?.connectTimeout === undefined ? CONNECT_TIMEOUT : seconds(breaker.connectTimeout),
    ),
    lb_policy: from(['loadBalancing', 'policy'], policy),
    type: 'EDS',
    circuit_breakers: thresholds(breaker),
    outlier_detection: outlierOf(breaker?.outlier),
    common_lb_config:
      breaker?.outlier?.minHealthPercent === undefined
        ? undefined
        : from(['circuitBreaker', 'outlier', 'minHealthPercent'], {
            healthy_panic_threshold: { value: breaker.outlier.minHealthPercent },
          }),
    typed_extension_protocol_options: httpOptions(breaker),
    ...slowStart(policy, balancing?.warmup),
  })
}

function thresholds(breaker: Traffic['circuitBreaker']): Draft {
  const { maxConnections, maxPendingRequests, maxRequests, maxRetries } = breaker ?? {}
  if ([maxConnections, maxPendingRequests, maxRequests, maxRetries].every((limit) => limit === undefined)) return undefined
  return from(['circuitBreaker'], {
    thresholds: [
      {
        priority: 'DEFAULT',
        max_connections: from(['circuitBreaker', 'maxConnections'], maxConnections),
        max_pending_requests: from(['circuitBreaker', 'maxPendingRequests'], maxPendingRequests),
        max_requests: from(['circuitBreaker', 'maxRequests'], maxRequests),
        max_retries: from(['circuitBreaker', 'maxRetries'], maxRetries),
      },
    ],
  })
}

function outlierOf(outlier: NonNullable<Traffic['circuitBreaker']>['outlier']): Draft {
  if (outlier === undefined) return undefined
  const path = ['circuitBreaker', 'outlier']
  return from(path, {
    consecutive_5xx: from([...path, 'consecutiveErrors'], outlier.consecutiveErrors),
    consecutive_gateway_failure: from([...path, 'consecutiveGatewayErrors'], outlier.consecutiveGatewayErrors),
    // Counted by default, and acted upon only when enforced.
    enforcing_consecutive_gateway_failure: outlier.consecutiveGatewayErrors === undefined ? undefined : 100,
    interval: from([...path, 'interval'], outlier.interval === undefined ? undefined : seconds(outlier.interval)),
    base_ejection_time: from([...path, 'ejectFor'], outlier.ejectFor === undefined ? undefined : seconds(outlier.ejectFor)),
    max_ejection_percent: from(
      [...path, 'maxEjectedPercent'],
      outlier.maxEjectedPercent === undefined ? undefined : Math.round(outlier.maxEjectedPercent),
    ),
  })
}

function httpOptions(breaker: Traffic['circuitBreaker']): Draft {
  const { idleTimeout, maxRequestsPerConnection } = breaker ?? {}
  if (idleTimeout === undefined && maxRequestsPerConnection === undefined) return undefined
  return {
    [HTTP_OPTIONS]: {
      '@type': `type.googleapis.com/${HTTP_OPTIONS}`,
      use_downstream_protocol_config: { http2_protocol_options: {} },
      common_http_protocol_options: {
        idle_timeout: from(['circuitBreaker', 'idleTimeout'], idleTimeout === undefined ? undefined : seconds(idleTimeout)),
        max_requests_per_connection: from(['circuitBreaker', 'maxRequestsPerConnection'], maxRequestsPerConnection),
      },
    },
  }
}

function slowStart(policy: string, warmup: string | undefined): DraftObject {
  if (warmup === undefined) return {}
  const conf = from(['loadBalancing', 'warmup'], { slow_start_config: { slow_start_window: seconds(warmup) } })
  return policy === 'LEAST_REQUEST' ? { least_request_lb_config: conf } : { round_robin_lb_config: conf }
}

/** What routes hash for consistent hashing. */
export function hashPolicies(balancing: Traffic['loadBalancing']): Draft {
  const hash = balancing?.hashOn
  if (hash === undefined) return undefined
  return from(
    ['loadBalancing', 'hashOn'],
    [
      ...(hash.header === undefined ? [] : [{ header: { header_name: hash.header } }]),
      ...(hash.cookie === undefined
        ? []
        : [{ cookie: { name: hash.cookie, ttl: hash.cookieTtl === undefined ? undefined : seconds(hash.cookieTtl) } }]),
      ...(hash.query === undefined ? [] : [{ query_parameter: { name: hash.query } }]),
      ...(hash.sourceIp === true ? [{ connection_properties: { source_ip: true } }] : []),
    ],
  )
}

/** The cluster of a gRPC service that speaks HTTP/2, such as a rate limit service. */
export function grpcCluster(name: string): Draft {
  return {
    '@type': 'type.googleapis.com/envoy.config.cluster.v3.Cluster',
    name,
    connect_timeout: CONNECT_TIMEOUT,
    type: 'EDS',
    typed_extension_protocol_options: {
      [HTTP_OPTIONS]: {
        '@type': `type.googleapis.com/${HTTP_OPTIONS}`,
        explicit_http_config: { http2_protocol_options: {} },
      },
    },
  }
}
