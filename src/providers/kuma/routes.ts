import type { ComponentOf } from '../../design/component.ts'
import { joinName, slug } from '../../design/object-name.ts'
import type { RouteSpec, StringMatchSpec } from '../../design/schema/traffic.ts'
import type { Diagnostic } from '../../plan/diagnostic.ts'
import type { ValuePath } from '../../plan/source.ts'
import type { DesiredManifest, ResolvedWorkload, Scope, ServicePort } from '../contract.ts'
import { escapeRegex } from '../gateway-api/route-match.ts'
import { mistake } from '../mistake.ts'
import type { Destination } from '../references.ts'
import type { ResolvedMatch, ResolvedRoute } from '../resolve-routes.ts'
import { type Draft, type DraftObject, from, traceManifest } from '../traced-manifest.ts'
import { dataplanes, KUMA_API, meshService, policyLabels, sectionOf } from './api.ts'
import { share } from './mesh-objects.ts'
import { zonesOf } from './multi-zone.ts'

/** Routes of one policy on one port of a workload. */
export interface RouteRequest {
  readonly policy: ComponentOf<'traffic'>
  /** Name of what holds for the called pods, in their namespace. */
  readonly name: string
  /**
   * Name and namespace of what holds for callers: the control plane's, where a policy holds for callers in every namespace. Elsewhere
   * Kuma lets a policy that names its MeshService by labels, the only words of 3.0, hold for callers in its own namespace alone.
   */
  readonly outbound: { readonly name: string; readonly namespace: string }
  readonly workload: ResolvedWorkload
  readonly port: ServicePort
  readonly routes: readonly ResolvedRoute[]
  readonly portFor: (destination: Destination) => number | undefined
  readonly scope: Scope
}

/** Routes that share their timeout and retries, which other policies say for a whole route object or Service. */
export interface RouteGroup {
  readonly routes: readonly ResolvedRoute[]
  /** Names of the MeshHTTPRoutes they come out as. */
  readonly names: readonly string[]
}

/** The MeshHTTPRoutes of a policy: one for each group of equal timeouts and retries, and for each caller that matches name. */
export function meshHttpRoutes(request: RouteRequest): {
  readonly manifests: readonly DesiredManifest[]
  readonly groups: readonly RouteGroup[]
} {
  const manifests: DesiredManifest[] = []
  const groups = groupsOf(request.routes).map((routes): RouteGroup => {
    const names = [undefined, ...callersOf(routes)].flatMap((caller): readonly string[] => {
      const rulesTo = (zone: DraftObject | undefined) => routes.flatMap((route) => ruleFor(route, caller, request, zone))
      if (rulesTo(undefined).length === 0) return []
      const base = manifests.length === 0 ? baseName(request) : joinName(baseName(request), String(manifests.length + 1))
      const name = caller === undefined ? base : joinName(base, 'from', caller.name)
      manifests.push(routeObject('MeshHTTPRoute', name, caller, rulesTo, request))
      return [name]
    })
    return { routes, names }
  })
  return { manifests, groups }
}

/** The MeshTCPRoute of a policy. */
export function meshTcpRoute(request: RouteRequest): {
  readonly manifests: readonly DesiredManifest[]
  readonly diagnostics: readonly Diagnostic[]
} {
  const [first, ...others] = request.routes
  if (first === undefined) return { manifests: [], diagnostics: [] }
  const rules = (zone: DraftObject | undefined) => [
    from(first.path, { default: { backendRefs: backendsOf(first, request, zone) } }),
  ]
  return {
    manifests: [routeObject('MeshTCPRoute', request.outbound.name, undefined, rules, request)],
    diagnostics: [
      ...others.map((route) =>
        mistake(request.policy, route.path, 'MF3020', {
          summary: 'A MeshTCPRoute has one rule, and this is a second',
          hint: 'Merge the routes, or write a policy for each port.',
        }),
      ),
      ...request.routes
        .filter((route) => route.matches.length > 0)
        .map((route) =>
          mistake(request.policy, [...route.path, 'match'], 'MF3020', {
            summary: 'A MeshTCPRoute matches nothing: every connection takes the same route',
            hint: 'Remove `match`, and say `port` in the policy.',
          }),
        ),
    ],
  }
}

/** A route's own name is part of the object's where it is the only one. */
function baseName({ outbound: { name }, routes }: RouteRequest): string {
  const [only, ...others] = routes
  return only?.spec.name === undefined || others.length > 0 ? name : joinName(name, slug(only.spec.name))
}

function groupsOf(routes: readonly ResolvedRoute[]): readonly (readonly ResolvedRoute[])[] {
  const groups = new Map<string, ResolvedRoute[]>()
  for (const route of routes) {
    const key = JSON.stringify([route.spec.timeout, route.spec.retries])
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [route])
    else group.push(route)
  }
  return [...groups.values()]
}

