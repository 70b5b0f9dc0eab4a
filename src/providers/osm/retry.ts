import type { ComponentOf } from '../../design/component.ts'
import { joinName } from '../../design/object-name.ts'
import type { DesiredManifest, ResolvedWorkload, Scope } from '../contract.ts'
import { indexOf } from '../scope-index.ts'
import { from, traceManifest } from '../traced-manifest.ts'
import { OSM_POLICY_API } from './dialect.ts'

/** What a Retry must say although the design need not: Envoy's own pause, and its limit of a whole request. */
const DEFAULTS = { perTryTimeout: '15s', retryBackoffBaseInterval: '25ms' } as const

/** Retries of the callers of a workload: a Retry belongs to one caller, so each that the design knows of has its own. */
export function retries(policy: ComponentOf<'traffic'>, workload: ResolvedWorkload, scope: Scope): readonly DesiredManifest[] {
  const index = (policy.spec.routes ?? []).findIndex((candidate) => candidate.retries !== undefined)
  const route = policy.spec.routes?.[index]
  const wanted = route?.retries
  if (wanted === undefined) return []
  const path = ['routes', index, 'retries']
  const sources = callersOf(workload, scope).flatMap((caller) =>
    caller.serviceAccounts.map((name) => ({ name, namespace: caller.namespace })),
  )
  const service = workload.service ?? workload.name
  return sources.map((source) =>
    traceManifest(
      {
        apiVersion: OSM_POLICY_API,
        kind: 'Retry',
        metadata: {
          name: joinName(service, 'retry', sources.length === 1 ? '' : source.name),
          namespace: source.namespace,
        },
        spec: {
          source: { kind: 'ServiceAccount', name: source.name, namespace: source.namespace },
          destinations: [{ kind: 'Service', name: service, namespace: workload.namespace }],
          retryPolicy: {
            retryOn: from([...path, 'on'], (wanted.on ?? ['5xx']).join(',')),
            numRetries: from([...path, 'attempts'], wanted.attempts),
            perTryTimeout: from([...path, 'perTry'], wanted.perTry ?? DEFAULTS.perTryTimeout),
            retryBackoffBaseInterval: from(
              [...path, 'backoff', 'base'],
              wanted.backoff?.base ?? DEFAULTS.retryBackoffBaseInterval,
            ),
          },
        },
      },
      path,
    ),
  )
}

/** Who calls a workload, as authorization says; everyone else in the mesh where nobody says. */
function callersOf(workload: ResolvedWorkload, scope: Scope): readonly ResolvedWorkload[] {
  const index = indexOf(scope)
  const known = index.callers.get(workload.address) ?? []
  return known.length > 0 ? known : index.workloads.filter((other) => other !== workload)
}
