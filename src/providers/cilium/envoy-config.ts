import type { ComponentOf } from '../../design/component.ts'
import { joinName, nameAbout, slug } from '../../design/object-name.ts'
import type { Diagnostic } from '../../plan/diagnostic.ts'
import type { DesiredManifest, ResolvedWorkload, Scope, Translation } from '../contract.ts'
import { nativeFilter } from '../envoy-native-filter.ts'
import { ADDRESS, globalActions, globalRateLimit, localRateLimit, rateLimitService } from '../envoy-rate-limit.ts'
import { moduleCluster, unverifiedModule, wasmFilter } from '../envoy-wasm-filter.ts'
import { filterKindOf } from '../filter-kind.ts'
import { filterMistakes } from '../filter-mistakes.ts'
import { behaviourAnnotations, filtersAt } from '../filter-order.ts'
import { mistake } from '../mistake.ts'
import { type Destination, findWorkload } from '../references.ts'
import { type ResolvedRoute, resolveRoutes } from '../resolve-routes.ts'
import { routeConflicts, servesNothing } from '../route-conflicts.ts'
import { indexOf } from '../scope-index.ts'
import { matchesElsewhere, trafficPort } from '../service-port.ts'
import { type Draft, type DraftObject, from, traceManifest } from '../traced-manifest.ts'
import { CILIUM_API } from './api.ts'
import { envoyCluster, grpcCluster, hashPolicies } from './envoy-clusters.ts'
import { envoyRoutes } from './envoy-routes.ts'
import { filtersIn, portMistakes } from './filter-ports.ts'

type Policy = ComponentOf<'traffic'>
type Filter = ComponentOf<'filters'>

const TYPES = 'type.googleapis.com/envoy'
const ROUTER: Draft = {
  name: 'envoy.filters.http.router',
  typed_config: { '@type': `${TYPES}.extensions.filters.http.router.v3.Router` },
}

/** A traffic policy as the CiliumEnvoyConfig of its Service, with the filters that are attached to the workload. */
export function envoyConfigTraffic(policy: Policy, scope: Scope): Translation {
  const found = findWorkload(policy.spec.workload, policy, ['workload'], scope)
  const workload = found.value
  if (workload === undefined) return { manifests: [], diagnostics: found.diagnostics }
  if (workload.service === undefined) return { manifests: [], diagnostics: [servesNothing(policy, workload)] }
  const { port, diagnostics } = trafficPort(policy, workload)
  if (port === undefined) return { manifests: [], diagnostics }
  const { routes, diagnostics: unresolved } = resolveRoutes(policy, workload, scope)
  const limit = policy.spec.rateLimit
  const service = limit?.scope === 'global' ? rateLimitService(policy, limit) : undefined
  const own = [
    ...unresolved,
    ...routeConflicts(policy, workload, scope),
    ...second(policy, workload, scope),
    ...valueMistakes(policy, routes),
    ...matchesElsewhere(policy, port),
    ...(service?.diagnostics ?? []),
  ]
  if (own.some((diagnostic) => diagnostic.severity === 'error')) return { manifests: [], diagnostics: own }
  const stream = STREAMS.has(policy.spec.protocol ?? port.protocol)
  const filters = filtersIn(policy, workload, scope)
  const limits: Part =
    limit === undefined
      ? NO_PART
      : service?.address === undefined
        ? { ...NO_PART, filters: [localRateLimit(limit, ADDRESS)] }
        : globalPart(policy, limit, service.address)
  const cors = routes.some((route) => route.spec.cors !== undefined) ? [CORS_FILTER] : []
  const listener = {
    workload,
    routes,
    policy,
    stream,
    ports: policy.spec.port === undefined ? undefined : [port.port],
    attached: filters,
  }
  const parts: Part = {
    filters: [
      ...filters.filter(isFirst).map(httpPart),
      ...cors,
      ...limits.filters,
      ...filters.filter((filter) => !isFirst(filter)).map(httpPart),
    ],
    networkFilters: filters.map(networkPart),
    clusters: [...limits.clusters, ...filters.flatMap(filterClusters)],
    services: limits.services,
  }
  return { manifests: [configOf(listener, parts)], diagnostics: own }
}