function callersOf(routes: readonly ResolvedRoute[]): readonly ResolvedWorkload[] {
  return [...new Set(routes.flatMap((route) => route.matches.flatMap((match) => match.from ?? [])))]
}

function routeObject(
  kind: 'MeshHTTPRoute' | 'MeshTCPRoute',
  name: string,
  caller: ResolvedWorkload | undefined,
  rulesTo: (zone: DraftObject | undefined) => readonly Draft[],
  request: RouteRequest,
): DesiredManifest {
  const { workload, port, scope, outbound } = request
  return traceManifest(
    {
      apiVersion: KUMA_API,
      kind,
      metadata: { name, namespace: outbound.namespace, labels: policyLabels(scope) },
      spec: {
        targetRef: caller === undefined ? { kind: 'Mesh' } : callerRef(caller),
        to: [
          {
            targetRef: meshService(workload.service ?? workload.name, workload.namespace, sectionOf(port)),
            rules: from(['routes'], rulesTo(undefined)),
          },
          ...zonesOf(request).map((zone) => ({
            targetRef: { ...zone, sectionName: sectionOf(port) },
            rules: from(['routes'], rulesTo(zone)),
          })),
        ],
      },
    },
    ['routes'],
  )
}

/** A caller is told by its namespace too, since labels alone may be those of other pods. */
function callerRef(caller: ResolvedWorkload): DraftObject {
  const labels = { ...caller.selector, 'k8s.kuma.io/namespace': caller.namespace }
  return { ...dataplanes(caller), sectionName: undefined, labels }
}

/**
 * The rule of a route for a caller, or for all of them: with the matches that name this caller, or none; to the MeshService, or to the
 * service of all zones.
 */
function ruleFor(
  route: ResolvedRoute,
  caller: ResolvedWorkload | undefined,
  request: RouteRequest,
  zone: DraftObject | undefined,
): readonly Draft[] {
  const { path } = route
  const own = route.matches.filter((match) => (caller === undefined ? match.from === undefined : match.from?.includes(caller)))
  if (own.length === 0 && (route.matches.length > 0 || caller !== undefined)) return []
  const matches = own.flatMap(matchesOf)
  const filters = filtersOf(route, request)
  return [
    from(path, {
      matches: from([...path, 'match'], matches.length === 0 ? [EVERYTHING] : matches),
      default: {
        filters: filters.length === 0 ? undefined : filters,
        backendRefs: route.destinations.length === 0 ? undefined : backendsOf(route, request, zone),
      },
    }),
  ]
}

const EVERYTHING = { path: { type: 'PathPrefix', value: '/' } }

function backendsOf(route: ResolvedRoute, request: RouteRequest, zone: DraftObject | undefined): readonly Draft[] {
  const backend = (destination: Destination): DraftObject =>
    zone !== undefined && destination.workload === request.workload && destination.version === undefined
      ? { ...zone, sectionName: undefined, port: request.portFor(destination) }
      : backendRef(destination, request)
  return route.destinations.map((destination) =>
    from(destination.path, { ...backend(destination), weight: from(destination.path, destination.weight) }),
  )
}

function backendRef(destination: Destination, { portFor }: RouteRequest): DraftObject {
  const { workload, version } = destination
  const service = meshService(version?.service ?? workload.service ?? workload.name, workload.namespace)
  return { ...service, port: portFor(destination) }
}

function matchesOf({ spec, path }: ResolvedMatch): readonly Draft[] {
  const named = (key: 'headers' | 'query', match: (how: StringMatchSpec) => DraftObject): Draft => {
    const entries = Object.entries(spec[key] ?? {})
    const low = (name: string) => (key === 'headers' ? name.toLowerCase() : name)
    return entries.length === 0
      ? undefined
      : entries.map(([name, how]) => from([...path, key, name], { name: low(name), ...match(how) }))
  }
  const common = {
    path: from([...path, 'path'], pathMatch(spec.path)),
    headers: named('headers', headerMatch),
    queryParams: named('query', queryMatch),
  }
  const empty = Object.values(common).every((value) => value === undefined)
  const base = empty ? EVERYTHING : common
  const methods = spec.methods ?? []
  if (methods.length === 0) return [from(path, base)]
  return methods.map((method, index) =>
    from(path, { ...(empty ? {} : common), method: from([...path, 'methods', index], method.toUpperCase()) }),
  )
}

function pathMatch(how: StringMatchSpec | undefined): Draft {
  if (how === undefined || 'present' in how) return undefined
  if ('exact' in how) return { type: 'Exact', value: how.exact }
  // Kuma compares whole elements of a path, and refuses a slash at the end.
  return 'prefix' in how
    ? { type: 'PathPrefix', value: how.prefix.replace(/(.)\/+$/, '$1') }
    : { type: 'RegularExpression', value: how.regex }
}

