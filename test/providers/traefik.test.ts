import { describe, expect, test } from 'vitest'
import type { RouteSpec } from '../../src/design/schema/traffic.ts'
import type { Manifest } from '../../src/plan/manifest.ts'
import { findProvider } from '../../src/providers/registry.ts'
import { canonical, meshObjects, type Sections, SHOP, translate } from './design-fixture.ts'
import { meshExample, sorted } from './mesh-example.ts'

const MESH = { provider: 'traefik' }

describe('Traefik Mesh', () => {
  test('the canonical pattern without timeout and mutual TLS, as the example says it', () => {
    const { traffic: _traffic, ...rest } = canonical(MESH)
    const sections: Sections = {
      ...rest,
      traffic: {
        backend: {
          workload: 'backend',
          routes: [{ name: 'canary', to: { v1: 90, v2: 10 }, retries: { attempts: 3, on: ['5xx'] } }],
        },
      },
    }
    const translated = translate(sections)
    expect(translated.diagnostics.map(({ severity, code, location }) => [severity, code, location?.file])).toEqual([
      ['warning', 'MF3038', 'provider'],
      ['warning', 'MF3008', 'provider'],
      ['warning', 'MF3002', 'routes.0.retries'],
      ['warning', 'MF3002', 'allow'],
    ])
    const named = new Set(['backend', 'backend-all', 'backend-canary', 'backend-allow-frontend', 'shop'])
    const objects = meshObjects(translated).filter(({ metadata }) => named.has(metadata.name))
    const example = meshExample('traefik-mesh')
    expect(sorted(objects.filter(({ kind }) => kind !== 'Service'))).toEqual(
      sorted(example.filter(({ kind }) => kind !== 'Service')),
    )
    const annotations = (manifests: readonly Manifest[]) => manifests.find(({ kind }) => kind === 'Service')?.metadata.annotations
    expect(annotations(objects)).toEqual(annotations(example))
  })

  test('what it cannot do is refused with its place', () => {
    const { diagnostics } = translate(canonical({ ...MESH, mtls: 'strict' }))
    const refused = diagnostics.filter(({ severity }) => severity === 'error')
    expect(refused.map(({ summary, location }) => [summary, location?.file])).toEqual([
      ['Traefik Mesh cannot require mutual TLS (mtls.strict)', 'mtls'],
      ['Traefik Mesh cannot limit the time of a request (traffic.timeout)', 'routes.0.timeout'],
    ])
  })

  test('routes that differ in what a Service says once are refused', () => {
    const { diagnostics } = translate({
      meshes: { mesh: { ...MESH, settings: { acl: false } } },
      workloads: SHOP,
      traffic: {
        backend: {
          workload: 'backend',
          routes: [{ match: [{ methods: ['GET'] }], to: { v1: 100 }, retries: { attempts: 2 } }, { to: { v1: 100 } }],
        },
      },
      authorization: { backend: { workload: 'backend', allow: [{ from: ['workloads.frontend'] }] } },
    })
    const found = diagnostics.filter(({ code }) => code !== 'MF3002')
    expect(found.map(({ code, location }) => [code, location?.file])).toEqual([
      ['MF3038', 'provider'],
      ['MF3008', 'provider'],
      ['MF3020', 'routes.1'],
      ['MF3008', ''],
    ])
  })

  test('expressions stand behind its slash, without groups that capture', () => {
    const paths = (regex: string) => {
      const { objects, diagnostics } = translate({
        meshes: { mesh: MESH },
        workloads: SHOP,
        traffic: {
          backend: { workload: 'backend', routes: [{ match: [{ path: { regex } }], to: { v2: 100 } }, { to: { v1: 100 } }] },
        },
      })
      const group = objects.find(({ manifest }) => manifest.kind === 'HTTPRouteGroup')?.manifest.spec
      const errors = diagnostics.filter(({ severity }) => severity === 'error')
      return [errors.map(({ code, location }) => `${code} ${location?.file}`), group]
    }
    const says = (pathRegex: string) => [[], { matches: [{ name: 'match-1', pathRegex, methods: ['*'] }] }]
    expect(paths('/reviews/[0-9]+')).toEqual(says('/reviews/[0-9]+$'))
    expect(paths('^/(v1|v2)/.*$')).toEqual(says('/(?:v1|v2)/.*$'))
    expect(paths('/a[|(]|/b(?P<id>c)|.+/d')).toEqual(says('/(?:a[|(]|b(?:c)|.*/d)$'))
    for (const regex of ['(/a|/b)', '/?a', 'a/.*']) {
      expect(paths(regex)[0], regex).toEqual(['MF3020 routes.0.match.0.path'])
    }
  })

  test('routes that it would not try in their order are named', () => {
    const warned = (...matches: readonly NonNullable<RouteSpec['match']>[number][]) => {
      const { diagnostics } = translate({
        meshes: { mesh: MESH },
        workloads: SHOP,
        traffic: {
          backend: {
            workload: 'backend',
            routes: [...matches.map((match) => ({ match: [match], to: { v2: 100 } })), { to: { v1: 100 } }],
          },
        },
      })
      return diagnostics.flatMap(({ code, location }) => (code === 'MF3022' ? [location?.file] : []))
    }
    expect(warned({ path: { prefix: '/api' } }, { headers: { 'x-user': { exact: 'jason' } } })).toEqual(['routes.1'])
    expect(warned({ headers: { 'x-user': { exact: 'jason' } } }, { path: { prefix: '/api' } })).toEqual([])
    expect(warned({ path: { prefix: '/api' } }, { path: { prefix: '/web' }, methods: ['GET'] })).toEqual([])
  })

  test('a rule about a port names the port of the pods; a Service of the short form leads there by number', () => {
    const ports = [
      { name: 'http', port: 80, targetPort: 8080 },
      { name: 'metrics', port: 9100 },
    ]
    const { objects, diagnostics } = translate({
      meshes: { mesh: MESH },
      workloads: { ...SHOP, backend: { mesh: 'mesh', namespace: 'shop', image: 'example.invalid/backend:1', ports } },
      authorization: { backend: { workload: 'backend', allow: [{ from: ['workloads.frontend'], ports: [80] }] } },
    })
    expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([])
    const made = (kind: string) =>
      objects.map(({ manifest }) => manifest).find((manifest) => manifest.kind === kind && manifest.metadata.name === 'backend')
    expect(made('TrafficTarget')?.spec).toMatchObject({ destination: { port: 8080 } })
    expect(made('Service')?.spec).toMatchObject({
      ports: [
        { port: 80, targetPort: 8080 },
        { port: 9100, targetPort: 9100 },
      ],
    })
  })

  test('ports that it would speak to in the words of another are named', () => {
    const { diagnostics } = translate({
      meshes: { mesh: MESH },
      workloads: {
        backend: {
          mesh: 'mesh',
          namespace: 'shop',
          image: 'example.invalid/backend:1',
          ports: [
            { name: 'grpc', port: 9090 },
            { name: 'http', port: 8080 },
          ],
        },
      },
    })
    expect(diagnostics.map(({ code, summary }) => [code, summary])).toContainEqual([
      'MF3008',
      'Traefik Mesh speaks h2c to every port of Service backend, to port 8080 (http) too',
    ])
  })

  test('versions of SMI that it does not read are found', () => {
    const findings = findProvider('traefik').provider?.lint(meshExample('smi')) ?? []
    expect(findings.map(({ code, object }) => [code, object.kind])).toEqual([
      ['MF3037', 'TrafficSplit'],
      ['MF3037', 'HTTPRouteGroup'],
      ['MF3037', 'TrafficTarget'],
    ])
  })
})
