import type { ComponentOf } from '../../design/component.ts'
import { joinName } from '../../design/object-name.ts'
import type { ResolvedWorkload, Scope, Translation } from '../contract.ts'
import { trafficPort } from '../service-port.ts'
import { from, traceManifest } from '../traced-manifest.ts'
import { POLICY_API, POLICY_GROUP } from './api.ts'
import { serverBy, serverName } from './servers.ts'

const SECONDS = { second: 1, minute: 60, hour: 3600 } as const

/** A rate limit as HTTPLocalRateLimitPolicy on the Server of its port. */
export function linkerdRateLimit(policy: ComponentOf<'traffic'>, workload: ResolvedWorkload, scope: Scope): Translation {
  const limit = policy.spec.rateLimit
  if (limit === undefined) return { manifests: [], diagnostics: [] }
  const { port, diagnostics } = trafficPort(policy, workload)
  if (port === undefined) return { manifests: [], diagnostics }
  const name = serverName(workload, port)
  const rate = { requestsPerSecond: from(['rateLimit', 'requests'], Math.ceil(limit.requests / SECONDS[limit.per ?? 'second'])) }
  const manifest = traceManifest(
    {
      apiVersion: POLICY_API,
      kind: 'HTTPLocalRateLimitPolicy',
      metadata: { name: joinName(name, 'rate-limit'), namespace: workload.namespace },
      spec: {
        targetRef: { group: POLICY_GROUP, kind: 'Server', name },
        ...(limit.by?.client === true ? { identity: rate } : { total: rate }),
      },
    },
    ['rateLimit'],
  )
  const server = serverBy(policy, workload, port, scope, ['rateLimit'])
  return { manifests: [...(server === undefined ? [] : [server]), manifest], diagnostics: [] }
}
