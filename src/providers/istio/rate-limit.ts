import type { ComponentOf } from '../../design/component.ts'
import { joinName, nameAbout } from '../../design/object-name.ts'
import type { RateLimitSpec } from '../../design/schema/traffic.ts'
import type { StringMap } from '../../plan/manifest.ts'
import type { ResolvedWorkload, Translation } from '../contract.ts'
import {
  CERTIFICATE,
  globalActions,
  globalRateLimit,
  HANDED_ON_CERTIFICATE,
  localRateLimit,
  rateLimitService,
  type ServiceAddress,
} from '../envoy-rate-limit.ts'
import { podPortNumber } from '../pod-port.ts'
import { serviceHost } from '../references.ts'
import { type Draft, from, traceManifest } from '../traced-manifest.ts'
import { ENVOY_FILTER_API } from './api.ts'
import { httpFilterPatch } from './envoy-patch.ts'

/** Where a rate limit is counted: in the sidecars of pods, or in the waypoint in front of a Service. */
export type LimitPlace =
  | { readonly by: 'selector'; readonly labels: StringMap }
  | { readonly by: 'service'; readonly service: string }

/** The EnvoyFilter that carries out a policy's rate limit; nothing where it has none. */
export function rateLimitFilters(policy: ComponentOf<'traffic'>, workload: ResolvedWorkload, place: LimitPlace): Translation {
  const limit = policy.spec.rateLimit
  if (limit === undefined) return { manifests: [], diagnostics: [] }
  const context = place.by === 'selector' ? 'SIDECAR_INBOUND' : 'WAYPOINT'
  const client = place.by === 'selector' ? CERTIFICATE : HANDED_ON_CERTIFICATE
  const service = limit.scope === 'global' ? rateLimitService(policy, limit) : undefined
  if (service !== undefined && service.diagnostics.length > 0) return { manifests: [], diagnostics: service.diagnostics }
  const port = portOf(policy, workload, place)
  const at = { context, ...(port === undefined ? {} : { port }) } as const
  const patches =
    service?.address === undefined
      ? [httpFilterPatch(at, localRateLimit(limit, client))]
      : [
          httpFilterPatch(at, globalFilter(limit, policy, wholeHost(service.address, workload.namespace), place)),
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

/** The port that a limit is kept to: the one a policy names of several. Sidecars listen at ports of pods, waypoints at the Service's. */
function portOf({ spec }: ComponentOf<'traffic'>, workload: ResolvedWorkload, place: LimitPlace): number | undefined {
  const served = workload.ports.length < 2 ? undefined : workload.ports.find(({ port }) => port === spec.port)
  if (served === undefined) return undefined
  return place.by === 'service' ? served.port : podPortNumber(workload, served)
}

/** The filter that asks the service; only a waypoint takes what is counted from the filter itself. */
function globalFilter(limit: RateLimitSpec, policy: ComponentOf<'traffic'>, address: ServiceAddress, place: LimitPlace): Draft {
  const cluster = { name: `outbound|${address.port}||${address.host}`, authority: address.host }
  return globalRateLimit(
    limit,
    policy,
    cluster,
    place.by === 'service' ? globalActions(limit, policy, HANDED_ON_CERTIFICATE) : undefined,
  )
}

/** Sidecars take what is counted from their inbound virtual hosts. */
function virtualHostPatch(limit: RateLimitSpec, policy: ComponentOf<'traffic'>): Draft {
  return {
    applyTo: 'VIRTUAL_HOST',
    match: { context: 'SIDECAR_INBOUND', routeConfiguration: { vhost: { name: '', route: { action: 'ANY' } } } },
    patch: { operation: 'MERGE', value: { rate_limits: globalActions(limit, policy) } },
  }
}

/** Istio names the cluster of a Service by its whole host, whatever short form of it the design uses. */
function wholeHost({ host, port }: ServiceAddress, namespace: string): ServiceAddress {
  const [service = host, inNamespace, ...rest] = host.split('.')
  const short = rest.length === 0 || (rest.length === 1 && rest[0] === 'svc')
  return { host: short ? serviceHost(service, inNamespace ?? namespace) : host, port }
}
