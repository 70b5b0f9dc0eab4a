/**
 * What meshes refuse beyond their schemas, rule by rule, and the words of designs that no request can have. The rules are those of
 * the validators named in src/providers/<mesh>/admission.ts; that providers write nothing against them is asked in conformance/.
 */
import { describe, expect, test } from 'vitest'
import type { ComponentSpecs } from '../../src/design/component.ts'
import type { JsonObject } from '../../src/plan/json.ts'
import type { Manifest } from '../../src/plan/manifest.ts'
import { isAddressBlock } from '../../src/providers/address-block.ts'
import { expressionProblem } from '../../src/providers/expression.ts'
import { findProvider } from '../../src/providers/registry.ts'
import { SHOP, translate } from './design-fixture.ts'

const APIS: { readonly [mesh: string]: string } = {
  VirtualService: 'networking.istio.io/v1',
  DestinationRule: 'networking.istio.io/v1',
  Gateway: 'networking.istio.io/v1',
  ServiceEntry: 'networking.istio.io/v1',
  EnvoyFilter: 'networking.istio.io/v1alpha3',
  AuthorizationPolicy: 'security.istio.io/v1',
  PeerAuthentication: 'security.istio.io/v1',
  RequestAuthentication: 'security.istio.io/v1',
  Sidecar: 'networking.istio.io/v1',
  WasmPlugin: 'extensions.istio.io/v1alpha1',
  Telemetry: 'telemetry.istio.io/v1',
}
const POLICY = 'policy.linkerd.io/v1alpha1'
const ROUTE = 'gateway.networking.k8s.io/v1'

