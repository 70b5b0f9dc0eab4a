import type { Component, ComponentOf } from '../design/component.ts'
import type { AuthorizationRuleSpec, CallerSpec } from '../design/schema/authorization.ts'
import type { RequestMatchSpec, RouteSpec, StringMatchSpec } from '../design/schema/traffic.ts'
import type { ValuePath } from '../plan/source.ts'
import type { Feature } from './features.ts'
import { filterKindOf } from './filter-kind.ts'

/** A feature that a component uses, and where it says so. */
export interface FeatureUse {
  readonly feature: Feature
  readonly path: ValuePath
}

/** Every feature that a component asks of its mesh, in the order of the design's text. Pure; knows no mesh. */
export function featuresOf(component: Component): readonly FeatureUse[] {
  switch (component.section) {
    case 'meshes':
      return meshFeatures(component)
    case 'workloads':
      return workloadFeatures(component)
    case 'traffic':
      return trafficFeatures(component)
    case 'authorization':
      return authorizationFeatures(component)
    case 'gateways':
      return gatewayFeatures(component)
    case 'external':
      return externalFeatures(component)
    case 'filters':
      return filterFeatures(component)
    case 'perfChecks':
    case 'resources':
    case 'patterns':
      return []
  }
}

/** The uses whose condition holds. */
function used(...uses: readonly (readonly [unknown, Feature, ValuePath])[]): readonly FeatureUse[] {
  return uses.flatMap(([holds, feature, path]) => (holds === undefined || holds === false ? [] : [{ feature, path }]))
}

function meshFeatures({ spec }: ComponentOf<'meshes'>): readonly FeatureUse[] {
  const charts = spec.install !== undefined && spec.existing !== true && spec.install.manifests === undefined
  return used(
    [spec.revision, 'onboarding.revision', ['revision']],
    [spec.mtls === 'strict', 'mtls.strict', ['mtls']],
    [spec.mtls === 'permissive', 'mtls.permissive', ['mtls']],
    [spec.mtls === 'disable', 'mtls.disable', ['mtls']],
    [spec.telemetry?.metrics, 'telemetry.metrics', ['telemetry', 'metrics']],
    [spec.telemetry?.metrics === false || undefined, 'telemetry.metrics', ['telemetry', 'metrics']],
    [spec.telemetry?.tracing, 'telemetry.tracing', ['telemetry', 'tracing']],
    [spec.telemetry?.accessLogs !== undefined, 'telemetry.accessLogs', ['telemetry', 'accessLogs']],
    [charts, 'install.charts', ['install']],
  )
}

function workloadFeatures({ spec }: ComponentOf<'workloads'>): readonly FeatureUse[] {
  if (spec.mesh === undefined) return []
  const onboard = spec.onboard ?? 'namespace'
  return [{ feature: `onboarding.${onboard}`, path: ['onboard'] }]
}

function trafficFeatures({ spec }: ComponentOf<'traffic'>): readonly FeatureUse[] {
  const breaker = spec.circuitBreaker
  const outlier = breaker?.outlier
  const balancing = spec.loadBalancing
  const limit = spec.rateLimit
  const at = (...path: (string | number)[]): ValuePath => path
  const stream = spec.protocol === 'tcp' || spec.protocol === 'tls'
  return [
    ...used(
      // On gateways hosts are said always; inside the mesh they are a wish of their own.
      [spec.hosts !== undefined && (spec.gateways ?? []).length === 0, 'traffic.hosts', at('hosts')],
      [spec.gateways?.length, 'traffic.gateways', at('gateways')],
      [stream, 'traffic.tcp', at('protocol')],
    ),
    ...routesFeatures(spec.routes ?? [], stream),
    ...used(
      [
        breaker?.maxConnections ?? breaker?.maxPendingRequests ?? breaker?.maxRequests,
        'circuitBreaker.connections',
        at('circuitBreaker'),
      ],
      [
        breaker?.maxRequestsPerConnection,
        'circuitBreaker.requestsPerConnection',
        at('circuitBreaker', 'maxRequestsPerConnection'),
      ],
      [breaker?.maxRetries, 'circuitBreaker.retries', at('circuitBreaker', 'maxRetries')],
      [breaker?.connectTimeout, 'circuitBreaker.connectTimeout', at('circuitBreaker', 'connectTimeout')],
      [breaker?.idleTimeout, 'circuitBreaker.idleTimeout', at('circuitBreaker', 'idleTimeout')],
      [outlier, 'circuitBreaker.outlier', at('circuitBreaker', 'outlier')],
      [
        outlier?.consecutiveGatewayErrors,
        'circuitBreaker.outlier.gatewayErrors',
        at('circuitBreaker', 'outlier', 'consecutiveGatewayErrors'),
      ],
      [outlier?.maxEjectedPercent, 'circuitBreaker.outlier.share', at('circuitBreaker', 'outlier', 'maxEjectedPercent')],
      [outlier?.minHealthPercent, 'circuitBreaker.outlier.minHealth', at('circuitBreaker', 'outlier', 'minHealthPercent')],
      [balancing?.policy, 'loadBalancing.policy', at('loadBalancing', 'policy')],
      [balancing?.hashOn, 'loadBalancing.hash', at('loadBalancing', 'hashOn')],
      [balancing?.failover, 'loadBalancing.failover', at('loadBalancing', 'failover')],
      [balancing?.warmup, 'loadBalancing.warmup', at('loadBalancing', 'warmup')],
      [limit !== undefined && limit.scope !== 'global', 'rateLimit.local', at('rateLimit')],
      [limit?.scope === 'global', 'rateLimit.global', at('rateLimit')],
      [limit?.burst, 'rateLimit.burst', at('rateLimit', 'burst')],
      [limit?.status, 'rateLimit.status', at('rateLimit', 'status')],
      [limit?.by?.header, 'rateLimit.byHeader', at('rateLimit', 'by', 'header')],
      [limit?.by?.client, 'rateLimit.byClient', at('rateLimit', 'by', 'client')],
      [spec.tls, 'traffic.tls', at('tls')],
    ),
  ]
}

