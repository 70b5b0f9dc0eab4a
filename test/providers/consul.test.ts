import { describe, expect, test } from 'vitest'
import type { Sections } from './design-fixture.ts'
import { canonical, meshObjects, only, SHOP, translate } from './design-fixture.ts'
import { meshExample, sorted } from './mesh-example.ts'

function design(sections: Partial<Sections>): Sections {
  return { meshes: { mesh: { provider: 'consul' } }, workloads: SHOP, ...sections }
}

function errorsOf(sections: Sections) {
  return translate(sections)
    .diagnostics.filter(({ severity }) => severity === 'error')
    .map(({ code, location, summary }) => [code, location?.file, summary])
}

describe('Consul on Kubernetes', () => {
  test('the canonical pattern says what the example says', () => {
    const translated = translate(canonical({ provider: 'consul', mtls: 'strict' }))
    expect(translated.diagnostics).toEqual([])
    // Beyond the example, the caller has defaults of its own: its protocol and its side of mutual TLS.
    const objects = meshObjects(translated).filter(
      ({ kind, metadata }) => kind !== 'Service' && !(kind === 'ServiceDefaults' && metadata.name === 'frontend'),
    )
    expect(sorted(objects)).toEqual(sorted(meshExample('consul')))
  })

  test('each weighted route that is not the last gets a splitter of its own', () => {
    const translated = translate(
      design({
        traffic: {
          backend: {
            workload: 'backend',
            routes: [
              { name: 'testers', match: [{ headers: { 'x-test': { present: true } } }], to: { v1: 50, v2: 50 } },
              { to: { v1: 90, v2: 10 }, timeout: '2s' },
            ],
          },
        },
      }),
    )
    expect(translated.diagnostics).toEqual([])
    expect(only(translated, 'ServiceSplitter', 'backend-testers').spec).toEqual({
      splits: [
        { weight: 50, service: 'backend', serviceSubset: 'v1' },
        { weight: 50, service: 'backend', serviceSubset: 'v2' },
      ],
    })
    expect(only(translated, 'ServiceDefaults', 'backend-testers').spec).toEqual({ protocol: 'http' })
    expect(only(translated, 'ServiceRouter').spec).toEqual({
      routes: [
        {
          match: { http: { header: [{ name: 'x-test', present: true }] } },
          destination: { service: 'backend-testers' },
        },
        { match: { http: { pathPrefix: '/' } }, destination: { service: 'backend', requestTimeout: '2s' } },
      ],
    })
  })

  test('a named source carries the rules for everyone, since Consul takes its entry alone', () => {
    const translated = translate(
      design({
        authorization: {
          rules: {
            workload: 'backend',
            deny: [{ paths: ['/admin/*'] }],
            allow: [{ from: ['workloads.frontend'] }, { methods: ['GET'], paths: ['/public*'] }],
          },
        },
      }),
    )
    expect(translated.diagnostics).toEqual([])
    expect(only(translated, 'ServiceIntentions').spec).toEqual({
      destination: { name: 'backend' },
      sources: [
        {
          name: 'frontend',
          permissions: [
            { action: 'deny', http: { pathPrefix: '/admin/' } },
            { action: 'allow', http: { pathPrefix: '/' } },
          ],
        },
        {
          name: '*',
          permissions: [
            { action: 'deny', http: { pathPrefix: '/admin/' } },
            { action: 'allow', http: { pathPrefix: '/public', methods: ['GET'] } },
          ],
        },
      ],
    })
  })

  test('several policies of a workload are one list: that of all of them, made by the first', () => {
    const rules = (kind: 'allow' | 'deny', caller: string, more: object = {}) => ({
      workload: 'backend',
      [kind]: [{ from: [caller], ...more }],
    })
    for (const provider of ['consul', 'consul-vm']) {
      const translated = translate({
        ...design({
          authorization: {
            base: { workload: 'backend', default: 'deny' },
            web: rules('allow', 'workloads.frontend', { methods: ['GET'] }),
            // A refusal comes before what another policy allows.
            jobs: rules('deny', 'workloads.backend'),
            again: rules('allow', 'workloads.backend'),
          },
        }),
        meshes: { mesh: { provider } },
      })
      expect(translated.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([])
      const made = only(translated, provider === 'consul' ? 'ServiceIntentions' : 'service-intentions', 'backend').spec
      const sources = [
        { name: 'backend', action: 'deny' },
        { name: 'frontend', permissions: [{ action: 'allow', http: { pathPrefix: '/', methods: ['GET'] } }] },
        { name: '*', action: 'deny' },
      ]
      if (provider === 'consul') expect(made).toEqual({ destination: { name: 'backend' }, sources })
      else expect(made).toMatchObject({ Sources: sources.map(({ name }) => ({ Name: name })) })
    }
  })

  test('several policies of the whole mesh are one list too', () => {
    for (const provider of ['consul', 'consul-vm']) {
      const translated = translate({
        ...design({
          authorization: {
            base: { mesh: 'mesh', default: 'deny' },
            web: { mesh: 'mesh', allow: [{ from: ['workloads.frontend'] }] },
            nothing: { mesh: 'mesh' },
          },
        }),
        meshes: { mesh: { provider } },
      })
      expect(translated.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([])
      const intentions = translated.objects.filter(({ manifest }) => /intentions/i.test(manifest.kind))
      expect(intentions).toHaveLength(1)
      const made = intentions[0]?.manifest.spec
      const sources = [
        { name: 'frontend', action: 'allow' },
        { name: '*', action: 'deny' },
      ]
      if (provider === 'consul') expect(made).toEqual({ destination: { name: '*' }, sources })
      else expect(made).toMatchObject({ Sources: sources.map(({ name, action }) => ({ Name: name, Action: action })) })
    }
  })

  test.each(['consul', 'consul-vm', 'app-mesh'])('a policy for another port than the first is refused: %s', (provider) => {
    const ports = [
      { name: 'http', port: 8080 },
      { name: 'admin', port: 9901, protocol: 'http' as const },
    ]
    const both = { ...SHOP, backend: { ...SHOP.backend, ports } }
    const policy = (port: number) => ({ workload: 'backend', port, routes: [{ to: { v1: 100 } }] })
    const refused = (port: number) =>
      errorsOf({ ...design({ workloads: both, traffic: { backend: policy(port) } }), meshes: { mesh: { provider } } })
    expect(refused(8080)).toEqual([])
    expect(refused(9901).map(([code, place]) => [code, place])).toEqual([['MF3020', 'port']])
  })

  test('the whole mesh is closed by an intention for every service; a namespace is a matter of Enterprise', () => {
    const translated = translate(design({ authorization: { everything: { mesh: 'mesh', default: 'deny' } } }))
    expect(translated.diagnostics.map(({ code, severity }) => [code, severity])).toEqual([['MF3002', 'warning']])
    expect(only(translated, 'ServiceIntentions').spec).toEqual({
      destination: { name: '*' },
      sources: [{ name: '*', action: 'deny' }],
    })
    expect(errorsOf(design({ authorization: { everything: { namespace: 'shop', mesh: 'mesh', default: 'deny' } } }))).toEqual([
      ['MF3020', 'namespace', 'Namespaces of services are a feature of Consul Enterprise'],
    ])
  })

  test('what one service can have only once is refused the second time', () => {
    const limits = (more: object) => ({ workload: 'backend', circuitBreaker: { maxConnections: 1 }, ...more })
    expect(errorsOf(design({ traffic: { first: limits({}), second: limits({}) } })).map(([code, file]) => [code, file])).toEqual([
      ['MF3004', 'circuitBreaker'],
    ])
    const namesake = { ...SHOP.backend, namespace: 'other', service: 'backend' }
    expect(errorsOf(design({ workloads: { ...SHOP, namesake } })).map(([code]) => code)).toEqual(['MF3021'])
  })

  test('versions and the whole service cannot stand side by side', () => {
    const routes = [{ match: [{ path: { prefix: '/slow' } }], timeout: '9s' }, { to: { v1: 90, v2: 10 } }]
    expect(errorsOf(design({ traffic: { backend: { workload: 'backend', routes } } }))).toEqual([
      ['MF3020', 'routes.0', 'The route leads to workloads.backend as a whole, and other routes to its versions'],
    ])
  })

  test('routes of gateways take timeouts and retries from filters of Consul', () => {
    const translated = translate(
      design({
        gateways: {
          web: {
            mesh: 'mesh',
            namespace: 'ingress',
            listeners: [{ port: 80 }],
            routes: [{ to: { 'workloads.frontend': 100 }, timeout: '2s', retries: { attempts: 2, on: ['5xx', '409'] } }],
          },
        },
      }),
    )
    expect(translated.diagnostics).toEqual([])
    expect(only(translated, 'RouteTimeoutFilter').spec).toEqual({ requestTimeout: '2s' })
    expect(only(translated, 'RouteRetryFilter').spec).toEqual({ numRetries: 2, retryOn: ['5xx'], retryOnStatusCodes: [409] })
    expect(only(translated, 'HTTPRoute').spec).toMatchObject({
      rules: [
        {
          filters: [
            {
              type: 'ExtensionRef',
              extensionRef: { group: 'consul.hashicorp.com', kind: 'RouteTimeoutFilter', name: 'web-route-1' },
            },
            {
              type: 'ExtensionRef',
              extensionRef: { group: 'consul.hashicorp.com', kind: 'RouteRetryFilter', name: 'web-route-1' },
            },
          ],
        },
      ],
    })
  })

  test('what an API gateway of Consul would drop without a word is refused at its place', () => {
    const routes = [
      { to: { 'workloads.frontend': 100 }, fault: { abort: { status: 500 } }, rewrite: { path: '/x', host: 'h.example' } },
      { to: { 'workloads.backend/v1': 100 } },
    ]
    const listeners = [
      { port: 80, tls: { redirect: true } },
      { port: 80, hosts: ['b.example'] },
      { port: 8443, protocol: 'tls', hosts: ['c.example'] },
      { port: 20_000 },
    ] as const
    for (const provider of ['consul', 'consul-vm']) {
      const gateways = { web: { mesh: 'mesh', listeners, routes } }
      const found = errorsOf({ ...design({ gateways }), meshes: { mesh: { provider, mode: 'enterprise' } } })
      const places = found.map(([code, place]) => `${code} ${place}`).sort()
      expect(places).toEqual([
        'MF3020 listeners.0.tls.redirect',
        ...(provider === 'consul' ? ['MF3020 listeners.1.port'] : []),
        'MF3020 listeners.2.protocol',
        ...(provider === 'consul' ? ['MF3020 listeners.3.port'] : []),
        'MF3020 routes.0.fault',
        'MF3020 routes.0.rewrite.host',
        'MF3020 routes.0.rewrite.path',
        'MF3020 routes.1.to.workloads.backend/v1',
      ])
    }
  })

  test('several hosts of one listener are told apart by the routes, since a port has one listener', () => {
    const listener = { hosts: ['a.example', 'b.example'] }
    const translated = translate(
      design({
        gateways: {
          web: {
            mesh: 'mesh',
            namespace: 'shop',
            listeners: [
              { port: 80, ...listener },
              { port: 443, protocol: 'https', tls: { secret: 'cert' }, ...listener },
            ],
            routes: [{ to: { 'workloads.frontend': 100 } }],
          },
        },
        traffic: { backend: { workload: 'backend', gateways: ['web'] } },
      }),
    )
    expect(translated.diagnostics).toEqual([])
    const { listeners } = only(translated, 'Gateway').spec as { listeners: readonly { port: number; hostname?: string }[] }
    expect(listeners.map(({ port, hostname }) => [port, hostname])).toEqual([
      [80, undefined],
      [443, undefined],
    ])
    expect(only(translated, 'HTTPRoute', 'web-routes').spec).toMatchObject({ hostnames: listener.hosts })
    expect(only(translated, 'HTTPRoute', 'backend-on-web').spec).toMatchObject({ hostnames: listener.hosts })
  })

  test('what holds on gateways alone is refused, since routers hold for every caller', () => {
    const gateways = { web: { mesh: 'mesh', namespace: 'shop', listeners: [{ port: 80 }] } }
    const traffic = { backend: { workload: 'backend', gateways: ['web'], onlyGateways: true, routes: [{ timeout: '1s' }] } }
    expect(errorsOf(design({ gateways, traffic })).map(([code, place]) => [code, place])).toEqual([['MF3020', 'onlyGateways']])
  })

  test('of native filters there is ext-authz, called with what the design says', () => {
    const config = { grpcService: { target: { service: { name: 'authz' } } } }
    const filters = { checked: { workloads: ['backend'], kind: 'ext-authz', failOpen: true, config } } as const
    const translated = translate(design({ filters }))
    expect(translated.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([])
    expect(only(translated, 'ServiceDefaults', 'backend').spec).toEqual({
      protocol: 'http',
      envoyExtensions: [{ name: 'builtin/ext-authz', required: false, arguments: { proxyType: 'connect-proxy', config } }],
    })
  })
})
