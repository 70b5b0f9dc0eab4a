import { expect } from 'vitest'
import type { Feature } from '../../../src/providers/features.ts'
import { objectIn, objectsIn } from '../../../src/providers/json-view.ts'
import { only } from '../design-fixture.ts'
import { CILIUM_MEANING } from './cilium-meaning.ts'
import { conform, type Meaning, type Run } from './conform.ts'
import { gatewayMeaning, versionService } from './route-meaning.ts'

const { 'gateway.tls.mutual': _mutual, 'traffic.gateways': _gateways, ...gateways } = gatewayMeaning('cilium')

/** The resources of the only CiliumEnvoyConfig whose type ends so. */
function resources(run: Run, type: string) {
  return objectsIn(only(run, 'CiliumEnvoyConfig'), 'spec', 'resources').filter((one) => String(one['@type']).endsWith(type))
}

const routes =
  (...expected: readonly object[]) =>
  (run: Run): void => {
    const [config] = resources(run, 'RouteConfiguration')
    expect(objectsIn(config, 'virtual_hosts').flatMap((host) => objectsIn(host, 'routes'))).toMatchObject(expected)
  }
const V1 = { match: { prefix: '/' }, route: { cluster: 'shop/backend-v1' } }
const one = (action: object, match: object = { prefix: '/' }) =>
  routes({ match, route: { cluster: 'shop/backend-v1', ...action } })
const matching = (match: object) => routes({ match, route: { cluster: 'shop/backend-v2' } }, V1)
const retry = (policy: object) => one({ retry_policy: { num_retries: 3, ...policy } })

const cluster =
  (expected: object) =>
  (run: Run): void => {
    expect(resources(run, 'Cluster')[0]).toMatchObject({ name: 'shop/backend', type: 'EDS', ...expected })
  }

const httpFilter =
  (name: string, expected: object) =>
  (run: Run): void => {
    const [listener] = resources(run, 'Listener')
    const [chain] = objectsIn(listener, 'filter_chains')
    const [manager] = objectsIn(chain, 'filters')
    const filters = objectsIn(objectIn(manager, 'typed_config'), 'http_filters')
    expect(filters.map((filter) => filter.name)).toEqual([name, 'envoy.filters.http.router'])
    expect(objectIn(filters[0], 'typed_config')).toMatchObject(expected)
  }

const module = (config: object) => httpFilter('envoy.filters.http.wasm.auth', { config })

const LIMIT = 'envoy.filters.http.local_ratelimit'
const BUCKET = { max_tokens: 100, tokens_per_fill: 100, fill_interval: '60s' }

