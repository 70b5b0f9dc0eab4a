import type { ComponentOf } from '../../design/component.ts'
import { objectNameOf } from '../../design/object-name.ts'
import type { GatewaySpec } from '../../design/schema/gateway.ts'
import type { Diagnostic } from '../../plan/diagnostic.ts'
import type { StringMap } from '../../plan/manifest.ts'
import type { ValuePath } from '../../plan/source.ts'
import type { DesiredManifest, Scope, Translation } from '../contract.ts'
import { listenerNames, namesakeListeners } from '../listener-names.ts'
import { mistake } from '../mistake.ts'
import { type ResolvedRoute, resolveRoutes } from '../resolve-routes.ts'
import { portChooser } from '../service-port.ts'
import { type Draft, from, traceManifest } from '../traced-manifest.ts'
import type { IstioApi } from './api.ts'
import { gatewayNamespace } from './gateway-place.ts'
import { httpRoute, weightedDestination } from './http-route.ts'

type Listener = GatewaySpec['listeners'][number]
type Family = 'http' | 'tls' | 'tcp'

/** Labels of the gateway pods that Istio's own profiles install. */
const SELECTORS: { readonly [Direction in NonNullable<GatewaySpec['direction']>]: StringMap } = {
  ingress: { istio: 'ingressgateway' },
  egress: { istio: 'egressgateway' },
  'east-west': { istio: 'eastwestgateway' },
}

const TLS_MODES = { terminate: 'SIMPLE', mutual: 'MUTUAL', passthrough: 'PASSTHROUGH' } as const

/** The labels of the pods a gateway runs in. */
export function gatewaySelector(gateway: ComponentOf<'gateways'>): StringMap {
  return gateway.spec.selector ?? SELECTORS[gateway.spec.direction ?? 'ingress']
}

/** A gateway as Istio's Gateway, and its routes as a VirtualService. */
export function istioGateway(gateway: ComponentOf<'gateways'>, scope: Scope, api: IstioApi): Translation {
  const { spec } = gateway
  const namespace = gatewayNamespace(gateway, scope)
  const names = listenerNames(spec.listeners)
  const servers = spec.listeners.map((listener, index) => serverOf(gateway, listener, names[index], ['listeners', index]))
  const manifest = traceManifest(
    {
      apiVersion: api.networking,
      kind: 'Gateway',
      metadata: { name: objectNameOf(gateway), namespace },
      spec: {
        selector: from(['selector'], gatewaySelector(gateway)),
        servers: from(
          ['listeners'],
          servers.map((server) => server.draft),
        ),
      },
    },
    [],
  )
  const routes = spec.routes === undefined ? undefined : gatewayRoutes(gateway, namespace, scope, api)
  return {
    manifests: [manifest, ...(routes?.manifests ?? [])],
    diagnostics: [
      ...namesakeListeners(gateway),
      ...servers.flatMap((server) => server.diagnostics),
      ...(routes?.diagnostics ?? []),
    ],
  }
}

function serverOf(
  gateway: ComponentOf<'gateways'>,
  listener: Listener,
  name: string | undefined,
  path: ValuePath,
): { readonly draft: Draft; readonly diagnostics: readonly Diagnostic[] } {
  const protocol = listener.protocol ?? 'http'
  const eastWest = gateway.spec.direction === 'east-west'
  const tls = eastWest ? { mode: 'AUTO_PASSTHROUGH' } : tlsOf(listener, path)
  const draft = from(path, {
    port: {
      number: from([...path, 'port'], listener.port),
      name: from([...path, 'name'], name),
      protocol: from([...path, 'protocol'], eastWest ? 'TLS' : protocol.toUpperCase()),
    },
    hosts: from([...path, 'hosts'], listener.hosts ?? [eastWest ? '*.local' : '*']),
    tls: from([...path, 'tls'], tls),
  })
  return { draft, diagnostics: eastWest ? [] : tlsMistakes(gateway, listener, path) }
}

