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
  const made = gatewayObjects(gateway, scope, { className: 'consul', namespace })
  const filters: DesiredManifest[] = []
  const manifests = made.manifests.map((object) => {
    if (object.manifest.kind !== 'HTTPRoute') return object
    return withConsulFilters(object, gateway, namespace, filters)
  })
  return { manifests: [...filters, ...manifests], diagnostics: [...made.diagnostics, ...routeMistakes(gateway)] }
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
  const on = retries?.on ?? ['5xx']
  const words = on.filter((word) => !/^\d+$/.test(word))
  const statuses = on.filter((word) => /^\d+$/.test(word)).map(Number)
  return [
    ...(timeout === undefined ? [] : [make('RouteTimeoutFilter', 'timeout', { requestTimeout: timeout })]),
    ...(retries === undefined
      ? []
      : [
          make('RouteRetryFilter', 'retries', {
            numRetries: retries.attempts,
            retryOn: words.length === 0 ? undefined : words,
            retryOnStatusCodes: statuses.length === 0 ? undefined : statuses,
          }),
        ]),
  ]
}

/** Routes of a gateway lead to services; which version takes a request is decided behind, by the service's own policy. */
function routeMistakes(gateway: ComponentOf<'gateways'>): readonly Diagnostic[] {
  return (gateway.spec.routes ?? []).flatMap((route, index) =>
    Object.keys(route.to ?? {})
      .filter((name) => name.includes('/'))
      .map((name) =>
        mistake(gateway, ['routes', index, 'to', name], 'MF3020', {
          summary: 'A route of a gateway leads to a service, not to one version of it',
          detail: 'Routers and splitters of the service hold for requests from the gateway too.',
          hint: `Route to \`${name.split('/')[0]}\`, and share out in its traffic policy.`,
        }),
      ),
  )
}

/** The HTTPRoutes that lead from gateways to the service, where its router and splitter then hold. */
export function gatewayRoutes(policy: ComponentOf<'traffic'>, scope: Scope): Translation {
  const names = policy.spec.gateways ?? []
  const workload = findWorkload(policy.spec.workload, policy, [], scope).value
  if (names.length === 0 || workload === undefined) return { manifests: [], diagnostics: [] }
  const port = trafficPort(policy, workload)
  const found = names.map((name, index) => ({ index, ...findGateway(name, policy, ['gateways', index], scope) }))
  const service = consulService(workload)
  const manifests = found.flatMap(({ value, index }) =>
    value === undefined || port.port === undefined
      ? []
      : [
          traceManifest(
            {
              apiVersion: GATEWAY_API,
              kind: 'HTTPRoute',
              metadata: { name: joinName(service, 'on', objectNameOf(value)), namespace: workload.namespace },
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
                hostnames: hostnamesOf(policy),
                rules: [{ backendRefs: [{ name: service, port: port.port.port }] }],
              },
            },
            ['gateways', index],
          ),
        ],
  )
  return { manifests, diagnostics: [...port.diagnostics, ...found.flatMap(({ diagnostics }) => diagnostics)] }
}
