import type { ComponentOf } from '../../design/component.ts'
import type { RouteSpec } from '../../design/schema/traffic.ts'
import type { Diagnostic } from '../../plan/diagnostic.ts'
import type { ValuePath } from '../../plan/source.ts'
import type { Destination } from '../references.ts'
import { serviceHost } from '../references.ts'
import type { ResolvedMatch, ResolvedRoute, WeightedDestination } from '../resolve-routes.ts'
import { type Draft, from } from '../traced-manifest.ts'
import { wholeSeconds } from '../wire-duration.ts'
import { atPlaces, httpMatches, type MatchPlace, stringMatch } from './route-match.ts'

/** An HTTPRoute of a VirtualService; `port` is the port of its own workload's Service, other workloads use their first one. */
export function httpRoute(
  component: ComponentOf<'traffic'> | ComponentOf<'gateways'>,
  route: ResolvedRoute,
  portFor: (destination: Destination) => number | undefined,
  places: readonly MatchPlace[] = [],
): { readonly draft: Draft; readonly diagnostics: readonly Diagnostic[] } {
  const { spec, path } = route
  const matches = route.matches.map((match) => httpMatches(component, match, places))
  const placed = places.length === 0 ? undefined : atPlaces({}, places)
  const draft = from(path, {
    name: from([...path, 'name'], spec.name),
    match:
      matches.length === 0
        ? placed
        : from(
            [...path, 'match'],
            matches.flatMap((match) => match.matches),
          ),
    redirect: from([...path, 'redirect'], redirectOf(spec)),
    rewrite: from([...path, 'rewrite'], rewriteOf(spec, route.matches)),
    timeout: from([...path, 'timeout'], spec.timeout),
    retries: retriesOf(spec, [...path, 'retries']),
    fault: faultOf(spec, [...path, 'fault']),
    mirror: route.mirror === undefined ? undefined : from([...path, 'mirror', 'to'], destinationOf(route.mirror, portFor)),
    mirrorPercentage:
      route.mirror?.percent === undefined ? undefined : { value: from([...path, 'mirror', 'percent'], route.mirror.percent) },
    corsPolicy: from([...path, 'cors'], corsOf(spec)),
    headers: from([...path, 'headers'], spec.headers as Draft),
    route:
      route.destinations.length === 0
        ? undefined
        : route.destinations.map((destination) => weightedDestination(destination, portFor)),
  })
  return { draft, diagnostics: matches.flatMap((match) => match.diagnostics) }
}

/** A destination with its weight: RouteDestination and HTTPRouteDestination alike. */
export function weightedDestination(
  destination: WeightedDestination,
  portFor: (destination: Destination) => number | undefined,
): Draft {
  return from(destination.path, {
    destination: destinationOf(destination, portFor),
    weight: from(destination.path, destination.weight),
  })
}

function destinationOf(destination: Destination, portFor: (destination: Destination) => number | undefined): Draft {
  const { workload, version } = destination
  const port = portFor(destination)
  return {
    host: serviceHost(workload.service ?? workload.name, workload.namespace),
    subset: version?.name,
    port: port === undefined ? undefined : { number: port },
  }
}

function redirectOf({ redirect }: RouteSpec): Draft {
  if (redirect === undefined) return undefined
  return { uri: redirect.path, authority: redirect.host, scheme: redirect.scheme, redirectCode: redirect.status ?? 302 }
}

function rewriteOf({ rewrite }: RouteSpec, matches: readonly ResolvedMatch[]): Draft {
  if (rewrite === undefined) return undefined
  const bare = rewrite.prefix === '/' ? barePrefixes(matches) : []
  // Istio's uri replaces the matched prefix; the whole path is replaced by a regular expression that matches everything.
  const whole = rewrite.path === undefined ? undefined : { match: '^.*$', rewrite: rewrite.path }
  return {
    uri: bare.length > 0 ? undefined : rewrite.prefix,
    uriRegexRewrite: bare.length > 0 ? { match: `^(${bare.map(literal).join('|')})/?`, rewrite: '/' } : whole,
    authority: rewrite.host,
  }
}

/** Prefixes that end in no slash: replaced by a slash, they would leave two of them before the rest of the path. */
function barePrefixes(matches: readonly ResolvedMatch[]): readonly string[] {
  const prefixes = matches.flatMap(({ spec }) => (spec.path !== undefined && 'prefix' in spec.path ? [spec.path.prefix] : []))
  return prefixes.every((prefix) => prefix.endsWith('/')) ? [] : prefixes.map((prefix) => prefix.replace(/\/+$/, ''))
}

/** Text as RE2 takes it literally. */
function literal(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
}

function retriesOf({ retries }: RouteSpec, path: ValuePath): Draft {
  if (retries === undefined) return undefined
  return from(path, {
    attempts: from([...path, 'attempts'], retries.attempts),
    // Without attempts Istio takes no other word of retries.
    perTryTimeout: retries.attempts === 0 ? undefined : from([...path, 'perTry'], retries.perTry),
    retryOn: retries.attempts === 0 ? undefined : from([...path, 'on'], (retries.on ?? ['5xx']).join(',')),
    backoff: retries.attempts === 0 ? undefined : from([...path, 'backoff', 'base'], retries.backoff?.base),
  })
}

function faultOf({ fault }: RouteSpec, path: ValuePath): Draft {
  if (fault === undefined) return undefined
  const { delay, abort } = fault
  return from(path, {
    delay:
      delay === undefined
        ? undefined
        : from([...path, 'delay'], {
            fixedDelay: from([...path, 'delay', 'duration'], delay.duration),
            percentage: { value: from([...path, 'delay', 'percent'], delay.percent ?? 100) },
          }),
    abort:
      abort === undefined
        ? undefined
        : from([...path, 'abort'], {
            httpStatus: from([...path, 'abort', 'status'], abort.status),
            percentage: { value: from([...path, 'abort', 'percent'], abort.percent ?? 100) },
          }),
  })
}

function corsOf({ cors }: RouteSpec): Draft {
  if (cors === undefined) return undefined
  return {
    // An origin that only has to be there is any origin, which has no empty comparison here.
    allowOrigins: cors.origins.map((origin) => ('present' in origin ? { regex: '.*' } : stringMatch(origin))),
    allowMethods: cors.methods,
    allowHeaders: cors.headers,
    exposeHeaders: cors.exposeHeaders,
    // Istio counts it in whole seconds.
    maxAge:
      cors.maxAge === undefined ? undefined : /^(\d+[hms])+$/.test(cors.maxAge) ? cors.maxAge : `${wholeSeconds(cors.maxAge)}s`,
    allowCredentials: cors.credentials,
  }
}
