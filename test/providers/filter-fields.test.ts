import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import type { ComponentSpecs } from '../../src/design/component.ts'
import type { Manifest } from '../../src/plan/manifest.ts'
import { objectIn, objectsIn, stringIn, valueIn } from '../../src/providers/json-view.ts'
import { translate } from './design-fixture.ts'

type Filter = ComponentSpecs['filters']

const SOURCE = 'oci://registry.example.org/filters/auth:1'

function made(provider: string, filter: Filter, mode?: string) {
  const { objects, diagnostics } = translate({
    meshes: { mesh: { provider, ...(mode === undefined ? {} : { mode }) } },
    workloads: { web: { mesh: 'mesh', namespace: 'shop', image: 'example.org/web:1', ports: [{ name: 'http', port: 8080 }] } },
    filters: { auth: { workloads: ['web'], ...filter } },
  })
  const errors = diagnostics.filter(({ severity }) => severity === 'error')
  return {
    manifests: objects.map(({ manifest }) => manifest),
    errors: errors.map(({ code, summary, location }) => `${code} ${location?.file}: ${summary}`),
  }
}

function only(manifests: readonly Manifest[], kind: string): Manifest {
  const found = manifests.filter((manifest) => manifest.kind === kind)
  if (found[0] === undefined || found.length > 1) throw new Error(`${found.length} objects of kind ${kind}`)
  return found[0]
}

describe('fields that a kind knows nothing of are told', () => {
  test.each<readonly [words: string, filter: Filter, error: string]>([
    [
      'a pull secret of Lua',
      { kind: 'lua', code: '-- nothing\n', pullSecret: 'registry' },
      'MF3019 pullSecret: `pullSecret` is for Wasm modules, and filters.auth is of kind lua',
    ],
    [
      'Lua on connections',
      { kind: 'lua', code: '-- nothing\n', protocol: 'tcp' },
      'MF3019 protocol: A filter of kind lua sees requests, not connections',
    ],
    [
      'text for a native filter',
      { kind: 'cors', config: 'all' },
      "MF3019 config: The configuration of a filter of kind cors is Envoy's own, a mapping",
    ],
    [
      'two answers to a crash',
      { source: SOURCE, failOpen: true, reloadOnFailure: true },
      'MF3019 reloadOnFailure: A filter lets requests through when it fails, or starts anew and fails them meanwhile',
    ],
  ])('%s', (_words, filter, error) => {
    expect(made('istio', filter).errors).toEqual([error])
  })
})

describe('Istio', () => {
  test('takes text that is a JSON object as one, and hands other text over by an EnvoyFilter', () => {
    const json = made('istio', { source: SOURCE, config: '{"header": "x-api-key"}' })
    expect(objectIn(only(json.manifests, 'WasmPlugin'), 'spec', 'pluginConfig')).toEqual({ header: 'x-api-key' })
    const text = made('istio', { source: SOURCE, config: 'SecRuleEngine On' })
    const [extension] = objectsIn(only(text.manifests, 'EnvoyFilter'), 'spec', 'configPatches')
    expect(valueIn(extension, 'patch', 'value', 'typed_config', 'config', 'configuration')).toEqual({
      '@type': 'type.googleapis.com/google.protobuf.StringValue',
      value: 'SecRuleEngine On',
    })
    expect(made('istio', { source: SOURCE, config: 'SecRuleEngine On' }, 'ambient').errors).toEqual([
      'MF3020 config: In a waypoint WasmPlugin has no word for `config`',
    ])
  })

  test('puts a native filter on connections, one patch a port and direction', () => {
    const { manifests } = made('istio', {
      kind: 'rbac',
      protocol: 'tcp',
      ports: [8080, 9090],
      direction: 'both',
      config: { rules: { action: 'DENY' } },
    })
    const patches = objectsIn(only(manifests, 'EnvoyFilter'), 'spec', 'configPatches')
    expect(
      patches.map((patch) => [stringIn(patch, 'match', 'context'), valueIn(patch, 'match', 'listener', 'portNumber')]),
    ).toEqual([
      ['SIDECAR_INBOUND', 8080],
      ['SIDECAR_INBOUND', 9090],
      ['SIDECAR_OUTBOUND', 8080],
      ['SIDECAR_OUTBOUND', 9090],
    ])
    expect(patches[0]).toMatchObject({
      applyTo: 'NETWORK_FILTER',
      match: { listener: { filterChain: { filter: { name: 'envoy.filters.network.tcp_proxy' } } } },
      patch: {
        operation: 'INSERT_BEFORE',
        value: {
          name: 'envoy.filters.network.rbac',
          typed_config: {
            '@type': 'type.googleapis.com/envoy.extensions.filters.network.rbac.v3.RBAC',
            stat_prefix: 'auth',
            rules: { action: 'DENY' },
          },
        },
      },
    })
  })

  test('refuses what an EnvoyFilter cannot say', () => {
    expect(made('istio', { source: SOURCE, vmConfig: 'quiet', phase: 'authz', pullSecret: 'registry' }).errors).toEqual([
      'MF3020 phase: An EnvoyFilter cannot put a filter into phase authz',
      'MF3020 pullSecret: filters.auth has to be an EnvoyFilter (WasmPlugin has no word for `vmConfig`), which has no `pullSecret`',
    ])
  })
})

