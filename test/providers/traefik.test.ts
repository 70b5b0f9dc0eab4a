import { describe, expect, test } from 'vitest'
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

  test('versions of SMI that it does not read are found', () => {
    const findings = findProvider('traefik').provider?.lint(meshExample('smi')) ?? []
    expect(findings.map(({ code, object }) => [code, object.kind])).toEqual([
      ['MF3037', 'TrafficSplit'],
      ['MF3037', 'HTTPRouteGroup'],
      ['MF3037', 'TrafficTarget'],
    ])
  })
})
