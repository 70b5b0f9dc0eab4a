import { describe, expect, test } from 'vitest'
import type { ComponentSpecs } from '../../src/design/component.ts'
import { objectsIn, valueIn } from '../../src/providers/json-view.ts'
import { only, type Sections, SHOP, translate } from './design-fixture.ts'

const OTHER_PORT: Sections['workloads'] = {
  ...SHOP,
  backend: { ...SHOP.backend, ports: [{ name: 'http', port: 80, targetPort: 8080 }] } as ComponentSpecs['workloads'],
}

const on = (mesh: Partial<ComponentSpecs['meshes']>, sections: Sections) =>
  translate({ workloads: SHOP, ...sections, meshes: { mesh: { provider: 'istio', ...mesh } } })

const routed = (routes: ComponentSpecs['traffic']['routes'], more: object = {}): Sections => ({
  traffic: { backend: { workload: 'backend', ...(routes === undefined ? {} : { routes }), ...more } },
})

describe('Istio, where what it takes is not what a design says', () => {
  test('a port of an authorization rule is that of the pod, which the sidecar sees, and that of the Service at a waypoint', () => {
    const sections: Sections = {
      workloads: OTHER_PORT,
      authorization: { rules: { workload: 'backend', allow: [{ from: ['workloads.frontend'], ports: [80] }] } },
    }
    const ports = (mode: string) => {
      const policy = translate({ ...sections, meshes: { mesh: { provider: 'istio', mode } } }).objects.find(
        ({ manifest }) => manifest.metadata.name === 'backend-rules-allow',
      )
      return valueIn(objectsIn(objectsIn(policy?.manifest, 'spec', 'rules')[0], 'to')[0], 'operation', 'ports')
    }
    expect([ports('sidecar'), ports('ambient')]).toEqual([['8080'], ['80']])
  })

  const SEVERAL: Sections['workloads'] = {
    ...SHOP,
    backend: {
      ...SHOP.backend,
      ports: [
        { name: 'http', port: 80, targetPort: 8080 },
        { name: 'grpc', port: 9000 },
        { name: 'tcp', port: 7001 },
      ],
    } as ComponentSpecs['workloads'],
  }
  const policy = (port: number, more: object) => ({ workload: 'backend', port, ...more }) as ComponentSpecs['traffic']

  test('policies for several ports of one host are one VirtualService, whose routes hold at their own port', () => {
    const made = on(
      {},
      {
        workloads: SEVERAL,
        traffic: {
          web: policy(80, { routes: [{ match: [{ methods: ['GET'] }], to: { v2: 100 } }, { to: { v1: 100 } }] }),
          calls: policy(9000, { routes: [{ to: { v1: 100 }, timeout: '1s' }] }),
          bytes: policy(7001, { protocol: 'tcp', routes: [{ to: { v1: 100 } }] }),
        },
      },
    )
    expect(made.diagnostics).toEqual([])
    const service = only(made, 'VirtualService')
    expect(service.metadata.name).toBe('backend-web')
    expect(objectsIn(service, 'spec', 'http').map(({ match, timeout }) => [match, timeout])).toEqual([
      [[{ method: { exact: 'GET' }, port: 80 }], undefined],
      [[{ port: 80 }], undefined],
      [[{ port: 9000 }], '1s'],
    ])
    expect(objectsIn(service, 'spec', 'tcp').map(({ match }) => match)).toEqual([[{ port: 7001 }]])
  })

  test('a policy for one port and gateways tells the ports of the mesh from those of gateways; half the places are refused', () => {
    const gateways: Sections['gateways'] = { web: { mesh: 'mesh', namespace: 'edge', listeners: [{ port: 80, hosts: ['a.b'] }] } }
    const both = { gateways: ['web'], hosts: ['a.b'] }
    const routes = [{ to: { v1: 100 } }]
    const made = on({}, { workloads: SEVERAL, gateways, traffic: { web: policy(80, { ...both, routes }) } })
    expect(objectsIn(only(made, 'VirtualService'), 'spec', 'http').map(({ match }) => match)).toEqual([
      [{ gateways: ['mesh'], port: 80 }, { gateways: ['edge/web'] }],
    ])
    const half = on(
      {},
      {
        workloads: SEVERAL,
        gateways,
        traffic: { web: policy(80, { ...both, routes }), calls: policy(9000, { hosts: ['a.b'], routes }) },
      },
    )
    expect(half.diagnostics.map(({ code, location }) => [code, location?.file])).toEqual([['MF3004', 'routes']])
  })

  test('settings for one port of several are kept to it, and those of several policies are one DestinationRule', () => {
    const made = on(
      {},
      {
        workloads: SEVERAL,
        traffic: {
          web: policy(80, { circuitBreaker: { maxConnections: 7 }, rateLimit: { requests: 3 } }),
          bytes: policy(7001, { circuitBreaker: { idleTimeout: '5s' }, loadBalancing: { policy: 'random' } }),
        },
      },
    )
    expect(made.diagnostics).toEqual([])
    expect(valueIn(only(made, 'DestinationRule').spec, 'trafficPolicy')).toEqual({
      portLevelSettings: [
        { port: { number: 80 }, connectionPool: { tcp: { maxConnections: 7 } } },
        { port: { number: 7001 }, connectionPool: { tcp: { idleTimeout: '5s' } }, loadBalancer: { simple: 'RANDOM' } },
      ],
    })
    const [patch] = objectsIn(only(made, 'EnvoyFilter'), 'spec', 'configPatches')
    expect(valueIn(patch, 'match', 'listener', 'portNumber')).toBe(8080)
    const wide = on(
      {},
      {
        workloads: SEVERAL,
        traffic: { all: { workload: 'backend', loadBalancing: { policy: 'random' } }, web: policy(80, { tls: 'off' }) },
      },
    )
    expect(wide.diagnostics.map(({ code }) => code)).toEqual(['MF3004'])
  })

  test('a prefix taken away leaves one slash, not two', () => {
    const rewrites = (prefix: string) => {
      const made = on(
        {},
        routed([{ match: [{ path: { prefix } }], to: { v1: 100 }, rewrite: { prefix: '/' } }, { to: { v1: 100 } }]),
      )
      return objectsIn(only(made, 'VirtualService'), 'spec', 'http')[0]?.rewrite
    }
    expect(rewrites('/api/')).toEqual({ uri: '/' })
    expect(rewrites('/api.v1')).toEqual({ uriRegexRewrite: { match: '^(/api\\.v1)/?', rewrite: '/' } })
    const [, said] = /^(.*)$/.exec('^(/api\\.v1)/?') ?? []
    const replaced = ['/api.v1/items', '/api.v1', '/api.v1items'].map((path) => path.replace(new RegExp(said ?? ''), '/'))
    expect(replaced).toEqual(['/items', '/', '/items'])
  })

  test('a wildcard does not go through an egress gateway, since there is no host to lead to', () => {
    const { diagnostics } = on(
      {},
      {
        gateways: { out: { mesh: 'mesh', direction: 'egress', listeners: [{ port: 443, protocol: 'tls' }] } },
        external: { api: { mesh: 'mesh', hosts: ['*.example.org'], ports: [{ port: 443, protocol: 'tls' }], via: 'out' } },
      },
    )
    expect(diagnostics.map(({ code, location }) => [code, location?.file])).toEqual([['MF3020', 'hosts.0']])
  })

  test.each([
    ['ratelimit:8081', 'outbound|8081||ratelimit.shop.svc.cluster.local'],
    ['ratelimit.infra:8081', 'outbound|8081||ratelimit.infra.svc.cluster.local'],
    ['ratelimit.infra.svc:8081', 'outbound|8081||ratelimit.infra.svc.cluster.local'],
    ['limits.example.org:443', 'outbound|443||limits.example.org'],
  ])('the rate limit service %s is asked at its whole host', (service, cluster) => {
    const made = on({}, routed(undefined, { rateLimit: { requests: 1, scope: 'global', service } }))
    expect(JSON.stringify(only(made, 'EnvoyFilter'))).toContain(`"cluster_name":"${cluster}"`)
  })
})

