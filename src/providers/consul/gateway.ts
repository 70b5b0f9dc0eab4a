import type { ComponentOf } from '../../design/component.ts'
import { joinName, objectNameOf } from '../../design/object-name.ts'
import type { RouteSpec } from '../../design/schema/traffic.ts'
import type { Diagnostic } from '../../plan/diagnostic.ts'
import { isJsonObject, type JsonObject } from '../../plan/json.ts'
import type { DesiredManifest, Scope, Translation } from '../contract.ts'
import { GATEWAY_API, GATEWAY_GROUP } from '../gateway-api/api.ts'
import { gatewayObjects } from '../gateway-api/gateway.ts'
import { hostnamesOf } from '../gateway-api/traffic-routes.ts'
import { mistake } from '../mistake.ts'
import { findGateway, findWorkload } from '../references.ts'
import { trafficPort } from '../service-port.ts'
import { type Draft, from, traceManifest } from '../traced-manifest.ts'
import { asResource, CONSUL_CRD_API } from './entry.ts'
import { terminatingGateway } from './external.ts'
import { gatewayMistakes, meshlessMistakes } from './gateway-mistakes.ts'
import { gatewayRouteName } from './gateway-route-name.ts'
import { retriedOn } from './retried-on.ts'
import { consulService } from './subsets.ts'

/** The namespace of a gateway: its own, else that of its mesh. */
function gatewayNamespace(gateway: ComponentOf<'gateways'>, scope: Scope): string {
  return gateway.spec.namespace ?? scope.mesh.spec.namespace ?? 'consul'
}

/** A gateway: Consul's API gateway by the Gateway API, a terminating gateway, or a mesh gateway that the mesh's entry asks for. */
export function consulGateway(gateway: ComponentOf<'gateways'>, scope: Scope): Translation {
  const namespace = gatewayNamespace(gateway, scope)
  switch (gateway.spec.direction ?? 'ingress') {
    case 'ingress':
      return ingressGateway(gateway, scope, namespace)
    case 'egress':
      return { manifests: [asResource(terminatingGateway(gateway, scope, namespace))], diagnostics: [] }
    case 'east-west':
      return { manifests: [], diagnostics: [] }
  }
}

function ingressGateway(gateway: ComponentOf<'gateways'>, scope: Scope, namespace: string): Translation {
  const mistakes = [...gatewayMistakes(gateway), ...portMistakes(gateway)]
  if (mistakes.length > 0) return { manifests: [], diagnostics: mistakes }
  const made = gatewayObjects(gateway, scope, { className: 'consul', namespace, hostsOfRoutes: hostsOfRoutes(gateway) })
  const filters: DesiredManifest[] = []
  const manifests = made.manifests.map((object) => {
    if (object.manifest.kind !== 'HTTPRoute') return object
    return withConsulFilters(object, gateway, namespace, filters)
  })
  return { manifests: [...filters, ...manifests], diagnostics: made.diagnostics }
}

/** Hosts that routes must name: several of one listener, which may not stand twice on its port; undefined where listeners tell hosts apart. */
function hostsOfRoutes(gateway: ComponentOf<'gateways'>): readonly string[] | undefined {
  const several = gateway.spec.listeners.map(({ hosts = [] }) => hosts).find((hosts) => hosts.length > 1)
  return several?.includes('*') === true ? undefined : several
}

/** Each listener is a port of the gateway's Service, which cannot have one twice; its proxies keep 20000 (binding/validation.go). */
function portMistakes(gateway: ComponentOf<'gateways'>): readonly Diagnostic[] {
  const ports = gateway.spec.listeners.map((listener) => listener.port)
  return ports.flatMap((port, index) => {
    const path = ['listeners', index, 'port']
    if (port === 20_000) {
      return [
        mistake(gateway, path, 'MF3020', {
          summary: 'Proxies of Consul keep port 20000 for themselves',
          hint: 'Listen on another port.',
        }),
      ]
    }
    const shared = hostsOfRoutes(gateway)
    const hosts = gateway.spec.listeners[index]?.hosts
    if (shared !== undefined && [...shared].sort().join(' ') !== [...(hosts ?? [])].sort().join(' ')) {
      return [
        mistake(gateway, ['listeners', index, ...(hosts === undefined ? [] : ['hosts'])], 'MF3020', {
          summary: 'Where a listener of Consul serves several hosts, all listeners of the gateway serve the same ones',
          detail: 'A port has one listener, so the hosts are told apart by the routes, which hold on every listener.',
          hint: `Say \`hosts: [${shared.join(', ')}]\` here too, or make a gateway of its own.`,
        }),
      ]
    }
    if (ports.indexOf(port) === index) return []
    return [
      mistake(gateway, path, 'MF3020', {
        summary: `An API gateway of Consul takes one listener on a port, and ${port} has two`,
        hint: 'Name all hosts in one listener, or give each listener a port of its own.',
      }),
    ]
  })
}

