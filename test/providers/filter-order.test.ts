import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import type { JsonValue } from '../../src/plan/json.ts'
import { filterPriority, filtersAt } from '../../src/providers/filter-order.ts'
import { objectIn, objectsIn, stringIn } from '../../src/providers/json-view.ts'
import { type Sections, scopeOf, translate } from './design-fixture.ts'

const WORKLOADS: NonNullable<Sections['workloads']> = {
  web: { mesh: 'mesh', namespace: 'shop', image: 'example.org/web:1', ports: [{ name: 'http', port: 8080 }] },
  api: { mesh: 'mesh', namespace: 'shop', image: 'example.org/api:1', ports: [{ name: 'http', port: 8080 }] },
}
const OCI = 'oci://registry.example.org/filters'

/** Four filters on one workload, in the order of the design but for the last, which goes first. */
function sections(provider: string): Sections {
  return {
    meshes: { mesh: { provider } },
    workloads: WORKLOADS,
    filters: {
      auth: { mesh: 'mesh', workloads: ['web'], source: `${OCI}/auth:1` },
      limit: { mesh: 'mesh', workloads: ['web', 'api'], source: `${OCI}/limit:1` },
      audit: { mesh: 'mesh', workloads: ['api'], source: `${OCI}/audit:1` },
      trace: { mesh: 'mesh', workloads: ['web'], source: `${OCI}/trace:1`, priority: 10 },
    },
  }
}