/** A filter as the CiliumEnvoyConfig of each workload that no traffic policy makes one for. */
export function envoyConfigFilter(filter: Filter, scope: Scope): Translation {
  const diagnostics: Diagnostic[] = [...filterMistakes(filter), ...unverifiedModule(filter)]
  const workloads = (filter.spec.workloads ?? []).flatMap((name, index) => {
    const found = findWorkload(name, filter, ['workloads', index], scope)
    diagnostics.push(...found.diagnostics)
    if (found.value?.service === undefined && found.value !== undefined) {
      diagnostics.push(
        mistake(filter, ['workloads', index], 'MF3013', {
          summary: `${found.value.address} has no Service, so there are no requests to filter`,
          hint: 'Give it `ports`, or a Service among its manifests.',
        }),
      )
    }
    if (found.value === undefined) return []
    diagnostics.push(...unseen(filter, found.value, ['workloads', index], scope))
    diagnostics.push(...portMistakes(filter, found.value, ['workloads', index], scope))
    return [found.value]
  })
  if (diagnostics.some((diagnostic) => diagnostic.severity === 'error')) return { manifests: [], diagnostics }
  const manifests = workloads.flatMap((workload) => {
    const filters = filtersAt(workload.address, scope)
    if ((indexOf(scope).traffic.get(workload.address) ?? []).length > 0 || filters[0]?.address !== filter.address) return []
    const stream = filters.every(({ spec }) => spec.protocol === 'tcp')
    const listener = {
      workload,
      routes: [],
      policy: undefined,
      stream,
      ports: from(['ports'], filter.spec.ports),
      attached: filters,
    }
    return [
      configOf(listener, {
        ...NO_PART,
        filters: filters.map(httpPart),
        networkFilters: filters.map(networkPart),
        clusters: filters.flatMap(filterClusters),
      }),
    ]
  })
  return { manifests, diagnostics }
}

/** A filter of requests on a workload whose listener sees bytes alone. */
function unseen(
  filter: Filter,
  workload: ResolvedWorkload,
  path: readonly (string | number)[],
  scope: Scope,
): readonly Diagnostic[] {
  const policies = indexOf(scope).traffic.get(workload.address) ?? []
  const protocols =
    policies.length > 0 ? policies.flatMap(({ spec }) => spec.protocol ?? []) : workload.ports.map(({ protocol }) => protocol)
  const stream = protocols.length > 0 && protocols.every((protocol) => STREAMS.has(protocol))
  if (filter.spec.protocol === 'tcp' || !stream) return []
  return [
    mistake(filter, path, 'MF3020', {
      summary: `${filter.address} filters requests, and ${workload.address} speaks ${protocols[0]}`,
      hint: 'Say `protocol: tcp` where the filter takes connections.',
    }),
  ]
}

/** What filters and limits add to a configuration. */
interface Part {
  readonly filters: readonly Draft[]
  readonly networkFilters: readonly Draft[]
  readonly clusters: readonly Draft[]
  readonly services: readonly DraftObject[]
}

interface Listener {
  readonly workload: ResolvedWorkload
  readonly routes: readonly ResolvedRoute[]
  readonly policy: Policy | undefined
  readonly stream: boolean
  /** Of the Service; all of them, when not told. */
  readonly ports: Draft
  /** The filters in it. */
  readonly attached: readonly Filter[]
}

const CORS_FILTER: Draft = {
  name: 'envoy.filters.http.cors',
  typed_config: { '@type': `${TYPES}.extensions.filters.http.cors.v3.Cors` },
}

const NO_PART: Part = { filters: [], networkFilters: [], clusters: [], services: [] }

/** Protocols of which the proxy sees bytes alone. */
const STREAMS: ReadonlySet<string> = new Set(['tcp', 'tls', 'https', 'udp'])

function isFirst({ spec }: Filter): boolean {
  return spec.phase === 'authn'
}

function httpPart(filter: Filter): Draft {
  return filter.spec.protocol === 'tcp' ? undefined : envoyForm(filter)
}

function networkPart(filter: Filter): Draft {
  return filter.spec.protocol === 'tcp' ? envoyForm(filter) : undefined
}

function envoyForm(filter: Filter): Draft {
  return filterKindOf(filter.spec) === 'wasm' ? wasmFilter(filter) : nativeFilter(filter)
}

