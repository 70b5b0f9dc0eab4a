import { describe, expect, test } from 'vitest'
import type { ComponentSpecs } from '../../src/design/component.ts'
import type { Manifest } from '../../src/plan/manifest.ts'
import type { Scope } from '../../src/providers/contract.ts'
import { objectsIn, stringIn } from '../../src/providers/json-view.ts'
import { findProvider } from '../../src/providers/registry.ts'
import { resolveWorkload } from '../../src/providers/resolve-workload.ts'
import { canonical, componentOf, meshObjects, only, type Sections, SHOP, scopeOf, translate } from './design-fixture.ts'
import { meshExample, sorted } from './mesh-example.ts'

const MESH = { provider: 'linkerd' }

function shop(sections: Sections): ReturnType<typeof translate> {
  return translate({ meshes: { mesh: MESH }, workloads: SHOP, ...sections })
}

function named(manifests: readonly Manifest[], kind: string): readonly string[] {
  return manifests.filter((manifest) => manifest.kind === kind).map((manifest) => manifest.metadata.name)
}

describe('Linkerd', () => {
  test('the canonical pattern, as the example says it', () => {
    const translated = translate(canonical({ ...MESH, mtls: 'strict' }))
    expect(translated.diagnostics).toEqual([])
    const objects = meshObjects(translated).filter((manifest) => manifest.kind !== 'Service')
    expect(sorted(objects)).toEqual(sorted(meshExample('linkerd')))
  })

  test('a value leads back to the line that says it', () => {
    const translated = translate(canonical({ ...MESH, mtls: 'strict' }))
    const route = translated.objects.find((object) => object.manifest.kind === 'HTTPRoute')
    expect(route?.origins['/metadata/annotations/retry.linkerd.io~1limit']).toEqual(['routes', 0, 'retries', 'attempts'])
    expect(route?.origins['/spec/rules/0/backendRefs/1/weight']).toEqual(['routes', 0, 'to', 'v2'])
  })

  test('routes that differ in retries or timeouts are objects of their own, since annotations hold for a whole one', () => {
    const translated = shop({
      traffic: {
        backend: {
          workload: 'backend',
          routes: [
            { match: [{ methods: ['GET'] }], to: { v1: 100 }, retries: { attempts: 2, on: ['gateway-error', '429'] } },
            { match: [{ methods: ['POST'] }], to: { v1: 100 }, timeout: '1m30s' },
            { to: { v1: 100 } },
          ],
        },
      },
    })
    const routes = meshObjects(translated).filter((manifest) => manifest.kind === 'HTTPRoute')
    expect(routes.map(({ metadata }) => [metadata.name, metadata.annotations])).toEqual([
      ['backend', { 'retry.linkerd.io/http': 'gateway-error,429', 'retry.linkerd.io/limit': '2' }],
      ['backend-2', { 'timeout.linkerd.io/request': '90000ms' }],
      ['backend-3', undefined],
    ])
  })

  test('deny by default with three allows: the most specific route carries every rule that covers it', () => {
    const workloads: NonNullable<Sections['workloads']> = {
      ...SHOP,
      admin: { mesh: 'mesh', namespace: 'ops', image: 'example.invalid/admin:1' },
    }
    const translated = shop({
      workloads,
      authorization: {
        backend: {
          workload: 'backend',
          default: 'deny',
          allow: [
            { from: ['workloads.frontend'], paths: ['/api/*'] },
            { from: ['workloads.admin'], paths: ['/api/admin/*'], methods: ['GET'] },
            { from: ['namespace/monitoring'] },
          ],
        },
      },
    })
    expect(translated.diagnostics).toEqual([])
    const policies = meshObjects(translated).filter((manifest) => manifest.kind === 'AuthorizationPolicy')
    expect(
      policies.map(({ spec }) => [
        stringIn(spec, 'targetRef', 'name'),
        objectsIn(spec, 'requiredAuthenticationRefs').map((reference) => reference.name),
      ]),
    ).toEqual([
      ['backend-http-route-1', ['frontend']],
      ['backend-http-route-2', ['frontend']],
      ['backend-http-route-2', ['admin-of-ops']],
      ['backend-http', ['namespace-monitoring']],
    ])
    // Requests that no rule names are answered by a route too, or Linkerd would say 404 to those whom the Server lets in.
    expect(named(meshObjects(translated), 'HTTPRoute')).toEqual([
      'backend-http-route-1',
      'backend-http-route-2',
      'backend-http-rest',
    ])
  })

  test('two policies share the Server and the authentications of the first', () => {
    const authorization: { readonly [name: string]: ComponentSpecs['authorization'] } = {
      read: { workload: 'backend', allow: [{ from: ['workloads.frontend'], methods: ['GET'] }] },
      write: { workload: 'backend', allow: [{ from: ['workloads.frontend'], methods: ['POST'] }] },
    }
    const traffic = { backend: { workload: 'backend', rateLimit: { requests: 10 } } }
    const objects = meshObjects(shop({ authorization, traffic }))
    expect(named(objects, 'Server')).toEqual(['backend-http'])
    expect(named(objects, 'MeshTLSAuthentication')).toEqual(['frontend'])
    expect(named(objects, 'AuthorizationPolicy')).toEqual(['read', 'write'])
    expect(named(objects, 'HTTPLocalRateLimitPolicy')).toEqual(['backend-http-rate-limit'])
  })

  test('rules that meet without one covering the other are told', () => {
    const { diagnostics } = shop({
      authorization: {
        backend: {
          workload: 'backend',
          allow: [
            { from: ['workloads.frontend'], methods: ['GET'] },
            { from: ['namespace/ops'], paths: ['/jobs'] },
          ],
        },
      },
    })
    expect(diagnostics.map(({ severity, code, location }) => [severity, code, location?.file])).toEqual([
      ['warning', 'MF3022', 'allow.1'],
    ])
  })

  test('identities of other trust domains are written as certificates hold them', () => {
    const translated = shop({
      authorization: {
        backend: {
          workload: 'backend',
          allow: [{ from: [{ principal: 'east.example/ns/shop/sa/web' }, 'workloads.frontend', 'namespace/ops'] }],
        },
      },
    })
    expect(only(translated, 'MeshTLSAuthentication').spec).toEqual({
      identities: [
        'web.shop.serviceaccount.identity.linkerd.east.example',
        'frontend.shop.serviceaccount.identity.linkerd.cluster.local',
        '*.ops.serviceaccount.identity.linkerd.cluster.local',
      ],
    })
  })

  test('external hosts of a namespace share an EgressNetwork, which can deny all others', () => {
    const translated = translate({
      meshes: { mesh: { ...MESH, settings: { egress: 'deny' } } },
      workloads: SHOP,
      external: {
        api: {
          mesh: 'mesh',
          namespace: 'shop',
          hosts: ['api.example.org'],
          ports: [{ port: 443 }, { port: 80, protocol: 'http' }],
        },
        status: { mesh: 'mesh', namespace: 'shop', hosts: ['*.status.example.org'], ports: [{ port: 443 }] },
        queue: { mesh: 'mesh', namespace: 'shop', hosts: ['queue.example.org'], ports: [{ port: 5672, protocol: 'tcp' }] },
      },
    })
    expect(only(translated, 'EgressNetwork').spec).toEqual({ trafficPolicy: 'Deny' })
    expect(named(meshObjects(translated), 'TLSRoute')).toEqual(['api-443', 'status'])
    expect(named(meshObjects(translated), 'HTTPRoute')).toEqual(['api-80'])
    expect(translated.diagnostics.map(({ code, location }) => [code, location?.file])).toEqual([['MF3020', 'ports.0.protocol']])
  })

  test('what its own documentation warns of is found in raw objects', () => {
    const route: Manifest = {
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'HTTPRoute',
      metadata: { name: 'backend', namespace: 'shop', annotations: { 'retry.linkerd.io/http': '5xx' } },
      spec: {
        parentRefs: [{ group: '', kind: 'Service', name: 'backend', port: 8080 }],
        rules: [{ retry: { attempts: 2 }, filters: [{ type: 'URLRewrite', urlRewrite: { hostname: 'a' } }] }],
      },
    }
    const profile: Manifest = {
      apiVersion: 'linkerd.io/v1alpha2',
      kind: 'ServiceProfile',
      metadata: { name: 'backend.shop.svc.cluster.local', namespace: 'shop' },
    }
    const findings = findProvider('linkerd').provider?.lint([route, profile]) ?? []
    expect(findings.map(({ code, object, path }) => [code, object.kind, path.join('.')])).toEqual([
      ['MF3031', 'HTTPRoute', 'spec.rules.0.retry'],
      ['MF3031', 'HTTPRoute', 'spec.rules.0.filters.0'],
      ['MF3032', 'ServiceProfile', 'metadata.name'],
    ])
  })

  test('charts of edge releases bear the whole year', () => {
    const { provider, scope } = translate(canonical({ ...MESH, version: 'edge-26.9.1', trustDomain: 'mesh.example' }))
    const [crds, control] = provider.install(scope.mesh).charts
    expect([crds?.version, control?.values]).toEqual(['2026.9.1', { identityTrustDomain: 'mesh.example' }])
  })

  test('rules that look into requests leave the probes of pods open, which routes on a Server would shut out', () => {
    const probe = (path: string, port: string | number) => ({ httpGet: { path, port } })
    const deployment: Manifest = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'shop', namespace: 'shop' },
      spec: {
        selector: { matchLabels: { app: 'shop' } },
        template: {
          metadata: { labels: { app: 'shop' } },
          spec: {
            containers: [
              {
                name: 'shop',
                image: 'example.invalid/shop:1',
                ports: [
                  { name: 'http', containerPort: 8080 },
                  { name: 'admin', containerPort: 9000 },
                ],
                livenessProbe: probe('/healthz?full=1', 8080),
                readinessProbe: probe('/ready', 'http'),
                startupProbe: probe('/started', 'admin'),
              },
            ],
          },
        },
      },
    }
    const service: Manifest = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'shop', namespace: 'shop' },
      spec: { selector: { app: 'shop' }, ports: [{ name: 'http', port: 80, targetPort: 'http' }] },
    }
    const component = componentOf('workloads', 'shop', { mesh: 'mesh', manifests: ['shop.yaml'] }, [deployment, service])
    const { workload } = resolveWorkload(component)
    if (workload === undefined) throw new Error('the workload is not read')
    const authorized = (methods: string[] | undefined) => {
      const policy = componentOf('authorization', 'rules', {
        workload: 'shop',
        allow: [{ from: ['namespace/ops'], ...(methods && { methods }) }],
      })
      const { scope } = scopeOf({ meshes: { mesh: MESH } })
      const whole: Scope = {
        ...scope,
        workloads: new Map([[workload.address, workload]]),
        authorization: new Map([[policy.address, policy]]),
      }
      return findProvider('linkerd')
        .provider?.authorization(policy, whole)
        .manifests.map(({ manifest }) => manifest)
        .filter(({ metadata }) => metadata.name === 'shop-http-probes')
    }
    expect(authorized(undefined)).toEqual([])
    expect(authorized(['GET'])?.map(({ kind, spec }) => [kind, spec])).toEqual([
      ['NetworkAuthentication', { networks: [{ cidr: '0.0.0.0/0' }, { cidr: '::/0' }] }],
      [
        'HTTPRoute',
        {
          parentRefs: [{ group: 'policy.linkerd.io', kind: 'Server', name: 'shop-http' }],
          rules: [
            {
              matches: [
                { path: { type: 'Exact', value: '/healthz' }, method: 'GET' },
                { path: { type: 'Exact', value: '/ready' }, method: 'GET' },
              ],
            },
          ],
        },
      ],
      [
        'AuthorizationPolicy',
        {
          targetRef: { group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', name: 'shop-http-probes' },
          requiredAuthenticationRefs: [{ group: 'policy.linkerd.io', kind: 'NetworkAuthentication', name: 'shop-http-probes' }],
        },
      ],
    ])
  })

  test('plain TCP ports that Linkerd does not know are told to it, on the Services and on the pods', () => {
    const marks = (ports: NonNullable<ComponentSpecs['workloads']['ports']>, onboard?: 'off') => {
      const { objects } = translate({
        meshes: { mesh: MESH },
        workloads: {
          queue: {
            mesh: 'mesh',
            namespace: 'shop',
            image: 'example.invalid/queue:1',
            ports,
            versions: { v1: {} },
            ...(onboard && { onboard }),
          },
        },
      })
      const annotation = 'config.linkerd.io/opaque-ports'
      return objects.flatMap(({ manifest }) => {
        const told =
          manifest.metadata.annotations?.[annotation] ??
          stringIn(manifest.spec, 'template', 'metadata', 'annotations', annotation)
        return told === undefined ? [] : [`${manifest.kind} ${manifest.metadata.name}: ${told}`]
      })
    }
    const queue = { name: 'tcp-queue', port: 5671, targetPort: 15671, protocol: 'tcp' } as const
    const database = { name: 'tcp-database', port: 5432, protocol: 'tcp' } as const
    expect(marks([queue, database, { name: 'http', port: 80 }])).toEqual([
      'Service queue: 5671,5432',
      'Deployment queue-v1: 15671,5432',
      'Service queue-v1: 5671,5432',
    ])
    expect(marks([database])).toEqual([])
    expect(marks([queue], 'off')).toEqual([])
  })

  test.each([
    ['edge-24.2.1', ['MF3003']],
    ['24.8.1', ['MF3003']],
    ['edge-24.8.2', []],
    ['edge-26.9.1', []],
    ['2.15.0', ['MF3003']],
    ['enterprise-2.16.1', []],
  ])('version %s counts as the release that it was made into', (version, codes) => {
    const { diagnostics } = translate({
      meshes: { mesh: { provider: 'linkerd', version } },
      workloads: SHOP,
      traffic: { backend: { workload: 'backend', routes: [{ timeout: '1s' }] } },
    })
    expect(diagnostics.map(({ code }) => code)).toEqual(codes)
  })
})
