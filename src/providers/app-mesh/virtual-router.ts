import type { ComponentOf } from '../../design/component.ts'
import { joinName, slug } from '../../design/object-name.ts'
import type { RequestMatchSpec, RouteSpec, StringMatchSpec } from '../../design/schema/traffic.ts'
import type { Diagnostic } from '../../plan/diagnostic.ts'
import { parseDuration } from '../../plan/duration.ts'
import type { ValuePath } from '../../plan/source.ts'
import type { DesiredManifest, ResolvedWorkload, Scope, Translation } from '../contract.ts'
import { mistake } from '../mistake.ts'
import { type ResolvedRoute, resolveRoutes } from '../resolve-routes.ts'
import { routeConflicts } from '../route-conflicts.ts'
import { type Draft, from, traceManifest } from '../traced-manifest.ts'
import { APP_MESH_API, appMeshDuration, portMapping } from './names.ts'
import { nodeName } from './virtual-node.ts'

/** The VirtualRouter of a workload whose routes a policy writes. */
export function virtualRouter(policy: ComponentOf<'traffic'>, workload: ResolvedWorkload, scope: Scope): Translation {
  const { routes, diagnostics } = resolveRoutes(policy, workload, scope)
  const written = routes.flatMap((route, index) => routesOf(route, index, routes.length, workload))
  return {
    manifests: [router(workload, from(['routes'], written), ['routes'])],
    diagnostics: [
      ...diagnostics,
      ...routeConflicts(policy, workload, scope),
      ...routes.flatMap((route) => queryMistakes(policy, route)),
    ],
  }
}

/** The VirtualRouter of a workload of which nobody writes routes: the versions in equal parts. */
export function evenRouter(workload: ResolvedWorkload): DesiredManifest {
  const { protocol } = portMapping(workload)
  const action = {
    weightedTargets: workload.versions.map((version) => ({ virtualNodeRef: { name: nodeName(workload, version) }, weight: 1 })),
  }
  const route =
    protocol === 'tcp'
      ? { name: 'all', tcpRoute: { action } }
      : { name: 'all', [`${protocol}Route`]: { match: { prefix: '/' }, action } }
  return router(workload, [route], ['versions'])
}

function router(workload: ResolvedWorkload, routes: Draft, path: ValuePath): DesiredManifest {
  return traceManifest(
    {
      apiVersion: APP_MESH_API,
      kind: 'VirtualRouter',
      metadata: { name: workload.service ?? workload.name, namespace: workload.namespace },
      spec: { listeners: [{ portMapping: portMapping(workload) }], routes },
    },
    path,
  )
}

/** One route for each match and method, since a route matches one way; priorities keep their order. */
function routesOf(route: ResolvedRoute, index: number, count: number, own: ResolvedWorkload): readonly Draft[] {
  const { protocol } = portMapping(own)
  const name = slug(route.spec.name ?? `route-${index + 1}`)
  const action = { weightedTargets: route.destinations.flatMap((destination) => targetsOf(destination, route, own)) }
  const priority = count === 1 ? undefined : (index + 1) * 10
  if (protocol === 'tcp') return [from(route.path, { name, priority, tcpRoute: { action } })]
  const common = {
    action,
    timeout:
      route.spec.timeout === undefined
        ? undefined
        : from([...route.path, 'timeout'], { perRequest: appMeshDuration(route.spec.timeout) }),
    retryPolicy: retryPolicy(route.spec, [...route.path, 'retries']),
  }
  const matches: readonly (readonly [RequestMatchSpec, ValuePath])[] =
    route.matches.length === 0 ? [[{}, route.path]] : route.matches.map((match) => [match.spec, match.path])
  const ways = matches.flatMap(([spec, path]) => (spec.methods ?? [undefined]).map((method) => ({ spec, path, method })))
  return ways.map(({ spec, path, method }, position) =>
    from(path, {
      name: position === 0 ? name : joinName(name, String(position + 1)),
      priority,
      [`${protocol}Route`]: { match: matchOf(spec, method, path), ...common },
    }),
  )
}

