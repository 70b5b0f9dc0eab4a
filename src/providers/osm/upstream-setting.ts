import type { ComponentOf } from '../../design/component.ts'
import type { ResolvedWorkload, Scope, Translation } from '../contract.ts'
import { mistake } from '../mistake.ts'
import { serviceHost } from '../references.ts'
import { indexOf } from '../scope-index.ts'
import { type Draft, from, traceManifest } from '../traced-manifest.ts'
import { OSM_POLICY_API } from './dialect.ts'

function hasSettings({ spec }: ComponentOf<'traffic'>): boolean {
  return spec.circuitBreaker !== undefined || spec.rateLimit !== undefined
}

/**
 * Limits of connections and requests as UpstreamTrafficSetting: one for the Service, and one for each version where routes lead to
 * versions, since those are hosts of their own.
 */
export function upstreamSettings(policy: ComponentOf<'traffic'>, workload: ResolvedWorkload, scope: Scope): Translation {
  if (!hasSettings(policy)) return { manifests: [], diagnostics: [] }
  const index = indexOf(scope)
  const first = (index.traffic.get(workload.address) ?? []).find(hasSettings)
  if (first !== undefined && first !== policy) {
    return {
      manifests: [],
      diagnostics: [
        mistake(policy, [policy.spec.circuitBreaker === undefined ? 'rateLimit' : 'circuitBreaker'], 'MF3004', {
          summary: `${policy.address} and ${first.address} both set limits for ${workload.address}`,
          detail: 'OSM takes one UpstreamTrafficSetting for a host.',
          hint: 'Move them into one policy.',
        }),
      ],
    }
  }
  const split = index.splitWorkloads.has(workload.address)
  const services = [workload.service ?? workload.name, ...(split ? workload.versions.map((version) => version.service) : [])]
  const stream = workload.ports[0]?.protocol === 'tcp' || workload.ports[0]?.protocol === 'tls'
  return {
    manifests: services.map((service) =>
      traceManifest(
        {
          apiVersion: OSM_POLICY_API,
          kind: 'UpstreamTrafficSetting',
          metadata: { name: service, namespace: workload.namespace },
          spec: {
            host: serviceHost(service, workload.namespace),
            connectionSettings: connectionSettings(policy),
            rateLimit: rateLimit(policy, stream),
          },
        },
        [policy.spec.circuitBreaker === undefined ? 'rateLimit' : 'circuitBreaker'],
      ),
    ),
    diagnostics: [],
  }
}

function connectionSettings({ spec }: ComponentOf<'traffic'>): Draft {
  const breaker = spec.circuitBreaker
  if (breaker === undefined) return undefined
  const at = (key: keyof typeof breaker, value: Draft) => from(['circuitBreaker', key], value)
  const tcp = {
    maxConnections: at('maxConnections', breaker.maxConnections),
    connectTimeout: at('connectTimeout', breaker.connectTimeout),
  }
  const http = {
    maxRequests: at('maxRequests', breaker.maxRequests),
    maxPendingRequests: at('maxPendingRequests', breaker.maxPendingRequests),
    maxRequestsPerConnection: at('maxRequestsPerConnection', breaker.maxRequestsPerConnection),
    maxRetries: at('maxRetries', breaker.maxRetries),
  }
  const some = (part: { readonly [key: string]: Draft }) => Object.values(part).some((value) => value !== undefined)
  return from(['circuitBreaker'], { tcp: some(tcp) ? tcp : undefined, http: some(http) ? http : undefined })
}

function rateLimit({ spec }: ComponentOf<'traffic'>, stream: boolean): Draft {
  const limit = spec.rateLimit
  if (limit === undefined) return undefined
  const count = from(['rateLimit', 'requests'], limit.requests)
  const common = {
    unit: from(['rateLimit', 'per'], limit.per ?? 'second'),
    burst: from(['rateLimit', 'burst'], limit.burst),
  }
  return from(['rateLimit'], {
    local: stream
      ? { tcp: { connections: count, ...common } }
      : { http: { requests: count, ...common, responseStatusCode: from(['rateLimit', 'status'], limit.status) } },
  })
}
