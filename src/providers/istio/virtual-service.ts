import type { ComponentOf } from '../../design/component.ts'
import { objectNameOf } from '../../design/object-name.ts'
import type { Diagnostic } from '../../plan/diagnostic.ts'
import type { ResolvedWorkload, Scope, ServicePort, Translation } from '../contract.ts'
import { mistake } from '../mistake.ts'
import { type Destination, findGateway, serviceHost } from '../references.ts'
import { type ResolvedRoute, resolveRoutes } from '../resolve-routes.ts'
import { routeConflicts, routeName, servesNothing } from '../route-conflicts.ts'
import { portChooser, trafficPort } from '../service-port.ts'
import { type Draft, from, traceManifest } from '../traced-manifest.ts'
import type { IstioApi } from './api.ts'
import { gatewayNamespace } from './gateway-place.ts'
import { httpRoute, weightedDestination } from './http-route.ts'

/** The VirtualService of a traffic policy that has routes. */
export function virtualService(
  policy: ComponentOf<'traffic'>,
  workload: ResolvedWorkload,
  scope: Scope,
  api: IstioApi,
): Translation {
  const service = workload.service
  if (service === undefined) return { manifests: [], diagnostics: [servesNothing(policy, workload)] }
  const { routes, diagnostics } = resolveRoutes(policy, workload, scope)
  const { port, diagnostics: portDiagnostics } = trafficPort(policy, workload)
  const place = placeOf(policy, workload, service, scope)
  const found = [...diagnostics, ...portDiagnostics, ...place.diagnostics, ...routeConflicts(policy, workload, scope)]
  if (port === undefined) return { manifests: [], diagnostics: found }
  const section = sectionOf(policy, port)
  const portFor = portChooser(workload, port)
  const http = section === 'http' ? routes.map((route) => httpRoute(policy, route, portFor)) : []
  const manifest = traceManifest(
    {
      apiVersion: api.networking,
      kind: 'VirtualService',
      metadata: { name: routeName(policy, workload), namespace: workload.namespace },
      spec: {
        hosts: from(policy.spec.hosts === undefined ? ['workload'] : ['hosts'], place.hosts),
        gateways: from(['gateways'], place.gateways),
        http:
          section === 'http'
            ? from(
                ['routes'],
                http.map((route) => route.draft),
              )
            : undefined,
        tcp:
          section === 'tcp'
            ? from(
                ['routes'],
                routes.map((route) => streamRoute(route, portFor, undefined)),
              )
            : undefined,
        tls:
          section === 'tls'
            ? from(
                ['routes'],
                routes.map((route) => streamRoute(route, portFor, place.hosts)),
              )
            : undefined,
      },
    },
    ['routes'],
  )
  return { manifests: [manifest], diagnostics: [...found, ...http.flatMap((route) => route.diagnostics)] }
}

/** The section of a VirtualService that routes of this protocol go to. */
function sectionOf(policy: ComponentOf<'traffic'>, port: ServicePort): 'http' | 'tcp' | 'tls' {
  switch (policy.spec.protocol ?? port.protocol) {
    case 'http':
    case 'http2':
    case 'grpc':
      return 'http'
    case 'https':
    case 'tls':
      return 'tls'
    case 'tcp':
    case 'udp':
      return 'tcp'
  }
}

function streamRoute(
  route: ResolvedRoute,
  portFor: (destination: Destination) => number | undefined,
  sniHosts: readonly string[] | undefined,
): Draft {
  const matches = route.matches.flatMap((match): Draft[] => {
    const port = from([...match.path, 'port'], match.spec.port)
    if (match.from === undefined) return [from(match.path, { sniHosts, port })]
    return match.from.map((caller, index) =>
      from([...match.path, 'from', index], {
        sniHosts,
        port,
        sourceLabels: caller.selector,
        sourceNamespace: caller.namespace,
      }),
    )
  })
  const fallback: Draft = sniHosts === undefined ? undefined : [{ sniHosts }]
  return from(route.path, {
    match: matches.length === 0 ? fallback : from([...route.path, 'match'], matches),
    route: route.destinations.map((destination) => weightedDestination(destination, portFor)),
  })
}

interface Place {
  readonly hosts: readonly string[]
  readonly gateways: readonly string[] | undefined
  readonly diagnostics: readonly Diagnostic[]
}

/** The hosts and gateways a policy holds for. */
function placeOf(policy: ComponentOf<'traffic'>, workload: ResolvedWorkload, service: string, scope: Scope): Place {
  const own = serviceHost(service, workload.namespace)
  const names = policy.spec.gateways ?? []
  if (names.length === 0) return { hosts: policy.spec.hosts ?? [own], gateways: undefined, diagnostics: [] }
  const found = names.map((name, index) => findGateway(name, policy, ['gateways', index], scope))
  const gateways = found.flatMap(({ value }) => (value === undefined ? [] : [value]))
  const only = policy.spec.onlyGateways === true
  const outside = [
    ...new Set(gateways.flatMap((gateway) => gateway.spec.listeners.flatMap((listener) => listener.hosts ?? ['*']))),
  ]
  const diagnostics: Diagnostic[] = found.flatMap((gateway) => gateway.diagnostics)
  if (policy.spec.hosts === undefined && outside.includes('*') && !only) {
    diagnostics.push(
      mistake(policy, ['gateways'], 'MF3016', {
        summary: 'The gateway serves any host, so the policy must say which hosts it is for',
        detail: 'Inside the mesh, a policy for any host would take the traffic of every workload.',
        hint: 'Say `hosts: [...]`, give the gateway hosts, or set `onlyGateways: true`.',
      }),
    )
  }
  return {
    hosts: policy.spec.hosts ?? [...(only ? [] : [own]), ...outside],
    gateways: [
      ...(only ? [] : ['mesh']),
      ...gateways.map((gateway) => `${gatewayNamespace(gateway, scope)}/${objectNameOf(gateway)}`),
    ],
    diagnostics,
  }
}
