import { describe, expect, test } from 'vitest'
import type { ComponentSpecs } from '../../src/design/component.ts'
import { SHOP, translate } from './design-fixture.ts'

const HOST: ComponentSpecs['external'] = { mesh: 'mesh', hosts: ['api.example.org'], ports: [{ port: 443, protocol: 'tls' }] }

const OPS: ComponentSpecs['workloads'] = {
  mesh: 'mesh',
  namespace: 'ops',
  image: 'example.invalid/admin:1',
  ports: [{ name: 'http', port: 8080 }],
}

/** The places of the objects of a kind that a host outside comes down to, called from two namespaces. */
function placesOf(provider: string, kind: string, host = HOST): readonly (string | undefined)[] {
  const { objects } = translate({
    meshes: { mesh: { provider } },
    workloads: { ...SHOP, admin: OPS },
    external: { api: host },
  })
  return objects.flatMap(({ manifest }) =>
    manifest.kind === kind && manifest.metadata.name.startsWith(kind === 'EgressNetwork' ? 'egress' : 'api')
      ? [manifest.metadata.namespace]
      : [],
  )
}

describe('a host outside', () => {
  test.each([
    ['linkerd', 'EgressNetwork'],
    ['linkerd', 'TLSRoute'],
    ['kuma', 'MeshPassthrough'],
    ['kong-mesh', 'MeshPassthrough'],
    ['cilium', 'CiliumNetworkPolicy'],
  ])('%s: %s holds for its own namespace, so each that calls has one', (provider, kind) => {
    expect(placesOf(provider, kind)).toEqual(['ops', 'shop'])
    expect(placesOf(provider, kind, { ...HOST, namespace: 'ops' })).toEqual(['ops'])
  })

  test.each([
    ['osm', 'Egress'],
    ['app-mesh', 'VirtualNode'],
    ['app-mesh', 'VirtualService'],
  ])('%s: %s is read in namespaces of the mesh, so it stands in one of them', (provider, kind) => {
    expect(placesOf(provider, kind)).toEqual(['ops'])
  })

  test.each([
    ['istio', 'ServiceEntry'],
    ['consul', 'ServiceDefaults'],
  ])('%s: %s holds for all, wherever it stands', (provider, kind) => {
    expect(placesOf(provider, kind)).toEqual(['default'])
  })

  test('app-mesh: hosts of another mesh are no backends', () => {
    const { objects } = translate({
      meshes: { mesh: { provider: 'app-mesh' } },
      workloads: SHOP,
      external: { api: { ...HOST, mesh: 'other' } },
    })
    const nodes = objects.filter(({ manifest }) => manifest.kind === 'VirtualNode' && manifest.metadata.name === 'frontend')
    expect(nodes).toHaveLength(1)
    expect(JSON.stringify(nodes)).not.toContain('"name":"api"')
  })
})
