import type { ComponentOf } from '../../design/component.ts'
import { joinName, objectNameOf } from '../../design/object-name.ts'
import type { ResolvedWorkload, Scope } from '../contract.ts'
import { findGateway } from '../references.ts'
import { indexOf } from '../scope-index.ts'
import { consulService } from './subsets.ts'

/**
 * The name of the route that leads from gateways to a service, for a policy. Several policies of a workload may lead there, each with
 * hosts of its own: all but the first have their own name in it.
 */
export function gatewayRouteName(
  policy: ComponentOf<'traffic'>,
  workload: ResolvedWorkload,
  gateways: readonly string[],
  scope: Scope,
): string {
  const policies = indexOf(scope).traffic.get(workload.address) ?? []
  const isTaken = policies.slice(0, Math.max(0, policies.indexOf(policy))).some((other) => {
    const names = new Set(gatewaysOf(other, scope))
    return gateways.every((name) => names.has(name))
  })
  return joinName(consulService(workload), 'on', ...gateways, isTaken ? objectNameOf(policy) : '')
}

/** The gateways of the design that a policy names, each once, by the names of their objects. */
export function gatewaysOf(policy: ComponentOf<'traffic'>, scope: Scope): readonly string[] {
  const found = (policy.spec.gateways ?? []).map((name) => findGateway(name, policy, [], scope).value)
  return [...new Set(found.flatMap((gateway) => (gateway === undefined ? [] : [objectNameOf(gateway)])))]
}
