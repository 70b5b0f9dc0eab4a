import { describe, expect, test } from 'vitest'
import type { ComponentSpecs } from '../../src/design/component.ts'
import { objectsIn, valueIn } from '../../src/providers/json-view.ts'
import { only, type Sections, SHOP, translate } from './design-fixture.ts'

const WORKLOADS: Sections['workloads'] = {
  ...SHOP,
  jobs: { mesh: 'mesh', namespace: 'ops', image: 'jobs:1', ports: [{ name: 'http', port: 7000 }] },
}

const on = (mesh: ComponentSpecs['meshes'], sections: Sections) =>
  translate({ workloads: WORKLOADS, ...sections, meshes: { mesh } })

const WHOLE = { mesh: 'mesh', default: 'deny' } as const

describe('policies of a whole namespace or mesh hold beside those of a workload, alike on every mesh', () => {
  const opened: Sections = { authorization: { all: WHOLE, backend: { workload: 'backend', default: 'allow' } } }

  test('a workload that says so is open where all others are closed', () => {
    expect(only(on({ provider: 'istio' }, opened), 'AuthorizationPolicy', 'backend-allow').spec).toMatchObject({
      action: 'ALLOW',
      rules: [{}],
    })
    expect(only(on({ provider: 'cilium' }, opened), 'CiliumNetworkPolicy', 'backend').spec).toMatchObject({
      ingress: [{ fromEntities: ['all'] }],
    })
    expect(valueIn(only(on({ provider: 'consul' }, opened), 'ServiceIntentions', 'backend').spec, 'sources')).toEqual([
      { name: '*', action: 'allow' },
    ])
  })

  test('one that only refuses some does not open what all the mesh denies', () => {
    const refusing: Sections = {
      authorization: { all: WHOLE, backend: { workload: 'backend', deny: [{ from: ['workloads.jobs'] }] } },
    }
    expect(valueIn(only(on({ provider: 'consul' }, refusing), 'ServiceIntentions', 'backend').spec, 'sources')).toEqual([
      { name: 'jobs', action: 'deny' },
      { name: '*', action: 'deny' },
    ])
    const permission = only(on({ provider: 'kuma' }, refusing), 'MeshTrafficPermission', 'backend')
    expect(Object.keys(valueIn(objectsIn(permission, 'spec', 'rules')[0], 'default') ?? {})).toEqual(['deny'])
  })

  test('callers of the whole mesh may call a workload that names more of them', () => {
    const sections: Sections = {
      authorization: {
        all: { mesh: 'mesh', allow: [{ from: ['workloads.jobs'] }] },
        backend: { workload: 'backend', allow: [{ from: ['workloads.frontend'], methods: ['GET'] }] },
      },
    }
    expect(valueIn(only(on({ provider: 'consul' }, sections), 'ServiceIntentions', 'backend').spec, 'sources')).toEqual([
      { name: 'frontend', permissions: [{ action: 'allow', http: { pathPrefix: '/', methods: ['GET'] } }] },
      { name: 'jobs', action: 'allow' },
      { name: '*', action: 'deny' },
    ])
  })

  test.each(['osm', 'nginx', 'smi', 'traefik'])(
    'a mesh that lets in by name alone names callers at each workload, and opens none: %s',
    (provider) => {
      const closed = on({ provider }, { authorization: { all: { ...WHOLE, allow: [{ from: ['workloads.jobs'] }] } } })
      expect(closed.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([])
      const targets = closed.objects.filter(({ manifest }) => manifest.kind === 'TrafficTarget')
      expect(targets.map(({ manifest }) => manifest.metadata.name)).toEqual(['frontend-all', 'backend-all', 'jobs-all'])
      const errors = on({ provider }, opened).diagnostics.filter(({ severity }) => severity === 'error')
      expect(errors.map(({ code, location }) => [code, location?.file])).toEqual([['MF3020', 'default']])
    },
  )
})

describe('requests that no route takes', () => {
  const routed = (match: object): Sections => ({
    traffic: { backend: { workload: 'backend', routes: [{ match: [match], to: { v2: 100 } }] } },
  })
  test.each([
    ['kuma', true],
    ['consul', true],
    ['smi', true],
    ['istio', false],
    ['gateway-api', false],
  ] as const)('are told of where they are not answered 404: %s', (provider, told) => {
    const words = (match: object) =>
      on({ provider }, routed(match)).diagnostics.some(({ summary }) => summary.startsWith('Requests that no route takes go to'))
    expect(words({ headers: { 'x-a': { exact: '1' } } })).toBe(told)
    expect(words({ path: { prefix: '/' } })).toBe(false)
  })
})
