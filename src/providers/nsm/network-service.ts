import type { ComponentOf } from '../../design/component.ts'
import type { Diagnostic } from '../../plan/diagnostic.ts'
import type { Scope, Translation } from '../contract.ts'
import { mistake } from '../mistake.ts'
import { openEnd } from '../open-end.ts'
import { findWorkload } from '../references.ts'
import { type ResolvedRoute, resolveRoutes } from '../resolve-routes.ts'
import { routeConflicts } from '../route-conflicts.ts'
import { type Draft, from, traceManifest } from '../traced-manifest.ts'

/**
 * The routes of a policy as NetworkService (networkservicemesh/api, registry.proto): clients by their labels, endpoints by theirs,
 * with weights that count connections. It bears the name of the workload's Service.
 */
export function networkService(policy: ComponentOf<'traffic'>, scope: Scope): Translation {
  const found = findWorkload(policy.spec.workload, policy, ['workload'], scope)
  const workload = found.value
  if (workload === undefined) return { manifests: [], diagnostics: found.diagnostics }
  if (policy.spec.routes === undefined) return { manifests: [], diagnostics: [] }
  const { routes, diagnostics } = resolveRoutes(policy, workload, scope)
  const { payload } = scope.mesh.spec.settings ?? {}
  const manifest = traceManifest(
    {
      apiVersion: 'networkservicemesh.io/v1',
      kind: 'NetworkService',
      metadata: { name: workload.service ?? workload.name, namespace: workload.namespace },
      spec: {
        payload: typeof payload === 'string' ? payload : 'IP',
        matches: from(['routes'], routes.flatMap(matchesOf)),
      },
    },
    ['routes'],
  )
  return {
    manifests: [manifest],
    diagnostics: [
      ...diagnostics,
      ...routeConflicts(policy, workload, scope),
      ...openEnd(policy, routes, `any endpoint of ${workload.address}`),
      ...endpointsElsewhere(policy, routes),
    ],
  }
}

/** One match for each calling workload; without any it holds for every client. */
function matchesOf(route: ResolvedRoute): readonly Draft[] {
  const callers = route.matches.flatMap((match) => match.from ?? [])
  const routes = route.destinations.map((destination) =>
    from(destination.path, {
      destination_selector: destination.version?.labels ?? destination.workload.selector,
      weight: from(destination.path, destination.weight),
    }),
  )
  if (callers.length === 0) return [from(route.path, { routes })]
  return callers.map((caller) => from(route.path, { source_selector: caller.selector, routes }))
}

function endpointsElsewhere(policy: ComponentOf<'traffic'>, routes: readonly ResolvedRoute[]): readonly Diagnostic[] {
  const namespaces = new Set(routes.flatMap((route) => route.destinations.map(({ workload }) => workload.namespace)))
  if (namespaces.size <= 1) return []
  return [
    mistake(policy, ['routes'], 'MF3020', {
      summary: 'The endpoints of a network service are told by labels alone, whatever their namespaces',
      hint: 'Route to versions of one workload.',
    }),
  ]
}
