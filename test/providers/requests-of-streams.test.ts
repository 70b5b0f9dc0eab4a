import { expect, test } from 'vitest'
import { meshProviders } from '../../src/providers/registry.ts'
import { SHOP, translate } from './design-fixture.ts'

const ABLE = [...meshProviders.values()].filter(({ capabilities }) => capabilities['authorization.methods'].level !== 'no')

test.each(ABLE.map(({ name }) => [name]))('%s: a rule about requests to a port that carries none is refused', (provider) => {
  const refused = (protocol: 'tcp' | 'http') => {
    const database = {
      mesh: 'mesh',
      namespace: 'shop',
      image: 'example.invalid/db:1',
      ports: [{ name: 'db', port: 5432, protocol }],
    }
    return translate({
      meshes: { mesh: { provider } },
      workloads: { ...SHOP, database },
      authorization: { rules: { workload: 'database', allow: [{ from: ['workloads.frontend'], methods: ['GET'] }] } },
    }).diagnostics.filter(({ severity }) => severity === 'error')
  }
  expect(refused('tcp')).toHaveLength(1)
  expect(refused('tcp')[0]?.location?.file).toMatch(/^allow\.0/)
  expect(refused('http')).toEqual([])
})

const ROUTING = [...meshProviders.values()].filter(
  ({ capabilities }) => capabilities['traffic.timeout'].level !== 'no' && capabilities['traffic.tcp'].level !== 'no',
)

test.each(ROUTING.map(({ name }) => [name]))('%s: what only requests have is refused in a route of connections', (provider) => {
  const refused = (protocol: 'tcp' | 'http', route: object) => {
    const database = {
      mesh: 'mesh',
      namespace: 'shop',
      image: 'example.invalid/db:1',
      ports: [{ name: 'db', port: 5432, protocol }],
    }
    return translate({
      meshes: { mesh: { provider } },
      workloads: { database },
      traffic: { rules: { workload: 'database', routes: [{ to: { 'workloads.database': 100 }, ...route }] } },
    })
      .diagnostics.filter(({ severity }) => severity === 'error')
      .map(({ location }) => location?.file)
  }
  expect(refused('tcp', {})).toEqual([])
  expect(refused('tcp', { timeout: '2s' })).toEqual(['routes.0.timeout'])
  expect(refused('http', { timeout: '2s' })).toEqual([])
})