/** Consul takes timeouts and retries of a gateway's routes from filters of its own. */
function withConsulFilters(
  object: DesiredManifest,
  gateway: ComponentOf<'gateways'>,
  namespace: string,
  filters: DesiredManifest[],
): DesiredManifest {
  const { spec } = object.manifest
  if (!isJsonObject(spec) || !Array.isArray(spec.rules)) return object
  const rules = (spec.rules as readonly JsonObject[]).map((rule, index) => {
    const { timeouts: _timeouts, retry: _retry, ...rest } = rule
    const route = gateway.spec.routes?.[index]
    const own = route === undefined ? [] : filtersOf(route, index, gateway, namespace)
    if (own.length === 0) return rest
    filters.push(...own)
    const references = own.map(({ manifest }) => ({
      type: 'ExtensionRef',
      extensionRef: { group: 'consul.hashicorp.com', kind: manifest.kind, name: manifest.metadata.name },
    }))
    return { ...rest, filters: [...(Array.isArray(rest.filters) ? (rest.filters as readonly JsonObject[]) : []), ...references] }
  })
  return { ...object, manifest: { ...object.manifest, spec: { ...spec, rules } } }
}

function filtersOf(
  route: RouteSpec,
  index: number,
  gateway: ComponentOf<'gateways'>,
  namespace: string,
): readonly DesiredManifest[] {
  const name = joinName(objectNameOf(gateway), route.name ?? `route-${index + 1}`)
  const path = ['routes', index]
  const make = (kind: string, key: string, spec: Draft) =>
    traceManifest({ apiVersion: CONSUL_CRD_API, kind, metadata: { name, namespace }, spec: from([...path, key], spec) }, [
      ...path,
      key,
    ])
  const { retries, timeout } = route
  const { conditions, statuses } = retriedOn(retries?.on)
  return [
    ...(timeout === undefined ? [] : [make('RouteTimeoutFilter', 'timeout', { requestTimeout: timeout })]),
    ...(retries === undefined || retries.attempts === 0
      ? []
      : [
          make('RouteRetryFilter', 'retries', {
            numRetries: retries.attempts,
            retryOn: conditions.length === 0 ? undefined : conditions,
            retryOnStatusCodes: statuses.length === 0 ? undefined : statuses,
          }),
        ]),
  ]
}

/** The HTTPRoutes that lead from gateways to the service, where its router and splitter then hold. */
export function gatewayRoutes(policy: ComponentOf<'traffic'>, scope: Scope): Translation {
  const names = policy.spec.gateways ?? []
  const workload = findWorkload(policy.spec.workload, policy, [], scope).value
  if (names.length === 0 || workload === undefined) return { manifests: [], diagnostics: [] }
  const port = trafficPort(policy, workload)
  const all = names.map((name, index) => ({ index, ...findGateway(name, policy, ['gateways', index], scope) }))
  const found = all.filter(({ value }, index) => value === undefined || all.findIndex((other) => other.value === value) === index)
  const service = consulService(workload)
  const manifests = found.flatMap(({ value, index }) =>
    value === undefined || port.port === undefined
      ? []
      : [
          traceManifest(
            {
              apiVersion: GATEWAY_API,
              kind: 'HTTPRoute',
              metadata: { name: gatewayRouteName(policy, workload, [objectNameOf(value)], scope), namespace: workload.namespace },
              spec: {
                parentRefs: from(
                  ['gateways', index],
                  [
                    {
                      group: GATEWAY_GROUP,
                      kind: 'Gateway',
                      name: objectNameOf(value),
                      namespace: gatewayNamespace(value, scope),
                    },
                  ],
                ),
                hostnames: hostnamesOf(policy) ?? from(['gateways', index], hostsOfRoutes(value)),
                rules: [{ backendRefs: [{ name: service, port: port.port.port }] }],
              },
            },
            ['gateways', index],
          ),
        ],
  )
  return {
    manifests,
    diagnostics: [...meshlessMistakes(policy), ...port.diagnostics, ...found.flatMap(({ diagnostics }) => diagnostics)],
  }
}