function filterClusters(filter: Filter): readonly Draft[] {
  const cluster = moduleCluster(filter)
  return cluster === undefined ? [] : [{ '@type': `${TYPES}.config.cluster.v3.Cluster`, ...cluster }]
}

function globalPart(
  policy: Policy,
  limit: NonNullable<Policy['spec']['rateLimit']>,
  { host, port }: { readonly host: string; readonly port: number },
): Part {
  const [name = '', namespace = 'default'] = host.split('.')
  const cluster = `${namespace}/${name}:${port}`
  return {
    ...NO_PART,
    filters: [globalRateLimit(limit, policy, { name: cluster, authority: host }, globalActions(limit, policy, ADDRESS))],
    clusters: [grpcCluster(cluster)],
    services: [{ name, namespace, number: [String(port)] }],
  }
}

function serviceOf({ workload, version }: Destination): { readonly name: string; readonly namespace: string } {
  return { name: version?.service ?? workload.service ?? workload.name, namespace: workload.namespace }
}

function clusterOf(destination: Destination): string {
  const { name, namespace } = serviceOf(destination)
  return `${namespace}/${name}`
}

function configOf(listener: Listener, parts: Part): DesiredManifest {
  const { workload, routes, policy, ports } = listener
  const service = workload.service ?? workload.name
  const own: Destination = { workload, version: undefined }
  const routed = routes.flatMap((route) => [...route.destinations, ...(route.mirror === undefined ? [] : [route.mirror])])
  const destinations = new Map((routed.length === 0 ? [own] : routed).map((destination) => [clusterOf(destination), destination]))
  const clusters = [...destinations.keys()].map((name) =>
    envoyCluster(name, policy?.spec ?? {}, policy === undefined ? [] : ['routes']),
  )
  return traceManifest(
    {
      apiVersion: CILIUM_API,
      kind: 'CiliumEnvoyConfig',
      metadata: {
        name: configName(listener),
        namespace: workload.namespace,
        annotations: { 'cec.cilium.io/use-original-source-address': 'false', ...behaviourAnnotations(listener.attached) },
      },
      spec: {
        services: [{ name: service, namespace: workload.namespace, ports }],
        backendServices: [...[...destinations.values()].map(serviceOf), ...parts.services],
        resources: [...listenerResources(listener, parts, routes), ...clusters, ...parts.clusters],
      },
    },
    policy === undefined ? ['workloads'] : routes.length === 0 ? ['workload'] : ['routes'],
  )
}

/** The policy's name, with that of its only route. */
function configName({ workload, routes, policy }: Listener): string {
  const service = workload.service ?? workload.name
  if (policy === undefined) return joinName(service, 'filters')
  const [only, ...others] = routes
  const name = nameAbout(service, policy)
  return only?.spec.name === undefined || others.length > 0 ? name : joinName(name, slug(only.spec.name))
}

function listenerResources(
  listener: Listener,
  { filters, networkFilters }: Part,
  routes: readonly ResolvedRoute[],
): readonly Draft[] {
  const { workload, policy, stream } = listener
  const service = workload.service ?? workload.name
  const name = `${service}-listener`
  const routeConfig = `${service}_route`
  const network = stream ? tcpProxy(name, routes, workload) : connectionManager(name, routeConfig, filters)
  const listening: Draft = {
    '@type': `${TYPES}.config.listener.v3.Listener`,
    name,
    filter_chains: [{ filters: [...networkFilters, network] }],
  }
  if (stream) return [listening]
  const context = { clusterOf, hashPolicies: hashPolicies(policy?.spec.loadBalancing) }
  const everything = {
    match: { prefix: '/' },
    route: { cluster: clusterOf({ workload, version: undefined }), hash_policy: context.hashPolicies },
  }
  return [
    listening,
    {
      '@type': `${TYPES}.config.route.v3.RouteConfiguration`,
      name: routeConfig,
      virtual_hosts: [
        {
          name: routeConfig,
          domains: ['*'],
          routes:
            routes.length === 0
              ? [everything]
              : from(
                  ['routes'],
                  routes.flatMap((route) => envoyRoutes(route, context)),
                ),
        },
      ],
    },
  ]
}

