/** Gateways as callers: under the identity that each mesh gives them, or refused where they have none. */
import { expect, test } from 'vitest'
import type { ComponentSpecs } from '../../src/design/component.ts'
import { SHOP, translate } from './design-fixture.ts'

type Mesh = ComponentSpecs['meshes']

function run(mesh: Mesh, gateway: Partial<ComponentSpecs['gateways']> = {}) {
  const { objects, diagnostics } = translate({
    meshes: { mesh },
    workloads: SHOP,
    gateways: { web: { mesh: 'mesh', listeners: [{ port: 80 }], ...gateway } },
    authorization: { it: { workload: 'backend', allow: [{ from: ['gateways.web', 'workloads.frontend'] }] } },
  })
  return {
    specs: objects.map(({ manifest }) => ({ kind: manifest.kind, spec: manifest.spec })),
    errors: diagnostics.filter(({ severity }) => severity === 'error').map(({ code, location }) => `${code} ${location?.file}`),
  }
}

function policy(mesh: Mesh, kind: string, gateway: Partial<ComponentSpecs['gateways']> = {}) {
  const { specs, errors } = run(mesh, gateway)
  expect(errors).toEqual([])
  return specs.find((object) => object.kind === kind)?.spec
}

const principals = (account: string) => ({
  rules: [
    {
      from: [
        { source: { principals: [`cluster.local/ns/istio-system/sa/${account}`] } },
        { source: { principals: ['cluster.local/ns/shop/sa/frontend'] } },
      ],
    },
  ],
})

test.each<[string, Mesh, Partial<ComponentSpecs['gateways']>, string]>([
  ['of the chart', { provider: 'istio' }, {}, 'istio-ingressgateway'],
  ['of an installed profile', { provider: 'istio', existing: true }, {}, 'istio-ingressgateway-service-account'],
  ['told', { provider: 'istio' }, { selector: { app: 'edge' }, settings: { serviceAccount: 'edge' } }, 'edge'],
  ['of the Gateway API', { provider: 'istio', mode: 'ambient' }, {}, 'web-istio'],
])('Istio: the account %s', (_, mesh, gateway, account) => {
  expect(policy(mesh, 'AuthorizationPolicy', gateway)).toMatchObject(principals(account))
})

test('Consul: the service that an API gateway is', () => {
  const sources = [
    { name: 'web', action: 'allow' },
    { name: 'frontend', action: 'allow' },
    { name: '*', action: 'deny' },
  ]
  expect(policy({ provider: 'consul' }, 'ServiceIntentions')).toMatchObject({ sources })
})

test('Cilium: the entity ingress, apart from pods, and without an authentication that its proxy has none for', () => {
  const mesh: Mesh = { provider: 'cilium', mtls: 'strict' }
  const rules = run(mesh)
    .specs.filter(({ kind }) => kind === 'CiliumNetworkPolicy')
    .map(({ spec }) => (spec as { ingress: readonly object[] }).ingress)
    .find((ingress) => ingress.length === 2)
  if (rules === undefined) throw new Error('no policy lets two callers in')
  expect(rules[0]).toMatchObject({ fromEntities: ['ingress'] })
  expect(rules[0]).not.toHaveProperty('authentication')
  expect(rules[1]).toMatchObject({ authentication: { mode: 'required' } })
})

test.each<[string, Mesh, Partial<ComponentSpecs['gateways']>]>([
  ['Istio, pods of one’s own', { provider: 'istio' }, { selector: { app: 'edge' } }],
  ['Consul, the way out', { provider: 'consul' }, { direction: 'egress' }],
])('%s: refused at its line', (_, mesh, gateway) => {
  expect(run(mesh, gateway).errors).toEqual(['MF3007 allow.0.from.0'])
})

test.each(['linkerd', 'kuma'])('%s, which has no gateways: refused at its line', (provider) => {
  expect(run({ provider }).errors).toContain('MF3007 allow.0.from.0')
})

test('Cilium by ztunnel: mutual TLS in the connection, and no authentication beside it', () => {
  const told = (encryption: string) =>
    run({ provider: 'cilium', mtls: 'strict', settings: { encryption } }, { direction: 'ingress' }).specs.filter(
      ({ kind }) => kind === 'CiliumNetworkPolicy',
    )
  expect(JSON.stringify(told('ztunnel'))).not.toContain('authentication')
  expect(JSON.stringify(told('ipsec'))).toContain('"authentication":{"mode":"required"}')
})
