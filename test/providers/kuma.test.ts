import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { isJsonObject, type JsonValue } from '../../src/plan/json.ts'
import type { Manifest } from '../../src/plan/manifest.ts'
import { objectIn, objectsIn, stringIn } from '../../src/providers/json-view.ts'
import { findProvider } from '../../src/providers/registry.ts'
import { canonical, meshObjects, only, type Sections, SHOP, translate } from './design-fixture.ts'
import { meshExample, sorted } from './mesh-example.ts'

const MESH = { provider: 'kuma' }

function shop(sections: Sections): ReturnType<typeof translate> {
  return translate({ meshes: { mesh: MESH }, workloads: SHOP, ...sections })
}

/**
 * The example limits its policies to the proxies of the frontend, beside which they stand; the neutral design speaks of every caller,
 * whose policies stand in the namespace of the control plane.
 */
function forEveryCaller(manifest: Manifest): Manifest {
  if (objectsIn(manifest, 'spec', 'to').length === 0) return manifest
  const name = `shop-${manifest.kind === 'MeshTimeout' ? 'backend-timeout' : manifest.metadata.name}`
  const metadata = { ...manifest.metadata, name, namespace: 'kuma-system' }
  return { ...manifest, metadata, spec: { ...objectIn(manifest, 'spec'), targetRef: { kind: 'Mesh' } } }
}

