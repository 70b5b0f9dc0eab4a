import type { ComponentOf } from '../../design/component.ts'
import { joinName, slug } from '../../design/object-name.ts'
import type { Diagnostic } from '../../plan/diagnostic.ts'
import type { DesiredManifest, ResolvedWorkload, Scope, Translation } from '../contract.ts'
import { mistake } from '../mistake.ts'
import { openEnd } from '../open-end.ts'
import { findWorkload } from '../references.ts'
import { type ResolvedMatch, type ResolvedRoute, resolveRoutes } from '../resolve-routes.ts'
import { routeConflicts, routeName, servesNothing } from '../route-conflicts.ts'
import { type Draft, from, traceManifest } from '../traced-manifest.ts'
import { type SmiDialect, splitApi } from './dialect.ts'
import { pathExpression } from './expressions.ts'
import { type GroupMatch, groupMatch, headersOf, routeGroup } from './route-group.ts'

/**
 * The routes of a traffic policy as TrafficSplits: one for each route that names destinations, with an HTTPRouteGroup where it
 * matches. A version is a Service of its own, which onboarding makes (`versionServices`). A route without destinations says
 * nothing that SMI could carry out, and makes nothing.
 */
export function trafficSplits(policy: ComponentOf<'traffic'>, scope: Scope, dialect: SmiDialect): Translation {
  if (policy.spec.routes === undefined) return { manifests: [], diagnostics: [] }
  const found = findWorkload(policy.spec.workload, policy, ['workload'], scope)
  const workload = found.value
  if (workload === undefined) return { manifests: [], diagnostics: found.diagnostics }
  if (workload.service === undefined) return { manifests: [], diagnostics: [servesNothing(policy, workload)] }
  const { routes, diagnostics } = resolveRoutes(policy, workload, scope)
  const base = routeName(policy, workload)
  const parts = routes
    .filter((route) => route.destinations.some((destination) => destination.weight !== undefined))
    .map((route) => splitOf(policy, route, workload, nameOf(base, route, routes.indexOf(route)), dialect))
  return {
    manifests: parts.flatMap((part) => part.manifests),
    diagnostics: [
      ...diagnostics,
      ...routeConflicts(policy, workload, scope),
      ...openEnd(policy, routes, `${workload.address} as a whole, whatever its version`),
      ...parts.flatMap((part) => part.diagnostics),
    ],
  }
}

/** A route's own name behind the Service's; without one, its place in the list from the second on. */
function nameOf(base: string, { spec }: ResolvedRoute, index: number): string {
  if (spec.name !== undefined) return joinName(base, slug(spec.name))
  return index === 0 ? base : joinName(base, String(index + 1))
}

function splitOf(
  policy: ComponentOf<'traffic'>,
  route: ResolvedRoute,
  workload: ResolvedWorkload,
  name: string,
  dialect: SmiDialect,
): Translation {
  const { namespace } = workload
  const root = workload.service ?? workload.name
  const diagnostics: Diagnostic[] = []
  if (route.matches.length > 0 && (dialect.split === 'v1alpha1' || dialect.split === 'v1alpha2')) {
    diagnostics.push(
      mistake(policy, [...route.path, 'match'], 'MF3020', {
        summary: `TrafficSplit ${dialect.split} splits all requests; only from v1alpha3 on can it match`,
        hint: 'Remove the match, or use a mesh that takes TrafficSplit v1alpha3.',
      }),
    )
  }
  diagnostics.push(...unsayablePaths(policy, route, dialect))
  for (const destination of route.destinations) {
    if (destination.workload.namespace === namespace) continue
    diagnostics.push(
      mistake(policy, destination.path, 'MF3020', {
        summary: `${destination.workload.address} is in namespace ${destination.workload.namespace}, and a TrafficSplit leads inside ${namespace} only`,
        hint: 'Move one of the two, or call the other Service from the workload itself.',
      }),
    )
  }
  const split = traceManifest(
    {
      apiVersion: splitApi(dialect),
      kind: 'TrafficSplit',
      metadata: { name, namespace },
      spec: {
        service: from(['workload'], dialect.rootService === 'name' ? root : `${root}.${namespace}`),
        matches:
          route.matches.length === 0
            ? undefined
            : from([...route.path, 'match'], [{ kind: 'HTTPRouteGroup', name: groupName(name) }]),
        backends: route.destinations.map((destination) => {
          const { version } = destination
          const service = version === undefined ? destination.workload.service : version.service
          return from(destination.path, {
            service,
            weight: from(destination.path, weightOf(destination.weight ?? 100, dialect)),
          })
        }),
      },
    },
    route.path,
  )
  const groups = route.matches.length === 0 ? [] : [groupOf(route, groupName(name), namespace, dialect)]
  return { manifests: [...groups, split], diagnostics }
}

/** Apart from the groups of authorization policies, which bear their policies' names. */
function groupName(split: string): string {
  return joinName(split, 'match')
}

/** v1alpha1 takes quantities, of which 1000m is the whole. */
function weightOf(percent: number, dialect: SmiDialect): Draft {
  return dialect.split === 'v1alpha1' ? `${percent * 10}m` : percent
}

function groupOf(route: ResolvedRoute, name: string, namespace: string, dialect: SmiDialect): DesiredManifest {
  const matches = route.matches.map((match, index) =>
    from(match.path, groupMatch(requestMatch(match, `match-${index + 1}`, dialect), dialect)),
  )
  return routeGroup(name, namespace, matches, dialect, [...route.path, 'match'])
}

function requestMatch({ spec, path }: ResolvedMatch, name: string, dialect: SmiDialect): GroupMatch {
  return {
    name,
    pathRegex: spec.path === undefined ? '.*' : from([...path, 'path'], pathExpression(spec.path, dialect)),
    methods: spec.methods === undefined ? ['*'] : from([...path, 'methods'], spec.methods),
    headers: headersOf(spec.headers, path, dialect),
  }
}

/** Expressions of paths that the mesh cannot hold requests against. */
function unsayablePaths(policy: ComponentOf<'traffic'>, route: ResolvedRoute, dialect: SmiDialect): readonly Diagnostic[] {
  return route.matches
    .filter(({ spec }) => spec.path !== undefined && pathExpression(spec.path, dialect) === undefined)
    .map(({ path }) =>
      mistake(policy, [...path, 'path'], 'MF3020', {
        summary: 'The mesh puts the expression behind the first slash of the path, and this one does not begin with a slash',
        hint: 'Begin each alternative with `/` or `.*`.',
      }),
    )
}
