import { describe, expect, test } from 'vitest'
import type { ComponentSpecs } from '../../src/design/component.ts'
import type { RouteSpec } from '../../src/design/schema/traffic.ts'
import type { Sections } from './design-fixture.ts'
import { canonical, meshObjects, only, SHOP, translate } from './design-fixture.ts'
import { meshExample, sorted } from './mesh-example.ts'

/** The canonical pattern with another route, where a mesh cannot say all of it. */
function canary(provider: string, route: RouteSpec, mtls?: 'strict'): Sections {
  return {
    ...canonical({ provider, ...(mtls === undefined ? {} : { mtls }) }),
    traffic: { backend: { workload: 'backend', routes: [{ name: 'canary', to: { v1: 90, v2: 10 }, ...route }] } },
  }
}

function objectsOf(sections: Sections) {
  const translated = translate(sections)
  const errors = translated.diagnostics.filter(({ severity }) => severity === 'error')
  return { objects: meshObjects(translated).filter(({ kind }) => kind !== 'Service'), errors, translated }
}

describe('Open Service Mesh', () => {
  test('says once that it is archived', () => {
    const { diagnostics } = translate(canary('osm', {}))
    const ended = diagnostics.filter(({ code }) => code === 'MF3038')
    expect(ended.map(({ severity, summary, location }) => [severity, summary, location?.file])).toEqual([
      ['warning', 'Open Service Mesh is archived: there will be no further release', 'provider'],
    ])
  })

  test('the canonical pattern says what the example says, its timeout as that of each try', () => {
    const { objects, errors } = objectsOf(canary('osm', { retries: { attempts: 3, perTry: '2s', on: ['5xx'] } }, 'strict'))
    expect(errors).toEqual([])
    expect(sorted(objects)).toEqual(sorted(meshExample('osm')))
  })

  test('every known caller has its retries; limits hold for versions too', () => {
    const { translated } = objectsOf({
      meshes: { mesh: { provider: 'osm' } },
      workloads: { ...SHOP, worker: { ...SHOP.frontend } },
      traffic: {
        backend: {
          workload: 'backend',
          routes: [{ to: { v1: 90, v2: 10 }, retries: { attempts: 2 } }],
          circuitBreaker: { maxConnections: 10 },
        },
      },
    })
    const named = (kind: string) =>
      translated.objects
        .map(({ manifest }) => manifest)
        .flatMap(({ kind: own, metadata }) => (own === kind ? [metadata.name] : []))
    expect(named('Retry')).toEqual(['backend-retry-frontend', 'backend-retry-worker'])
    expect(named('UpstreamTrafficSetting')).toEqual(['backend', 'backend-v1', 'backend-v2'])
    expect(only(translated, 'UpstreamTrafficSetting', 'backend-v1').spec).toMatchObject({
      host: 'backend-v1.shop.svc.cluster.local',
    })
  })

  test('what an ingress decides is refused on its backends', () => {
    const { errors } = objectsOf({
      meshes: { mesh: { provider: 'osm' } },
      workloads: SHOP,
      gateways: {
        web: { mesh: 'mesh', listeners: [{ port: 80 }], routes: [{ to: { 'workloads.frontend': 60, 'workloads.backend': 40 } }] },
      },
    })
    expect(errors.map(({ code, location }) => [code, location?.file])).toEqual([['MF3020', 'routes.0.to']])
  })
})

