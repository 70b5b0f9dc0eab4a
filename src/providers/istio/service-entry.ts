import type { ComponentOf } from '../../design/component.ts'
import { objectNameOf } from '../../design/object-name.ts'
import type { ExternalSpec } from '../../design/schema/gateway.ts'
import type { Diagnostic } from '../../plan/diagnostic.ts'
import type { Scope, Translation } from '../contract.ts'
import { mistake } from '../mistake.ts'
import { findGateway, serviceHost } from '../references.ts'
import { type Draft, from, traceManifest } from '../traced-manifest.ts'
import type { IstioApi } from './api.ts'
import { gatewayNamespace } from './gateway-place.ts'

type Port = ExternalSpec['ports'][number]

/** The Service in front of Istio's own egress gateway. */
const EGRESS_SERVICE = 'istio-egressgateway'

/** An external host as ServiceEntry and, through an egress gateway, the VirtualService that leads there and out. */
export function serviceEntry(external: ComponentOf<'external'>, scope: Scope, api: IstioApi): Translation {
  const { spec } = external
  const entry = traceManifest(
    {
      apiVersion: api.networking,
      kind: 'ServiceEntry',
      metadata: { name: objectNameOf(external), namespace: spec.namespace ?? 'default' },
      spec: {
        hosts: from(['hosts'], spec.hosts),
        location: 'MESH_EXTERNAL',
        ports: from(
          ['ports'],
          spec.ports.map((port, index) => from(['ports', index], portOf(port))),
        ),
        // A block of addresses is no endpoint: connections to it go where the client says.
        addresses: hasBlock(spec) ? from(['addresses'], spec.addresses) : undefined,
        resolution: from(['addresses'], resolutionOf(spec)),
        endpoints:
          spec.addresses === undefined || hasBlock(spec)
            ? undefined
            : from(
                ['addresses'],
                spec.addresses.map((address, index) => from(['addresses', index], { address })),
              ),
      },
    },
    ['hosts'],
  )
  if (spec.via === undefined) return { manifests: [entry], diagnostics: [] }
  const gateway = findGateway(spec.via, external, ['via'], scope)
  if (gateway.value === undefined) return { manifests: [entry], diagnostics: gateway.diagnostics }
  const wildcard = spec.hosts.findIndex((host) => host.startsWith('*'))
  if (wildcard >= 0) return { manifests: [entry], diagnostics: [wildcardThroughGateway(external, wildcard)] }
  return { manifests: [entry, throughGateway(external, gateway.value, scope, api)], diagnostics: [] }
}

function wildcardThroughGateway(external: ComponentOf<'external'>, index: number): Diagnostic {
  return mistake(external, ['hosts', index], 'MF3020', {
    summary: `An egress gateway cannot send requests on to ${external.spec.hosts[index]}`,
    detail: 'A route at the gateway leads to one host that it looks up, and a wildcard names none.',
    hint: 'Name the hosts one by one, or leave `via` out.',
  })
}

function portOf({ port, protocol = 'https' }: Port): Draft {
  return { number: port, name: `${protocol}-${port}`, protocol: protocol.toUpperCase() }
}

/** A wildcard cannot be looked up, so its requests go where the client's own look-up said. */
function resolutionOf(spec: ExternalSpec): string {
  if (hasBlock(spec)) return 'NONE'
  if (spec.addresses !== undefined) return 'STATIC'
  return spec.hosts.some((host) => host.startsWith('*')) ? 'NONE' : 'DNS'
}

function hasBlock({ addresses = [] }: ExternalSpec): boolean {
  return addresses.some((address) => address.includes('/'))
}

/** Inside the mesh to the gateway's Service, at the gateway to the host itself. */
function throughGateway(external: ComponentOf<'external'>, gateway: ComponentOf<'gateways'>, scope: Scope, api: IstioApi) {
  const { spec } = external
  const namespace = gatewayNamespace(gateway, scope)
  const service = typeof gateway.spec.settings?.service === 'string' ? gateway.spec.settings.service : EGRESS_SERVICE
  const reference = `${namespace}/${objectNameOf(gateway)}`
  const gatewayHost = service.includes('.') ? service : serviceHost(service, namespace)
  const http = spec.ports.map((port, index) => ({ port, index })).filter(({ port }) => isHttp(port))
  const opaque = spec.ports.map((port, index) => ({ port, index })).filter(({ port }) => !isHttp(port))
  const listenerPort = (port: Port) =>
    gateway.spec.listeners.find((listener) => listener.port === port.port)?.port ?? gateway.spec.listeners[0]?.port ?? port.port
  const legs = (
    { port, index }: { readonly port: Port; readonly index: number },
    sni: readonly string[] | undefined,
  ): readonly Draft[] => [
    from(['ports', index], {
      match: [{ gateways: ['mesh'], port: port.port, sniHosts: sni }],
      route: [{ destination: { host: gatewayHost, port: { number: listenerPort(port) } }, weight: 100 }],
    }),
    ...spec.hosts.map((host) =>
      from(['ports', index], {
        match: [{ gateways: [reference], port: listenerPort(port), sniHosts: sni === undefined ? undefined : [host] }],
        route: [{ destination: { host, port: { number: port.port } }, weight: 100 }],
      }),
    ),
  ]
  return traceManifest(
    {
      apiVersion: api.networking,
      kind: 'VirtualService',
      metadata: { name: `${objectNameOf(external)}-via-${objectNameOf(gateway)}`, namespace: spec.namespace ?? 'default' },
      spec: {
        hosts: from(['hosts'], spec.hosts),
        gateways: from(['via'], ['mesh', reference]),
        http: http.length === 0 ? undefined : http.flatMap((port) => legs(port, undefined)),
        tls: opaque.some(({ port }) => isTls(port))
          ? opaque.filter(({ port }) => isTls(port)).flatMap((port) => legs(port, spec.hosts))
          : undefined,
        tcp: opaque.some(({ port }) => !isTls(port))
          ? opaque.filter(({ port }) => !isTls(port)).flatMap((port) => legs(port, undefined))
          : undefined,
      },
    },
    ['via'],
  )
}

function isHttp({ protocol = 'https' }: Port): boolean {
  return protocol === 'http' || protocol === 'grpc'
}

function isTls({ protocol = 'https' }: Port): boolean {
  return protocol === 'https' || protocol === 'tls'
}