const traffic = {
  'traffic.split': (run) => {
    routes({
      match: { prefix: '/' },
      route: {
        weighted_clusters: {
          clusters: [
            { name: 'shop/backend-v1', weight: 90 },
            { name: 'shop/backend-v2', weight: 10 },
          ],
        },
      },
    })(run)
    expect(only(run, 'CiliumEnvoyConfig').spec).toMatchObject({
      services: [{ name: 'backend', namespace: 'shop' }],
      backendServices: [
        { name: 'backend-v1', namespace: 'shop' },
        { name: 'backend-v2', namespace: 'shop' },
      ],
    })
    const versions = ['v1', 'v2'].map((version) => only(run, 'Service', `backend-${version}`))
    expect(versions).toMatchObject(['v1', 'v2'].map(versionService))
  },
  'traffic.otherWorkloads': one({ cluster: 'shop/frontend' }),
  'traffic.match.path': matching({ path: '/reviews' }),
  'traffic.match.pathPrefix': matching({ prefix: '/re' }),
  'traffic.match.headers': matching({ headers: [{ name: 'end-user', string_match: { exact: 'jason' } }] }),
  'traffic.match.query': matching({ query_parameters: [{ name: 'preview', string_match: { exact: 'on' } }] }),
  'traffic.match.method': matching({ headers: [{ name: ':method', string_match: { safe_regex: { regex: 'GET' } } }] }),
  'traffic.match.port': matching({ prefix: '/' }),
  'traffic.match.regex': matching({ safe_regex: { regex: '/reviews/[0-9]+' } }),
  'traffic.match.prefix': matching({ headers: [{ name: 'end-user', string_match: { prefix: 'test-' } }] }),
  'traffic.match.absent': matching({ headers: [{ name: 'end-user', present_match: false }] }),
  'traffic.timeout': one({ timeout: '2s' }),
  'traffic.retries': retry({ retry_on: '5xx' }),
  'traffic.retries.perTry': retry({ per_try_timeout: '0.5s' }),
  'traffic.retries.backoff': retry({ retry_back_off: { base_interval: '0.1s' } }),
  'traffic.retries.backoff.maximum': retry({ retry_back_off: { base_interval: '0.1s', max_interval: '1s' } }),
  'traffic.retries.connection': retry({ retry_on: 'connect-failure,reset,refused-stream' }),
  'traffic.retries.status': retry({ retry_on: 'retriable-status-codes', retriable_status_codes: [503, 429] }),
  'traffic.mirror': one({ request_mirror_policies: [{ cluster: 'shop/backend-v2' }] }),
  'traffic.mirror.percent': one({
    request_mirror_policies: [
      { cluster: 'shop/backend-v2', runtime_fraction: { default_value: { numerator: 250_000, denominator: 'MILLION' } } },
    ],
  }),
  'traffic.rewrite': one({ prefix_rewrite: '/v1' }, { prefix: '/api' }),
  'traffic.redirect': routes(
    { match: { prefix: '/old' }, redirect: { path_redirect: '/new', response_code: 'MOVED_PERMANENTLY' } },
    V1,
  ),
  'traffic.headers': routes({
    ...V1,
    request_headers_to_add: [{ header: { key: 'x-env', value: 'test' }, append_action: 'OVERWRITE_IF_EXISTS_OR_ADD' }],
    request_headers_to_remove: ['x-debug'],
    response_headers_to_add: [{ header: { key: 'x-served-by', value: 'mesh' }, append_action: 'APPEND_IF_EXISTS_OR_ADD' }],
  }),
  'traffic.cors': (run) => {
    httpFilter('envoy.filters.http.cors', {})(run)
    routes({
      ...V1,
      typed_per_filter_config: {
        'envoy.filters.http.cors': {
          allow_origin_string_match: [{ exact: 'https://shop.example.org' }],
          allow_methods: 'GET,POST',
          allow_headers: 'x-token',
          max_age: '86400',
        },
      },
    })(run)
  },
  'traffic.tcp': (run) => {
    const [listener] = resources(run, 'Listener')
    expect(listener).toMatchObject({
      filter_chains: [
        {
          filters: [
            {
              name: 'envoy.filters.network.tcp_proxy',
              typed_config: {
                weighted_clusters: {
                  clusters: [
                    { name: 'shop/database-v1', weight: 90 },
                    { name: 'shop/database-v2', weight: 10 },
                  ],
                },
              },
            },
          ],
        },
      ],
    })
    expect(resources(run, 'RouteConfiguration')).toEqual([])
  },
  'circuitBreaker.connections': cluster({
    circuit_breakers: { thresholds: [{ max_connections: 100, max_pending_requests: 50, max_requests: 200 }] },
  }),
  'circuitBreaker.requestsPerConnection': cluster({
    typed_extension_protocol_options: {
      'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
        common_http_protocol_options: { max_requests_per_connection: 10 },
      },
    },
  }),
  'circuitBreaker.retries': cluster({ circuit_breakers: { thresholds: [{ max_retries: 3 }] } }),
  'circuitBreaker.idleTimeout': cluster({
    typed_extension_protocol_options: {
      'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': { common_http_protocol_options: { idle_timeout: '30s' } },
    },
  }),
  'circuitBreaker.connectTimeout': cluster({ connect_timeout: '1s' }),
  'circuitBreaker.outlier': cluster({
    outlier_detection: { consecutive_5xx: 5, interval: '10s', base_ejection_time: '30s' },
  }),
  'circuitBreaker.outlier.gatewayErrors': cluster({
    outlier_detection: { consecutive_gateway_failure: 3, enforcing_consecutive_gateway_failure: 100 },
  }),
  'circuitBreaker.outlier.share': cluster({ outlier_detection: { max_ejection_percent: 50 } }),
  'circuitBreaker.outlier.minHealth': cluster({ common_lb_config: { healthy_panic_threshold: { value: 30 } } }),
  'loadBalancing.policy': cluster({ lb_policy: 'LEAST_REQUEST' }),
  'loadBalancing.hash': (run) => {
    cluster({ lb_policy: 'RING_HASH' })(run)
    routes({ match: { prefix: '/' }, route: { hash_policy: [{ header: { header_name: 'x-user' } }] } })(run)
  },
  'loadBalancing.warmup': cluster({
    round_robin_lb_config: { slow_start_config: { slow_start_window: '60s' } },
  }),
  'rateLimit.local': httpFilter(LIMIT, { token_bucket: BUCKET }),
  'rateLimit.burst': httpFilter(LIMIT, { token_bucket: { ...BUCKET, max_tokens: 120 } }),
  'rateLimit.status': httpFilter(LIMIT, { status: { code: 503 } }),
  'rateLimit.byHeader': httpFilter(LIMIT, {
    rate_limits: [{ actions: [{ request_headers: { header_name: 'x-user', descriptor_key: 'x-user' } }] }],
    descriptors: [{ entries: [{ key: 'x-user' }], token_bucket: BUCKET }],
  }),
  'rateLimit.byClient': httpFilter(LIMIT, {
    rate_limits: [{ actions: [{ remote_address: {} }] }],
    descriptors: [{ entries: [{ key: 'remote_address' }], token_bucket: BUCKET }],
  }),
  'rateLimit.global': (run) => {
    httpFilter('envoy.filters.http.ratelimit', {
      domain: 'meshform-backend',
      rate_limit_service: { grpc_service: { envoy_grpc: { cluster_name: 'shop/ratelimit:8081' } } },
    })(run)
    expect(resources(run, 'Cluster').map((one) => one.name)).toEqual(['shop/backend', 'shop/ratelimit:8081'])
  },
  'filter.wasm': httpFilter('envoy.filters.http.wasm.auth', {
    config: { vm_config: { code: { local: { filename: '/etc/meshform/filters/auth.wasm' } } } },
  }),
  'filter.native': httpFilter('envoy.filters.http.compressor', { choose_first: true }),
  'filter.tcp': (run) => {
    const [listener] = resources(run, 'Listener')
    const filters = objectsIn(objectsIn(listener, 'filter_chains')[0], 'filters')
    expect(filters).toMatchObject([
      {
        name: 'envoy.filters.network.wasm.auth',
        typed_config: { '@type': 'type.googleapis.com/envoy.extensions.filters.network.wasm.v3.Wasm' },
      },
      { name: 'envoy.filters.network.tcp_proxy' },
    ])
  },
  'filter.ports': (run) => {
    const services = objectsIn(only(run, 'CiliumEnvoyConfig'), 'spec', 'services')
    expect(services).toEqual([{ name: 'backend', namespace: 'shop', ports: [8080] }])
  },
  'filter.phase': httpFilter('envoy.filters.http.wasm.auth', {}),
  'filter.reload': httpFilter('envoy.filters.http.wasm.auth', { config: { failure_policy: 'FAIL_RELOAD' } }),
  'filter.environment': module({ vm_config: { environment_variables: { key_values: { TIER: 'gold' } } } }),
  'filter.hostEnvironment': module({ vm_config: { environment_variables: { host_env_keys: ['POD_NAME'] } } }),
  'filter.vm': module({ vm_config: { vm_id: 'shared', configuration: { value: 'quiet' } } }),
  'filter.capabilities': module({ capability_restriction_config: { allowed_capabilities: { proxy_log: {} } } }),
} as const satisfies { readonly [F in Feature]?: Meaning }

conform({
  provider: 'cilium',
  mesh: { mode: 'envoy-config' },
  definitions: ['cilium', 'gateway-api-experimental'],
  meaning: { ...CILIUM_MEANING, ...gateways, ...traffic },
})
