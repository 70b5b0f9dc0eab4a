import { describe, expect, test } from 'vitest'
import type { ComponentSpecs } from '../../src/design/component.ts'
import { objectKeyOf, objectKeyText } from '../../src/plan/manifest.ts'
import { meshProviders } from '../../src/providers/registry.ts'
import { type Sections, SHOP, translate } from './design-fixture.ts'

const NAME = 'rules'

const TRAFFIC: readonly ComponentSpecs['traffic'][] = [
  {
    workload: 'backend',
    routes: [{ match: [{ headers: { 'end-user': { exact: 'jason' } } }], to: { v2: 100 } }, { to: { v1: 90, v2: 10 } }],
  },
  { workload: 'backend', routes: [{ to: { v1: 90, v2: 10 }, timeout: '2s', retries: { attempts: 3, on: ['5xx'] } }] },
  { workload: 'backend', routes: [{ to: { v1: 100 }, fault: { abort: { status: 503, percent: 10 } } }] },
  { workload: 'backend', circuitBreaker: { connectTimeout: '1s', outlier: { consecutiveErrors: 5 } } },
  { workload: 'backend', rateLimit: { requests: 5, per: 'second' } },
]
const AUTHORIZATION: readonly ComponentSpecs['authorization'][] = [
  { workload: 'backend', allow: [{ from: ['workloads.frontend'], methods: ['GET'], paths: ['/api/*'] }] },
  { workload: 'backend', allow: [{ from: ['workloads.frontend'] }] },
]
const GATEWAY: ComponentSpecs['gateways'] = {
  mesh: 'mesh',
  namespace: 'shop',
  listeners: [{ port: 80, hosts: ['shop.example.org'] }],
  routes: [{ to: { 'workloads.backend': 100 } }],
}
const EXTERNAL: ComponentSpecs['external'] = {
  mesh: 'mesh',
  namespace: 'shop',
  hosts: ['api.example.org'],
  ports: [{ port: 443 }],
}

const COLUMNS = [...meshProviders.values()].flatMap((provider) =>
  [undefined, ...Object.keys(provider.modes ?? {})].map((mode): readonly [string, string | undefined] => [provider.name, mode]),
)

describe('components of one name in different sections', () => {
  test.each(COLUMNS)('%s %s: make objects of their own', (provider, mode) => {
    for (const traffic of TRAFFIC) {
      for (const authorization of AUTHORIZATION) {
        for (const name of [NAME, 'backend']) {
          const sections: Sections = {
            meshes: { mesh: { provider, ...(mode === undefined ? {} : { mode }), mtls: 'strict' } },
            workloads: SHOP,
            traffic: { [name]: traffic },
            authorization: { [name]: authorization },
            gateways: { [NAME]: GATEWAY },
            external: { [NAME]: EXTERNAL },
          }
          const { objects } = translate(sections)
          const keys = objects.map(({ manifest }) => objectKeyText(objectKeyOf('sandbox', manifest)))
          expect(keys.filter((key, index) => keys.indexOf(key) !== index)).toEqual([])
        }
      }
    }
  })
})

const WIDE: ComponentSpecs['authorization'] = { mesh: 'mesh', default: 'deny' }
const LISTENERS: ComponentSpecs['gateways']['listeners'] = [
  { port: 80, hosts: ['a.example.org'] },
  { port: 80, hosts: ['b.example.org', 'c.example.org'] },
]

describe('what several components say of one thing', () => {
  const vm = { provider: 'consul-vm', mode: 'enterprise' }
  const through: ComponentSpecs['traffic'] = { workload: 'backend', gateways: ['web', 'gateways.web'] }
  test.each<readonly [string, ComponentSpecs['meshes'], Sections, readonly string[]]>([
    [
      'a host outside named like a service of Consul',
      { provider: 'consul' },
      { external: { backend: EXTERNAL } },
      ['backend-external'],
    ],
    ['the same on machines', vm, { external: { backend: EXTERNAL } }, ['backend-external']],
    ['two policies through one gateway', { provider: 'consul' }, { traffic: { a: through, b: through } }, ['backend-on-web-b']],
    ['the same on machines', vm, { traffic: { a: through, b: through } }, ['backend-on-web-b']],
    [
      'all of the mesh and a namespace, on machines',
      vm,
      { authorization: { a: WIDE, b: { ...WIDE, namespace: 'shop' } } },
      ['*'],
    ],
  ])('%s', (_title, mesh, said, names) => {
    const { objects } = translate({ meshes: { mesh }, workloads: SHOP, gateways: { web: GATEWAY }, ...said })
    const keys = objects.map(({ manifest }) => objectKeyText(objectKeyOf('sandbox', manifest)))
    expect(keys.filter((key, index) => keys.indexOf(key) !== index)).toEqual([])
    expect(objects.map(({ manifest }) => manifest.metadata.name)).toEqual(expect.arrayContaining([...names]))
  })

  test.each([
    ['gateway-api', ['http-80', 'http-80-listener-2-0', 'http-80-listener-2-1']],
    ['istio', ['http-80', 'http-80-listener-2']],
    ['consul-vm', ['http-80', 'http-80-listener-2-0', 'http-80-listener-2-1']],
  ])('%s: two listeners on one port have names of their own', (provider, names) => {
    const gateways = { web: { ...GATEWAY, listeners: LISTENERS } }
    const { objects } = translate({ meshes: { mesh: { provider } }, workloads: SHOP, gateways })
    const text = JSON.stringify(objects.map(({ manifest }) => manifest.spec))
    for (const name of names) expect(text).toContain(`"${name}"`)
  })

  test('names of listeners that cannot be, and addresses that cannot be, are refused at their lines', () => {
    const mistakesOf = (provider: string, said: Sections) =>
      translate({ meshes: { mesh: { provider } }, workloads: SHOP, ...said }).diagnostics.map(({ code, location }) => [
        code,
        location?.file,
      ])
    const web = (listeners: ComponentSpecs['gateways']['listeners']) => ({ gateways: { web: { ...GATEWAY, listeners } } })
    const twice = [
      { name: 'a', port: 80 },
      { name: 'a', port: 81 },
    ]
    expect(mistakesOf('gateway-api', web([{ name: 'Plain', port: 80 }]))).toContainEqual(['MF3020', 'listeners.0.name'])
    for (const provider of ['gateway-api', 'istio', 'consul-vm']) {
      expect(mistakesOf(provider, web(twice))).toContainEqual(['MF3020', 'listeners.1.name'])
    }
    const sixth = { ...EXTERNAL, addresses: ['203.0.113.7', '2001:db8::/64'] }
    expect(mistakesOf('osm', { external: { out: sixth } })).toContainEqual(['MF3020', 'addresses.1'])
  })
})