function headerMatch(how: StringMatchSpec): DraftObject {
  if ('exact' in how) return { type: 'Exact', value: how.exact }
  if ('prefix' in how) return { type: 'Prefix', value: how.prefix }
  if ('regex' in how) return { type: 'RegularExpression', value: how.regex }
  return { type: how.present ? 'Present' : 'Absent' }
}

function queryMatch(how: StringMatchSpec): DraftObject {
  if ('exact' in how) return { type: 'Exact', value: how.exact }
  if ('prefix' in how) return { type: 'RegularExpression', value: `${escapeRegex(how.prefix)}.*` }
  return { type: 'RegularExpression', value: 'regex' in how ? how.regex : '.*' }
}

function filtersOf(route: ResolvedRoute, request: RouteRequest): readonly Draft[] {
  const { spec, path } = route
  const filters: Draft[] = []
  const headers = (change: NonNullable<RouteSpec['headers']>['request'], at: ValuePath): Draft => {
    const pairs = (key: 'set' | 'add') =>
      change?.[key] === undefined
        ? undefined
        : Object.entries(change[key]).map(([name, value]) => from([...at, key, name], { name: name.toLowerCase(), value }))
    return from(at, { set: pairs('set'), add: pairs('add'), remove: change?.remove?.map((name) => name.toLowerCase()) })
  }
  const at = (key: string) => [...path, key]
  if (changes(spec.headers?.request)) {
    filters.push({ type: 'RequestHeaderModifier', requestHeaderModifier: headers(spec.headers?.request, at('headers')) })
  }
  if (changes(spec.headers?.response)) {
    filters.push({ type: 'ResponseHeaderModifier', responseHeaderModifier: headers(spec.headers?.response, at('headers')) })
  }
  if (spec.rewrite !== undefined) {
    const { path: whole, prefix, host } = spec.rewrite
    const replaced =
      whole !== undefined
        ? { type: 'ReplaceFullPath', replaceFullPath: whole }
        : prefix !== undefined
          ? { type: 'ReplacePrefixMatch', replacePrefixMatch: prefix }
          : undefined
    filters.push(from(at('rewrite'), { type: 'URLRewrite', urlRewrite: { hostname: host, path: replaced } }))
  }
  if (spec.redirect !== undefined) {
    const { scheme, host, path: target, status } = spec.redirect
    filters.push(
      from(at('redirect'), {
        type: 'RequestRedirect',
        requestRedirect: {
          scheme,
          hostname: host,
          path: target === undefined ? undefined : { type: 'ReplaceFullPath', replaceFullPath: target },
          statusCode: status ?? 302,
        },
      }),
    )
  }
  if (route.mirror !== undefined) {
    const { percent } = route.mirror
    filters.push(
      from(at('mirror'), {
        type: 'RequestMirror',
        requestMirror: {
          backendRef: backendRef(route.mirror, request),
          percentage: percent === undefined ? undefined : share(percent),
        },
      }),
    )
  }
  return filters
}

/** A filter that changes no header is refused. */
function changes(change: NonNullable<RouteSpec['headers']>['request']): boolean {
  return Object.values(change ?? {}).some((part) => Object.keys(part ?? {}).length > 0)
}

/** What of a route a MeshHTTPRoute cannot say. */
export function routeMistakes(policy: ComponentOf<'traffic'>, { spec, path }: ResolvedRoute): readonly Diagnostic[] {
  const found: Diagnostic[] = []
  const refuse = (at: ValuePath, summary: string, hint: string) =>
    found.push(mistake(policy, [...path, ...at], 'MF3020', { summary, hint }))
  for (const [index, match] of (spec.match ?? []).entries()) {
    for (const [name, how] of Object.entries(match.query ?? {})) {
      if ('present' in how && !how.present) {
        refuse(
          ['match', index, 'query', name],
          'Kuma matches no absent query parameter',
          'Put a route that matches its presence before it.',
        )
      }
    }
  }
  if (spec.rewrite?.path !== undefined && spec.rewrite.prefix !== undefined) {
    refuse(['rewrite'], 'The path is rewritten whole or by its prefix, not both', 'Remove `path` or `prefix`.')
  }
  const prefixes = (spec.match ?? []).every((match) => match.path !== undefined && 'prefix' in match.path)
  if (spec.rewrite?.prefix !== undefined && !((spec.match ?? []).length > 0 && prefixes)) {
    refuse(['rewrite', 'prefix'], 'Rewriting a prefix needs matches by a prefix of the path', 'Match on `path: {prefix: ...}`.')
  }
  if (spec.redirect?.status !== undefined && ![301, 302, 303, 307, 308].includes(spec.redirect.status)) {
    refuse(
      ['redirect', 'status'],
      `Kuma redirects with 301, 302, 303, 307 or 308, not ${spec.redirect.status}`,
      'Use one of these.',
    )
  }
  return found
}
