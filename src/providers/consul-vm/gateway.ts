import type { ComponentOf } from '../../design/component.ts'
import { objectNameOf } from '../../design/object-name.ts'
import type { RequestMatchSpec, StringMatchSpec } from '../../design/schema/traffic.ts'
import type { Diagnostic } from '../../plan/diagnostic.ts'
import { terminatingGateway } from '../consul/external.ts'
import { gatewayMistakes, meshlessMistakes } from '../consul/gateway-mistakes.ts'
import { gatewayRouteName, gatewaysOf } from '../consul/gateway-route-name.ts'
import { retriedOn } from '../consul/retried-on.ts'
import { consulService } from '../consul/subsets.ts'
import type { DesiredManifest, Scope, Translation } from '../contract.ts'
import { listenerNames, namesakeListeners } from '../listener-names.ts'
import { mistake } from '../mistake.ts'
import { findGateway, findWorkload } from '../references.ts'
import { type ResolvedRoute, resolveRoutes } from '../resolve-routes.ts'
import { type Draft, from, traceManifest } from '../traced-manifest.ts'
import { asConfigEntry, CONSUL_HTTP_API } from './words.ts'

/** A gateway as `api-gateway` with its routes, a `terminating-gateway`, or nothing where the mesh's own entry joins clusters. */
export function vmGateway(gateway: ComponentOf<'gateways'>, scope: Scope): Translation {
  switch (gateway.spec.direction ?? 'ingress') {
    case 'ingress':
      return apiGateway(gateway, scope)
    case 'egress':
      return { manifests: [asConfigEntry(terminatingGateway(gateway, scope, ''))], diagnostics: [] }
    case 'east-west':
      return { manifests: [], diagnostics: [] }
  }
}

function apiGateway(gateway: ComponentOf<'gateways'>, scope: Scope): Translation {
  const { spec } = gateway
  const name = objectNameOf(gateway)
  const diagnostics: Diagnostic[] = []
  const names = listenerNames(spec.listeners)
  const listeners = spec.listeners.flatMap((listener, index) => {
    const path = ['listeners', index]
    const protocol = listener.protocol ?? 'http'
    const hosts = (listener.hosts ?? ['*']).map((host) => (host === '*' ? undefined : host))
    return hosts.map((hostname, position) =>
      from(path, {
        Name: listenerName(names[index] ?? '', hosts.length, position),
        Port: from([...path, 'port'], listener.port),
        Protocol: from([...path, 'protocol'], protocol === 'tcp' ? 'tcp' : 'http'),
        Hostname: from([...path, 'hosts'], hostname),
        TLS:
          listener.tls?.secret === undefined
            ? undefined
            : { Certificates: [{ Kind: 'inline-certificate', Name: from([...path, 'tls', 'secret'], listener.tls.secret) }] },
      }),
    )
  })
  const manifest = entry('api-gateway', name, { Listeners: from(['listeners'], listeners) }, [])
  const routes = spec.routes === undefined ? undefined : resolveRoutes(gateway, undefined, scope)
  const stream = spec.listeners.every((listener) => listener.protocol === 'tcp')
  const made =
    routes === undefined
      ? []
      : [stream ? tcpRoute(name, routes.routes) : httpRoute(`${name}-routes`, [name], undefined, routes.routes, ['routes'])]
  diagnostics.push(
    ...namesakeListeners(gateway),
    ...(routes?.diagnostics ?? []),
    ...gatewayMistakes(gateway),
    ...absenceMistakes(gateway),
  )
  return { manifests: [manifest, ...made], diagnostics }
}

function listenerName(base: string, count: number, position: number): string {
  return count === 1 ? base : `${base}-${position}`
}

function entry(kind: string, name: string, spec: { readonly [key: string]: Draft }, path: readonly (string | number)[]) {
  return traceManifest({ apiVersion: CONSUL_HTTP_API, kind, metadata: { name }, spec }, path)
}

function parents(names: readonly string[]): Draft {
  return names.map((name) => ({ Kind: 'api-gateway', Name: name }))
}

function tcpRoute(gateway: string, routes: readonly ResolvedRoute[]): DesiredManifest {
  const services = [...new Set(routes.flatMap((route) => route.destinations.map(({ workload }) => consulService(workload))))]
  return entry('tcp-route', `${gateway}-routes`, { Parents: parents([gateway]), Services: services.map((Name) => ({ Name })) }, [
    'routes',
  ])
}