function routesFeatures(routes: readonly RouteSpec[], stream: boolean): readonly FeatureUse[] {
  return routes.flatMap((route, index) => {
    const at = (...path: (string | number)[]): ValuePath => ['routes', index, ...path]
    const destinations = Object.keys(route.to ?? {})
    return [
      ...(route.match ?? []).flatMap((match, position) => matchFeatures(match, at('match', position))),
      ...used(
        [destinations.length > 1 && !stream, 'traffic.split', at('to')],
        [destinations.some((name) => name.includes('.')), 'traffic.otherWorkloads', at('to')],
        [route.timeout, 'traffic.timeout', at('timeout')],
        [route.retries, 'traffic.retries', at('retries')],
        [route.retries?.perTry, 'traffic.retries.perTry', at('retries', 'perTry')],
        [route.retries?.backoff, 'traffic.retries.backoff', at('retries', 'backoff')],
        [route.retries?.backoff?.maximum, 'traffic.retries.backoff.maximum', at('retries', 'backoff', 'maximum')],
        [
          route.retries?.on?.some((word) => word === 'connect-failure' || word === 'reset' || word === 'refused-stream'),
          'traffic.retries.connection',
          at('retries', 'on'),
        ],
        [
          route.retries?.on?.some((word) => /^\d+$/.test(word) || word === 'retriable-4xx'),
          'traffic.retries.status',
          at('retries', 'on'),
        ],
        [route.fault?.delay, 'traffic.fault.delay', at('fault', 'delay')],
        [route.fault?.abort, 'traffic.fault.abort', at('fault', 'abort')],
        [route.mirror, 'traffic.mirror', at('mirror')],
        [(route.mirror?.percent ?? 100) !== 100, 'traffic.mirror.percent', at('mirror', 'percent')],
        [route.rewrite, 'traffic.rewrite', at('rewrite')],
        [route.redirect, 'traffic.redirect', at('redirect')],
        [route.headers, 'traffic.headers', at('headers')],
        [route.cors, 'traffic.cors', at('cors')],
      ),
    ]
  })
}

function matchFeatures(match: RequestMatchSpec, base: ValuePath): readonly FeatureUse[] {
  const headers = Object.entries(match.headers ?? {})
  const query = Object.entries(match.query ?? {})
  const named: readonly (readonly [ValuePath, StringMatchSpec])[] = [
    ...headers.map(([name, how]) => [[...base, 'headers', name], how] as const),
    ...query.map(([name, how]) => [[...base, 'query', name], how] as const),
  ]
  const compared: readonly (readonly [ValuePath, StringMatchSpec])[] = [
    ...(match.path === undefined ? [] : [[[...base, 'path'], match.path] as const]),
    ...named,
  ]
  return [
    ...used(
      [match.path, 'traffic.match.path', [...base, 'path']],
      // What all paths begin with is matched alike everywhere.
      [isPrefix(match.path), 'traffic.match.pathPrefix', [...base, 'path', 'prefix']],
      [headers.length > 0, 'traffic.match.headers', [...base, 'headers']],
      [query.length > 0, 'traffic.match.query', [...base, 'query']],
      [match.methods, 'traffic.match.method', [...base, 'methods']],
      [match.port, 'traffic.match.port', [...base, 'port']],
      [match.from, 'traffic.match.from', [...base, 'from']],
    ),
    ...compared.flatMap(([path, how]) => used(['regex' in how, 'traffic.match.regex', path])),
    ...named.flatMap(([path, how]) =>
      used(['prefix' in how, 'traffic.match.prefix', path], ['present' in how && !how.present, 'traffic.match.absent', path]),
    ),
  ]
}

function isPrefix(path: StringMatchSpec | undefined): boolean {
  return path !== undefined && 'prefix' in path && path.prefix !== '/'
}

