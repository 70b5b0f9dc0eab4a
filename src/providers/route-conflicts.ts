import type { ComponentOf } from '../design/component.ts'
import { nameAbout } from '../design/object-name.ts'
import type { Diagnostic } from '../plan/diagnostic.ts'
import type { ResolvedWorkload, Scope } from './contract.ts'
import { mistake } from './mistake.ts'
import { indexOf } from './scope-index.ts'

/** The name of the route object of a traffic policy: the Service's where the policy bears the workload's name. */
export function routeName(policy: ComponentOf<'traffic'>, workload: ResolvedWorkload): string {
  const service = workload.service ?? workload.name
  return policy.name === workload.component.name && policy.key === workload.component.key ? service : nameAbout(service, policy)
}

/** What is wrong with a policy about requests to a workload that has no Service. */
export function servesNothing(policy: ComponentOf<'traffic'>, workload: ResolvedWorkload): Diagnostic {
  return mistake(policy, ['workload'], 'MF3013', {
    summary: `${workload.address} has no Service, so there are no requests to shape`,
    hint: 'Give it `ports`, or a Service among its manifests.',
  })
}

/** Two route objects for one host in one place: a mesh keeps one and drops the other, so the later policy is refused. */
export function routeConflicts(policy: ComponentOf<'traffic'>, workload: ResolvedWorkload, scope: Scope): readonly Diagnostic[] {
  const routed = (indexOf(scope).traffic.get(workload.address) ?? []).filter((other) => (other.spec.routes?.length ?? 0) > 0)
  const rival = routed.slice(0, Math.max(0, routed.indexOf(policy))).find((other) => routesMeet(other, policy))
  if (rival === undefined) return []
  return [
    mistake(policy, ['routes'], 'MF3004', {
      summary: `${policy.address} and ${rival.address} both route the same requests to ${workload.address}`,
      detail: 'The mesh keeps one list of routes for a host and port; of two, it would drop one silently.',
      hint: 'Move the routes into one policy, in the order they should be tried.',
    }),
  ]
}

/** True when two policies of one workload route the same host and port in one place. */
export function routesMeet(left: ComponentOf<'traffic'>, right: ComponentOf<'traffic'>): boolean {
  return overlap(placesOf(left), placesOf(right))
}

interface Place {
  readonly gateway: string
  readonly host: string
  readonly port: number | undefined
}

function placesOf({ spec }: ComponentOf<'traffic'>): readonly Place[] {
  const gateways = [
    ...(spec.onlyGateways === true && (spec.gateways?.length ?? 0) > 0 ? [] : ['mesh']),
    ...(spec.gateways ?? []).map((name) => name.replace(/^gateways\./, '')),
  ]
  return gateways.flatMap((gateway) => (spec.hosts ?? ['']).map((host) => ({ gateway, host, port: spec.port })))
}

function overlap(left: readonly Place[], right: readonly Place[]): boolean {
  return left.some((one) =>
    right.some(
      (other) =>
        one.gateway === other.gateway &&
        one.host === other.host &&
        (one.port === other.port || one.port === undefined || other.port === undefined),
    ),
  )
}
