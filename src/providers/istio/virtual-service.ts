import type { ComponentOf } from '../../design/component.ts'
import type { Diagnostic } from '../../plan/diagnostic.ts'
import type { ResolvedWorkload, Scope, ServicePort, Translation } from '../contract.ts'
import { mistake } from '../mistake.ts'
import { nameAbout } from '../object-name.ts'
import { type Destination, findGateway, serviceHost } from '../references.ts'
import { type ResolvedRoute, resolveRoutes } from '../resolve-routes.ts'
import { indexOf } from '../scope-index.ts'
import { trafficPort } from '../service-port.ts'
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
  const found = [...diagnostics, ...portDiagnostics, ...place.diagnostics, ...conflicts(policy, workload, scope)]
  if (port === undefined) return { manifests: [], diagnostics: found }
  const section = sectionOf(policy, port)
  const portFor = portChooser(workload, port)
  const http = section === 'http' ? routes.map((route) => httpRoute(policy, route, portFor)) : []
  const manifest = traceManifest(
    {
      apiVersion: api.networking,
      kind: 'VirtualService',
      metadata: { name: virtualServiceName(policy, workload), namespace: workload.namespace },
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

/** The name of a policy's VirtualService: the Service's where the policy bears the workload's name. */
export function virtualServiceName(policy: ComponentOf<'traffic'>, workload: ResolvedWorkload): string {
  const service = workload.service ?? workload.name
  return policy.name === workload.component.name && policy.key === workload.component.key ? service : nameAbout(service, policy)
}

/** What is wrong with a policy about requests to a workload that has no Service. */
export function servesNothing(policy: ComponentOf<'traffic'>, workload: ResolvedWorkload): Diagnostic {
  return mistake(policy, ['workload'], 'MF3013', {
    summary: `${workload.address} has no Service, so there are no requests to shape`,
    hint: 'Give it `ports`, or a Service among its manifests.',
  })
}

/** The port of a destination's Service: the policy's own, that of the same number elsewhere, or the first. */
export function portChooser(
  own: ResolvedWorkload | undefined,
  port: ServicePort | undefined,
): (destination: Destination) => number | undefined {
  return ({ workload }) => {
    if (workload === own && port !== undefined) return port.port
    const same = workload.ports.find((candidate) => candidate.port === port?.port)
    return (same ?? workload.ports[0])?.port
  }
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
    gateways: [...(only ? [] : ['mesh']), ...gateways.map((gateway) => `${gatewayNamespace(gateway, scope)}/${gateway.name}`)],
    diagnostics,
  }
}

/** Two VirtualServices for one host on one gateway: Istio keeps one and drops the other (IST0109), so we refuse them. */
function conflicts(policy: ComponentOf<'traffic'>, workload: ResolvedWorkload, scope: Scope): readonly Diagnostic[] {
  const places = (component: ComponentOf<'traffic'>): readonly string[] => {
    const gateways = [
      ...(component.spec.onlyGateways === true && (component.spec.gateways?.length ?? 0) > 0 ? [] : ['mesh']),
      ...(component.spec.gateways ?? []),
    ]
    const hosts = component.spec.hosts ?? ['']
    return gateways.flatMap((gateway) => hosts.map((host) => `${gateway} ${host}`))
  }
  const routed = (indexOf(scope).traffic.get(workload.address) ?? []).filter((other) => (other.spec.routes?.length ?? 0) > 0)
  const mine = places(policy)
  const earlier = routed.slice(0, Math.max(0, routed.indexOf(policy)))
  const rival = earlier.find((other) => places(other).some((place) => mine.includes(place)))
  if (rival === undefined) return []
  return [
    mistake(policy, ['routes'], 'MF3004', {
      summary: `${policy.address} and ${rival.address} both route the same requests to ${workload.address}`,
      detail: 'The mesh keeps one list of routes for a host; of two, it would drop one silently.',
      hint: 'Move the routes into one policy, in the order they should be tried.',
    }),
  ]
}
