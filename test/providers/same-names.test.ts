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
