import type { ComponentOf } from '../../design/component.ts'
import { joinName, objectNameOf } from '../../design/object-name.ts'
import type { Diagnostic } from '../../plan/diagnostic.ts'
import type { Scope, ServicePort, Translation } from '../contract.ts'
import { mistake } from '../mistake.ts'
import { findGateway, findWorkload, serviceHost } from '../references.ts'
import { type ResolvedRoute, resolveRoutes } from '../resolve-routes.ts'
import { routeConflicts, routeName, servesNothing } from '../route-conflicts.ts'
import { portChooser, trafficPort } from '../service-port.ts'
import { type Draft, type DraftObject, from } from '../traced-manifest.ts'
import { GATEWAY_GROUP, type StreamRouteKind } from './api.ts'
import { httpRoute, type RouteRequest, streamRoute } from './http-route.ts'
import { orderWarnings } from './route-order.ts'

/** How a mesh wants its routes, where that differs. */
export interface RouteDialect {
  /** Group by which the mesh's documentation names a Service: '' of the API, or `core`, an accepted spelling of Linkerd. */
  readonly serviceGroup: '' | 'core'
  /** Namespace of gateways that name none. */
  readonly gatewayNamespace: (gateway: ComponentOf<'gateways'>, scope: Scope) => string
  /** Version of the Gateway API's CRDs, where it isn't the newest known. */
  readonly bundle?: string | undefined
  /** Where the mesh takes timeouts and retries as annotations of a whole route object: the objects that the routes make. */
  readonly split?: (routes: readonly ResolvedRoute[]) => readonly RouteGroup[]
}

/** Routes that share one route object, whose rules carry no timeouts and retries of their own. */
export interface RouteGroup {
  readonly routes: readonly ResolvedRoute[]
  readonly annotations: DraftObject | undefined
}

/** The route object of a traffic policy, attached to the Service of its workload and the gateways it names (GAMMA). */
export function trafficRoutes(policy: ComponentOf<'traffic'>, scope: Scope, dialect: RouteDialect): Translation {
  const found = findWorkload(policy.spec.workload, policy, ['workload'], scope)
  const workload = found.value
  if (workload === undefined) return { manifests: [], diagnostics: found.diagnostics }
  if (policy.spec.routes === undefined) return { manifests: [], diagnostics: [] }
  if (workload.service === undefined) return { manifests: [], diagnostics: [servesNothing(policy, workload)] }
  const { routes, diagnostics } = resolveRoutes(policy, workload, scope)
  const { port, diagnostics: portDiagnostics } = trafficPort(policy, workload)
  const gateways = gatewayParents(policy, scope, dialect)
  const own = [
    ...diagnostics,
    ...portDiagnostics,
    ...gateways.diagnostics,
    ...routeConflicts(policy, workload, scope),
    ...otherPorts(policy, port?.port),
  ]
  if (port === undefined) return { manifests: [], diagnostics: own }
  const inMesh = policy.spec.onlyGateways !== true || (policy.spec.gateways ?? []).length === 0
  const service = { group: dialect.serviceGroup, kind: 'Service', name: workload.service, port: port.port }
  const request: RouteRequest = {
    component: policy,
    name: routeName(policy, workload),
    namespace: workload.namespace,
    parentRefs: [...(inMesh ? [from(['workload'], service)] : []), ...gateways.parents],
    hostnames: hostnamesOf(policy),
    routes,
    portFor: portChooser(workload, port),
    bundle: dialect.bundle,
  }
  const kind = routeKindOf(policy.spec.protocol ?? port.protocol)
  const sni = request.hostnames ?? [serviceHost(workload.service, workload.namespace)]
  const made = kind === 'HTTPRoute' ? httpRoutes(request, dialect) : [streamRoute({ ...request, hostnames: sni }, kind)]
  const order = kind === 'HTTPRoute' ? orderWarnings(policy, routes) : []
  return {
    manifests: made.flatMap((part) => part.manifests),
    diagnostics: [...own, ...order, ...made.flatMap((part) => part.diagnostics)],
  }
}

/** The hosts a policy holds for; a route for any host names none. */
export function hostnamesOf({ spec }: ComponentOf<'traffic'>): Draft {
  return spec.hosts?.includes('*') === true ? undefined : from(['hosts'], spec.hosts)
}

/** One HTTPRoute, or one for each group of routes that share their annotations; the first bears the name alone. */
function httpRoutes(request: RouteRequest, dialect: RouteDialect): readonly Translation[] {
  if (dialect.split === undefined) return [httpRoute(request)]
  return dialect.split(request.routes).map(({ routes, annotations }, index) =>
    httpRoute({
      ...request,
      name: index === 0 ? request.name : joinName(request.name, String(index + 1)),
      routes,
      annotations,
      withoutTimeouts: true,
    }),
  )
}

function routeKindOf(protocol: ServicePort['protocol']): 'HTTPRoute' | StreamRouteKind {
  switch (protocol) {
    case 'tcp':
      return 'TCPRoute'
    case 'udp':
      return 'UDPRoute'
    case 'tls':
    case 'https':
      return 'TLSRoute'
    case 'http':
    case 'http2':
    case 'grpc':
      return 'HTTPRoute'
  }
}

function gatewayParents(
  policy: ComponentOf<'traffic'>,
  scope: Scope,
  dialect: RouteDialect,
): { readonly parents: readonly Draft[]; readonly diagnostics: readonly Diagnostic[] } {
  const found = (policy.spec.gateways ?? []).map((name, index) => ({
    ...findGateway(name, policy, ['gateways', index], scope),
    path: ['gateways', index],
  }))
  return {
    parents: found.flatMap(({ value, path }) =>
      value === undefined
        ? []
        : [
            from(path, {
              group: GATEWAY_GROUP,
              kind: 'Gateway',
              name: objectNameOf(value),
              namespace: dialect.gatewayNamespace(value, scope),
            }),
          ],
    ),
    diagnostics: found.flatMap((gateway) => gateway.diagnostics),
  }
}

/** A route is attached to one port of the Service; matches that name another one would never hold. */
function otherPorts(policy: ComponentOf<'traffic'>, port: number | undefined): readonly Diagnostic[] {
  return (policy.spec.routes ?? []).flatMap((route, index) =>
    (route.match ?? []).flatMap((match, position) =>
      match.port === undefined || match.port === port
        ? []
        : [
            mistake(policy, ['routes', index, 'match', position, 'port'], 'MF3020', {
              summary: `The route is attached to port ${port}, so it never matches on port ${match.port}`,
              hint: `Write a second policy with \`port: ${match.port}\`.`,
            }),
          ],
    ),
  )
}