function tlsOf({ tls, protocol = 'http' }: Listener, path: ValuePath): Draft {
  if (protocol === 'http' || protocol === 'grpc' || protocol === 'tcp') {
    return tls?.redirect === true ? { httpsRedirect: true } : undefined
  }
  const mode = tls?.mode ?? (protocol === 'tls' && tls?.secret === undefined ? 'passthrough' : 'terminate')
  return {
    mode: from([...path, 'tls', 'mode'], TLS_MODES[mode]),
    credentialName: mode === 'passthrough' ? undefined : from([...path, 'tls', 'secret'], tls?.secret),
  }
}

function tlsMistakes(gateway: ComponentOf<'gateways'>, listener: Listener, path: ValuePath): readonly Diagnostic[] {
  const { tls, protocol = 'http' } = listener
  const plain = protocol === 'http' || protocol === 'grpc' || protocol === 'tcp'
  if (plain && (tls?.mode !== undefined || tls?.secret !== undefined)) {
    return [
      mistake(gateway, [...path, 'tls'], 'MF3020', {
        summary: `A listener that speaks ${protocol} has no TLS`,
        hint: 'Use protocol https or tls.',
      }),
    ]
  }
  const ends = protocol === 'https' ? tls?.mode !== 'passthrough' : tls?.mode === 'terminate' || tls?.mode === 'mutual'
  if (!plain && ends && tls?.secret === undefined) {
    return [
      mistake(gateway, [...path, 'tls'], 'MF3020', {
        summary: 'A listener that ends TLS needs the Secret of its certificate',
        hint: 'Say `tls: {secret: <name>}`, or `tls: {mode: passthrough}`.',
      }),
    ]
  }
  return []
}

/** What becomes of the bytes that come in at a listener. */
function familyOf({ protocol = 'http', tls }: Listener): Family {
  if (protocol === 'tcp') return 'tcp'
  if (protocol === 'tls') return tls?.mode === 'terminate' || tls?.mode === 'mutual' ? 'tcp' : 'tls'
  return protocol === 'https' && tls?.mode === 'passthrough' ? 'tls' : 'http'
}

function gatewayRoutes(gateway: ComponentOf<'gateways'>, namespace: string, scope: Scope, api: IstioApi): Translation {
  const { routes, diagnostics } = resolveRoutes(gateway, undefined, scope)
  const families = new Set(gateway.spec.listeners.map(familyOf))
  const portFor = portChooser(undefined, undefined)
  const http = families.has('http') ? routes.map((route) => httpRoute(gateway, route, portFor)) : []
  const name = objectNameOf(gateway)
  const stream = (family: 'tls' | 'tcp'): Draft =>
    gateway.spec.listeners
      .filter((listener) => familyOf(listener) === family)
      .flatMap((listener) => routes.map((route) => streamRoute(route, listener, family, portFor)))
  const manifest: DesiredManifest = traceManifest(
    {
      apiVersion: api.networking,
      kind: 'VirtualService',
      metadata: { name: `${name}-routes`, namespace },
      spec: {
        hosts: from(['listeners'], hostsOf(gateway)),
        gateways: [name],
        http: families.has('http')
          ? from(
              ['routes'],
              http.map((route) => route.draft),
            )
          : undefined,
        tls: families.has('tls') ? from(['routes'], stream('tls')) : undefined,
        tcp: families.has('tcp') ? from(['routes'], stream('tcp')) : undefined,
      },
    },
    ['routes'],
  )
  return { manifests: [manifest], diagnostics: [...diagnostics, ...http.flatMap((route) => route.diagnostics)] }
}

/** Every host the gateway serves; one listener for any host makes it any host. */
export function hostsOf(gateway: ComponentOf<'gateways'>): readonly string[] {
  const hosts = new Set(gateway.spec.listeners.flatMap((listener) => listener.hosts ?? ['*']))
  return hosts.has('*') ? ['*'] : [...hosts]
}

function streamRoute(
  route: ResolvedRoute,
  listener: Listener,
  family: 'tls' | 'tcp',
  portFor: ReturnType<typeof portChooser>,
): Draft {
  return from(route.path, {
    match: [{ port: listener.port, sniHosts: family === 'tls' ? (listener.hosts ?? ['*']) : undefined }],
    route: route.destinations.map((destination) => weightedDestination(destination, portFor)),
  })
}