describe('Kuma', () => {
  test('the canonical pattern says what the example says, for every caller, and leaves the frontend open to the mesh', () => {
    const translated = translate(canonical({ ...MESH, mtls: 'strict' }))
    expect(translated.diagnostics).toEqual([])
    const objects = meshObjects(translated).filter(
      (manifest) => manifest.kind !== 'Service' && manifest.metadata.name !== 'frontend-allow-mesh',
    )
    expect(sorted(objects)).toEqual(sorted(meshExample('kuma').map(forEveryCaller)))
    expect(only(translated, 'MeshTrafficPermission', 'frontend-allow-mesh').spec).toEqual({
      targetRef: { kind: 'Dataplane', labels: { app: 'frontend' } },
      rules: [{ default: { allow: [{ spiffeID: { type: 'Prefix', value: 'spiffe://default.default.mesh.local/' } }] } }],
    })
  })

  test('where zones fail over, routes, timeouts, retries and limits hold for the service of all zones too', () => {
    const zones = {
      kind: 'MeshMultiZoneService',
      labels: { 'kuma.io/display-name': 'backend-shop', 'k8s.kuma.io/namespace': 'kuma-system' },
    }
    const translated = shop({
      traffic: {
        limits: {
          workload: 'backend',
          circuitBreaker: { connectTimeout: '1s', outlier: { consecutiveErrors: 3 } },
          loadBalancing: { failover: [{ from: 'a', to: 'b' }] },
        },
        backend: {
          workload: 'backend',
          routes: [
            {
              to: { 'workloads.backend': 100 },
              timeout: '2s',
              retries: { attempts: 2 },
              headers: { request: { set: { a: 'b' } } },
            },
          ],
        },
      },
    })
    expect(translated.diagnostics).toEqual([])
    const targets = (kind: string, name: string) =>
      objectsIn(only(translated, kind, name), 'spec', 'to').map((entry) => [stringIn(entry, 'targetRef', 'kind'), entry.default])
    expect(targets('MeshTimeout', 'shop-backend-timeout')).toContainEqual([zones.kind, { http: { requestTimeout: '2s' } }])
    expect(targets('MeshTimeout', 'shop-backend-limits-timeout')).toContainEqual([zones.kind, { connectionTimeout: '1s' }])
    expect(targets('MeshRetry', 'shop-backend-retry').map(([kind]) => kind)).toEqual(['MeshService', zones.kind])
    expect(targets('MeshCircuitBreaker', 'shop-backend-limits-circuit-breaker').map(([kind]) => kind)).toContain(zones.kind)
    const [own, all] = objectsIn(only(translated, 'MeshHTTPRoute'), 'spec', 'to')
    expect(own).toMatchObject({ targetRef: { kind: 'MeshService' } })
    expect(all).toMatchObject({
      targetRef: { ...zones, sectionName: 'http' },
      rules: [
        { default: { filters: [{ type: 'RequestHeaderModifier' }], backendRefs: [{ ...zones, port: 8080, weight: 100 }] } },
      ],
    })
  })

  test('versions are of one zone, which is told where zones fail over', () => {
    const backend = {
      workload: 'backend',
      routes: [{ to: { v1: 90, v2: 10 } }],
      loadBalancing: { failover: [{ from: 'a', to: 'b' }] },
    }
    expect(
      shop({ traffic: { backend } }).diagnostics.map(({ code, severity, location }) => [code, severity, location?.file]),
    ).toEqual([['MF3020', 'warning', 'routes.0.to']])
  })

  test('3.0: the Mesh has no field that it dropped', () => {
    expect(only(translate(canonical({ ...MESH, version: '3.0.0', mtls: 'strict' })), 'Mesh').spec).toEqual({})
  })

  test('older versions are refused by the table', () => {
    const { diagnostics } = translate(canonical({ ...MESH, version: '2.10.0', mtls: 'strict' }))
    expect(diagnostics.map(({ code, location }) => [code, location?.file])).toEqual([
      ['MF3003', 'mtls'],
      ['MF3003', 'allow'],
      ['MF3003', 'allow'],
    ])
  })

  test('mesh, zone and trust domain are part of identities', () => {
    const sections = canonical({ ...MESH, settings: { mesh: 'payments', zone: 'east' } })
    const permission = only(translate(sections), 'MeshTrafficPermission', 'backend-allow-frontend')
    expect(permission.metadata.labels).toEqual({ 'kuma.io/mesh': 'payments' })
    expect(JSON.stringify(permission.spec)).toContain('spiffe://payments.east.mesh.local/ns/shop/sa/frontend')
    const told = translate(canonical({ ...MESH, trustDomain: 'mesh.example' }))
    expect(JSON.stringify(only(told, 'MeshIdentity').spec)).toContain('"trustDomain":"mesh.example"')
    expect(JSON.stringify(only(told, 'MeshTrafficPermission', 'backend-allow-frontend').spec)).toContain(
      'spiffe://mesh.example/ns/shop/sa/frontend',
    )
  })

  test('routes that differ in timeouts or retries are objects of their own, which the policies name', () => {
    const translated = shop({
      traffic: {
        backend: {
          workload: 'backend',
          circuitBreaker: { connectTimeout: '1s' },
          routes: [
            { match: [{ headers: { 'X-Slow': { present: true } } }], to: { v1: 100 }, timeout: '30s' },
            { to: { v1: 100 }, retries: { attempts: 1 } },
          ],
        },
      },
    })
    expect(translated.diagnostics).toEqual([])
    const named = (name: string) => ({
      kind: 'MeshHTTPRoute',
      labels: { 'kuma.io/display-name': name, 'k8s.kuma.io/namespace': 'kuma-system' },
    })
    const connections = (name: string) => ({
      targetRef: { kind: 'MeshService', labels: { 'kuma.io/display-name': name, 'k8s.kuma.io/namespace': 'shop' } },
      default: { connectionTimeout: '1s' },
    })
    expect(objectsIn(only(translated, 'MeshTimeout'), 'spec', 'to')).toEqual([
      ...['backend', 'backend-v1', 'backend-v2'].map(connections),
      { targetRef: named('shop-backend'), default: { http: { requestTimeout: '30s' } } },
    ])
    expect(objectsIn(only(translated, 'MeshRetry'), 'spec', 'to')).toEqual([
      { targetRef: named('shop-backend-2'), default: { http: { numRetries: 1, retryOn: ['5xx'] } } },
    ])
    // Header names are in lower case, as the schema wants them.
    expect(JSON.stringify(only(translated, 'MeshHTTPRoute', 'shop-backend').spec)).toContain('"x-slow"')
  })

  test('a fault of a route that matches requests is a fault filter that looks at their headers', () => {
    const translated = shop({
      traffic: {
        backend: {
          workload: 'backend',
          routes: [
            {
              match: [{ headers: { 'x-chaos': { exact: 'on' } }, path: { exact: '/a.b' }, methods: ['GET', 'PUT'] }],
              to: { v1: 100 },
              fault: { delay: { duration: '1500ms', percent: 50 }, abort: { status: 503, percent: 12.5 } },
            },
            { to: { v1: 100 } },
          ],
        },
      },
    })
    expect(translated.diagnostics).toEqual([])
    const [patch] = objectsIn(only(translated, 'MeshProxyPatch'), 'spec', 'default', 'appendModifications')
    expect(parse(stringIn(patch, 'httpFilter', 'value') ?? '')).toEqual({
      name: 'envoy.filters.http.fault.0.0',
      typed_config: {
        '@type': 'type.googleapis.com/envoy.extensions.filters.http.fault.v3.HTTPFault',
        headers: [
          { name: ':path', string_match: { safe_regex: { regex: '(/a\\.b)(\\?.*)?' } } },
          { name: 'x-chaos', string_match: { exact: 'on' } },
          { name: ':method', string_match: { safe_regex: { regex: 'GET|PUT' } } },
        ],
        delay: { fixed_delay: '1.5s', percentage: { numerator: 50, denominator: 'HUNDRED' } },
        abort: { http_status: 503, percentage: { numerator: 125_000, denominator: 'MILLION' } },
      },
    })
  })

  test('a fault keeps to the requests of its own route, where one condition each tells those of earlier routes', () => {
    const faulty = (match: readonly object[]) =>
      shop({
        traffic: {
          backend: {
            workload: 'backend',
            routes: [
              { match, to: { v2: 100 } },
              { to: { v1: 100 }, fault: { delay: { duration: '1s' } } },
            ] as never,
          },
        },
      })
    const apart = faulty([{ headers: { 'x-tester': { exact: 'yes' } } }, { methods: ['DELETE'] }])
    expect(apart.diagnostics).toEqual([])
    const [patch] = objectsIn(only(apart, 'MeshProxyPatch'), 'spec', 'default', 'appendModifications')
    const value = stringIn(patch, 'httpFilter', 'value') ?? ''
    // Kuma reads YAML 1.1, to which a bare `yes` is true.
    expect(value).toContain('exact: "yes"')
    expect(objectIn(parse(value), 'typed_config').headers).toEqual([
      { name: 'x-tester', string_match: { exact: 'yes' }, invert_match: true },
      { name: ':method', string_match: { safe_regex: { regex: 'DELETE' } }, invert_match: true },
    ])
    const mixed = faulty([{ headers: { 'x-a': { exact: '1' }, 'x-b': { exact: '2' } } }])
    expect(mixed.diagnostics).toMatchObject([{ code: 'MF3020', severity: 'warning', location: { file: 'routes.1.fault' } }])
  })

  test('what gRPC calls are retried on cannot be chosen by the words of HTTP', () => {
    const retried = (on: readonly string[]) =>
      shop({
        workloads: { pay: { mesh: 'mesh', namespace: 'shop', image: 'pay:1', ports: [{ name: 'grpc', port: 9090 }] } },
        traffic: { pay: { workload: 'pay', routes: [{ retries: { attempts: 2, on: [...on] } }] } },
      }).diagnostics.map(({ code, severity, location }) => [code, severity, location?.file])
    expect(retried(['5xx'])).toEqual([])
    expect(retried(['connect-failure'])).toEqual([['MF3020', 'warning', 'routes.0.retries.on']])
    expect(retried(['503'])).toEqual([['MF3020', 'error', 'routes.0.retries.on']])
  })

  test('a module from the network comes through a cluster of its own, and only with its digest', () => {
    const filter = (sha256?: string): Sections => ({
      filters: {
        auth: {
          mesh: 'mesh',
          workloads: ['backend'],
          source: 'https://modules.example.org/auth.wasm',
          ...(sha256 === undefined ? {} : { sha256 }),
        },
      },
    })
    const errors = (sections: Sections) => shop(sections).diagnostics.filter(({ severity }) => severity === 'error')
    expect(errors(filter()).map(({ code, location }) => [code, location?.file])).toEqual([['MF3019', 'source']])
    expect(errors(filter('b'.repeat(64)))).toEqual([])
    const [cluster, wasm] = objectsIn(
      only(shop(filter('b'.repeat(64))), 'MeshProxyPatch'),
      'spec',
      'default',
      'appendModifications',
    ).map((modification): JsonValue => {
      const value: unknown = parse(
        stringIn(modification, 'cluster', 'value') ?? stringIn(modification, 'httpFilter', 'value') ?? '',
      )
      return isJsonObject(value) ? value : {}
    })
    expect(cluster).toMatchObject({ name: 'meshform-filter-auth', type: 'STRICT_DNS' })
    expect(objectIn(wasm, 'typed_config', 'config', 'vm_config', 'code', 'remote')).toEqual({
      http_uri: { uri: 'https://modules.example.org/auth.wasm', cluster: 'meshform-filter-auth', timeout: '60s' },
      sha256: 'b'.repeat(64),
    })
  })

  test('the digest of a module out of the files of the proxy is nothing that anybody compares, and that is told', () => {
    const auth = { mesh: 'mesh', workloads: ['backend'], source: 'oci://registry.example.org/auth:1' }
    const warned = (sha256: Partial<Record<'sha256', string>>) =>
      shop({ filters: { auth: { ...auth, ...sha256 } } })
        .diagnostics.filter(({ code }) => code === 'MF3008')
        .map(({ summary, detail, location }) => [summary, detail, location?.file])
    expect(warned({})).toEqual([])
    expect(warned({ sha256: 'b'.repeat(64) })).toEqual([
      [
        'No proxy compares the module of filters.auth with its digest',
        'Envoy runs whatever lies at /etc/meshform/filters/auth.wasm; only what it fetches over http(s) has to have the digest.',
        'source',
      ],
    ])
  })

  test('what 3.0 drops is found in raw objects', () => {
    const findings = findProvider('kuma').provider?.lint(meshExample('kuma-legacy-mtls')) ?? []
    expect(findings.map(({ object, path }) => `${object.kind} ${path.join('.')}`)).toEqual([
      'Mesh spec.mtls',
      'MeshHTTPRoute spec.targetRef.kind',
      'MeshTrafficPermission spec.from',
      'MeshTrafficPermission spec.targetRef.kind',
    ])
  })
})
