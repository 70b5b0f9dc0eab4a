import { describe, expect, test } from 'vitest'
import type { ComponentSpecs } from '../../src/design/component.ts'
import type { RequestMatchSpec } from '../../src/design/schema/traffic.ts'
import { objectIn, objectsIn } from '../../src/providers/json-view.ts'
import { findProvider } from '../../src/providers/registry.ts'
import { canonical, meshObjects, only, type Sections, SHOP, translate } from './design-fixture.ts'
import { meshExample } from './mesh-example.ts'

const EXPERIMENTAL = { provider: 'gateway-api', mode: 'experimental' }
const STANDARD = { provider: 'gateway-api' }

function routesOnly(sections: Sections): Sections {
  const { authorization: _none, ...rest } = sections
  return rest
}

describe('Gateway API', () => {
  test('the canonical routes say what the example says, but for its 25 ms pause, which the pattern does not ask for', () => {
    const translated = translate(routesOnly(canonical(EXPERIMENTAL)))
    expect(translated.diagnostics).toEqual([])
    const example = JSON.stringify(meshExample('gateway-api')[0]).replace(',"backoff":"25ms"', '')
    expect(only(translated, 'HTTPRoute')).toEqual(JSON.parse(example))
  })

  test('the standard channel refuses retries, by its table, and names the way', () => {
    const { diagnostics, objects } = translate(routesOnly(canonical(STANDARD)))
    expect(objects.some(({ manifest }) => manifest.kind === 'HTTPRoute')).toBe(false)
    expect(diagnostics).toEqual([
      {
        severity: 'error',
        code: 'MF3001',
        summary: 'Gateway API cannot retry failed requests (traffic.retries)',
        detail: 'HTTPRoute rules[].retry is of the experimental channel.',
        hint: 'Install the experimental channel and say `mode: experimental`.',
        address: 'traffic.backend',
        location: { file: 'routes.0.retries', line: 1, column: 1 },
      },
    ])
  })

  test('strict mutual TLS and authorization are refused', () => {
    const { diagnostics } = translate(canonical({ ...EXPERIMENTAL, mtls: 'strict' }))
    expect(diagnostics.map((diagnostic) => diagnostic.location?.file)).toEqual(['mtls', 'allow', 'allow'])
  })

  test('a canary by header with a mirrored share', () => {
    const translated = translate({
      meshes: { mesh: STANDARD },
      workloads: SHOP,
      traffic: {
        backend: {
          workload: 'backend',
          routes: [
            { match: [{ headers: { 'x-canary': { exact: 'true' } } }], to: { v2: 100 }, mirror: { to: 'v1', percent: 12.5 } },
            { to: { v1: 100 } },
          ],
        },
      },
    })
    expect(translated.diagnostics).toEqual([])
    expect(only(translated, 'HTTPRoute').spec).toEqual({
      parentRefs: [{ group: '', kind: 'Service', name: 'backend', port: 8080 }],
      rules: [
        {
          matches: [{ headers: [{ name: 'x-canary', type: 'Exact', value: 'true' }] }],
          filters: [
            {
              type: 'RequestMirror',
              requestMirror: {
                backendRef: { name: 'backend-v1', port: 8080 },
                fraction: { numerator: 12_500, denominator: 100_000 },
              },
            },
          ],
          backendRefs: [{ name: 'backend-v2', port: 8080, weight: 100 }],
        },
        { backendRefs: [{ name: 'backend-v1', port: 8080, weight: 100 }] },
      ],
    })
  })

  test('TCP goes by TCPRoute, under the version that the bundle serves', () => {
    const sections = (version?: string): Sections => ({
      meshes: { mesh: { provider: 'gateway-api', mode: 'experimental', ...(version === undefined ? {} : { version }) } },
      workloads: { db: { mesh: 'mesh', image: 'db:1', ports: [{ name: 'tcp', port: 5432 }], versions: { a: {}, b: {} } } },
      traffic: { db: { workload: 'db', routes: [{ to: { a: 50, b: 50 } }] } },
    })
    expect(only(translate(sections()), 'TCPRoute').apiVersion).toBe('gateway.networking.k8s.io/v1')
    expect(only(translate(sections('1.4.0')), 'TCPRoute').apiVersion).toBe('gateway.networking.k8s.io/v1alpha2')
  })

  test('client certificates are asked for on the port of their listener', () => {
    const translated = translate({
      meshes: { mesh: STANDARD },
      workloads: SHOP,
      gateways: {
        web: {
          mesh: 'mesh',
          namespace: 'shop',
          className: 'eg',
          listeners: [{ port: 443, protocol: 'https', hosts: ['shop.example.org'], tls: { mode: 'mutual', secret: 'cert' } }],
          routes: [{ to: { 'workloads.frontend': 100 } }],
        },
      },
    })
    expect(translated.diagnostics).toEqual([])
    expect(only(translated, 'Gateway').spec).toEqual({
      gatewayClassName: 'eg',
      listeners: [
        {
          name: 'https-443',
          port: 443,
          protocol: 'HTTPS',
          hostname: 'shop.example.org',
          tls: { mode: 'Terminate', certificateRefs: [{ name: 'cert' }] },
          allowedRoutes: { namespaces: { from: 'All' } },
        },
      ],
      tls: {
        frontend: {
          default: {},
          perPort: [{ port: 443, tls: { validation: { caCertificateRefs: [{ group: '', kind: 'Secret', name: 'cert' }] } } }],
        },
      },
    })
  })

  test('a redirect to HTTPS names every listener that its hosts make', () => {
    const translated = translate({
      meshes: { mesh: STANDARD },
      workloads: SHOP,
      gateways: {
        web: {
          mesh: 'mesh',
          namespace: 'shop',
          className: 'eg',
          listeners: [
            { name: 'plain', port: 80, hosts: ['a.example.org', 'b.example.org'], tls: { redirect: true } },
            { port: 443, protocol: 'https', hosts: ['a.example.org'], tls: { secret: 'cert' } },
          ],
          routes: [{ to: { 'workloads.frontend': 100 } }],
        },
      },
    })
    const listeners = objectsIn(only(translated, 'Gateway'), 'spec', 'listeners').map(({ name }) => name)
    expect(listeners).toEqual(['plain-0', 'plain-1', 'https-443'])
    expect(objectIn(only(translated, 'HTTPRoute', 'web-plain-redirect'), 'spec').parentRefs).toEqual([
      { name: 'web', sectionName: 'plain-0' },
      { name: 'web', sectionName: 'plain-1' },
    ])
  })

  test('a Wasm filter is an EnvoyExtensionPolicy on the gateway and on the routes through it', () => {
    const translated = translate({
      meshes: { mesh: STANDARD },
      workloads: SHOP,
      gateways: { web: { mesh: 'mesh', namespace: 'shop', listeners: [{ port: 80 }] } },
      traffic: { backend: { workload: 'backend', gateways: ['web'], hosts: ['a.example.org'], routes: [{ to: { v1: 100 } }] } },
      filters: {
        auth: {
          mesh: 'mesh',
          workloads: ['backend'],
          gateways: ['web'],
          source: 'oci://registry.example.org/auth:1',
          sha256: 'a'.repeat(64),
          config: { header: 'x-api-key' },
          failOpen: true,
        },
      },
    })
    expect(translated.diagnostics.map((diagnostic) => diagnostic.severity)).toEqual(['warning'])
    expect(only(translated, 'EnvoyExtensionPolicy')).toEqual({
      apiVersion: 'gateway.envoyproxy.io/v1alpha1',
      kind: 'EnvoyExtensionPolicy',
      metadata: { name: 'auth', namespace: 'shop' },
      spec: {
        targetRefs: [
          { group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'web' },
          { group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', name: 'backend' },
        ],
        wasm: [
          {
            name: 'auth',
            code: { type: 'Image', image: { url: 'registry.example.org/auth:1', sha256: 'a'.repeat(64) } },
            config: { header: 'x-api-key' },
            failOpen: true,
          },
        ],
      },
    })
  })

  test('retries of nothing and low statuses are refused with their place', () => {
    const { diagnostics } = translate({
      meshes: { mesh: EXPERIMENTAL },
      workloads: SHOP,
      traffic: {
        backend: {
          workload: 'backend',
          routes: [
            { match: [{ path: { prefix: '/a' } }], to: { v1: 100 }, retries: { attempts: 0 } },
            { to: { v1: 100 }, retries: { attempts: 1, on: ['304'] } },
          ],
        },
      },
    })
    expect(diagnostics.map(({ code, location }) => [code, location?.file])).toEqual([
      ['MF3002', 'routes.0.match.0.path.prefix'],
      ['MF3020', 'routes.0.retries.attempts'],
      ['MF3020', 'routes.1.retries.on'],
    ])
  })

  test('what is valid but does not do what it seems to is found', () => {
    const translated = translate({
      meshes: { mesh: STANDARD },
      workloads: SHOP,
      traffic: { backend: { workload: 'backend', routes: [{ to: { v1: 100 } }, { to: { v2: 100 } }] } },
    })
    const findings = findProvider('gateway-api').provider?.lint(meshObjects(translated)) ?? []
    expect(findings.map(({ code, object, path }) => [code, object.name, path])).toEqual([
      ['MF3033', 'backend', ['spec', 'rules', 1]],
    ])
  })

  test('where nobody can tell the channel, what only the experimental one has is told, once a component', () => {
    const said = (mesh: ComponentSpecs['meshes']) =>
      translate(routesOnly(canonical(mesh))).diagnostics.map(({ severity, code, location }) => [severity, code, location?.file])
    const untold = { gatewayChannel: 'untold' }
    const warning = [['warning', 'MF3040', 'routes.0.retries']]
    expect(said({ provider: 'istio', mode: 'ambient', settings: untold })).toEqual(warning)
    expect(said({ provider: 'cilium', settings: untold })).toEqual(warning)
    // Modes that write no such route say nothing.
    expect(said({ provider: 'istio', settings: untold })).toEqual([])
    expect(said({ provider: 'istio', mode: 'ambient', settings: { gatewayChannel: 'experimental' } })).toEqual([])
  })

  test('an order that the Gateway API does not keep is told, and one that it keeps is not', () => {
    const warned = (first: RequestMatchSpec, second: RequestMatchSpec) =>
      translate({
        meshes: { mesh: STANDARD },
        workloads: SHOP,
        traffic: {
          backend: {
            workload: 'backend',
            routes: [{ match: [first], to: { v1: 100 } }, { match: [second], to: { v2: 100 } }, { to: { v1: 100 } }],
          },
        },
      })
        .diagnostics.filter(({ code }) => code === 'MF3022')
        .map(({ code, location }) => [code, location?.file])
    const header = { headers: { 'x-canary': { exact: 'on' } } }
    expect(warned(header, { path: { prefix: '/api' } })).toEqual([['MF3022', 'routes.1']])
    expect(warned({ path: { prefix: '/api' } }, header)).toEqual([])
    expect(warned({ path: { prefix: '/a' } }, { path: { exact: '/b' } })).toEqual([])
    expect(warned({ path: { prefix: '/a' } }, { path: { exact: '/a/b' } })).toEqual([['MF3022', 'routes.1']])
    expect(warned({ methods: ['GET'] }, { methods: ['POST'], ...header })).toEqual([])
  })
})
