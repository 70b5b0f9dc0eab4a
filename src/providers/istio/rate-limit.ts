import type { ComponentOf } from '../../design/component.ts'
import type { RateLimitSpec } from '../../design/schema/traffic.ts'
import type { Diagnostic } from '../../plan/diagnostic.ts'
import type { StringMap } from '../../plan/manifest.ts'
import type { ResolvedWorkload, Translation } from '../contract.ts'
import { mistake } from '../mistake.ts'
import { joinName, nameAbout } from '../object-name.ts'
import { type Draft, from, traceManifest } from '../traced-manifest.ts'
import { ENVOY_FILTER_API } from './api.ts'
import { httpFilterPatch } from './envoy-patch.ts'

/** Where a rate limit is counted: in the sidecars of pods, or in the waypoint in front of a Service. */
export type LimitPlace =
  | { readonly by: 'selector'; readonly labels: StringMap }
  | { readonly by: 'service'; readonly service: string }

const TYPES = 'type.googleapis.com/envoy'
const FILL_INTERVALS = { second: '1s', minute: '60s', hour: '3600s' } as const

/** The EnvoyFilter that carries out a policy's rate limit; nothing where it has none. */
export function rateLimitFilters(policy: ComponentOf<'traffic'>, workload: ResolvedWorkload, place: LimitPlace): Translation {
  const limit = policy.spec.rateLimit
  if (limit === undefined) return { manifests: [], diagnostics: [] }
  const context = place.by === 'selector' ? 'SIDECAR_INBOUND' : 'WAYPOINT'
  const service = limit.scope === 'global' ? rateLimitService(policy, limit) : undefined
  if (service !== undefined && service.diagnostics.length > 0) return { manifests: [], diagnostics: service.diagnostics }
  const patches =
    service?.address === undefined
      ? [httpFilterPatch(context, localFilter(limit))]
      : [
          httpFilterPatch(context, globalFilter(limit, policy, service.address, place)),
          ...(place.by === 'selector' ? [virtualHostPatch(limit, policy)] : []),
        ]
  const name = joinName(nameAbout(workload.service ?? workload.name, policy), 'rate-limit')
  return {
    manifests: [
      traceManifest(
        {
          apiVersion: ENVOY_FILTER_API,
          kind: 'EnvoyFilter',
          metadata: { name, namespace: workload.namespace },
          spec: {
            workloadSelector: place.by === 'selector' ? { labels: place.labels } : undefined,
            targetRefs: place.by === 'service' ? [{ group: '', kind: 'Service', name: place.service }] : undefined,
            configPatches: from(['rateLimit'], patches),
          },
        },
        ['rateLimit'],
      ),
    ],
    diagnostics: [],
  }
}

/** Envoy's local_ratelimit: a token bucket in each proxy, or one for each value of a descriptor. */
function localFilter(limit: RateLimitSpec): Draft {
  const bucket = {
    max_tokens: from(['rateLimit', limit.burst === undefined ? 'requests' : 'burst'], limit.requests + (limit.burst ?? 0)),
    tokens_per_fill: from(['rateLimit', 'requests'], limit.requests),
    fill_interval: from(['rateLimit', 'per'], FILL_INTERVALS[limit.per ?? 'second']),
  }
  const descriptor = descriptorOf(limit)
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

function descriptorOf(limit: RateLimitSpec): { readonly key: string; readonly action: Draft } | undefined {
  if (limit.by?.header !== undefined) {
    const { header } = limit.by
    return {
      key: header,
      action: from(['rateLimit', 'by', 'header'], { request_headers: { header_name: header, descriptor_key: header } }),
    }
  }
  if (limit.by?.client !== true) return undefined
  return {
    key: 'client',
    action: from(['rateLimit', 'by', 'client'], {
      extension: {
        name: 'envoy.rate_limit_descriptors.expr',
        typed_config: {
          '@type': `${TYPES}.extensions.rate_limit_descriptors.expr.v3.Descriptor`,
          descriptor_key: 'client',
          text: 'connection.uri_san_peer_certificate',
        },
      },
    }),
  }
}

interface ServiceAddress {
  readonly host: string
  readonly port: number
}

function rateLimitService(
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

function globalFilter(limit: RateLimitSpec, policy: ComponentOf<'traffic'>, address: ServiceAddress, place: LimitPlace): Draft {
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
            cluster_name: from(['rateLimit', 'service'], `outbound|${address.port}||${address.host}`),
            authority: address.host,
          },
        },
        transport_api_version: 'V3',
      },
      rate_limits: place.by === 'service' ? globalActions(limit, policy) : undefined,
    },
  }
}

/** The domain under which the rate limit service keeps the numbers of a policy. */
export function limitDomain(policy: ComponentOf<'traffic'>): string {
  return `meshform-${policy.name}`
}

function globalActions(limit: RateLimitSpec, policy: ComponentOf<'traffic'>): Draft {
  const whole = { generic_key: { descriptor_key: 'policy', descriptor_value: policy.name } }
  return [{ actions: [descriptorOf(limit)?.action ?? whole] }]
}

/** Sidecars take what is counted from their inbound virtual hosts. */
function virtualHostPatch(limit: RateLimitSpec, policy: ComponentOf<'traffic'>): Draft {
  return {
    applyTo: 'VIRTUAL_HOST',
    match: { context: 'SIDECAR_INBOUND', routeConfiguration: { vhost: { name: '', route: { action: 'ANY' } } } },
    patch: { operation: 'MERGE', value: { rate_limits: globalActions(limit, policy) } },
  }
}