describe('other meshes', () => {
  test('Consul limits by its own extension, in its own words', () => {
    const bucket = { max_tokens: 100, tokens_per_fill: 10, fill_interval: '60s' }
    const { manifests } = made('consul', { kind: 'local-rate-limit', config: { token_bucket: bucket } })
    expect(objectsIn(only(manifests, 'ServiceDefaults'), 'spec', 'envoyExtensions')).toEqual([
      {
        name: 'builtin/http/localratelimit',
        required: true,
        arguments: { proxyType: 'connect-proxy', maxTokens: 100, tokensPerFill: 10, fillInterval: 60 },
      },
    ])
    expect(made('consul', { kind: 'local-rate-limit', config: { token_bucket: bucket, descriptors: [] } }).errors).toEqual([
      "MF3020 config.descriptors: Consul's rate limit has no `descriptors`",
    ])
  })

  test('Cilium has one listener for the filters of a workload, and so one set of ports', () => {
    const filters = (ports: Record<string, number[] | undefined>, traffic = {}) => {
      const { objects, diagnostics } = translate({
        meshes: { mesh: { provider: 'cilium', mode: 'envoy-config' } },
        workloads: {
          web: { mesh: 'mesh', namespace: 'shop', image: 'example.org/web:1', ports: [{ port: 8080 }, { port: 9090 }] },
        },
        filters: Object.fromEntries(
          Object.entries(ports).map(([name, of]) => [
            name,
            { workloads: ['web'], kind: 'cors', config: {}, ...(of === undefined ? {} : { ports: of }) },
          ]),
        ),
        ...traffic,
      })
      return {
        services: objects.flatMap(({ manifest }) => objectsIn(manifest, 'spec', 'services')),
        errors: diagnostics.filter(({ severity }) => severity === 'error').map(({ summary }) => summary),
      }
    }
    const service = { name: 'web', namespace: 'shop' }
    expect(filters({ a: [9090], b: [9090] })).toEqual({ services: [{ ...service, ports: [9090] }], errors: [] })
    expect(filters({ a: [9090], b: undefined }).errors).toEqual([
      'filters.b and filters.a are for different ports of workloads.web',
    ])
    const policy = (port: number) => ({ traffic: { web: { workload: 'web', port, routes: [{ to: 100 }] } } })
    expect(filters({ a: [9090] }, policy(8080)).errors).toEqual([
      'filters.a is for port 9090 of workloads.web, and no traffic policy there is for that port alone',
    ])
    expect(filters({ a: [9090] }, policy(9090))).toEqual({ services: [{ ...service, ports: [9090] }], errors: [] })
  })

  test('an external authorization that fails open says so to Envoy', () => {
    const { manifests } = made('kuma', { kind: 'ext-authz', failOpen: true, config: { transport_api_version: 'V3' } })
    const [patch] = objectsIn(only(manifests, 'MeshProxyPatch'), 'spec', 'default', 'appendModifications')
    expect(parse(stringIn(patch, 'httpFilter', 'value') ?? '')).toEqual({
      name: 'envoy.filters.http.ext_authz',
      typed_config: {
        '@type': 'type.googleapis.com/envoy.extensions.filters.http.ext_authz.v3.ExtAuthz',
        failure_mode_allow: true,
        transport_api_version: 'V3',
      },
    })
  })

  test('Envoy Gateway is handed JSON, and no other text', () => {
    expect(made('gateway-api', { source: SOURCE, config: 'SecRuleEngine On' }).errors).toEqual([
      'MF3020 config: Envoy Gateway hands a module its configuration as JSON, and this text is none',
    ])
  })
})
