import type { ComponentOf } from '../design/component.ts'
import type { RateLimitSpec } from '../design/schema/traffic.ts'
import type { Diagnostic } from '../plan/diagnostic.ts'
import { mistake } from './mistake.ts'
import { type Draft, from } from './traced-manifest.ts'

const TYPES = 'type.googleapis.com/envoy'
const FILL_INTERVALS = { second: '1s', minute: '60s', hour: '3600s' } as const

function clientBy(expression: string): Draft {
  return {
    extension: {
      name: 'envoy.rate_limit_descriptors.expr',
      typed_config: {
        '@type': `${TYPES}.extensions.rate_limit_descriptors.expr.v3.Descriptor`,
        descriptor_key: 'client',
        text: expression,
      },
    },
  }
}

/** A client by its certificate, where the proxy ends mutual TLS itself. */
export const CERTIFICATE = clientBy('connection.uri_san_peer_certificate')

/** A client by its certificate, where another listener of the same Envoy ended mutual TLS and handed on whom it met, as a waypoint's. */
export const HANDED_ON_CERTIFICATE = clientBy("filter_state['io.istio.peer_principal']")

/** A client by its address, where the proxy sees no certificates. */
export const ADDRESS: Draft = { remote_address: {} }

/** Envoy's local_ratelimit: a token bucket in each proxy, or one for each value of a descriptor. */
export function localRateLimit(limit: RateLimitSpec, client: Draft = CERTIFICATE): Draft {
  const bucket = {
    max_tokens: from(['rateLimit', limit.burst === undefined ? 'requests' : 'burst'], limit.requests + (limit.burst ?? 0)),
    tokens_per_fill: from(['rateLimit', 'requests'], limit.requests),
    fill_interval: from(['rateLimit', 'per'], FILL_INTERVALS[limit.per ?? 'second']),
  }
  const descriptor = descriptorOf(limit, client)
  const all = { numerator: 100, denominator: 'HUNDRED' }
  return {
    name: 'envoy.filters.http.local_ratelimit',
    typed_config: {
      '@type': `${TYPES}.extensions.filters.http.local_ratelimit.v3.LocalRateLimit`,
      stat_prefix: 'http_local_rate_limiter',
      status: limit.status === undefined ? undefined : { code: from(['rateLimit', 'status'], limit.status) },
      // With descriptors this bucket is for requests that have none (no such header): those are not limited.
      token_bucket:
        descriptor === undefined ? bucket : { max_tokens: UNLIMITED, tokens_per_fill: UNLIMITED, fill_interval: '1s' },
      filter_enabled: { runtime_key: 'local_rate_limit_enabled', default_value: all },
      filter_enforced: { runtime_key: 'local_rate_limit_enforced', default_value: all },
      always_consume_default_token_bucket: descriptor === undefined ? undefined : false,
      rate_limits: descriptor === undefined ? undefined : [{ actions: [descriptor.action] }],
      // An entry without a value makes one bucket for each value seen (Envoy 1.34).
      descriptors: descriptor === undefined ? undefined : [{ entries: [{ key: descriptor.key }], token_bucket: bucket }],
      max_dynamic_descriptors: descriptor === undefined ? undefined : MOST_VALUES,
    },
  }
}

const UNLIMITED = 1_000_000_000
/** Values of a descriptor that one proxy keeps buckets for; the least recently used goes first. */
const MOST_VALUES = 1000

function descriptorOf(limit: RateLimitSpec, client: Draft): { readonly key: string; readonly action: Draft } | undefined {
  if (limit.by?.header !== undefined) {
    const { header } = limit.by
    return {
      key: header,
      action: from(['rateLimit', 'by', 'header'], { request_headers: { header_name: header, descriptor_key: header } }),
    }
  }
  if (limit.by?.client !== true) return undefined
  return {
    // Envoy names this descriptor itself.
    key: client === ADDRESS ? 'remote_address' : 'client',
    action: from(['rateLimit', 'by', 'client'], client),
  }
}

/** Where a rate limit service listens. */
export interface ServiceAddress {
  readonly host: string
  readonly port: number
}

/** The address of the rate limit service of a policy, or what is wrong with it. */
export function rateLimitService(
  policy: ComponentOf<'traffic'>,
  limit: RateLimitSpec,
): { readonly address: ServiceAddress | undefined; readonly diagnostics: readonly Diagnostic[] } {
  const match = /^(.+):(\d+)$/.exec(limit.service ?? '')
  if (match?.[1] !== undefined) return { address: { host: match[1], port: Number(match[2]) }, diagnostics: [] }
  return {
    address: undefined,
    diagnostics: [
      mistake(policy, ['rateLimit', limit.service === undefined ? 'scope' : 'service'], 'MF3020', {
        summary: 'A global rate limit needs the address of a rate limit service',
        hint: 'Say `service: ratelimit.shop.svc.cluster.local:8081`.',
      }),
    ],
  }
}

/** Envoy's ratelimit filter, which asks a service behind a cluster; `actions` are what it is told of a request. */
export function globalRateLimit(
  limit: RateLimitSpec,
  policy: ComponentOf<'traffic'>,
  cluster: { readonly name: string; readonly authority: string },
  actions: Draft,
): Draft {
  return {
    name: 'envoy.filters.http.ratelimit',
    typed_config: {
      '@type': `${TYPES}.extensions.filters.http.ratelimit.v3.RateLimit`,
      domain: limitDomain(policy),
      failure_mode_deny: false,
      rate_limited_status: limit.status === undefined ? undefined : { code: from(['rateLimit', 'status'], limit.status) },
      rate_limit_service: {
        grpc_service: {
          envoy_grpc: {
            cluster_name: from(['rateLimit', 'service'], cluster.name),
            authority: cluster.authority,
          },
        },
        transport_api_version: 'V3',
      },
      rate_limits: actions,
    },
  }
}

/** The domain under which the rate limit service keeps the numbers of a policy. */
export function limitDomain(policy: ComponentOf<'traffic'>): string {
  return `meshform-${policy.name}`
}

/** What a rate limit service is told of a request. */
export function globalActions(limit: RateLimitSpec, policy: ComponentOf<'traffic'>, client: Draft = CERTIFICATE): Draft {
  const whole = { generic_key: { descriptor_key: 'policy', descriptor_value: policy.name } }
  return [{ actions: [descriptorOf(limit, client)?.action ?? whole] }]
}