describe('Istio in ambient mode', () => {
  const guarded: Sections = {
    authorization: { rules: { workload: 'backend', allow: [{ from: ['workloads.frontend'] }] } },
  }
  const labels = (sections: Sections) => {
    const { objects } = on({ mode: 'ambient' }, sections)
    return Object.fromEntries(
      objects
        .filter(({ manifest }) => manifest.kind === 'Service' && manifest.metadata.name.startsWith('backend'))
        .map(({ manifest }) => [
          manifest.metadata.name,
          Object.fromEntries(Object.entries(manifest.metadata.labels ?? {}).filter(([key]) => key.startsWith('istio.io/'))),
        ]),
    )
  }
  const ingress: Sections = { gateways: { web: { mesh: 'mesh', namespace: 'ingress', listeners: [{ port: 80 }] } } }

  test('whoever calls a version by its Service goes past the waypoint, to pods that let in the waypoint alone', () => {
    expect(labels(guarded)).toEqual({
      backend: {},
      'backend-v1': { 'istio.io/use-waypoint': 'none' },
      'backend-v2': { 'istio.io/use-waypoint': 'none' },
    })
    expect(labels({})).toEqual({ backend: {}, 'backend-v1': {}, 'backend-v2': {} })
  })

  test('a gateway goes through the waypoint, which holds its policy for the Services of versions too', () => {
    const through = { 'istio.io/ingress-use-waypoint': 'true' }
    expect(labels({ ...guarded, ...ingress })).toEqual({ backend: through, 'backend-v1': through, 'backend-v2': through })
    const policy = on({ mode: 'ambient' }, { ...guarded, ...ingress }).objects.find(
      ({ manifest }) => manifest.metadata.name === 'backend-rules-allow',
    )
    const targets = objectsIn(policy?.manifest, 'spec', 'targetRefs').map(({ name }) => name)
    expect(targets).toEqual(['backend', 'backend-v1', 'backend-v2'])
  })

  test('a client is told by what the waypoint’s outer listener hands on, since the inner one sees no certificate', () => {
    const made = on({ mode: 'ambient' }, routed(undefined, { rateLimit: { requests: 1, by: { client: true } } }))
    expect(JSON.stringify(only(made, 'EnvoyFilter'))).toContain("filter_state['io.istio.peer_principal']")
  })
})
