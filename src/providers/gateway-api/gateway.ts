import type { ComponentOf } from '../../design/component.ts'
import { objectNameOf, slug } from '../../design/object-name.ts'
import type { GatewaySpec } from '../../design/schema/gateway.ts'
import type { Diagnostic } from '../../plan/diagnostic.ts'
import type { StringMap } from '../../plan/manifest.ts'
import type { ValuePath } from '../../plan/source.ts'
import { isLabel } from '../admission.ts'
import type { Scope, Translation } from '../contract.ts'
import { listenerNames, namesakeListeners } from '../listener-names.ts'
import { mistake } from '../mistake.ts'
import { resolveRoutes } from '../resolve-routes.ts'
import { portChooser } from '../service-port.ts'
import { type Draft, from, traceManifest } from '../traced-manifest.ts'
import { GATEWAY_API } from './api.ts'
import { httpRoute, type RouteRequest, streamRoute } from './http-route.ts'

type Listener = GatewaySpec['listeners'][number]

/** What differs between the meshes that make gateways from the Gateway API. */
export interface GatewayDialect {
  readonly className: string
  readonly namespace: string
  readonly labels?: StringMap
  /** TLS options of a listener that asks for client certificates, where the mesh says it in them. */
  readonly mutualOptions?: StringMap
  /** Version of the Gateway API's CRDs, where it isn't the newest known. */
  readonly bundle?: string | undefined
  /** Hosts that routes name because the mesh takes one listener on a port, which then is for any host. */
  readonly hostsOfRoutes?: readonly string[] | undefined
}

const PROTOCOLS = { http: 'HTTP', grpc: 'HTTP', https: 'HTTPS', tls: 'TLS', tcp: 'TCP' } as const

/** A gateway as Gateway and the routes attached to it. */
export function gatewayObjects(gateway: ComponentOf<'gateways'>, scope: Scope, dialect: GatewayDialect): Translation {
  const { spec } = gateway
  const { namespace } = dialect
  const name = objectNameOf(gateway)
  const names = listenerNames(spec.listeners)
  const manifest = traceManifest(
    {
      apiVersion: GATEWAY_API,
      kind: 'Gateway',
      metadata: { name, namespace, labels: dialect.labels },
      spec: {
        gatewayClassName: from(['className'], spec.className ?? dialect.className),
        listeners: from(
          ['listeners'],
          spec.listeners.flatMap((listener, index) => listenersOf(listener, names[index] ?? '', ['listeners', index], dialect)),
        ),
        tls: dialect.mutualOptions === undefined ? clientCertificates(spec.listeners) : undefined,
      },
    },
    [],
  )
  const redirects = spec.listeners.flatMap((listener, index) =>
    listener.tls?.redirect === true
      ? [redirectRoute(name, namespace, names[index] ?? '', sectionNames(listener, names[index] ?? '', dialect), index)]
      : [],
  )
  const routes = spec.routes === undefined ? { manifests: [], diagnostics: [] } : gatewayRoutes(gateway, name, dialect, scope)
  return {
    manifests: [manifest, ...redirects, ...routes.manifests],
    diagnostics: [
      ...namesakeListeners(gateway),
      ...spec.listeners.flatMap((listener, index) => listenerMistakes(gateway, listener, index)),
      ...routes.diagnostics,
    ],
  }
}

/** A listener takes one host name, so several hosts make several listeners, unless it is the routes that tell them apart. */
function hostsOf(listener: Listener, dialect: GatewayDialect): readonly string[] {
  return dialect.hostsOfRoutes === undefined ? (listener.hosts ?? ['*']) : ['*']
}

function sectionNames(listener: Listener, name: string, dialect: GatewayDialect): readonly string[] {
  const hosts = hostsOf(listener, dialect)
  return hosts.length === 1 ? [name] : hosts.map((_, index) => `${name}-${index}`)
}

function listenersOf(listener: Listener, name: string, path: ValuePath, dialect: GatewayDialect): readonly Draft[] {
  const hosts = hostsOf(listener, dialect).map((host) => (host === '*' ? undefined : host))
  const sections = sectionNames(listener, name, dialect)
  const protocol = listener.protocol ?? 'http'
  const withTls = protocol === 'https' || protocol === 'tls'
  const passthrough = listener.tls?.mode === 'passthrough' || (protocol === 'tls' && listener.tls?.secret === undefined)
  return hosts.map((hostname, index) =>
    from(path, {
      name: from([...path, 'name'], sections[index]),
      port: from([...path, 'port'], listener.port),
      protocol: from([...path, 'protocol'], PROTOCOLS[protocol]),
      hostname: from([...path, 'hosts'], hostname),
      tls: !withTls
        ? undefined
        : from(
            [...path, 'tls'],
            passthrough
              ? { mode: 'Passthrough' }
              : {
                  mode: 'Terminate',
                  certificateRefs: [{ name: from([...path, 'tls', 'secret'], listener.tls?.secret) }],
                  options: listener.tls?.mode === 'mutual' ? from([...path, 'tls', 'mode'], dialect.mutualOptions) : undefined,
                },
          ),
      allowedRoutes: { namespaces: { from: 'All' } },
    }),
  )
}

