import type { ComponentOf } from '../../design/component.ts'
import type { Diagnostic } from '../../plan/diagnostic.ts'
import type { Scope, ServicePort, Translation } from '../contract.ts'
import { mistake } from '../mistake.ts'
import { objectNameOf } from '../object-name.ts'
import { findGateway, findWorkload, serviceHost } from '../references.ts'
import { resolveRoutes } from '../resolve-routes.ts'
import { routeConflicts, routeName, servesNothing } from '../route-conflicts.ts'
import { portChooser, trafficPort } from '../service-port.ts'
import { type Draft, type DraftObject, from } from '../traced-manifest.ts'
import { GATEWAY_GROUP, type StreamRouteKind } from './api.ts'
import { httpRoute, type RouteRequest, streamRoute } from './http-route.ts'

/** How a mesh wants its routes, where that differs. */
export interface RouteDialect {
  /** Group by which the mesh's documentation names a Service: '' of the API, or `core`, an accepted spelling of Linkerd. */
  readonly serviceGroup: '' | 'core'
  /** Namespace of gateways that name none. */
  readonly gatewayNamespace: (gateway: ComponentOf<'gateways'>, scope: Scope) => string
  /** Version of the Gateway API's CRDs, where it isn't the newest known. */
  readonly bundle?: string | undefined
  /** Annotations of a policy's route; with them its rules carry no timeouts and retries. */
  readonly annotations?: (policy: ComponentOf<'traffic'>) => {
    readonly annotations: DraftObject | undefined
    readonly diagnostics: readonly Diagnostic[]
  }
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
  const annotated = dialect.annotations?.(policy)
  const own = [
    ...diagnostics,
    ...portDiagnostics,
    ...gateways.diagnostics,
    ...(annotated?.diagnostics ?? []),
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
    hostnames: from(['hosts'], policy.spec.hosts),
    annotations: annotated?.annotations,
    routes,
    portFor: portChooser(workload, port),
    withoutTimeouts: dialect.annotations !== undefined,
    bundle: dialect.bundle,
  }
  const kind = routeKindOf(policy.spec.protocol ?? port.protocol)
  const sni = request.hostnames ?? [serviceHost(workload.service, workload.namespace)]
  const made = kind === 'HTTPRoute' ? httpRoute(request) : streamRoute({ ...request, hostnames: sni }, kind)
  return { manifests: made.manifests, diagnostics: [...own, ...made.diagnostics] }
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