describe('NGINX Service Mesh', () => {
  test('the canonical pattern says what the example says, without timeout and retries', () => {
    const { objects, errors } = objectsOf(canary('nginx', {}, 'strict'))
    expect(errors).toEqual([])
    expect(sorted(objects)).toEqual(sorted(meshExample('nginx-sm')))
    expect(objectsOf(canary('nginx', { timeout: '2s' })).errors.map(({ code, location }) => [code, location?.file])).toEqual([
      ['MF3001', 'routes.0.timeout'],
    ])
  })

  test('each caller has a rate of its own', () => {
    const { objects, errors } = objectsOf({
      meshes: { mesh: { provider: 'nginx' } },
      workloads: { ...SHOP, worker: { ...SHOP.frontend } },
      traffic: { backend: { workload: 'backend', rateLimit: { requests: 600, per: 'hour', by: { client: true } } } },
    })
    expect(errors).toEqual([])
    const limits = objects.filter(({ kind }) => kind === 'RateLimit')
    expect(limits.map(({ metadata, spec }) => [metadata.name, spec])).toEqual([
      ...['frontend', 'worker'].map((name) => [
        `backend-rate-limit-${name}`,
        {
          destination: { kind: 'Service', name: 'backend', namespace: 'shop' },
          sources: [{ kind: 'Deployment', name, namespace: 'shop' }],
          name: `backend-rate-limit-${name}`,
          rate: '10r/m',
        },
      ]),
      // Everyone else shares one.
      [
        'backend-rate-limit',
        {
          destination: { kind: 'Service', name: 'backend', namespace: 'shop' },
          name: 'backend-rate-limit',
          rate: '10r/m',
        },
      ],
    ])
  })
})

describe('NetScaler CPX', () => {
  test('the canonical pattern says what the example says, with the name and port that Istio is told too', () => {
    const { authorization: _authorization, ...sections } = canary('citrix-cpx', {}, 'strict')
    const { objects, errors } = objectsOf(sections)
    expect(errors).toEqual([])
    const expected = meshExample('citrix-cpx').map((example) => {
      if (example.kind !== 'VirtualService') return example
      const host = 'backend.shop.svc.cluster.local'
      const to = (subset: string, weight: number) => ({ destination: { host, subset, port: { number: 8080 } }, weight })
      return { ...example, spec: { hosts: [host], http: [{ name: 'canary', route: [to('v1', 90), to('v2', 10)] }] } }
    })
    expect(sorted(objects)).toEqual(sorted(expected))
  })
})

describe('Network Service Mesh', () => {
  test('the canonical split says what the example says: clients by label, endpoints by label, no requests', () => {
    const { authorization: _authorization, ...sections } = canary('nsm', { match: [{ from: ['workloads.frontend'] }] })
    const { objects, errors, translated } = objectsOf(sections)
    expect(errors).toEqual([])
    const [, service, pod] = meshExample('nsm')
    expect(objects.find(({ kind }) => kind === 'NetworkService')).toEqual(service)
    const { metadata } = (only(translated, 'Deployment', 'frontend').spec as { template: { metadata: object } }).template
    expect(metadata).toEqual({ labels: pod?.metadata.labels, annotations: pod?.metadata.annotations })
  })
})