/** A whole workload with versions is all its nodes, in equal parts of its share. */
function targetsOf(
  destination: ResolvedRoute['destinations'][number],
  route: ResolvedRoute,
  own: ResolvedWorkload,
): readonly Draft[] {
  const { workload, version, path } = destination
  const versions = version === undefined && workload.versions.length > 0 ? workload.versions : [version]
  const alone = route.destinations.length === 1
  return versions.map((one) =>
    from(path, {
      virtualNodeRef: {
        name: nodeName(workload, one),
        namespace: workload.namespace === own.namespace ? undefined : workload.namespace,
      },
      weight: from(path, alone && versions.length > 1 ? 1 : Math.round((destination.weight ?? 100) / versions.length)),
    }),
  )
}

function matchOf(spec: RequestMatchSpec, method: string | undefined, path: ValuePath): Draft {
  const headers = Object.entries(spec.headers ?? {})
  const query = Object.entries(spec.query ?? {})
  return {
    ...pathMatch(spec.path, [...path, 'path']),
    method: from([...path, 'methods'], method),
    headers:
      headers.length === 0
        ? undefined
        : headers.map(([name, how]) => from([...path, 'headers', name], { name, ...headerMatch(how) })),
    queryParameters:
      query.length === 0
        ? undefined
        : query.map(([name, how]) =>
            from([...path, 'query', name], { name, match: 'exact' in how ? { exact: how.exact } : undefined }),
          ),
  }
}

function pathMatch(how: StringMatchSpec | undefined, path: ValuePath): { readonly [key: string]: Draft } {
  if (how !== undefined && 'prefix' in how) return { prefix: from(path, how.prefix) }
  if (how !== undefined && 'exact' in how) return { path: from(path, { exact: how.exact }) }
  if (how !== undefined && 'regex' in how) return { path: from(path, { regex: how.regex }) }
  return { prefix: '/' }
}

function headerMatch(how: StringMatchSpec): { readonly [key: string]: Draft } {
  if ('exact' in how) return { match: { exact: how.exact } }
  if ('prefix' in how) return { match: { prefix: how.prefix } }
  if ('regex' in how) return { match: { regex: how.regex } }
  return { invert: how.present ? undefined : true }
}

function queryMistakes(policy: ComponentOf<'traffic'>, route: ResolvedRoute): readonly Diagnostic[] {
  return route.matches.flatMap((match) =>
    Object.entries(match.spec.query ?? {})
      .filter(([, how]) => !('exact' in how) && !('present' in how && how.present))
      .map(([name]) =>
        mistake(policy, [...match.path, 'query', name], 'MF3020', {
          summary: 'App Mesh compares query parameters exactly, or sees that they are there',
          hint: 'Use exact.',
        }),
      ),
  )
}

const EVENTS: { readonly [word: string]: string } = {
  '5xx': 'server-error',
  'gateway-error': 'gateway-error',
  'retriable-4xx': 'client-error',
  reset: 'stream-error',
  'refused-stream': 'stream-error',
}

/** A try's limit must be said: the request's time shared between all tries, or Envoy's own limit of a request. */
function retryPolicy({ retries, timeout }: RouteSpec, path: ValuePath): Draft {
  if (retries === undefined) return undefined
  const on = retries.on ?? ['5xx']
  const events = [...new Set(on.flatMap((word) => EVENTS[word] ?? []))]
  const share = Math.floor((parseDuration(timeout ?? '') ?? 60_000) / (retries.attempts + 1))
  return from(path, {
    maxRetries: from([...path, 'attempts'], retries.attempts),
    perRetryTimeout: from([...path, 'perTry'], appMeshDuration(retries.perTry ?? `${share}ms`)),
    httpRetryEvents: events.length === 0 ? undefined : from([...path, 'on'], events),
    tcpRetryEvents: on.includes('connect-failure') ? from([...path, 'on'], ['connection-error']) : undefined,
  })
}
