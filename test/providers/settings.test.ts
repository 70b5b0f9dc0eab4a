import { describe, expect, test } from 'vitest'
import { canonical, only, translate } from './design-fixture.ts'

describe('settings', () => {
  test('of a mesh are held against the schema of its provider', () => {
    const { diagnostics } = translate(canonical({ provider: 'istio', settings: { waypiont: 'none', cni: 'yes' } }))
    expect(diagnostics.map(({ code, summary, location }) => [code, summary, location?.file])).toEqual([
      ['MF3017', 'Istio has no setting "waypiont"', 'settings'],
      ['MF3017', 'Setting cni must be boolean', 'settings.cni'],
    ])
  })

  test('of another component are merged into the objects of the kind they name, and lead back to their line', () => {
    const design = canonical({ provider: 'istio' })
    const translated = translate({
      ...design,
      traffic: {
        backend: {
          workload: 'backend',
          routes: [{ to: { v1: 100 } }],
          settings: { VirtualService: { exportTo: ['.'] }, DestinationRule: { trafficPolicy: { tls: { mode: 'SIMPLE' } } } },
        },
      },
    })
    expect(translated.diagnostics).toEqual([])
    expect(only(translated, 'VirtualService').spec).toMatchObject({ exportTo: ['.'], hosts: ['backend.shop.svc.cluster.local'] })
    expect(only(translated, 'DestinationRule').spec).toMatchObject({ trafficPolicy: { tls: { mode: 'SIMPLE' } } })
    const service = translated.objects.find(({ manifest }) => manifest.kind === 'VirtualService')
    expect(service?.origins['/spec/exportTo']).toEqual(['settings', 'VirtualService', 'exportTo'])
  })

  test('for a kind that is not made are a mistake', () => {
    const { diagnostics } = translate({
      ...canonical({ provider: 'istio' }),
      traffic: { backend: { workload: 'backend', routes: [{ to: { v1: 100 } }], settings: { VirtualServce: {} } } },
    })
    expect(diagnostics.map(({ code, location }) => [code, location?.file])).toEqual([['MF3017', 'settings.VirtualServce']])
  })
})