function authorizationFeatures({ spec }: ComponentOf<'authorization'>): readonly FeatureUse[] {
  const denies = spec.default === 'deny' || (spec.default === undefined && (spec.allow?.length ?? 0) > 0)
  return [
    ...used(
      [spec.workload === undefined, 'authorization.wide', spec.namespace === undefined ? [] : ['namespace']],
      [spec.allow !== undefined && spec.allow.length > 0, 'authorization.allow', ['allow']],
      [spec.deny !== undefined && spec.deny.length > 0, 'authorization.deny', ['deny']],
      [denies, 'authorization.denyByDefault', spec.default === undefined ? ['allow'] : ['default']],
    ),
    ...(spec.allow ?? []).flatMap((rule, index) => ruleFeatures(rule, ['allow', index])),
    ...(spec.deny ?? []).flatMap((rule, index) => ruleFeatures(rule, ['deny', index])),
  ]
}

function ruleFeatures(rule: AuthorizationRuleSpec, base: ValuePath): readonly FeatureUse[] {
  const headers = Object.values(rule.headers ?? {})
  return [
    ...(rule.from ?? []).flatMap((caller, index) => callerFeatures(caller, [...base, 'from', index])),
    ...used(
      [rule.methods, 'authorization.methods', [...base, 'methods']],
      [rule.paths, 'authorization.paths', [...base, 'paths']],
      [rule.hosts, 'authorization.hosts', [...base, 'hosts']],
      [rule.ports, 'authorization.ports', [...base, 'ports']],
      [headers.length > 0, 'authorization.headers', [...base, 'headers']],
      [headers.some((how) => 'regex' in how), 'authorization.headers.regex', [...base, 'headers']],
    ),
  ]
}

function callerFeatures(caller: CallerSpec, path: ValuePath): readonly FeatureUse[] {
  if (typeof caller === 'string') {
    return used(
      [caller.startsWith('namespace/'), 'authorization.namespace', path],
      [caller === 'authenticated', 'authorization.authenticated', path],
    )
  }
  return used(
    [caller.namespace, 'authorization.namespace', path],
    [caller.principal ?? caller.serviceAccount, 'authorization.principal', path],
    [caller.ipBlock, 'authorization.ipBlock', path],
  )
}

function gatewayFeatures({ spec }: ComponentOf<'gateways'>): readonly FeatureUse[] {
  const direction = spec.direction ?? 'ingress'
  const kind: Feature =
    direction === 'ingress' ? 'gateway.ingress' : direction === 'egress' ? 'gateway.egress' : 'gateway.eastWest'
  return [
    { feature: kind, path: ['direction'] },
    ...spec.listeners.flatMap((listener, index) =>
      used(
        [listener.tls, 'gateway.tls', ['listeners', index, 'tls']],
        [listener.tls?.mode === 'mutual', 'gateway.tls.mutual', ['listeners', index, 'tls', 'mode']],
        [listener.protocol === 'tcp', 'traffic.tcp', ['listeners', index, 'protocol']],
      ),
    ),
    // A gateway's routes always lead to other workloads, so that alone asks for nothing.
    ...routesFeatures(spec.routes ?? [], false).filter((use) => use.feature !== 'traffic.otherWorkloads'),
  ]
}

function externalFeatures({ spec }: ComponentOf<'external'>): readonly FeatureUse[] {
  return used(
    [true, 'external.hosts', ['hosts']],
    [spec.addresses, 'external.addresses', ['addresses']],
    [spec.via, 'gateway.egress', ['via']],
  )
}

function filterFeatures(component: ComponentOf<'filters'>): readonly FeatureUse[] {
  const { spec } = component
  const kind = filterKindOf(spec)
  return used(
    [kind === 'wasm', 'filter.wasm', ['source']],
    [kind === 'lua', 'filter.lua', spec.code === undefined ? ['source'] : ['code']],
    [kind !== 'wasm' && kind !== 'lua', 'filter.native', ['kind']],
    [spec.gateways?.length, 'filter.gateways', ['gateways']],
    [spec.direction === 'outbound' || spec.direction === 'both', 'filter.outbound', ['direction']],
    [spec.protocol === 'tcp', 'filter.tcp', ['protocol']],
    [spec.ports, 'filter.ports', ['ports']],
    [spec.phase !== undefined && spec.phase !== 'unspecified', 'filter.phase', ['phase']],
    [spec.reloadOnFailure === true, 'filter.reload', ['reloadOnFailure']],
    [spec.pullPolicy, 'filter.pullPolicy', ['pullPolicy']],
    [spec.pullSecret, 'filter.pullSecret', ['pullSecret']],
    [spec.environment, 'filter.environment', ['environment']],
    [spec.hostEnvironment, 'filter.hostEnvironment', ['hostEnvironment']],
    [spec.vmConfig, 'filter.vm', ['vmConfig']],
    [spec.vmId, 'filter.vm', ['vmId']],
    [spec.capabilities, 'filter.capabilities', ['capabilities']],
  )
}
