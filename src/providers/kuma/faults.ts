import { joinName } from '../../design/object-name.ts'
import type { RouteSpec } from '../../design/schema/traffic.ts'
import type { Diagnostic } from '../../plan/diagnostic.ts'
import type { DesiredManifest, Translation } from '../contract.ts'
import { headerMatchers } from '../envoy-header-match.ts'
import { mistake } from '../mistake.ts'
import { canBothHold } from '../requests-overlap.ts'
import type { ResolvedRoute } from '../resolve-routes.ts'
import { type Draft, type DraftObject, from, plainValue, traceManifest } from '../traced-manifest.ts'
import { milliseconds } from '../wire-duration.ts'
import { dataplanes, KUMA_API, policyLabels } from './api.ts'
import { share } from './mesh-objects.ts'
import { patchValue, routerPatch } from './proxy-patch.ts'
import type { RouteRequest } from './routes.ts'

type Fault = NonNullable<RouteSpec['fault']>

/**
 * Faults of routes, injected where requests arrive: as MeshFaultInjection where the route takes every request, else as Envoy's own
 * fault filter, which knows headers, since MeshFaultInjection does not.
 */
export function faultPolicies(request: RouteRequest): Translation {
  const { routes } = request
  const diagnostics: Diagnostic[] = []
  const manifests = routes.flatMap((route, index): readonly DesiredManifest[] => {
    const { fault } = route.spec
    if (fault === undefined) return []
    const whole = route.matches.length === 0 && index === 0
    if (whole) return [faultInjection(route, fault, request)]
    const others = takenBefore(routes.slice(0, index), route)
    if (others === undefined) diagnostics.push(notApart(route, request))
    if (route.matches.some((match) => match.from !== undefined)) diagnostics.push(byCaller(route, request))
    return [faultFilters(route, fault, request, index, others ?? [])]
  })
  return { manifests, diagnostics }
}

function metadata({ name, workload, scope }: RouteRequest, suffix: string) {
  return { name: joinName(name, suffix), namespace: workload.namespace, labels: policyLabels(scope) }
}

function faultInjection({ path }: ResolvedRoute, { delay, abort }: Fault, request: RouteRequest): DesiredManifest {
  const at = [...path, 'fault']
  const fault: Draft = {
    delay:
      delay === undefined
        ? undefined
        : from([...at, 'delay'], { value: delay.duration, percentage: share(delay.percent ?? 100) }),
    abort:
      abort === undefined
        ? undefined
        : from([...at, 'abort'], { httpStatus: abort.status, percentage: share(abort.percent ?? 100) }),
  }
  return traceManifest(
    {
      apiVersion: KUMA_API,
      kind: 'MeshFaultInjection',
      metadata: metadata(request, 'fault'),
      spec: { targetRef: dataplanes(request.workload, request.port), rules: [{ default: { http: [fault] } }] },
    },
    at,
  )
}

/**
 * What tells requests of earlier routes from those of this one, as matchers that must not hold: undefined where one of those routes
 * takes requests by several conditions at once, since matchers all hold together.
 */
function takenBefore(earlier: readonly ResolvedRoute[], route: ResolvedRoute): readonly DraftObject[] | undefined {
  const own = route.matches.length === 0 ? [{}] : route.matches.map(({ spec }) => spec)
  const conditions = earlier.flatMap((other): readonly (readonly DraftObject[])[] => {
    if (other.matches.length === 0) return [[]]
    const met = other.matches.filter(({ spec }) => own.some((mine) => canBothHold(spec, mine)))
    // What routes know of callers, filters at the called side do not.
    return met.map((match) => (match.from === undefined ? headerMatchers(match.spec) : []))
  })
  const apart = conditions.flatMap(([only, ...more]) => (only === undefined || more.length > 0 ? [] : [inverted(only)]))
  return apart.length === conditions.length ? apart : undefined
}

function inverted({ invert_match: was, ...matcher }: DraftObject): DraftObject {
  return was === true ? matcher : { ...matcher, invert_match: true }
}

function faultFilters(
  route: ResolvedRoute,
  fault: Fault,
  request: RouteRequest,
  index: number,
  others: readonly DraftObject[],
): DesiredManifest {
  const at = [...route.path, 'fault']
  const matches = route.matches.length === 0 ? [[]] : route.matches.map(({ spec }) => headerMatchers(spec))
  const filters = matches.map((own, position) => {
    const headers = [...own, ...others]
    const filter: DraftObject = {
      // Several filters of a kind are told apart by their names.
      name: `envoy.filters.http.fault.${index}.${position}`,
      typed_config: {
        '@type': 'type.googleapis.com/envoy.extensions.filters.http.fault.v3.HTTPFault',
        headers: headers.length === 0 ? undefined : headers,
        delay:
          fault.delay === undefined
            ? undefined
            : { fixed_delay: `${milliseconds(fault.delay.duration) / 1000}s`, percentage: fractional(fault.delay.percent) },
        abort:
          fault.abort === undefined
            ? undefined
            : { http_status: fault.abort.status, percentage: fractional(fault.abort.percent) },
      },
    }
    return routerPatch('inbound', patchValue(plainValue(filter)))
  })
  return traceManifest(
    {
      apiVersion: KUMA_API,
      kind: 'MeshProxyPatch',
      metadata: metadata(request, `fault-${index + 1}`),
      spec: { targetRef: dataplanes(request.workload), default: { appendModifications: from(at, filters) } },
    },
    at,
  )
}

/** Envoy's share: a whole number over a hundred or a million. */
function fractional(percent = 100): DraftObject {
  return Number.isInteger(percent)
    ? { numerator: percent, denominator: 'HUNDRED' }
    : { numerator: Math.round(percent * 10_000), denominator: 'MILLION' }
}

function notApart({ path }: ResolvedRoute, { policy }: RouteRequest): Diagnostic {
  return mistake(policy, [...path, 'fault'], 'MF3020', {
    severity: 'warning',
    summary: 'Requests of earlier routes that match this one too get its fault as well',
    detail: 'Faults are injected where requests arrive, and by what they look like, not by the route they took.',
    hint: 'Let this route match requests that no earlier route matches.',
  })
}

function byCaller({ path }: ResolvedRoute, { policy }: RouteRequest): Diagnostic {
  return mistake(policy, [...path, 'fault'], 'MF3020', {
    summary: 'A fault for the requests of one caller needs its identity rather than a route',
    hint: 'Write a MeshFaultInjection with rules[].matches[].spiffeID under `resources`.',
  })
}
