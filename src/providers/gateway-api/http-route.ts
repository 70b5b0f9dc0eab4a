import type { ComponentOf } from '../../design/component.ts'
import type { Diagnostic } from '../../plan/diagnostic.ts'
import type { ValuePath } from '../../plan/source.ts'
import type { DesiredManifest, Translation } from '../contract.ts'
import { mistake } from '../mistake.ts'
import type { Destination } from '../references.ts'
import type { ResolvedRoute } from '../resolve-routes.ts'
import { retryStatuses } from '../retry-codes.ts'
import { type Draft, type DraftObject, from, traceManifest } from '../traced-manifest.ts'
import { gatewayDuration, milliseconds } from '../wire-duration.ts'
import { GATEWAY_API, type StreamRouteKind, streamRouteApi } from './api.ts'
import { referenceGrants } from './reference-grant.ts'
import { routeFilters } from './route-filters.ts'
import { routeMatches } from './route-match.ts'

/** What an HTTPRoute or TCPRoute is made from. */
export interface RouteRequest {
  readonly component: ComponentOf<'traffic'> | ComponentOf<'gateways'>
  readonly name: string
  readonly namespace: string
  readonly parentRefs: Draft
  readonly hostnames?: Draft
  readonly annotations?: DraftObject | undefined
  readonly routes: readonly ResolvedRoute[]
  readonly portFor: (destination: Destination) => number | undefined
  /** Where the mesh takes timeouts and retries elsewhere, rules leave them out. */
  readonly withoutTimeouts?: boolean
  /** Version of the Gateway API's CRDs, where it isn't the newest known. */
  readonly bundle?: string | undefined
  readonly whole?: ValuePath
}

/** Rules that an HTTPRoute may hold. */
const MOST_RULES = 16

/** Routes as one HTTPRoute of the Gateway API, with the ReferenceGrants it needs for backends in other namespaces. */
export function httpRoute(request: RouteRequest): Translation {
  const { component, namespace, routes, portFor } = request
  const diagnostics: Diagnostic[] = [...tooManyRules(component, routes.length)]
  const rules = routes.map((route): Draft => {
    const { spec, path } = route
    const backend = (destination: Destination): DraftObject => backendRef(destination, namespace, portFor)
    const mirror = route.mirror === undefined ? undefined : from([...path, 'mirror', 'to'], backend(route.mirror))
    const { filters, diagnostics: found } = routeFilters(component, route, mirror)
    diagnostics.push(...found)
    if (request.withoutTimeouts !== true)
      diagnostics.push(...timeoutMistakes(component, route), ...retryMistakes(component, route))
    const matches = route.matches.flatMap(routeMatches)
    return from(path, {
      matches: matches.length === 0 ? undefined : from([...path, 'match'], matches),
      filters: filters.length === 0 ? undefined : filters,
      ...(request.withoutTimeouts === true
        ? {}
        : {
            timeouts:
              spec.timeout === undefined && spec.retries?.perTry === undefined
                ? undefined
                : {
                    request: from([...path, 'timeout'], gatewayDuration(spec.timeout)),
                    backendRequest: from([...path, 'retries', 'perTry'], gatewayDuration(spec.retries?.perTry)),
                  },
            retry: retryOf(route),
          }),
      backendRefs:
        route.destinations.length === 0
          ? undefined
          : route.destinations.map((destination) =>
              from(destination.path, { ...backend(destination), weight: from(destination.path, destination.weight) }),
            ),
    })
  })
  const manifest = traceManifest(
    {
      apiVersion: GATEWAY_API,
      kind: 'HTTPRoute',
      metadata: { name: request.name, namespace, annotations: request.annotations },
      spec: { parentRefs: request.parentRefs, hostnames: request.hostnames, rules: from(['routes'], rules) },
    },
    request.whole ?? ['routes'],
  )
  return { manifests: [manifest, ...referenceGrants(request, 'HTTPRoute')], diagnostics }
}

