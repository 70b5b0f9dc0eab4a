import { describe, expect, test } from 'vitest'
import { canonical, meshObjects, translate } from './design-fixture.ts'
import { meshExample, sorted } from './mesh-example.ts'

describe('the canonical pattern', () => {
  test('istio: what the example says', () => {
    const translated = translate(canonical({ provider: 'istio', mtls: 'strict' }))
    expect(translated.diagnostics).toEqual([])
    const objects = meshObjects(translated).filter((manifest) => manifest.kind !== 'Service')
    expect(sorted(objects)).toEqual(sorted(meshExample('istio')))
  })

  test('istio ambient: what the example says', () => {
    const translated = translate(canonical({ provider: 'istio', mode: 'ambient', mtls: 'strict' }))
    expect(translated.diagnostics).toEqual([])
    const objects = meshObjects(translated).filter((manifest) => manifest.kind !== 'Service')
    expect(sorted(objects)).toEqual(sorted(meshExample('istio-ambient')))
  })

  test('istio: each weight leads back to the line that says it', () => {
    const translated = translate(canonical({ provider: 'istio', mtls: 'strict' }))
    const service = translated.objects.find((object) => object.manifest.kind === 'VirtualService')
    expect(service?.origins['/spec/http/0/route/0/weight']).toEqual(['routes', 0, 'to', 'v1'])
    expect(service?.origins['/spec/http/0/route/1/weight']).toEqual(['routes', 0, 'to', 'v2'])
    expect(service?.origins['/spec/http/0/timeout']).toEqual(['routes', 0, 'timeout'])
    expect(service?.origins['/spec/http/0/retries/retryOn']).toEqual(['routes', 0, 'retries', 'on'])
  })
})