/** Client certificates are asked for port by port; the authority that signs them is `ca.crt` of the listener's own Secret. */
function clientCertificates(listeners: readonly Listener[]): Draft {
  const ports = listeners.flatMap((listener, index) =>
    listener.tls?.mode === 'mutual'
      ? [
          from(['listeners', index, 'tls', 'mode'], {
            port: listener.port,
            tls: { validation: { caCertificateRefs: [{ group: '', kind: 'Secret', name: listener.tls.secret }] } },
          }),
        ]
      : [],
  )
  return ports.length === 0 ? undefined : { frontend: { default: {}, perPort: ports } }
}

function listenerMistakes(gateway: ComponentOf<'gateways'>, listener: Listener, index: number): readonly Diagnostic[] {
  if (listener.name !== undefined && !isLabel(listener.name)) {
    return [
      mistake(gateway, ['listeners', index, 'name'], 'MF3020', {
        summary: 'The Gateway API names a listener in small letters, digits and dashes',
        hint: `Write it as \`${slug(listener.name) || 'web'}\`.`,
      }),
    ]
  }
  const named = (listener.hosts ?? []).some((host) => host !== '*')
  if (listener.protocol === 'tcp' && named) {
    return [
      mistake(gateway, ['listeners', index, 'hosts'], 'MF3020', {
        summary: 'A TCP listener cannot tell hosts apart',
        hint: 'Remove `hosts`, or use protocol tls.',
      }),
    ]
  }
  const passthrough = listener.tls?.mode === 'passthrough'
  const ends =
    listener.protocol === 'https'
      ? !passthrough
      : listener.protocol === 'tls' && ['terminate', 'mutual'].includes(listener.tls?.mode ?? '')
  if (listener.protocol === 'https' && passthrough) {
    return [
      mistake(gateway, ['listeners', index, 'tls', 'mode'], 'MF3020', {
        summary: 'An https listener of the Gateway API ends TLS',
        hint: 'Use protocol tls to pass it through.',
      }),
    ]
  }
  if (!ends || listener.tls?.secret !== undefined) return []
  return [
    mistake(gateway, ['listeners', index, 'tls'], 'MF3020', {
      summary: 'A listener that ends TLS needs the Secret of its certificate',
      hint: 'Say `tls: {secret: <name>}`.',
    }),
  ]
}

function redirectRoute(name: string, namespace: string, base: string, sections: readonly string[], index: number) {
  const path: ValuePath = ['listeners', index, 'tls', 'redirect']
  return traceManifest(
    {
      apiVersion: GATEWAY_API,
      kind: 'HTTPRoute',
      metadata: { name: `${name}-${base}-redirect`, namespace },
      spec: {
        parentRefs: sections.map((sectionName) => ({ name, sectionName })),
        rules: from(path, [{ filters: [{ type: 'RequestRedirect', requestRedirect: { scheme: 'https', statusCode: 301 } }] }]),
      },
    },
    path,
  )
}

function gatewayRoutes(gateway: ComponentOf<'gateways'>, name: string, dialect: GatewayDialect, scope: Scope): Translation {
  const { routes, diagnostics } = resolveRoutes(gateway, undefined, scope)
  const listeners = gateway.spec.listeners.filter((listener) => listener.tls?.redirect !== true)
  const names = listenerNames(gateway.spec.listeners)
  const sectionsOf = (listener: Listener) =>
    sectionNames(listener, names[gateway.spec.listeners.indexOf(listener)] ?? '', dialect)
  const families = new Set(listeners.map((listener) => routeKindOf(listener)))
  const parts = [...families].map((kind): Translation => {
    const parents = listeners.filter((listener) => routeKindOf(listener) === kind)
    const hosts = [...new Set(parents.flatMap((listener) => listener.hosts ?? ['*']))]
    const request: RouteRequest = {
      component: gateway,
      name: families.size === 1 ? `${name}-routes` : `${name}-${kind.toLowerCase().replace('route', '')}-routes`,
      namespace: dialect.namespace,
      bundle: dialect.bundle,
      // One reference without a section holds for all listeners; with redirects among them each is named.
      parentRefs:
        parents.length === gateway.spec.listeners.length
          ? [{ name }]
          : parents.flatMap((listener) => sectionsOf(listener).map((sectionName) => ({ name, sectionName }))),
      hostnames: dialect.hostsOfRoutes ?? (kind === 'TLSRoute' && !hosts.includes('*') ? hosts : undefined),
      routes,
      portFor: portChooser(undefined, undefined),
    }
    return kind === 'HTTPRoute' ? httpRoute(request) : streamRoute(request, kind)
  })
  return {
    manifests: parts.flatMap((part) => part.manifests),
    diagnostics: [...diagnostics, ...parts.flatMap((part) => part.diagnostics)],
  }
}

function routeKindOf(listener: Listener): 'HTTPRoute' | 'TCPRoute' | 'TLSRoute' {
  if (listener.protocol === 'tcp') return 'TCPRoute'
  if (listener.protocol !== 'tls') return 'HTTPRoute'
  return listener.tls?.secret === undefined ? 'TLSRoute' : 'TCPRoute'
}