/** Routes as one TCPRoute, TLSRoute or UDPRoute: weights only. */
export function streamRoute(request: RouteRequest, kind: StreamRouteKind): Translation {
  const { component, namespace, routes, portFor } = request
  const manifest: DesiredManifest = traceManifest(
    {
      apiVersion: streamRouteApi(kind, request.bundle),
      kind,
      metadata: { name: request.name, namespace, annotations: request.annotations },
      spec: {
        parentRefs: request.parentRefs,
        hostnames: kind === 'TLSRoute' ? request.hostnames : undefined,
        rules: from(
          ['routes'],
          routes.map((route) =>
            from(route.path, {
              backendRefs: route.destinations.map((destination) =>
                from(destination.path, {
                  ...backendRef(destination, namespace, portFor),
                  weight: from(destination.path, destination.weight),
                }),
              ),
            }),
          ),
        ),
      },
    },
    request.whole ?? ['routes'],
  )
  return {
    manifests: [manifest, ...referenceGrants(request, kind)],
    diagnostics: [
      ...routes.filter((route) => route.matches.length > 0).map((route) => matchesNothing(component, route, kind)),
      ...routes.slice(1).map((route) =>
        mistake(component, route.path, 'MF3020', {
          summary: `A ${kind} has one rule, and this is a second`,
          detail: 'Connections are told apart by port alone, so nothing would ever reach it.',
          hint: 'Merge the routes, or write a policy for each port.',
        }),
      ),
      ...(kind === 'TLSRoute' && request.hostnames === undefined ? [needsHosts(component)] : []),
    ],
  }
}

function matchesNothing(component: RouteRequest['component'], route: ResolvedRoute, kind: StreamRouteKind): Diagnostic {
  return mistake(component, [...route.path, 'match'], 'MF3020', {
    summary: `A ${kind} matches nothing: every connection takes the same route`,
    hint: 'Remove `match`, and say `port` in the policy.',
  })
}

function needsHosts(component: RouteRequest['component']): Diagnostic {
  return mistake(component, ['routes'], 'MF3016', {
    summary: 'A TLSRoute needs the host names that clients ask for',
    hint: 'Say `hosts` in the listener.',
  })
}

function tooManyRules(component: RouteRequest['component'], count: number): readonly Diagnostic[] {
  if (count <= MOST_RULES) return []
  return [
    mistake(component, ['routes', MOST_RULES], 'MF3020', {
      summary: `An HTTPRoute holds ${MOST_RULES} rules, and these are ${count}`,
      hint: 'Merge routes that differ in their matches only, or split them over policies for different ports.',
    }),
  ]
}

/** The Service of a destination as a backendRef, with its namespace where that is another one. */
export function backendRef(
  { workload, version }: Destination,
  namespace: string,
  portFor: (destination: Destination) => number | undefined,
): DraftObject {
  return {
    name: version?.service ?? workload.service ?? workload.name,
    namespace: workload.namespace === namespace ? undefined : workload.namespace,
    port: portFor({ workload, version }),
  }
}

/** Retries of a rule, of the experimental channel. Connection failures are retried wherever a rule has this stanza (GEP-1731). */
function retryOf({ spec, path }: ResolvedRoute): Draft {
  const { retries } = spec
  if (retries === undefined) return undefined
  const codes = retryStatuses(retries.on)
  const at = [...path, 'retries']
  return from(at, {
    attempts: from([...at, 'attempts'], retries.attempts),
    codes: codes.length === 0 ? undefined : from([...at, 'on'], codes),
    backoff: from([...at, 'backoff', 'base'], gatewayDuration(retries.backoff?.base)),
  })
}

function timeoutMistakes(component: RouteRequest['component'], { spec, path }: ResolvedRoute): readonly Diagnostic[] {
  const [whole, each] = [spec.timeout, spec.retries?.perTry]
  if (whole === undefined || each === undefined || milliseconds(each) <= milliseconds(whole)) return []
  return [
    mistake(component, [...path, 'retries', 'perTry'], 'MF3020', {
      summary: `A try may not take longer (${each}) than the whole request (${whole})`,
      hint: 'Raise `timeout`, or lower `perTry`.',
    }),
  ]
}

function retryMistakes(component: RouteRequest['component'], { spec, path }: ResolvedRoute): readonly Diagnostic[] {
  const { retries } = spec
  if (retries === undefined) return []
  const low = retryStatuses(retries.on).filter((status) => status < 400)
  return [
    ...(retries.attempts > 0
      ? []
      : [
          mistake(component, [...path, 'retries', 'attempts'], 'MF3020', {
            summary: 'An HTTPRoute retries at least once',
            hint: 'Remove `retries`.',
          }),
        ]),
    ...(low.length === 0
      ? []
      : [
          mistake(component, [...path, 'retries', 'on'], 'MF3020', {
            summary: `An HTTPRoute retries statuses from 400 on, not ${low.join(', ')}`,
            hint: 'Name statuses from 400 to 599.',
          }),
        ]),
  ]
}
