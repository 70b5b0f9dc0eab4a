import { describe, expect, test } from 'vitest'
import type { Sections } from './design-fixture.ts'
import { canonical, only, SHOP, translate } from './design-fixture.ts'
import { meshExample, sorted } from './mesh-example.ts'

/** The canonical pattern without what SMI has no words for. */
function splitAndAccess(settings: { readonly [key: string]: unknown } = {}): Sections {
  return {
    ...canonical({ provider: 'smi', settings }),
    traffic: { backend: { workload: 'backend', routes: [{ name: 'canary', to: { v1: 90, v2: 10 } }] } },
  }
}

const SMI_KINDS = new Set(['TrafficSplit', 'HTTPRouteGroup', 'TrafficTarget', 'TCPRoute'])

function smiObjects(sections: Sections) {
  const translated = translate(sections)
  return {
    objects: translated.objects.map(({ manifest }) => manifest).filter(({ kind }) => SMI_KINDS.has(kind)),
    errors: translated.diagnostics.filter(({ severity }) => severity === 'error'),
    translated,
  }
}

describe('SMI', () => {
  test('the canonical pattern says what the example says', () => {
    const { objects, errors } = smiObjects(splitAndAccess())
    expect(errors).toEqual([])
    expect(sorted(objects)).toEqual(sorted(meshExample('smi')))
  })

  test('timeouts, retries and mTLS are refused where they stand', () => {
    const { translated } = smiObjects(canonical({ provider: 'smi', mtls: 'strict' }))
    const errors = translated.diagnostics.filter(({ severity }) => severity === 'error')
    expect(errors.map(({ code, location, summary }) => [code, location?.file, summary])).toEqual([
      ['MF3001', 'mtls', 'Service Mesh Interface cannot require mutual TLS (mtls.strict)'],
      ['MF3001', 'routes.0.timeout', 'Service Mesh Interface cannot limit the time of a request (traffic.timeout)'],
      ['MF3001', 'routes.0.retries', 'Service Mesh Interface cannot retry failed requests (traffic.retries)'],
    ])
  })

  test('the oldest versions have weights as quantities and no spec around matches', () => {
    const { objects, errors, translated } = smiObjects(
      splitAndAccess({ split: 'v1alpha1', specs: 'v1alpha1', access: 'v1alpha1' }),
    )
    expect(errors).toEqual([])
    expect(objects.length).toBe(3)
    expect(only(translated, 'TrafficSplit').spec).toEqual({
      service: 'backend',
      backends: [
        { service: 'backend-v1', weight: '900m' },
        { service: 'backend-v2', weight: '100m' },
      ],
    })
    expect(only(translated, 'HTTPRouteGroup').matches).toEqual([{ name: 'all', pathRegex: '.*', methods: ['*'] }])
    const { destination, specs, sources } = only(translated, 'TrafficTarget')
    expect({ destination, specs, sources }).toEqual({
      destination: { kind: 'ServiceAccount', name: 'backend', namespace: 'shop', port: 8080 },
      specs: [{ kind: 'HTTPRouteGroup', name: 'backend-all', matches: ['all'] }],
      sources: [{ kind: 'ServiceAccount', name: 'frontend', namespace: 'shop' }],
    })
  })

  test('a route that matches splits by a group of its own', () => {
    const { translated, errors } = smiObjects({
      meshes: { mesh: { provider: 'smi' } },
      workloads: SHOP,
      traffic: {
        backend: {
          workload: 'backend',
          routes: [
            {
              name: 'testers',
              match: [{ path: { prefix: '/v2.0' }, headers: { 'x-user': { exact: 'jason' } }, methods: ['GET'] }],
              to: { v2: 100 },
            },
            { to: { v1: 100 } },
          ],
        },
      },
    })
    expect(errors).toEqual([])
    expect(only(translated, 'HTTPRouteGroup').spec).toEqual({
      matches: [{ name: 'match-1', pathRegex: '/v2\\.0.*', methods: ['GET'], headers: [{ 'x-user': '^jason$' }] }],
    })
    expect(only(translated, 'TrafficSplit', 'backend-testers').spec).toEqual({
      service: 'backend',
      matches: [{ kind: 'HTTPRouteGroup', name: 'backend-testers-match' }],
      backends: [{ service: 'backend-v2', weight: 100 }],
    })
    expect(only(translated, 'TrafficSplit', 'backend-2').spec).toEqual({
      service: 'backend',
      backends: [{ service: 'backend-v1', weight: 100 }],
    })
  })

  test('matching is refused where the version of TrafficSplit has none', () => {
    const { errors } = smiObjects({
      ...splitAndAccess({ split: 'v1alpha2' }),
      traffic: {
        backend: { workload: 'backend', routes: [{ match: [{ path: { exact: '/a' } }], to: { v1: 100 } }] },
      },
    })
    expect(errors.map(({ code, location }) => [code, location?.file])).toEqual([['MF3020', 'routes.0.match']])
  })

  test('rules by method and path have a group of their own; callers need a ServiceAccount', () => {
    const { translated, errors } = smiObjects({
      meshes: { mesh: { provider: 'smi' } },
      workloads: SHOP,
      authorization: {
        callers: {
          workload: 'backend',
          allow: [
            { from: ['workloads.frontend'], methods: ['GET'], paths: ['/api/*', '/health'] },
            { from: [{ serviceAccount: 'ops/admin' }, { principal: 'cluster.local/ns/ops/sa/robot' }] },
            { methods: ['GET'] },
          ],
        },
      },
    })
    expect(errors.map(({ location, summary }) => [location?.file, summary])).toEqual([
      ['allow.2', 'A TrafficTarget names who may call; it cannot let everyone in'],
    ])
    expect(only(translated, 'HTTPRouteGroup', 'backend-callers').spec).toEqual({
      matches: [
        { name: 'rule-1', pathRegex: '/api/.*', methods: ['GET'] },
        { name: 'rule-1-2', pathRegex: '/health$', methods: ['GET'] },
        { name: 'rule-3', pathRegex: '.*', methods: ['GET'] },
      ],
    })
    expect(only(translated, 'TrafficTarget', 'backend-callers-2').spec).toEqual({
      destination: { kind: 'ServiceAccount', name: 'backend', namespace: 'shop' },
      rules: [{ kind: 'HTTPRouteGroup', name: 'backend-all', matches: ['all'] }],
      sources: [
        { kind: 'ServiceAccount', name: 'admin', namespace: 'ops' },
        { kind: 'ServiceAccount', name: 'robot', namespace: 'ops' },
      ],
    })
  })

  test('what offers no port is let alone by policies of the whole mesh where a port must be named, and refused by its name', () => {
    const sections = (policy: object): Sections => ({
      meshes: { mesh: { provider: 'smi', settings: { access: 'v1alpha1' } } },
      workloads: { ...SHOP, bare: { mesh: 'mesh', namespace: 'shop', image: 'bare:1' } },
      authorization: { policy: { mesh: 'mesh', allow: [{ from: ['workloads.frontend'] }], ...policy } },
    })
    const wide = smiObjects(sections({})).objects.filter(({ kind }) => kind === 'TrafficTarget')
    expect(wide.map(({ metadata }) => metadata.name).sort()).toEqual(['backend-policy', 'frontend-policy'])
    const { diagnostics } = translate(sections({ workload: 'bare' }))
    expect(diagnostics.filter(({ severity }) => severity === 'error').map(({ summary }) => summary)).toEqual([
      'A TrafficTarget of v1alpha1 needs a port, and workloads.bare has none',
    ])
  })

  test('a rule about connections names the ports of the pods', () => {
    const ports = [{ name: 'tcp-database', port: 5432, targetPort: 15432, protocol: 'tcp' as const }]
    const { translated, errors } = smiObjects({
      meshes: { mesh: { provider: 'osm' } },
      workloads: { ...SHOP, database: { mesh: 'mesh', namespace: 'shop', image: 'example.invalid/database:1', ports } },
      authorization: { database: { workload: 'database', allow: [{ from: ['workloads.frontend'] }] } },
    })
    expect(errors).toEqual([])
    expect(only(translated, 'TCPRoute').spec).toEqual({ matches: { ports: [15432] } })
  })
})
