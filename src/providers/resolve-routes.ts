import type { ComponentOf } from '../design/component.ts'
import type { RouteSpec } from '../design/schema/traffic.ts'
import type { Diagnostic } from '../plan/diagnostic.ts'
import type { ValuePath } from '../plan/source.ts'
import type { ResolvedWorkload, Scope } from './contract.ts'
import { mistake } from './mistake.ts'
import { type Destination, findDestination, findWorkload } from './references.ts'

/** A destination of a route with its share and where the design says it. */
export interface WeightedDestination extends Destination {
  /** Share in per cent; undefined when the route has one destination that the design does not even name. */
  readonly weight: number | undefined
  readonly path: ValuePath
}

/** A way to match with its callers found. */
export interface ResolvedMatch {
  readonly spec: NonNullable<RouteSpec['match']>[number]
  readonly path: ValuePath
  readonly from: readonly ResolvedWorkload[] | undefined
}

/** A route with everything it names found. */
export interface ResolvedRoute {
  readonly spec: RouteSpec
  /** Where it stands: `['routes', 0]`. */
  readonly path: ValuePath
  readonly matches: readonly ResolvedMatch[]
  /** Empty for a redirect. */
  readonly destinations: readonly WeightedDestination[]
  readonly mirror: (Destination & { readonly percent: number | undefined }) | undefined
}

/** Routes with everything found, and what could not be. */
export interface RoutesResolution {
  readonly routes: readonly ResolvedRoute[]
  readonly diagnostics: readonly Diagnostic[]
}

/**
 * Finds everything that routes name: destinations, mirrors and callers; checks that weights add up to 100 and that destinations
 * are of the same mesh. `own` is the workload the policy is about, undefined for a gateway's routes.
 */
export function resolveRoutes(
  component: ComponentOf<'traffic'> | ComponentOf<'gateways'>,
  own: ResolvedWorkload | undefined,
  scope: Scope,
): RoutesResolution {
  const diagnostics: Diagnostic[] = []
  const routes = (component.spec.routes ?? []).map((spec, index): ResolvedRoute => {
    const path: ValuePath = ['routes', index]
    return {
      spec,
      path,
      matches: (spec.match ?? []).map((match, position) => {
        const at = [...path, 'match', position]
        return { spec: match, path: at, from: callersOf(match.from, at, component, scope, diagnostics) }
      }),
      destinations: spec.redirect === undefined ? destinationsOf(spec, path, component, own, scope, diagnostics) : [],
      mirror: mirrorOf(spec, path, component, own, scope, diagnostics),
    }
  })
  return { routes, diagnostics }
}

function callersOf(
  names: readonly string[] | undefined,
  path: ValuePath,
  component: ComponentOf<'traffic'> | ComponentOf<'gateways'>,
  scope: Scope,
  diagnostics: Diagnostic[],
): readonly ResolvedWorkload[] | undefined {
  return names?.flatMap((name, index) => {
    const caller = findWorkload(name, component, [...path, 'from', index], scope)
    diagnostics.push(...caller.diagnostics)
    return caller.value === undefined ? [] : [caller.value]
  })
}

function destinationsOf(
  spec: RouteSpec,
  path: ValuePath,
  component: ComponentOf<'traffic'> | ComponentOf<'gateways'>,
  own: ResolvedWorkload | undefined,
  scope: Scope,
  diagnostics: Diagnostic[],
): readonly WeightedDestination[] {
  const named = Object.entries(spec.to ?? {})
  if (named.length === 0) {
    if (own !== undefined) return [{ workload: own, version: undefined, weight: undefined, path }]
    diagnostics.push(
      mistake(component, path, 'MF3014', {
        summary: 'The route has no destination',
        detail: 'A gateway belongs to no workload, so each of its routes must say where requests go.',
        hint: 'Give it `to: {workloads.<name>: 100}` or a redirect.',
      }),
    )
    return []
  }
  const total = named.reduce((sum, [, weight]) => sum + weight, 0)
  if (total !== 100) {
    diagnostics.push(
      mistake(component, [...path, 'to'], 'MF3015', {
        summary: `The weights add up to ${total}, not 100`,
        detail: `Weights are ${named.map(([name, weight]) => `${name}: ${weight}`).join(', ')}.`,
      }),
    )
  }
  return named.flatMap(([name, weight]) => {
    const at = [...path, 'to', name]
    const destination = checkedDestination(name, at, component, own, scope, diagnostics)
    return destination === undefined ? [] : [{ ...destination, weight, path: at }]
  })
}

function mirrorOf(
  spec: RouteSpec,
  path: ValuePath,
  component: ComponentOf<'traffic'> | ComponentOf<'gateways'>,
  own: ResolvedWorkload | undefined,
  scope: Scope,
  diagnostics: Diagnostic[],
): ResolvedRoute['mirror'] {
  if (spec.mirror === undefined) return undefined
  const destination = checkedDestination(spec.mirror.to, [...path, 'mirror', 'to'], component, own, scope, diagnostics)
  return destination === undefined ? undefined : { ...destination, percent: spec.mirror.percent }
}

function checkedDestination(
  name: string,
  path: ValuePath,
  component: ComponentOf<'traffic'> | ComponentOf<'gateways'>,
  own: ResolvedWorkload | undefined,
  scope: Scope,
  diagnostics: Diagnostic[],
): Destination | undefined {
  const destination = findDestination(name, own, component, path, scope)
  diagnostics.push(...destination.diagnostics)
  if (destination.value === undefined) return undefined
  const { workload } = destination.value
  if (workload.mesh !== undefined && workload.mesh !== scope.mesh.address) {
    diagnostics.push(
      mistake(component, path, 'MF3009', {
        summary: `${workload.address} is in ${workload.mesh}, not in ${scope.mesh.address}`,
        detail: 'A mesh routes inside itself; another mesh is reached through a gateway or as an external host.',
        hint: 'Route to a workload of the same mesh, or declare the other one under `external`.',
      }),
    )
    return undefined
  }
  if (workload.service === undefined) {
    diagnostics.push(
      mistake(component, path, 'MF3013', {
        summary: `${workload.address} has no Service to send requests to`,
        hint: 'Give it `ports`, or a Service among its manifests.',
      }),
    )
    return undefined
  }
  return destination.value
}