describe('the order of filters on one workload', () => {
  test('is that of the design, unless a priority says otherwise', () => {
    const { scope } = scopeOf(sections('istio'))
    const names = (target: string) => filtersAt(target, scope).map((filter) => filter.name)
    expect(names('workloads.web')).toEqual(['trace', 'auth', 'limit'])
    expect(names('workloads.api')).toEqual(['limit', 'audit'])
    // Audit stands behind limit, which stands behind auth: whichever workload they share.
    expect([...scope.filters.values()].map((filter) => filterPriority(filter, scope))).toEqual([0, -1, -2, 10])
  })

  test('Istio is told by priorities', () => {
    const { objects } = translate(sections('istio'))
    const plugins = objects.map(({ manifest }) => manifest).filter((manifest) => manifest.kind === 'WasmPlugin')
    expect(plugins.map((plugin) => [plugin.metadata.name, objectIn(plugin, 'spec')?.priority])).toEqual([
      ['web-auth', undefined],
      ['web-limit', -1],
      ['api-limit', -1],
      ['api-audit', -2],
      ['web-trace', 10],
    ])
  })

  test('Istio puts filters of other kinds in by patches, which go the other way round', () => {
    const lua = (name: string) => ({ workloads: ['web'], kind: 'lua' as const, code: `-- ${name}\n` })
    const { objects } = translate({
      meshes: { mesh: { provider: 'istio' } },
      workloads: WORKLOADS,
      filters: { first: lua('first'), second: lua('second') },
    })
    const patches = objects.map(({ manifest }) => manifest).filter((manifest) => manifest.kind === 'EnvoyFilter')
    expect(patches.map((patch) => [patch.metadata.name, objectIn(patch, 'spec')?.priority])).toEqual([
      ['web-first', undefined],
      ['web-second', 1],
    ])
  })

  test('Kuma has them in one patch, the last nearest to the router', () => {
    const { objects } = translate(sections('kuma'))
    const patches = objects.map(({ manifest }) => manifest).filter((manifest) => manifest.kind === 'MeshProxyPatch')
    const filters = (patch: JsonValue | undefined) =>
      objectsIn(patch, 'spec', 'default', 'appendModifications').flatMap((modification) => {
        const value: unknown = parse(stringIn(modification, 'httpFilter', 'value') ?? '')
        return typeof value === 'object' && value !== null && 'name' in value ? [value.name] : []
      })
    expect(patches.map((patch) => [patch.metadata.name, filters(patch)])).toEqual([
      ['api-filters', ['envoy.filters.http.wasm.limit', 'envoy.filters.http.wasm.audit']],
      ['web-filters', ['envoy.filters.http.wasm.trace', 'envoy.filters.http.wasm.auth', 'envoy.filters.http.wasm.limit']],
    ])
  })

  test('Envoy Gateway has one policy for what they share, and says what each does', () => {
    const { filters, ...rest } = sections('gateway-api')
    const { objects } = translate({
      ...rest,
      meshes: { mesh: { provider: 'gateway-api' } },
      gateways: { edge: { mesh: 'mesh', namespace: 'shop', listeners: [{ port: 80 }] } },
      filters: {
        auth: { mesh: 'mesh', gateways: ['edge'], source: `${OCI}/auth:1`, behaviour: 'auth 1' },
        limit: { mesh: 'mesh', gateways: ['edge'], source: `${OCI}/limit:1`, behaviour: 'limit 1' },
      },
    })
    const policies = objects.map(({ manifest }) => manifest).filter((manifest) => manifest.kind === 'EnvoyExtensionPolicy')
    expect(policies.map((policy) => policy.metadata)).toEqual([
      {
        name: 'edge-filters',
        namespace: 'shop',
        annotations: { 'filter.meshform.dev/auth': 'auth 1', 'filter.meshform.dev/limit': 'limit 1' },
      },
    ])
    expect(objectsIn(policies[0], 'spec', 'wasm').map((wasm) => wasm.name)).toEqual(['auth', 'limit'])
  })

  test('Consul has them as extensions of the service, in order', () => {
    const { objects } = translate(sections('consul'))
    const web = objects
      .map(({ manifest }) => manifest)
      .find((manifest) => manifest.kind === 'ServiceDefaults' && manifest.metadata.name === 'web')
    const names = objectsIn(web, 'spec', 'envoyExtensions').map((extension) =>
      stringIn(extension, 'arguments', 'pluginConfig', 'name'),
    )
    expect(names).toEqual(['trace', 'auth', 'limit'])
  })
  test('a phase goes before priorities, whichever the mesh', () => {
    const { filters, ...rest } = sections('kuma')
    const { scope } = scopeOf({
      ...rest,
      filters: {
        audit: { mesh: 'mesh', workloads: ['web'], source: `${OCI}/audit:1`, priority: 9 },
        limit: { mesh: 'mesh', workloads: ['web'], source: `${OCI}/limit:1`, phase: 'authz' },
        auth: { mesh: 'mesh', workloads: ['web'], source: `${OCI}/auth:1`, phase: 'authn' },
      },
    })
    expect(filtersAt('workloads.web', scope).map(({ name }) => name)).toEqual(['auth', 'limit', 'audit'])
  })

  test('Istio makes a module that follows an EnvoyFilter one too, since those come after all plugins', () => {
    const lua = (more: object = {}) => ({ workloads: ['web'], kind: 'lua' as const, code: '-- nothing\n', ...more })
    const { objects } = translate({
      meshes: { mesh: { provider: 'istio' } },
      workloads: WORKLOADS,
      filters: {
        front: lua({ phase: 'authn' }),
        auth: { workloads: ['web'], source: `${OCI}/auth:1` },
        stamp: lua(),
        trace: { workloads: ['web'], source: `${OCI}/trace:1` },
      },
    })
    const chain = objects.map(({ manifest }) => manifest).filter(({ kind }) => kind === 'EnvoyFilter' || kind === 'WasmPlugin')
    expect(
      chain.map((each) => [
        each.kind,
        each.metadata.name,
        objectIn(each, 'spec')?.priority,
        objectsIn(each, 'spec', 'configPatches').map((patch) => stringIn(patch, 'patch', 'operation')),
      ]),
    ).toEqual([
      ['EnvoyFilter', 'web-front', undefined, ['INSERT_FIRST']],
      ['WasmPlugin', 'web-auth', -1, []],
      ['EnvoyFilter', 'web-stamp', 2, ['INSERT_BEFORE']],
      ['EnvoyFilter', 'web-trace', 3, ['ADD', 'INSERT_BEFORE']],
    ])
  })

  test('a policy on a route holds the filters of its gateways too, which it would otherwise put out', () => {
    const { filters, ...rest } = sections('gateway-api')
    const { objects } = translate({
      ...rest,
      meshes: { mesh: { provider: 'gateway-api' } },
      gateways: { edge: { mesh: 'mesh', namespace: 'shop', listeners: [{ port: 80 }] } },
      traffic: {
        web: { workload: 'web', gateways: ['edge'], hosts: ['web.example.org'], routes: [{ to: { 'workloads.web': 100 } }] },
      },
      filters: {
        auth: { mesh: 'mesh', gateways: ['edge'], source: `${OCI}/auth:1` },
        limit: { mesh: 'mesh', workloads: ['web'], source: `${OCI}/limit:1` },
      },
    })
    const policies = objects.map(({ manifest }) => manifest).filter((manifest) => manifest.kind === 'EnvoyExtensionPolicy')
    expect(
      policies.map((policy) => [
        objectsIn(policy, 'spec', 'targetRefs').map(({ kind, name }) => `${kind} ${name}`),
        objectsIn(policy, 'spec', 'wasm').map(({ name }) => name),
      ]),
    ).toEqual([
      [['Gateway edge'], ['auth']],
      [['HTTPRoute web'], ['auth', 'limit']],
    ])
  })

  test('Consul says at the service what each of its filters does', () => {
    const { filters, ...rest } = sections('consul')
    const { objects } = translate({
      ...rest,
      filters: { auth: { mesh: 'mesh', workloads: ['web'], source: `${OCI}/auth:1`, behaviour: 'auth 1' } },
    })
    const web = objects
      .map(({ manifest }) => manifest)
      .find((manifest) => manifest.kind === 'ServiceDefaults' && manifest.metadata.name === 'web')
    expect(web?.metadata.annotations).toEqual({ 'filter.meshform.dev/auth': 'auth 1' })
  })
})
