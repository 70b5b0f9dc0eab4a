import type { ComponentOf } from '../../design/component.ts'
import { joinName, nameAbout } from '../../design/object-name.ts'
import type { DesiredManifest, ResolvedWorkload, Scope, Translation } from '../contract.ts'
import { mistake } from '../mistake.ts'
import { indexOf } from '../scope-index.ts'
import { from, traceManifest } from '../traced-manifest.ts'
import { wholeSeconds } from '../wire-duration.ts'
import { NGINX_BREAKER_API, NGINX_RATE_LIMIT_API } from './dialect.ts'

function destinationOf(workload: ResolvedWorkload) {
  return { kind: 'Service', name: workload.service ?? workload.name, namespace: workload.namespace }
}

/**
 * The rate limit of a policy: one RateLimit, or one for each known caller where clients are counted apart, beside which the one that
 * names no caller holds for all others.
 */
export function rateLimits(policy: ComponentOf<'traffic'>, workload: ResolvedWorkload, scope: Scope): Translation {
  const limit = policy.spec.rateLimit
  if (limit === undefined) return { manifests: [], diagnostics: [] }
  if (limit.per === 'hour' && limit.requests % 60 !== 0) {
    return {
      manifests: [],
      diagnostics: [
        mistake(policy, ['rateLimit', 'per'], 'MF3020', {
          summary: 'NGINX counts whole requests a second or a minute',
          hint: `Say \`{requests: ${Math.max(1, Math.round(limit.requests / 60))}, per: minute}\`.`,
        }),
      ],
    }
  }
  const rate =
    limit.per === 'minute' ? `${limit.requests}r/m` : limit.per === 'hour' ? `${limit.requests / 60}r/m` : `${limit.requests}r/s`
  const base = joinName(nameAbout(workload.service ?? workload.name, policy), 'rate-limit')
  const make = (name: string, caller: ResolvedWorkload | undefined): DesiredManifest =>
    traceManifest(
      {
        apiVersion: NGINX_RATE_LIMIT_API,
        kind: 'RateLimit',
        metadata: { name, namespace: workload.namespace },
        spec: {
          destination: from(['workload'], destinationOf(workload)),
          sources: caller === undefined ? undefined : from(['rateLimit', 'by', 'client'], sourcesOf(caller)),
          name,
          rate: from(['rateLimit', 'requests'], rate),
          burst: from(['rateLimit', 'burst'], limit.burst),
          // Otherwise NGINX lets what is above the rate wait for its turn.
          delay: limit.burst === undefined ? undefined : from(['rateLimit', 'burst'], 'nodelay'),
        },
      },
      ['rateLimit'],
    )
  const manifests =
    limit.by?.client === true
      ? [...callersOf(workload, scope).map((caller) => make(joinName(base, caller.name), caller)), make(base, undefined)]
      : [make(base, undefined)]
  return { manifests, diagnostics: [] }
}

/** Who calls a workload, as authorization says; everyone else in the mesh where nobody says. */
function callersOf(workload: ResolvedWorkload, scope: Scope): readonly ResolvedWorkload[] {
  const index = indexOf(scope)
  const known = index.callers.get(workload.address) ?? []
  return known.length > 0 ? known : index.workloads.filter((other) => other !== workload)
}

const WORKLOAD_KINDS: ReadonlySet<string> = new Set(['Deployment', 'StatefulSet', 'DaemonSet', 'Job'])

function sourcesOf(caller: ResolvedWorkload) {
  return caller.objects
    .filter(({ manifest }) => WORKLOAD_KINDS.has(manifest.kind))
    .map(({ manifest }) => ({ kind: manifest.kind, name: manifest.metadata.name, namespace: caller.namespace }))
}

/** What NGINX takes when the design names no number: those of Envoy's outlier detection. */
const DEFAULT_ERRORS = 5
const DEFAULT_TIMEOUT = '30s'

/** Outlier detection as CircuitBreaker: so many errors in a time close the whole service for that time. */
export function circuitBreakers(policy: ComponentOf<'traffic'>, workload: ResolvedWorkload): readonly DesiredManifest[] {
  const outlier = policy.spec.circuitBreaker?.outlier
  if (outlier === undefined) return []
  const path = ['circuitBreaker', 'outlier']
  const name = joinName(nameAbout(workload.service ?? workload.name, policy), 'circuit-breaker')
  return [
    traceManifest(
      {
        apiVersion: NGINX_BREAKER_API,
        kind: 'CircuitBreaker',
        metadata: { name, namespace: workload.namespace },
        spec: {
          destination: from(['workload'], destinationOf(workload)),
          errors: from([...path, 'consecutiveErrors'], outlier.consecutiveErrors ?? DEFAULT_ERRORS),
          timeoutSeconds: from([...path, 'ejectFor'], wholeSeconds(outlier.ejectFor ?? outlier.interval ?? DEFAULT_TIMEOUT)),
        },
      },
      path,
    ),
  ]
}
