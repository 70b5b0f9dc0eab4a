import type { ComponentOf } from '../../design/component.ts'
import type { RequestMatchSpec } from '../../design/schema/traffic.ts'
import type { Diagnostic } from '../../plan/diagnostic.ts'
import { mistake } from '../mistake.ts'
import { canBothHold } from '../requests-overlap.ts'
import type { ResolvedRoute } from '../resolve-routes.ts'

/**
 * A warning for each route that is tried before, or in no certain order with, an earlier one that can match the same request: the
 * controller ranks the splits of a Service by the number of conditions in their rules (traefik/mesh, pkg/provider/rule.go).
 */
export function routerOrder(policy: ComponentOf<'traffic'>, routes: readonly ResolvedRoute[]): readonly Diagnostic[] {
  return routes.flatMap((route, index) => {
    const earlier = routes.slice(0, index).findIndex((other) => conditionsOf(route) >= conditionsOf(other) && meet(route, other))
    if (earlier < 0) return []
    return [
      mistake(policy, route.path, 'MF3022', {
        severity: 'warning',
        summary: `Route ${index} may be tried before route ${earlier}, since it has as many conditions or more`,
        detail: 'Traefik Mesh ranks the routes of a Service by how many conditions they have, not by their place.',
        hint: 'Give the earlier route more conditions, or leave out what both can match.',
      }),
    ]
  })
}

/** Conditions of a rule that holds a split's requests: each match has its path, and what else it says. */
function conditionsOf({ matches }: ResolvedRoute): number {
  return matches.reduce(
    (sum, { spec }) => sum + 1 + ((spec.methods?.length ?? 0) > 0 ? 1 : 0) + Object.keys(spec.headers ?? {}).length,
    0,
  )
}

function meet(left: ResolvedRoute, right: ResolvedRoute): boolean {
  return requestsOf(left).some((one) => requestsOf(right).some((other) => canBothHold(one, other)))
}

function requestsOf({ matches }: ResolvedRoute): readonly RequestMatchSpec[] {
  return matches.length === 0 ? [{}] : matches.map(({ spec }) => spec)
}
