import type { ComponentOf } from '../../design/component.ts'
import { objectNameOf } from '../../design/object-name.ts'
import type { Diagnostic } from '../../plan/diagnostic.ts'
import type { ResolvedWorkload, Scope, ServicePort, Translation } from '../contract.ts'
import { mistake } from '../mistake.ts'
import { type Destination, findGateway, serviceHost } from '../references.ts'
import { type ResolvedRoute, resolveRoutes } from '../resolve-routes.ts'
import { routeConflicts, routeName, routesMeet, servesNothing } from '../route-conflicts.ts'
import { indexOf } from '../scope-index.ts'
import { portChooser, trafficPort } from '../service-port.ts'
import { type Draft, from, plainValue, traceManifest } from '../traced-manifest.ts'
import type { IstioApi } from './api.ts'
import { gatewayNamespace } from './gateway-place.ts'
import { httpRoute, weightedDestination } from './http-route.ts'
import { atPlaces, type MatchPlace } from './route-match.ts'

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
  const own = sectionsOf(policy, workload, routes, port, place)
  const { group, diagnostics: rivals } = samePlace(policy, workload, scope)
  const diagnosed = [...found, ...rivals, ...own.diagnostics]
  if (group[0] !== policy) return { manifests: [], diagnostics: diagnosed }
  const parts = [own, ...group.slice(1).map((other) => sectionsElsewhere(other, workload, service, scope))]
  const joined = (section: Section): Draft => {
    const drafts = parts.flatMap((part) => (part.section === section ? part.routes : []))
    return drafts.length === 0 ? undefined : from(['routes'], drafts)
  }
  const manifest = traceManifest(
    {
      apiVersion: api.networking,
      kind: 'VirtualService',
      metadata: { name: routeName(policy, workload), namespace: workload.namespace },
      spec: {
        hosts: from(policy.spec.hosts === undefined ? ['workload'] : ['hosts'], place.hosts),
        gateways: from(['gateways'], place.gateways),
        http: joined('http'),
        tcp: joined('tcp'),
        tls: joined('tls'),
      },
    },
    ['routes'],
  )
  return { manifests: [manifest], diagnostics: diagnosed }
}

type Section = 'http' | 'tcp' | 'tls'

interface SectionRoutes {
  readonly section: Section
  readonly routes: readonly Draft[]
  readonly diagnostics: readonly Diagnostic[]
}

/** The routes of one policy. Of a Service with several ports they hold at their own: what comes in at others goes its way. */
function sectionsOf(
  policy: ComponentOf<'traffic'>,
  workload: ResolvedWorkload,
  routes: readonly ResolvedRoute[],
  port: ServicePort,
  { hosts, gateways }: Place,
): SectionRoutes {
  const section = sectionOf(policy, port)
  const portFor = portChooser(workload, port)
  const places = workload.ports.length < 2 ? [] : placesAt(port.port, gateways)
  if (section === 'http') {
    const http = routes.map((route) => httpRoute(policy, route, portFor, places))
    return { section, routes: http.map(({ draft }) => draft), diagnostics: http.flatMap(({ diagnostics }) => diagnostics) }
  }
  const sni = section === 'tls' ? hosts : undefined
  return { section, routes: routes.map((route) => streamRoute(route, portFor, sni, places)), diagnostics: [] }
}

/** Ports of gateways are ports of their own, which the Service's say nothing about. */
function placesAt(port: number, gateways: readonly string[] | undefined): readonly MatchPlace[] {
  if (gateways === undefined) return [{ port }]
  if (!gateways.includes('mesh')) return []
  return [{ gateways: ['mesh'], port }, { gateways: gateways.filter((name) => name !== 'mesh') }]
}

/** The routes of another policy in the same VirtualService: its places are not places of this one, and it tells its own mistakes. */
function sectionsElsewhere(
  policy: ComponentOf<'traffic'>,
  workload: ResolvedWorkload,
  service: string,
  scope: Scope,
): SectionRoutes {
  const { port } = trafficPort(policy, workload)
  if (port === undefined) return { section: 'http', routes: [], diagnostics: [] }
  const { routes } = resolveRoutes(policy, workload, scope)
  const part = sectionsOf(policy, workload, routes, port, placeOf(policy, workload, service, scope))
  return { ...part, routes: part.routes.map((route) => plainValue(route)) }
}

/**
 * The policies that route other ports of the same host in the same places, in the order of the design: they are one VirtualService, of
 * which Istio takes one for a host. One that holds in some of these places only cannot be.
 */
function samePlace(policy: ComponentOf<'traffic'>, workload: ResolvedWorkload, scope: Scope) {
  const routed = (indexOf(scope).traffic.get(workload.address) ?? []).filter(({ spec }) => (spec.routes?.length ?? 0) > 0)
  const whereOf = ({ spec }: ComponentOf<'traffic'>) =>
    JSON.stringify([spec.hosts ?? [], spec.gateways ?? [], spec.onlyGateways === true])
  const group = routed.filter((other) => whereOf(other) === whereOf(policy))
  const anyPort = (other: ComponentOf<'traffic'>) => {
    const { port: _port, ...spec } = other.spec
    return { ...other, spec }
  }
  const rival = routed
    .slice(0, Math.max(0, routed.indexOf(policy)))
    .find((other) => !group.includes(other) && routesMeet(anyPort(other), anyPort(policy)))
  const diagnostics: readonly Diagnostic[] =
    rival === undefined || routesMeet(rival, policy)
      ? []
      : [
          mistake(policy, ['routes'], 'MF3004', {
            summary: `${policy.address} and ${rival.address} route the same host in different places`,
            detail: 'Istio takes one VirtualService for a host at a gateway or in the mesh, whatever ports they are about.',
            hint: 'Give both the same `hosts`, `gateways` and `onlyGateways`.',
          }),
        ]
  return { group: group.includes(policy) ? group : [policy], diagnostics }
}

/** The section of a VirtualService that routes of this protocol go to. */
function sectionOf(policy: ComponentOf<'traffic'>, port: ServicePort): Section {
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
  places: readonly MatchPlace[],
): Draft {
  const matches = route.matches.flatMap((match): Draft[] => {
    const port = from([...match.path, 'port'], match.spec.port)
    const callers = match.from?.map(({ selector, namespace }, index) => ({
      path: [...match.path, 'from', index],
      source: { sourceLabels: selector, sourceNamespace: namespace },
    })) ?? [{ path: match.path, source: {} }]
    return callers.flatMap(({ path, source }) => atPlaces({ sniHosts, port, ...source }, places).map((each) => from(path, each)))
  })
  const fallback: Draft = sniHosts === undefined && places.length === 0 ? undefined : atPlaces({ sniHosts }, places)
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