function httpRoute(
  name: string,
  gateways: readonly string[],
  hosts: Draft,
  routes: readonly ResolvedRoute[],
  path: readonly (string | number)[],
): DesiredManifest {
  return entry(
    'http-route',
    name,
    { Parents: parents(gateways), Hostnames: hosts, Rules: from(['routes'], routes.map(ruleOf)) },
    path,
  )
}

function ruleOf(route: ResolvedRoute): Draft {
  const { spec, path } = route
  const changes = spec.headers?.request
  const replies = spec.headers?.response
  const retries = spec.retries
  const { conditions, statuses } = retriedOn(retries?.on)
  const filters: { readonly [key: string]: Draft } = {
    Headers: changes === undefined ? undefined : [{ Add: changes.add, Set: changes.set, Remove: changes.remove }],
    URLRewrite: spec.rewrite?.prefix === undefined ? undefined : { Path: spec.rewrite.prefix },
    TimeoutFilter: spec.timeout === undefined ? undefined : { RequestTimeout: from([...path, 'timeout'], spec.timeout) },
    RetryFilter:
      retries === undefined
        ? undefined
        : from([...path, 'retries'], {
            NumRetries: retries.attempts,
            RetryOn: conditions.length === 0 ? undefined : conditions,
            RetryOnStatusCodes: statuses.length === 0 ? undefined : statuses,
          }),
  }
  const some = Object.values(filters).some((filter) => filter !== undefined)
  return from(path, {
    Matches: route.matches.length === 0 ? undefined : route.matches.flatMap((match) => matchesOf(match.spec)),
    Filters: some ? filters : undefined,
    ResponseFilters:
      replies === undefined ? undefined : { Headers: [{ Add: replies.add, Set: replies.set, Remove: replies.remove }] },
    Services: route.destinations.map((destination) =>
      from(destination.path, { Name: consulService(destination.workload), Weight: destination.weight }),
    ),
  })
}

/** One match for each method, since a match takes one. */
function matchesOf(spec: RequestMatchSpec): readonly Draft[] {
  const headers = Object.entries(spec.headers ?? {})
  const query = Object.entries(spec.query ?? {})
  const common = {
    Path: spec.path === undefined ? undefined : comparison(spec.path),
    Headers: headers.length === 0 ? undefined : headers.map(([Name, how]) => ({ Name, ...comparison(how) })),
    Query: query.length === 0 ? undefined : query.map(([Name, how]) => ({ Name, ...comparison(how) })),
  }
  return (spec.methods ?? [undefined]).map((Method) => ({ Method, ...common }))
}

function comparison(how: StringMatchSpec): { readonly [key: string]: Draft } {
  if ('exact' in how) return { Match: 'exact', Value: how.exact }
  if ('prefix' in how) return { Match: 'prefix', Value: how.prefix }
  if ('regex' in how) return { Match: 'regex', Value: how.regex }
  return { Match: 'present', Value: '' }
}

/** Rules of an http-route compare with what is there. */
function absenceMistakes(gateway: ComponentOf<'gateways'>): readonly Diagnostic[] {
  return (gateway.spec.routes ?? []).flatMap((route, index) =>
    (route.match ?? []).flatMap((match, at) =>
      (['headers', 'query'] as const).flatMap((part) =>
        Object.entries(match[part] ?? {})
          .filter(([, how]) => 'present' in how && !how.present)
          .map(([name]) =>
            mistake(gateway, ['routes', index, 'match', at, part, name], 'MF3020', {
              summary: 'A gateway on machines matches nothing that is absent',
              hint: 'Put a route that matches its presence before it.',
            }),
          ),
      ),
    ),
  )
}

/** The routes that lead from gateways to the service, where its router and splitter then hold. */
export function vmGatewayRoutes(policy: ComponentOf<'traffic'>, scope: Scope): Translation {
  const names = policy.spec.gateways ?? []
  const workload = findWorkload(policy.spec.workload, policy, [], scope).value
  if (names.length === 0 || workload === undefined) return { manifests: [], diagnostics: [] }
  const found = names.map((name, index) => findGateway(name, policy, ['gateways', index], scope))
  const gateways = gatewaysOf(policy, scope)
  const service = consulService(workload)
  const route: DesiredManifest = entry(
    'http-route',
    gatewayRouteName(policy, workload, gateways, scope),
    { Parents: parents(gateways), Hostnames: from(['hosts'], policy.spec.hosts), Rules: [{ Services: [{ Name: service }] }] },
    ['gateways'],
  )
  return { manifests: [route], diagnostics: [...meshlessMistakes(policy), ...found.flatMap(({ diagnostics }) => diagnostics)] }
}