describe('AWS App Mesh', () => {
  test('the canonical pattern says what the example says', () => {
    const { objects, errors } = objectsOf({
      ...canary('app-mesh', { timeout: '2s', retries: { attempts: 3, on: ['5xx'] } }),
      meshes: { mesh: { provider: 'app-mesh', mtls: 'strict', settings: { meshName: 'shop' } } },
    })
    expect(errors).toEqual([])
    const examples = meshExample('app-mesh')
    // Nobody says who calls the frontend, so the backend may: it has the frontend's name, and names it among its backends.
    const client = {
      clientPolicy: {
        tls: {
          enforce: true,
          certificate: { sds: { secretName: 'spiffe://shop.local/backend' } },
          validation: {
            trust: { sds: { secretName: 'spiffe://shop.local' } },
            subjectAlternativeNames: { match: { exact: ['spiffe://shop.local/frontend'] } },
          },
        },
      },
    }
    const calling = { backends: [{ virtualService: { virtualServiceRef: { name: 'frontend' } } }], backendDefaults: client }
    const own = {
      mode: 'STRICT',
      certificate: { sds: { secretName: 'spiffe://shop.local/frontend' } },
      validation: { trust: { sds: { secretName: 'spiffe://shop.local' } } },
    }
    const expected = examples.map((example) => {
      const { metadata, kind } = example
      if (kind !== 'VirtualNode') return example
      if (metadata.name !== 'frontend') return { ...example, spec: { ...(example.spec as object), ...calling } }
      // Strict holds for the frontend's own listener too, which the example leaves open.
      return {
        ...example,
        spec: { ...(example.spec as object), listeners: [{ portMapping: { port: 8080, protocol: 'http' }, tls: own }] },
      }
    })
    const service = {
      apiVersion: 'appmesh.k8s.aws/v1beta2',
      kind: 'VirtualService',
      metadata: { name: 'frontend', namespace: 'shop' },
      spec: { awsName: 'frontend.shop.svc.cluster.local', provider: { virtualNode: { virtualNodeRef: { name: 'frontend' } } } },
    }
    expect(sorted(objects)).toEqual(sorted([...expected, service]))
  })

  test('a Service is called at the port that its pods listen on, and has one listener', () => {
    const said = (ports: NonNullable<ComponentSpecs['workloads']['ports']>) => {
      const backend = { mesh: 'mesh', namespace: 'shop', image: 'example.invalid/backend:1', ports }
      const { diagnostics } = translate({ meshes: { mesh: { provider: 'app-mesh' } }, workloads: { backend } })
      return diagnostics
        .filter(({ address }) => address === 'workloads.backend')
        .map(({ severity, code, location }) => [severity, code, location?.file])
    }
    expect(said([{ name: 'http', port: 8080 }])).toEqual([])
    expect(said([{ name: 'http', port: 80, targetPort: 8080 }])).toEqual([['error', 'MF3020', 'ports.0']])
    expect(
      said([
        { name: 'http', port: 8080 },
        { name: 'admin', port: 9000 },
      ]),
    ).toEqual([['warning', 'MF3002', 'ports.1']])
  })

  test('hosts outside are called without the certificates of the mesh', () => {
    const { translated, errors } = objectsOf({
      meshes: { mesh: { provider: 'app-mesh', mtls: 'strict' } },
      workloads: SHOP,
      external: { api: { mesh: 'mesh', namespace: 'shop', hosts: ['api.example.org'], ports: [{ port: 443 }] } },
    })
    expect(errors).toEqual([])
    const { backends, backendDefaults } = only(translated, 'VirtualNode', 'frontend').spec as { [key: string]: object }
    expect(backendDefaults).toMatchObject({ clientPolicy: { tls: { enforce: true } } })
    expect(backends).toEqual([
      { virtualService: { virtualServiceRef: { name: 'backend' } } },
      {
        virtualService: {
          virtualServiceRef: { name: 'api' },
          clientPolicy: { tls: expect.objectContaining({ enforce: false }) },
        },
      },
    ])
  })

  test('callers are known by certificates, which strict mutual TLS alone asks for', () => {
    expect(objectsOf(canary('app-mesh', {})).errors.map(({ code, location }) => [code, location?.file])).toEqual([['MF3020', '']])
  })

  test('routes keep their order by priority; a route for each method', () => {
    const { translated, errors } = objectsOf({
      meshes: { mesh: { provider: 'app-mesh' } },
      workloads: SHOP,
      traffic: {
        backend: {
          workload: 'backend',
          routes: [{ name: 'reads', match: [{ methods: ['GET', 'HEAD'] }], to: { v2: 100 } }, { to: { v1: 100 } }],
        },
      },
    })
    expect(errors).toEqual([])
    const target = (name: string) => ({ action: { weightedTargets: [{ virtualNodeRef: { name }, weight: 100 }] } })
    expect(only(translated, 'VirtualRouter').spec).toMatchObject({
      routes: [
        { name: 'reads', priority: 10, httpRoute: { match: { prefix: '/', method: 'GET' }, ...target('backend-v2') } },
        { name: 'reads-2', priority: 10, httpRoute: { match: { prefix: '/', method: 'HEAD' }, ...target('backend-v2') } },
        { name: 'route-2', priority: 20, httpRoute: { match: { prefix: '/' }, ...target('backend-v1') } },
      ],
    })
  })
})