function refused(provider: string, apiVersion: string, kind: string, spec: JsonObject, name = 'it'): readonly string[] {
  const manifest: Manifest = { apiVersion, kind, metadata: { name, namespace: 'shop' }, spec }
  const found = findProvider(provider).provider?.lint([manifest]) ?? []
  // Each says what to do.
  expect(
    found.filter(({ hint }) => (hint ?? '').length < 5 || /undefined|\[object/.test(hint ?? '')).map(({ summary }) => summary),
  ).toEqual([])
  return found
    .filter(({ code, severity }) => code === 'MF3042' && severity === 'error')
    .map(({ path }) => path.slice(1).join('.'))
}

const route = { destination: { host: 'a.shop.svc.cluster.local' } }
const http = (more: JsonObject): JsonObject => ({ hosts: ['a.example.org'], http: [{ route: [route], ...more }] })

describe('Istio', () => {
  test.each<[string, JsonObject, readonly string[]]>([
    ['VirtualService', { hosts: ['*'], http: [{ route: [route] }] }, ['hosts.0']],
    ['VirtualService', { hosts: ['*'], gateways: ['shop/web'], http: [{ route: [route] }] }, []],
    ['VirtualService', { hosts: ['*.example.org', 'a.example.org'], http: [{ route: [route] }] }, ['hosts.1']],
    ['VirtualService', { hosts: ['a.example.org'] }, ['']],
    ['VirtualService', http({ timeout: '0s' }), ['http.0.timeout']],
    ['VirtualService', http({ timeout: '0.5ms' }), ['http.0.timeout']],
    ['VirtualService', http({ retries: { attempts: 0, perTryTimeout: '1s' } }), ['http.0.retries.perTryTimeout']],
    ['VirtualService', http({ retries: { attempts: 1, retryOn: '5xx,503,whatever' } }), ['http.0.retries.retryOn']],
    ['VirtualService', http({ redirect: { uri: '/b' } }), ['http.0']],
    ['VirtualService', { hosts: ['a'], http: [{ redirect: { redirectCode: 301 } }] }, ['http.0.redirect']],
    ['VirtualService', http({ fault: {} }), ['http.0.fault']],
    ['VirtualService', http({ match: [{ uri: { regex: '(?=a)' } }] }), ['http.0.match.0.uri']],
    ['VirtualService', http({ headers: { request: { set: { host: 'x', ':path': '/' } } } }), ['http.0.headers.request.set']],
    ['VirtualService', http({ rewrite: { authority: 'a' }, headers: { request: { set: { Host: 'b' } } } }), ['http.0.headers']],
    [
      'VirtualService',
      http({ corsPolicy: { allowOrigins: [{ exact: '' }], maxAge: '1500ms' } }),
      ['http.0.corsPolicy.maxAge', 'http.0.corsPolicy.allowOrigins.0'],
    ],
    [
      'VirtualService',
      { hosts: ['a.b'], tls: [{ match: [{ sniHosts: ['c.d'] }], route: [route] }] },
      ['tls.0.match.0.sniHosts.0'],
    ],
    ['DestinationRule', { host: 'a', subsets: [{ name: 'V1' }] }, ['subsets.0.name']],
    ['DestinationRule', { host: 'a', trafficPolicy: {} }, ['trafficPolicy']],
    [
      'DestinationRule',
      { host: 'a', trafficPolicy: { outlierDetection: { interval: '0s' } } },
      ['trafficPolicy.outlierDetection.interval'],
    ],
    [
      'DestinationRule',
      { host: 'a', trafficPolicy: { loadBalancer: { localityLbSetting: { failover: [{ from: 'x', to: 'x' }] } } } },
      ['trafficPolicy.loadBalancer.localityLbSetting.failover.0'],
    ],
    ['Gateway', { servers: [{ port: { number: 80, name: 'h', protocol: 'HTTP' }, hosts: ['shop'] }] }, ['servers.0.hosts.0']],
    ['Gateway', { servers: [{ port: { number: 443, name: 'h', protocol: 'HTTPS' }, hosts: ['*'] }] }, ['servers.0.tls']],
    ['ServiceEntry', { hosts: ['*.a.org'], resolution: 'DNS' }, ['hosts.0']],
    ['ServiceEntry', { hosts: ['a.org'], resolution: 'STATIC', endpoints: [{ address: '10.0.0.0/8' }] }, ['endpoints.0.address']],
    [
      'ServiceEntry',
      { hosts: ['a.org', 'b.org'], resolution: 'DNS', ports: [{ number: 1, name: 'tcp', protocol: 'TCP' }] },
      ['hosts'],
    ],
    [
      'EnvoyFilter',
      { configPatches: [{ applyTo: 'HTTP_FILTER', match: { cluster: {} }, patch: { operation: 'REMOVE' } }] },
      ['configPatches.0.match'],
    ],
    ['AuthorizationPolicy', { action: 'DENY' }, ['rules']],
    [
      'AuthorizationPolicy',
      { rules: [{ from: [{ source: { ipBlocks: ['10.0.0.300'] } }] }] },
      ['rules.0.from.0.source.ipBlocks'],
    ],
    ['AuthorizationPolicy', { rules: [{ to: [{ operation: { methods: [] } }] }] }, ['rules.0.to.0']],
    ['PeerAuthentication', { portLevelMtls: { '80': { mode: 'STRICT' } } }, ['portLevelMtls']],
    ['Telemetry', { tracing: [{ providers: [{ name: 'a' }, { name: 'b' }] }] }, ['tracing.0.providers']],
    [
      'Telemetry',
      { tracing: [{ customTags: { a: { literal: { value: '' } }, b: {}, c: { header: { name: 'x' } } } }] },
      ['tracing.0.customTags.a.literal.value', 'tracing.0.customTags.b'],
    ],
    [
      'Telemetry',
      { metrics: [{ overrides: [{ tagOverrides: { a: { operation: 'REMOVE', value: 'x' }, b: {}, c: { value: '1' } } }] }] },
      ['metrics.0.overrides.0.tagOverrides.a.value', 'metrics.0.overrides.0.tagOverrides.b'],
    ],
    ['AuthorizationPolicy', { action: 'CUSTOM', rules: [{}] }, ['action']],
    ['AuthorizationPolicy', { provider: { name: 'a' }, rules: [{}] }, ['provider']],
    [
      'AuthorizationPolicy',
      {
        rules: [
          {
            when: [
              { key: 'request.header[a]', values: ['1'] },
              { key: 'request.headers[a]', values: ['1'] },
              { key: 'request.auth.claims[iss][x]', values: ['1'] },
              { key: 'source.ip', values: ['10.0.0.0/8', 'a'] },
              { key: 'destination.port', notValues: ['http'] },
            ],
          },
        ],
      },
      ['rules.0.when.0.key', 'rules.0.when.3.values', 'rules.0.when.4.notValues'],
    ],
    [
      'AuthorizationPolicy',
      { rules: [{ to: [{ operation: { paths: ['/a/{*}/b/{**}', '/{**}/{*}', '/a{*}', '/{*}/b*', '/a*'] } }] }] },
      ['rules.0.to.0.operation.paths.1', 'rules.0.to.0.operation.paths.2', 'rules.0.to.0.operation.paths.3'],
    ],
    [
      'RequestAuthentication',
      { jwtRules: [{ issuer: '' }, { issuer: 'a', jwksUri: 'file:///a' }, { issuer: 'a', jwksUri: 'https://a/b', jwks: '{}' }] },
      ['jwtRules.0.issuer', 'jwtRules.1.jwksUri', 'jwtRules.2.jwks'],
    ],
    [
      'RequestAuthentication',
      {
        jwtRules: [
          {
            issuer: 'a',
            fromHeaders: [{ prefix: 'x' }],
            fromParams: [''],
            outputClaimToHeaders: [{ header: 'x', claim: 'a' }, { header: 'x', claim: 'b' }, { header: 'y' }],
          },
        ],
      },
      [
        'jwtRules.0.fromHeaders.0',
        'jwtRules.0.fromParams',
        'jwtRules.0.outputClaimToHeaders.1.header',
        'jwtRules.0.outputClaimToHeaders.2',
      ],
    ],
    ['Sidecar', {}, ['']],
    [
      'Sidecar',
      { egress: [{ hosts: ['./*', 'a'] }, { port: { number: 80 }, hosts: ['~/a.b', '*/a.b'] }, { hosts: [], bind: '10.0.0.1' }] },
      ['egress.0', 'egress.0.hosts.1', 'egress.1.hosts.0', 'egress.2.hosts', 'egress.2.bind'],
    ],
    [
      'Sidecar',
      {
        ingress: [
          { port: { number: 80 }, defaultEndpoint: '127.0.0.1:8080' },
          { port: { number: 80 }, defaultEndpoint: '10.0.0.1:80', bind: 'a' },
        ],
      },
      ['ingress.1.port.number', 'ingress.1.defaultEndpoint', 'ingress.1.bind'],
    ],
    ['WasmPlugin', { url: 'ftp://a/b.wasm', sha256: 'sha256:00', imagePullSecret: 'a/b' }, ['url', 'sha256', 'imagePullSecret']],
    [
      'WasmPlugin',
      { url: 'oci://a/b', vmConfig: { env: [{ name: 'A', value: '1', valueFrom: 'HOST' }, { name: 'A' }, {}] } },
      ['vmConfig.env.0.value', 'vmConfig.env.1.name', 'vmConfig.env.2.name'],
    ],
    [
      'DestinationRule',
      { host: 'a', trafficPolicy: { tls: { mode: 'MUTUAL', privateKey: '/a' } } },
      ['trafficPolicy.tls.clientCertificate'],
    ],
    [
      'DestinationRule',
      {
        host: 'a',
        trafficPolicy: { tls: { mode: 'SIMPLE', credentialName: 'a', caCertificates: '/a', insecureSkipVerify: true } },
      },
      ['trafficPolicy.tls.credentialName', 'trafficPolicy.tls.insecureSkipVerify'],
    ],
    [
      'DestinationRule',
      {
        host: 'a',
        trafficPolicy: { loadBalancer: { localityLbSetting: { distribute: [{ from: 'a/*', to: { 'a/*': 80, 'b/*': 10 } }] } } },
      },
      ['trafficPolicy.loadBalancer.localityLbSetting.distribute.0'],
    ],
    [
      'VirtualService',
      http({
        route: [
          { ...route, weight: 0 },
          { ...route, weight: 0 },
        ],
      }),
      ['http.0.route'],
    ],
    ['VirtualService', { hosts: ['a.b'], http: [{ directResponse: { status: 42 } }] }, ['http.0.directResponse.status']],
    [
      'ServiceEntry',
      { hosts: ['a.org'], resolution: 'DNS_ROUND_ROBIN', endpoints: [{ address: 'b.org' }, { address: 'c.org' }] },
      ['endpoints'],
    ],
  ])('%s %j', (kind, spec, places) => {
    expect(refused('istio', APIS[kind] ?? '', kind, spec)).toEqual(places)
  })
})

describe('Linkerd', () => {
  const egress = { group: 'policy.linkerd.io', kind: 'EgressNetwork', name: 'all' }
  test.each<[string, string, JsonObject, readonly string[]]>([
    [POLICY, 'AuthorizationPolicy', { targetRef: { kind: 'Namespace', name: 'other' } }, ['targetRef.name']],
    [POLICY, 'MeshTLSAuthentication', { identities: ['*', 'a.b.c', 'spiffe://td/a', 'td/ns/a/sa/b'] }, ['identities.3']],
    [POLICY, 'NetworkAuthentication', { networks: [] }, ['networks']],
    [
      POLICY,
      'HTTPLocalRateLimitPolicy',
      { targetRef: { kind: 'Server' }, total: { requestsPerSecond: 1 }, identity: { requestsPerSecond: 2 } },
      ['identity.requestsPerSecond'],
    ],
    [ROUTE, 'TLSRoute', { parentRefs: [egress], rules: [{}] }, ['parentRefs.0']],
    [
      POLICY,
      'NetworkAuthentication',
      { networks: [{ cidr: '10.0.0.0/8', except: ['10.1.0.0/16', '11.0.0.0/16', '0.0.0.0/0'] }] },
      ['networks.0.except.1', 'networks.0.except.2'],
    ],
    [
      POLICY,
      'EgressNetwork',
      { networks: [{ cidr: '2001:db8::/32', except: ['2001:db8:1::/48', '::1'] }] },
      ['networks.0.except.1'],
    ],
    ['policy.linkerd.io/v1beta3', 'Server', { accessPolicy: 'allow' }, ['accessPolicy']],
    ['policy.linkerd.io/v1beta3', 'Server', { accessPolicy: 'all-authenticated' }, []],
    [
      'policy.linkerd.io/v1beta1',
      'ServerAuthorization',
      { client: { unauthenticated: true, meshTLS: { unauthenticatedTLS: true, identities: ['*'] } } },
      ['client.unauthenticated', 'client.meshTLS.unauthenticatedTLS'],
    ],
    [
      'policy.linkerd.io/v1beta3',
      'HTTPRoute',
      { rules: [{ timeouts: { request: '1s', backendRequest: '2s' } }, { timeouts: { request: '2s', backendRequest: '1s' } }] },
      ['rules.0.timeouts.backendRequest'],
    ],
    [ROUTE, 'TCPRoute', { rules: [{}, {}] }, ['rules']],
    [ROUTE, 'HTTPRoute', { rules: [{ backendRefs: [{ name: 'a' }] }] }, ['rules.0.backendRefs.0']],
  ])('%s %s %j', (api, kind, spec, places) => {
    expect(refused('linkerd', api, kind, spec)).toEqual(places)
  })
})

describe('Kuma', () => {
  const to = (kind: string, conf: JsonObject): JsonObject => ({ to: [{ targetRef: { kind }, default: conf }] })
  test.each<[string, JsonObject, readonly string[]]>([
    [
      'MeshHTTPRoute',
      { to: [{ targetRef: { kind: 'MeshService' }, rules: [{ matches: [{ path: { type: 'PathPrefix', value: '/a/' } }] }] }] },
      ['to.0.rules.0.matches.0.path.value'],
    ],
    ['MeshTimeout', to('MeshService', {}), ['to.0.default']],
    ['MeshTimeout', to('MeshService', { http: {} }), ['to.0.default.http']],
    [
      'MeshTLS',
      { targetRef: { kind: 'Dataplane' }, rules: [{ default: { mode: 'Strict', tlsVersion: { min: 'TLS12' } } }] },
      ['rules.0.default.tlsVersion'],
    ],
    ['MeshProxyPatch', { default: { appendModifications: [] } }, ['default.appendModifications']],
    [
      'MeshProxyPatch',
      {
        default: {
          appendModifications: [
            { cluster: { operation: 'Add', value: 'a' }, listener: { operation: 'Add' } },
            { cluster: { operation: 'AddFirst', value: 'a' } },
            { httpFilter: { operation: 'AddBefore', value: 'a' } },
            { httpFilter: { operation: 'AddFirst' } },
            { networkFilter: { operation: 'Patch', match: { name: 'a' }, value: 'a', jsonPatches: [{}] } },
            { virtualHost: { operation: 'Remove', value: 'a' } },
            { listener: { operation: 'Add', match: {}, value: 'a' } },
            { httpFilter: { operation: 'AddAfter', match: { name: 'a' }, value: 'a' } },
          ],
        },
      },
      [
        'default.appendModifications.0',
        'default.appendModifications.1.cluster.operation',
        'default.appendModifications.2.httpFilter.match.name',
        'default.appendModifications.3.httpFilter.value',
        'default.appendModifications.4.networkFilter',
        'default.appendModifications.5.virtualHost.value',
        'default.appendModifications.6.listener.match',
      ],
    ],
    [
      'MeshExternalService',
      {
        match: { port: 0 },
        endpoints: [
          { address: 'a.b' },
          { address: '10.0.0.0/8', port: 1 },
          { address: 'unix:///a', port: 1 },
          { address: '::1', port: 1 },
        ],
        tls: { version: { min: 'TLS13', max: 'TLS12' }, verification: { clientCert: {} } },
      },
      ['match.port', 'endpoints.0', 'endpoints.1.address', 'endpoints.2.port', 'tls.version.min', 'tls.verification'],
    ],
    ['MeshTimeout', to('MeshHTTPRoute', { idleTimeout: '1s' }), ['to.0.default.idleTimeout']],
    ['MeshRetry', to('MeshService', { http: { retryOn: ['5xx', '599'] } }), ['to.0.default.http.retryOn.1']],
    [
      'MeshCircuitBreaker',
      to('MeshService', { outlierDetection: { detectors: {} } }),
      ['to.0.default.outlierDetection.detectors'],
    ],
    [
      'MeshCircuitBreaker',
      to('MeshService', { connectionLimits: { maxRetries: 0 } }),
      ['to.0.default.connectionLimits.maxRetries'],
    ],
    [
      'MeshLoadBalancingStrategy',
      to('MeshService', { localityAwareness: { crossZone: {} } }),
      ['to.0.default.localityAwareness.crossZone'],
    ],
    [
      'MeshRateLimit',
      { rules: [{ default: { local: { http: { requestRate: { num: 1, interval: '50ms' } } } } }] },
      ['rules.0.default.local.http.requestRate.interval'],
    ],
    [
      'MeshTrafficPermission',
      { rules: [{ default: { allow: [{ spiffeID: { type: 'Exact', value: 'a' } }] } }] },
      ['rules.0.default.allow.0.spiffeID.value'],
    ],
    [
      'MeshPassthrough',
      { default: { appendMatch: [{ type: 'Domain', value: 'a.org', port: 1, protocol: 'tcp' }] } },
      ['default.appendMatch.0.protocol'],
    ],
  ])('%s %j', (kind, spec, places) => {
    expect(refused('kuma', 'kuma.io/v1alpha1', kind, spec)).toEqual(places)
  })
})

describe('Consul, in the words of either of its interfaces', () => {
  test.each<[string, JsonObject, readonly string[]]>([
    [
      'ServiceRouter',
      { routes: [{ match: { http: { pathPrefix: 'a', methods: ['GET', 'GET', 'MOVE'] } } }] },
      ['routes.0.match.http.pathPrefix', 'routes.0.match.http.methods.1', 'routes.0.match.http.methods.2'],
    ],
    [
      'ServiceRouter',
      { routes: [{ destination: { prefixRewrite: '/', retryOn: ['x'] } }] },
      ['routes.0.destination.prefixRewrite', 'routes.0.destination.retryOn.0'],
    ],
    [
      'ServiceSplitter',
      { splits: [{ weight: 33.333 }, { weight: 66.667, service: 'b' }] },
      ['splits.0.weight', 'splits.1.weight'],
    ],
    ['ServiceResolver', { defaultSubset: 'v1', failover: { '*': {} } }, ['defaultSubset', 'failover.*']],
    [
      'ServiceIntentions',
      { destination: { name: '*' }, sources: [{ name: 'a', permissions: [{ action: 'allow', http: { pathPrefix: '/' } }] }] },
      ['sources.0'],
    ],
    [
      'ServiceDefaults',
      { protocol: 'udp', destination: { addresses: ['*.a.org'], port: 1 } },
      ['protocol', 'destination.addresses.0'],
    ],
  ])('%s %j', (kind, spec, places) => {
    expect(refused('consul', 'consul.hashicorp.com/v1alpha1', kind, spec)).toEqual(places)
  })

  test('an entry of the HTTP API', () => {
    expect(refused('consul-vm', 'consul/v1', 'service-router', { Routes: [{ Match: { HTTP: { PathExact: 'a' } } }] })).toEqual([
      'Routes.0.Match.HTTP.PathExact',
    ])
  })
})

test('what Consul exports, to whom', () => {
  const spec = {
    services: [
      { name: 'a', consumers: [{ peer: 'x' }, {}, { peer: 'x', partition: 'y' }] },
      { name: 'b', consumers: [] },
    ],
  }
  expect(refused('consul', 'consul.hashicorp.com/v1alpha1', 'ExportedServices', spec)).toEqual([
    'services.0.consumers.1',
    'services.0.consumers.2',
    'services.1',
  ])
})

test('NGINX Service Mesh chooses no endpoint at random beside a circuit breaker', () => {
  const settings = (method: string) => ({
    workloads: SHOP,
    meshes: { mesh: { provider: 'nginx', settings: { loadBalancing: method } } },
    traffic: {
      it: { workload: 'backend', circuitBreaker: { outlier: { consecutiveErrors: 3, interval: '10s', ejectFor: '30s' } } },
    },
  })
  const lint = (method: string) => {
    const { objects, diagnostics } = translate(settings(method))
    expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([])
    return findProvider('nginx')
      .provider?.lint(objects.map(({ manifest }) => manifest))
      .map(({ code, path }) => [code, path.join('.')])
  }
  expect(lint('random two')).toEqual([['MF3042', 'spec.nginxLBMethod']])
  expect(lint('round_robin')).toEqual([])
})

describe('Cilium', () => {
  const ports = [{ port: '80', protocol: 'TCP' }]
  const one = { http: [{ path: '/a' }] }
  test.each<[string, JsonObject, readonly string[]]>([
    ['CiliumNetworkPolicy', { ingress: [{}] }, ['']],
    [
      'CiliumNetworkPolicy',
      { endpointSelector: {}, ingressDeny: [{ toPorts: [{ ports, rules: one }] }] },
      ['ingressDeny.0.toPorts.0.rules'],
    ],
    [
      'CiliumNetworkPolicy',
      { endpointSelector: {}, ingress: [{ toPorts: [{ ports: [{ port: '80', protocol: 'ANY' }], rules: one }] }] },
      ['ingress.0.toPorts.0.ports.0.protocol'],
    ],
    [
      'CiliumNetworkPolicy',
      { endpointSelector: {}, ingress: [{ toPorts: [{ ports, rules: { http: [{ path: '(' }] } }] }] },
      ['ingress.0.toPorts.0.rules.http.0.path'],
    ],
    ['CiliumNetworkPolicy', { endpointSelector: {}, egress: [{ toFQDNs: [{ matchName: '*.a.org' }] }] }, ['egress.0.toFQDNs.0']],
    ['CiliumEnvoyConfig', { services: [{ name: 'a' }], resources: [{ name: 'x' }] }, ['resources.0', 'services.0']],
  ])('%s %j', (kind, spec, places) => {
    expect(refused('cilium', 'cilium.io/v2', kind, spec)).toEqual(places)
  })
})

test('expressions are those of RE2', () => {
  expect(['a.*', '(?i)a', '(?P<x>a)', '[[:alpha:]]+', '\\A\\d+\\z'].map(expressionProblem)).toEqual(Array(5).fill(undefined))
  for (const wrong of ['(', 'a**', '(?=a)', '(?<!a)', '(a)\\1', '[b-a]', 'a{2000}'])
    expect(expressionProblem(wrong), wrong).toBeTypeOf('string')
})

test('addresses and blocks of them', () => {
  expect(['10.0.0.1', '10.0.0.0/8', '::1', '2001:db8::/64'].every(isAddressBlock)).toBe(true)
  expect(['10.0.0.300', '10.0.0.0/33', 'a', '::g', '10.0.0.0/8/8', ''].some(isAddressBlock)).toBe(false)
})

describe('words that no request has are refused on every mesh', () => {
  const routes = (route: NonNullable<ComponentSpecs['traffic']['routes']>[number]) => ({
    traffic: { it: { workload: 'backend', routes: [route] } },
  })
  const allow = (rule: NonNullable<ComponentSpecs['authorization']['allow']>[number]) => ({
    authorization: { it: { workload: 'backend', allow: [rule] } },
  })
  test.each([
    [routes({ match: [{ path: { prefix: 'api' } }] }), 'routes.0.match.0.path'],
    [routes({ match: [{ path: { regex: '(' } }] }), 'routes.0.match.0.path'],
    [routes({ match: [{ headers: { 'x y': { exact: 'a' } } }] }), 'routes.0.match.0.headers.x y'],
    [routes({ match: [{ headers: { x: { exact: '' } } }] }), 'routes.0.match.0.headers.x'],
    [routes({ match: [{ methods: [] }] }), 'routes.0.match.0.methods'],
    [routes({ match: [{ methods: ['G T'] }] }), 'routes.0.match.0.methods.0'],
    [routes({ timeout: '0s' }), 'routes.0.timeout'],
    [routes({ fault: {} }), 'routes.0.fault'],
    [routes({ redirect: { status: 308 } }), 'routes.0.redirect'],
    [routes({ redirect: { path: '/a', status: 304 } }), 'routes.0.redirect.status'],
    [routes({ redirect: { path: '/a' }, to: { v1: 100 } }), 'routes.0.to'],
    [allow({ from: [] }), 'allow.0.from'],
    [allow({ from: [{ ipBlock: '10.0.0.0/99' }] }), 'allow.0.from.0.ipBlock'],
    [allow({ paths: ['/a/*/b'] }), 'allow.0.paths.0'],
    [allow({ paths: ['a'] }), 'allow.0.paths.0'],
  ])('%j', (sections, place) => {
    const { diagnostics } = translate({ meshes: { mesh: { provider: 'istio' } }, workloads: SHOP, ...sections })
    expect(diagnostics.map(({ code, location }) => `${code} ${location?.file}`)).toEqual([`MF3041 ${place}`])
  })

  test('methods are compared in capitals', () => {
    const { objects } = translate({ meshes: { mesh: { provider: 'istio' } }, workloads: SHOP, ...allow({ methods: ['get'] }) })
    const [policy] = objects.filter(({ manifest }) => manifest.kind === 'AuthorizationPolicy')
    expect(policy?.manifest.spec).toMatchObject({ rules: [{ to: [{ operation: { methods: ['GET'] } }] }] })
  })
})

describe('Open Service Mesh', () => {
  const OSM = 'policy.openservicemesh.io/v1alpha1'
  const backend = { name: 'web', port: { number: 80, protocol: 'http' } }
  const source = { kind: 'Service', name: 'ingress', namespace: 'edge' }
  test.each<[string, JsonObject, readonly string[]]>([
    ['IngressBackend', { backends: [backend], sources: [source] }, []],
    ['IngressBackend', { backends: [backend, backend], sources: [source] }, ['backends.1']],
    ['IngressBackend', { backends: [{ ...backend, port: { number: 1, protocol: 'tcp' } }] }, ['backends.0.port.protocol']],
    [
      'IngressBackend',
      { backends: [{ ...backend, port: { number: 1, protocol: 'https' }, tls: { skipClientCertValidation: true } }] },
      ['backends.0.tls'],
    ],
    [
      'IngressBackend',
      {
        backends: [backend],
        sources: [
          { kind: 'Service', name: 'a' },
          { kind: 'AuthenticatedPrincipal', name: '' },
          { kind: 'IPRange', name: '10.0.0.1' },
          { kind: 'Pod', name: 'a' },
        ],
      },
      ['sources.0', 'sources.1', 'sources.2.name', 'sources.3.kind'],
    ],
    ['Egress', { matches: [{ apiGroup: 'specs.smi-spec.io/v1alpha4', kind: 'HTTPRouteGroup', name: 'a' }] }, []],
    [
      'Egress',
      {
        matches: [
          { apiGroup: 'specs.smi-spec.io/v1alpha4', kind: 'TCPRoute', name: 'a' },
          { apiGroup: 'apps/v1', kind: 'Deployment', name: 'a' },
          { apiGroup: OSM, kind: 'UpstreamTrafficSetting', name: 'a' },
          { apiGroup: OSM, kind: 'UpstreamTrafficSetting', name: 'b' },
        ],
      },
      ['matches.0.kind', 'matches.1.apiGroup', 'matches.3'],
    ],
    ['UpstreamTrafficSetting', { host: 'web' }, ['host']],
    [
      'UpstreamTrafficSetting',
      {
        host: 'web.shop.svc.cluster.local',
        rateLimit: { local: { http: { responseStatusCode: 499 } } },
        httpRoutes: [{ path: '/', rateLimit: { local: { responseStatusCode: 429 } } }],
      },
      ['rateLimit.local.http.responseStatusCode'],
    ],
  ])('%s %j', (kind, spec, places) => {
    expect(refused('osm', OSM, kind, spec)).toEqual(places)
  })

  test('a TrafficTarget stands in the namespace that it protects, and a host has one UpstreamTrafficSetting', () => {
    const destination = { kind: 'ServiceAccount', name: 'a', namespace: 'other' }
    expect(refused('osm', 'access.smi-spec.io/v1alpha3', 'TrafficTarget', { destination })).toEqual(['destination.namespace'])
    const setting = (name: string): Manifest => ({
      apiVersion: OSM,
      kind: 'UpstreamTrafficSetting',
      metadata: { name, namespace: 'shop' },
      spec: { host: 'web.shop' },
    })
    const found = findProvider('osm').provider?.lint([setting('a'), setting('b')]) ?? []
    expect(found.map(({ code, object }) => [code, object.name])).toEqual([['MF3042', 'b']])
  })

  test.each(['tcp', 'tls'] as const)('a gateway for %s is refused at its listener, as on App Mesh', (protocol) => {
    for (const provider of ['osm', 'app-mesh']) {
      const { diagnostics } = translate({
        meshes: { mesh: { provider } },
        workloads: SHOP,
        gateways: {
          web: { mesh: 'mesh', listeners: [{ port: 5000, protocol }], routes: [{ to: { 'workloads.frontend': 100 } }] },
        },
      })
      const errors = diagnostics.filter(({ severity }) => severity === 'error')
      expect(errors.map(({ code, location }) => [code, location?.file])).toEqual([['MF3020', 'listeners.0.protocol']])
    }
  })
})

describe('App Mesh', () => {
  const action = { weightedTargets: [{ virtualNodeRef: { name: 'a' }, weight: 1 }] }
  test.each<[JsonObject, readonly string[]]>([
    [{ routes: [{ name: 'a', httpRoute: { match: { prefix: '/' }, action } }] }, []],
    [
      {
        routes: [
          { name: 'a', tcpRoute: { action } },
          { name: 'a', tcpRoute: { action } },
        ],
      },
      ['routes.1.name'],
    ],
    [{ routes: [{ name: 'a', http2Route: { match: { method: 'GET' }, action } }] }, ['routes.0.http2Route.match']],
    [
      { routes: [{ name: 'a', httpRoute: { match: { prefix: '/', path: { exact: '/a' } }, action } }] },
      ['routes.0.httpRoute.match'],
    ],
    [{ routes: [{ name: 'a', httpRoute: { match: { path: {} }, action } }] }, ['routes.0.httpRoute.match.path']],
  ])('VirtualRouter %j', (spec, places) => {
    expect(refused('app-mesh', 'appmesh.k8s.aws/v1beta2', 'VirtualRouter', spec)).toEqual(places)
  })
})

test('App Mesh: nodes that listen are found somewhere, and call each service once', () => {
  const backend = (name: string, namespace?: string) => ({
    virtualService: { virtualServiceRef: { name, ...(namespace === undefined ? {} : { namespace }) } },
  })
  const spec = { listeners: [], backends: [backend('a'), backend('a', 'shop'), backend('a', 'other')] }
  expect(refused('app-mesh', 'appmesh.k8s.aws/v1beta2', 'VirtualNode', spec)).toEqual(['listeners', 'backends.1'])
})
