import type { ComponentOf } from '../../design/component.ts'
import { joinName, objectNameOf, slug } from '../../design/object-name.ts'
import type { Diagnostic } from '../../plan/diagnostic.ts'
import type { DesiredManifest, Scope, Translation } from '../contract.ts'
import { mistake } from '../mistake.ts'
import { resolveRoutes } from '../resolve-routes.ts'
import { from, traceManifest } from '../traced-manifest.ts'
import { APP_MESH_API, APP_MESH_NAMESPACE, meshName } from './names.ts'

/** An ingress as VirtualGateway and a GatewayRoute for each route; the pods come with the chart appmesh-gateway. */
export function virtualGateway(gateway: ComponentOf<'gateways'>, scope: Scope): Translation {
  const { spec } = gateway
  const name = objectNameOf(gateway)
  const manifest = traceManifest(
    {
      apiVersion: APP_MESH_API,
      kind: 'VirtualGateway',
      metadata: { name, namespace: spec.namespace ?? scope.mesh.spec.namespace ?? APP_MESH_NAMESPACE },
      spec: {
        // Every namespace of the mesh may bring routes; which of them are meant their label says.
        namespaceSelector: { matchLabels: { mesh: meshName(scope) } },
        gatewayRouteSelector: { matchLabels: { gateway: name } },
        podSelector: { matchLabels: from(['selector'], spec.selector ?? { app: name }) },
        listeners: spec.listeners.map((listener, index) =>
          from(['listeners', index], {
            portMapping: {
              port: from(['listeners', index, 'port'], listener.port),
              protocol: listener.protocol === 'grpc' ? 'http2' : 'http',
            },
          }),
        ),
      },
    },
    [],
  )
  const { routes, diagnostics } = resolveRoutes(gateway, undefined, scope)
  const hosts = [...new Set(spec.listeners.flatMap((listener) => listener.hosts ?? ['*']))]
  const made = routes.flatMap((route, index): readonly DesiredManifest[] => {
    const [destination] = route.destinations
    if (destination === undefined) return []
    const { workload } = destination
    const match = route.matches[0]?.spec.path
    const base = joinName(name, slug(route.spec.name ?? `route-${index + 1}`))
    return hosts.map((host, position) =>
      traceManifest(
        {
          apiVersion: APP_MESH_API,
          kind: 'GatewayRoute',
          metadata: {
            name: position === 0 ? base : joinName(base, String(position + 1)),
            namespace: workload.namespace,
            labels: { gateway: name },
          },
          spec: {
            httpRoute: {
              match: {
                prefix: match !== undefined && 'prefix' in match ? match.prefix : match === undefined ? '/' : undefined,
                path: match !== undefined && 'exact' in match ? { exact: match.exact } : undefined,
                hostname: host === '*' ? undefined : host.startsWith('*') ? { suffix: host.slice(1) } : { exact: host },
              },
              action: {
                target: { virtualService: { virtualServiceRef: { name: workload.service ?? workload.name } } },
              },
            },
          },
        },
        route.path,
      ),
    )
  })
  return {
    manifests: [manifest, ...made],
    diagnostics: [...diagnostics, ...listenerMistakes(gateway), ...routeMistakes(gateway)],
  }
}

/** A VirtualGateway speaks plain requests here: its certificates are no Secrets, and it takes no other streams. */
function listenerMistakes(gateway: ComponentOf<'gateways'>): readonly Diagnostic[] {
  return gateway.spec.listeners.flatMap(({ protocol = 'http' }, index) =>
    protocol === 'http' || protocol === 'grpc'
      ? []
      : [
          mistake(gateway, ['listeners', index, 'protocol'], 'MF3020', {
            summary: `A VirtualGateway speaks http or grpc here, not ${protocol}`,
            hint: 'Use http and end TLS in front of it, or write the VirtualGateway under `resources`.',
          }),
        ],
  )
}

/** A GatewayRoute leads to one VirtualService by path; the rest is decided by its router. */
function routeMistakes(gateway: ComponentOf<'gateways'>): readonly Diagnostic[] {
  return (gateway.spec.routes ?? []).flatMap((route, index) => {
    const beyond = (['timeout', 'retries'] as const).find((key) => route[key] !== undefined)
    const [match, ...others] = route.match ?? []
    const matched = others.length > 0 || Object.keys(match ?? {}).some((key) => key !== 'path')
    const named = match?.path !== undefined && 'regex' in match.path
    const split = Object.keys(route.to ?? {}).length > 1 || Object.keys(route.to ?? {}).some((name) => name.includes('/'))
    if (beyond === undefined && !matched && !named && !split) return []
    return [
      mistake(gateway, ['routes', index, beyond ?? (split ? 'to' : 'match')], 'MF3020', {
        summary: 'A GatewayRoute leads by path and host to one service; shares, timeouts and retries belong to its router',
        hint: 'Say it in the traffic policy of the workload.',
      }),
    ]
  })
}