function connectionManager(name: string, routeConfig: string, filters: readonly Draft[]): Draft {
  return {
    name: 'envoy.filters.network.http_connection_manager',
    typed_config: {
      '@type': `${TYPES}.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager`,
      stat_prefix: name,
      rds: { route_config_name: routeConfig },
      use_remote_address: true,
      skip_xff_append: true,
      http_filters: [...filters, ROUTER],
    },
  }
}

function tcpProxy(name: string, routes: readonly ResolvedRoute[], workload: ResolvedWorkload): Draft {
  const destinations = routes[0]?.destinations ?? []
  const [only, ...others] = destinations
  const single = only === undefined || others.length === 0
  return {
    name: 'envoy.filters.network.tcp_proxy',
    typed_config: {
      '@type': `${TYPES}.extensions.filters.network.tcp_proxy.v3.TcpProxy`,
      stat_prefix: name,
      cluster: single ? clusterOf(only ?? { workload, version: undefined }) : undefined,
      weighted_clusters: single
        ? undefined
        : {
            clusters: destinations.map((destination) =>
              from(destination.path, { name: clusterOf(destination), weight: destination.weight }),
            ),
          },
    },
  }
}

/** A Service's requests go to one listener, so a workload has one policy. */
function second(policy: Policy, workload: ResolvedWorkload, scope: Scope): readonly Diagnostic[] {
  const rival = (indexOf(scope).traffic.get(workload.address) ?? []).find(
    (other) =>
      other !== policy &&
      (other.spec.port === policy.spec.port || other.spec.port === undefined || policy.spec.port === undefined),
  )
  const policies = indexOf(scope).traffic.get(workload.address) ?? []
  if (rival === undefined || policies.indexOf(rival) > policies.indexOf(policy)) return []
  return [
    mistake(policy, ['workload'], 'MF3004', {
      summary: `${policy.address} and ${rival.address} both shape the requests to ${workload.address}`,
      detail: 'A CiliumEnvoyConfig takes all requests to a Service and port, and of two only one would be asked.',
      hint: 'Merge them into one policy, or give each a `port` of its own.',
    }),
  ]
}

function valueMistakes(policy: Policy, routes: readonly ResolvedRoute[]): readonly Diagnostic[] {
  const found: Diagnostic[] = []
  const refuse = (path: readonly (string | number)[], summary: string, hint: string) =>
    found.push(mistake(policy, path, 'MF3020', { summary, hint }))
  const balancing = policy.spec.loadBalancing
  if (balancing?.policy === 'passthrough') {
    refuse(
      ['loadBalancing', 'policy'],
      'Requests end at the proxy, which chooses an endpoint',
      'Use round-robin, least-request, random, ring-hash or maglev.',
    )
  }
  const hashing = balancing?.policy === 'ring-hash' || balancing?.policy === 'maglev' || balancing?.policy === undefined
  if (balancing?.hashOn !== undefined && !hashing) {
    refuse(['loadBalancing', 'hashOn'], `${balancing.policy} hashes nothing`, 'Use policy ring-hash or maglev, or remove hashOn.')
  }
  if (balancing?.policy !== undefined && hashing && balancing.hashOn === undefined) {
    refuse(['loadBalancing', 'policy'], `${balancing.policy} needs something to hash`, 'Say `hashOn: {header: ...}`.')
  }
  if (balancing?.warmup !== undefined && (hashing ? balancing.hashOn !== undefined : balancing.policy === 'random')) {
    refuse(
      ['loadBalancing', 'warmup'],
      'Endpoints are warmed up by round-robin and least-request alone',
      'Use one of these, or remove warmup.',
    )
  }
  for (const { spec, path } of routes) {
    if (spec.rewrite?.path !== undefined && spec.rewrite.prefix !== undefined) {
      refuse([...path, 'rewrite'], 'The path is rewritten whole or by its prefix, not both', 'Remove `path` or `prefix`.')
    }
    if (spec.redirect?.status !== undefined && ![301, 302, 303, 307, 308].includes(spec.redirect.status)) {
      refuse(
        [...path, 'redirect', 'status'],
        `Envoy redirects with 301, 302, 303, 307 or 308, not ${spec.redirect.status}`,
        'Use one of these.',
      )
    }
  }
  return found
}
