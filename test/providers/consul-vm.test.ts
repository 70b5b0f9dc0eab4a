import { describe, expect, test } from 'vitest'
import type { ComponentSpecs } from '../../src/design/component.ts'
import type { Manifest } from '../../src/plan/manifest.ts'
import { canonical, meshObjects, SHOP, translate } from './design-fixture.ts'
import { meshExample } from './mesh-example.ts'

/** Objects as the bodies of `PUT /v1/config`, in an order that does not depend on who wrote them down. */
function bodies(manifests: readonly Manifest[]) {
  return manifests
    .filter(({ apiVersion }) => apiVersion === 'consul/v1')
    .map(({ kind, metadata, spec }) => ({ Kind: kind, Name: metadata.name, ...(typeof spec === 'object' ? spec : {}) }))
    .sort((left, right) => (left.Kind < right.Kind ? -1 : 1))
}

function canonicalBodies(mesh: Omit<ComponentSpecs['meshes'], 'provider'>) {
  const translated = translate(canonical({ provider: 'consul-vm', ...mesh }))
  expect(translated.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([])
  // Beyond the example, the caller has defaults of its own.
  return bodies(meshObjects(translated)).filter(({ Kind, Name }) => !(Kind === 'service-defaults' && Name === 'frontend'))
}

function exampleBodies(name: string) {
  const documents: readonly { readonly [key: string]: unknown }[] = meshExample(name)
  return [...documents].sort((left, right) => (String(left.Kind) < String(right.Kind) ? -1 : 1))
}

describe('Consul on virtual machines', () => {
  test('the canonical pattern says what the example says', () => {
    expect(canonicalBodies({ mtls: 'strict' })).toEqual(exampleBodies('consul-vm'))
  })

  test('on 1.8 it says what that server takes; intentions are carried out by its older API', () => {
    const made = canonicalBodies({ mtls: 'strict', version: '1.8.7' })
    expect(made.filter(({ Kind }) => Kind !== 'service-intentions')).toEqual(exampleBodies('consul-vm-1.8'))
    expect(made.find(({ Kind }) => Kind === 'service-intentions')).toEqual({
      Kind: 'service-intentions',
      Name: 'backend',
      Sources: [
        { Name: 'frontend', Action: 'allow' },
        { Name: '*', Action: 'deny' },
      ],
    })
  })

  test('origins lead to the same places under the new names', () => {
    const translated = translate(canonical({ provider: 'consul-vm' }))
    const router = translated.objects.find(({ manifest }) => manifest.kind === 'service-router')
    expect(router?.origins['/spec/Routes/0/Destination/RequestTimeout']).toEqual(['routes', 0, 'timeout'])
    const splitter = translated.objects.find(({ manifest }) => manifest.kind === 'service-splitter')
    expect(splitter?.origins['/spec/Splits/1/Weight']).toEqual(['routes', 0, 'to', 'v2'])
  })

  test('what came with a later version is refused before it', () => {
    const { diagnostics } = translate({
      meshes: { mesh: { provider: 'consul-vm', version: '1.8.7' } },
      workloads: SHOP,
      authorization: { rules: { workload: 'backend', allow: [{ from: ['workloads.frontend'], methods: ['GET'] }] } },
    })
    expect(
      diagnostics.filter(({ severity }) => severity === 'error').map(({ code, location }) => [code, location?.file]),
    ).toEqual([['MF3003', 'allow.0.methods']])
  })

  test('gateways match nothing that is absent', () => {
    const { diagnostics } = translate({
      meshes: { mesh: { provider: 'consul-vm' } },
      workloads: SHOP,
      gateways: {
        web: {
          mesh: 'mesh',
          listeners: [{ port: 80, protocol: 'http' }],
          routes: [{ match: [{ headers: { debug: { present: false }, team: { present: true } } }], to: { backend: 100 } }],
        },
      },
    })
    expect(
      diagnostics.filter(({ severity }) => severity === 'error').map(({ code, location }) => [code, location?.file]),
    ).toEqual([['MF3020', 'routes.0.match.0.headers.debug']])
  })

  test('instances are registered with the agent, or in the catalog for nodes without one', () => {
    const instances = [
      { workload: 'backend', version: 'v1' },
      { workload: 'backend', version: 'v2', node: 'legacy-7', address: '10.0.0.7', port: 9090, tags: ['old'] },
    ]
    const translated = translate({ meshes: { mesh: { provider: 'consul-vm', settings: { instances } } }, workloads: SHOP })
    expect(translated.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([])
    expect(bodies(meshObjects(translated)).filter(({ Kind }) => Kind.endsWith('service'))).toEqual([
      {
        Kind: 'node-service',
        Name: 'backend-v2',
        Node: 'legacy-7',
        Address: '10.0.0.7',
        Service: { Service: 'backend', Port: 9090, Address: '10.0.0.7', Tags: ['old'], Meta: { version: 'v2' } },
      },
      {
        Kind: 'service',
        Name: 'backend',
        Port: 8080,
        Meta: { version: 'v1' },
        Connect: { SidecarService: {} },
      },
    ])
  })

  test('instances of what is not there are mistakes, each at its line', () => {
    const instances = [{ workload: 'nobody' }, { workload: 'backend', version: 'v9' }, { workload: 'backend', node: 'n' }]
    const { diagnostics } = translate({ meshes: { mesh: { provider: 'consul-vm', settings: { instances } } }, workloads: SHOP })
    expect(
      diagnostics.filter(({ severity }) => severity === 'error').map(({ code, location }) => [code, location?.file]),
    ).toEqual([
      ['MF3006', 'settings.instances.0.workload'],
      ['MF3006', 'settings.instances.1.version'],
      ['MF3020', 'settings.instances.2'],
    ])
  })
})
