import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ComponentSpecs } from '../../src/design/component.ts'
import { pathRegex } from '../../src/providers/cilium/request-rules.ts'
import { objectsIn } from '../../src/providers/json-view.ts'
import { findProvider } from '../../src/providers/registry.ts'
import { canonical, meshObjects, only, type Sections, SHOP, translate } from './design-fixture.ts'
import { meshExample, sorted } from './mesh-example.ts'

const MESH = { provider: 'cilium' }

function shop(sections: Sections, mesh: ComponentSpecs['meshes'] = MESH): ReturnType<typeof translate> {
  return translate({ meshes: { mesh }, workloads: SHOP, ...sections })
}

describe('Cilium', () => {
  test.each([
    ['cilium', MESH],
    ['cilium-cec', { ...MESH, mode: 'envoy-config' }],
  ])('the canonical pattern, as %s.yaml says it, and the frontend open to whoever authenticates', (example, mesh) => {
    const translated = translate(canonical({ ...mesh, mtls: 'strict' }))
    expect(translated.diagnostics.map(({ code, severity }) => [severity, code])).toEqual([['warning', 'MF3002']])
    const objects = meshObjects(translated).filter(
      ({ kind, metadata }) => kind !== 'Service' && metadata.name !== 'frontend-authenticated',
    )
    // The second example leaves the Namespace to the first.
    const same = objects.filter(({ kind }) => example === 'cilium' || kind !== 'Namespace')
    expect(sorted(same)).toEqual(sorted(meshExample(example)))
  })

  test('what is denied of requests is left out of what is allowed, for the callers it concerns', () => {
    const translated = shop({
      authorization: {
        backend: {
          workload: 'backend',
          allow: [{ from: ['workloads.frontend', 'namespace/ops'], methods: ['GET', 'POST'] }],
          deny: [{ from: ['namespace/ops'], paths: ['/admin/*'], methods: ['POST'] }],
        },
      },
    })
    expect(translated.diagnostics).toEqual([])
    const rules = objectsIn(only(translated, 'CiliumNetworkPolicy'), 'spec', 'ingress')
    expect(rules.map((rule) => [rule.fromEndpoints, objectsIn(rule, 'toPorts')[0]?.rules])).toEqual([
      [[{ matchLabels: { app: 'frontend' } }], { http: [{ method: 'GET' }, { method: 'POST' }] }],
      [
        [{ matchLabels: { 'k8s:io.kubernetes.pod.namespace': 'ops' } }],
        {
          http: [
            { method: 'GET', path: pathRegex(undefined, ['/admin/*']) },
            { method: 'GET' },
            { method: 'POST', path: pathRegex(undefined, ['/admin/*']) },
          ],
        },
      ],
    ])
  })

  test('a path less others matches exactly what is left', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '/', '.', '-', ']', '^'), maxLength: 6 }).map((rest) => `/${rest}`)
    const pattern = fc.tuple(text, fc.boolean()).map(([path, wide]) => (wide ? `${path}*` : path))
    const holds = (one: string, path: string) => (one.endsWith('*') ? path.startsWith(one.slice(0, -1)) : path === one)
    fc.assert(
      fc.property(fc.option(pattern, { nil: undefined }), fc.array(pattern, { maxLength: 4 }), text, (base, without, path) => {
        const regex = pathRegex(base, without)
        const wanted = (base === undefined || holds(base, path)) && !without.some((one) => holds(one, path))
        for (const target of [path, `${path}?x=1`]) {
          const matched = regex !== undefined && (regex === '' || new RegExp(`^(?:${regex})$`).test(target))
          expect(matched).toBe(wanted)
        }
      }),
      { numRuns: 2000 },
    )
  })

  test('what cannot be left out is refused where it stands', () => {
    const { diagnostics } = shop({
      authorization: {
        backend: {
          workload: 'backend',
          allow: [{ from: ['workloads.frontend'], headers: { 'x-team': { prefix: 'shop' } } }],
          deny: [{ headers: { 'x-debug': { present: true } } }],
        },
        other: { workload: 'frontend', deny: [{ from: ['namespace/ops'], paths: ['/a'] }] },
      },
    })
    expect(diagnostics.map(({ code, location }) => [code, location?.file])).toEqual([
      ['MF3020', 'allow.0.headers.x-team'],
      ['MF3020', 'deny.0'],
      ['MF3020', 'deny.0.from'],
    ])
  })

  test('closed egress lets the cluster, look-ups and the named hosts through', () => {
    const translated = shop(
      { external: { api: { mesh: 'mesh', namespace: 'shop', hosts: ['*.example.org'], ports: [{ port: 443 }] } } },
      { ...MESH, settings: { egress: 'deny' } },
    )
    const { egress, ...rest } = only(translated, 'CiliumNetworkPolicy').spec as { egress: readonly object[] }
    expect(rest).toEqual({ endpointSelector: {} })
    expect(egress.slice(1)).toEqual([
      { toFQDNs: [{ matchPattern: '*.example.org' }], toPorts: [{ ports: [{ port: '443', protocol: 'TCP' }] }] },
      { toEntities: ['cluster'] },
    ])
  })

  test('one CiliumEnvoyConfig holds routes, limits and filters of a Service', () => {
    const translated = shop(
      {
        traffic: { backend: { workload: 'backend', rateLimit: { requests: 5 }, routes: [{ to: { v1: 100 } }] } },
        filters: {
          stamp: { workloads: ['backend'], kind: 'compression' },
          auth: { workloads: ['backend'], priority: 5, source: 'https://m.example.org:8443/a.wasm', sha256: 'c'.repeat(64) },
        },
      },
      { ...MESH, mode: 'envoy-config' },
    )
    const text = JSON.stringify(only(translated, 'CiliumEnvoyConfig').spec)
    const names = [...text.matchAll(/"name":"(envoy\.filters\.http\.[^"]+)"/g)].map((match) => match[1])
    expect(names).toEqual([
      'envoy.filters.http.local_ratelimit',
      'envoy.filters.http.wasm.auth',
      'envoy.filters.http.compressor',
      'envoy.filters.http.router',
    ])
    expect(text).toContain('"port_value":8443')
  })

  test('two policies for one Service are refused, two for its ports are not', () => {
    const two = (first: number | undefined, second: number | undefined) =>
      shop(
        {
          workloads: {
            web: {
              mesh: 'mesh',
              image: 'web:1',
              ports: [
                { name: 'http', port: 80 },
                { name: 'http-admin', port: 81 },
              ],
            },
          },
          traffic: {
            a: { workload: 'web', ...(first === undefined ? { port: 80 } : { port: first }), routes: [{ timeout: '1s' }] },
            b: {
              workload: 'web',
              ...(second === undefined ? { port: 80 } : { port: second }),
              loadBalancing: { policy: 'random' },
            },
          },
        },
        { ...MESH, mode: 'envoy-config' },
      ).diagnostics.map(({ code }) => code)
    expect(two(80, 80)).toEqual(['MF3004'])
    expect(two(80, 81)).toEqual([])
  })

  test('objects that take each other’s requests are found', () => {
    const manifests = [...meshExample('cilium'), ...meshExample('cilium-cec')].filter(({ kind }) => kind !== 'Namespace')
    const findings = findProvider('cilium').provider?.lint(manifests) ?? []
    expect(findings.map(({ code, object }) => [code, object.kind])).toEqual([['MF3032', 'CiliumEnvoyConfig']])
  })
})
