import { describe, expect, test } from 'vitest'
import { chartCapabilities } from '../../../src/engine/mesh/chart-capabilities.ts'
import { versionOfImage } from '../../../src/engine/mesh/find-mesh.ts'
import { helmArguments } from '../../../src/engine/mesh/helm.ts'
import { hookOffset, isWanted } from '../../../src/engine/mesh/helm-hooks.ts'
import { mergeValues, type PlannedChart, plannedCharts } from '../../../src/providers/planned-charts.ts'
import { findProvider } from '../../../src/providers/registry.ts'
import { componentOf } from '../../providers/design-fixture.ts'

const chart = (more: Partial<PlannedChart>): PlannedChart => ({
  repository: 'https://charts.example.org',
  name: 'mesh',
  version: '1.2.3',
  release: 'mesh',
  namespace: 'mesh-system',
  values: {},
  path: ['install'],
  ...more,
})

describe('how helm is asked', () => {
  test('for a chart of a repository', () => {
    expect(helmArguments(chart({}), 'values.json').join(' ')).toBe(
      'template mesh mesh --repo https://charts.example.org --version 1.2.3 --namespace mesh-system --include-crds --values values.json',
    )
  })

  test('for a chart of a registry, and for the version of the cluster', () => {
    const oci = chart({ repository: 'oci://registry.example.org/charts/' })
    expect(helmArguments(oci, 'values.json', '1.36.2').join(' ')).toBe(
      'template mesh oci://registry.example.org/charts/mesh --version 1.2.3 --namespace mesh-system --include-crds --kube-version 1.36.2 --values values.json',
    )
  })

  test('with what the cluster serves, for charts that ask', () => {
    expect(helmArguments(chart({}), 'values.json', undefined, ['gateway.networking.k8s.io/v1']).join(' ')).toContain(
      '--include-crds --api-versions gateway.networking.k8s.io/v1 --values',
    )
  })

  test('for a chart in a folder', () => {
    const local = chart({ repository: undefined, name: './charts/mesh', version: undefined })
    expect(helmArguments(local, 'values.json').join(' ')).toBe(
      'template mesh ./charts/mesh --namespace mesh-system --include-crds --values values.json',
    )
  })
})

test('objects that only run at other moments than an installation are left out', () => {
  const hooked = (hook?: string) => ({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'job', ...(hook === undefined ? {} : { annotations: { 'helm.sh/hook': hook } }) },
  })
  const wanted = [undefined, 'pre-install', 'post-install,post-upgrade', 'test', 'pre-delete', 'post-rollback,pre-upgrade']
  expect(wanted.map((hook) => isWanted(hooked(hook)))).toEqual([true, true, true, false, false, false])
})

test('hooks stand around the installation by their weight', () => {
  const hooked = (hook: string, weight?: string) =>
    hookOffset({
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: {
        name: 'job',
        annotations: { 'helm.sh/hook': hook, ...(weight === undefined ? {} : { 'helm.sh/hook-weight': weight }) },
      },
    })
  const order = [
    hooked('pre-install,pre-upgrade', '-5'),
    hooked('pre-install'),
    hooked('pre-install', '10'),
    hookOffset({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'plain' } }),
    hooked('post-install'),
    hooked('post-install', '1'),
  ]
  expect(order).toEqual([...new Set(order)].sort((left, right) => left - right))
  expect(order.every((offset) => Math.abs(offset) < 1)).toBe(true)
})

test('a chart may ask for the kinds that the design itself brings', () => {
  const definition = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'gatewayclasses.gateway.networking.k8s.io' },
    spec: {
      group: 'gateway.networking.k8s.io',
      names: { kind: 'GatewayClass' },
      versions: [
        { name: 'v1', served: true },
        { name: 'v1beta1', served: false },
      ],
    },
  }
  const mesh = componentOf('meshes', 'cilium', { provider: 'cilium', install: {} }, [definition])
  const elsewhere = { ...mesh, cluster: 'west' }
  expect(chartCapabilities(undefined, [mesh], 'sandbox')).toEqual([
    'gateway.networking.k8s.io/v1',
    'gateway.networking.k8s.io/v1/GatewayClass',
  ])
  expect(chartCapabilities(undefined, [elsewhere], 'sandbox')).toEqual([])
})

test('the version of a mesh is told by the tag of its image', () => {
  expect(versionOfImage('registry.istio.io/release/pilot:1.30.0-distroless')).toBe('1.30.0')
  expect(versionOfImage('localhost:5000/pilot')).toBeUndefined()
  expect(versionOfImage('cr.l5d.io/linkerd/controller:edge-26.9.1')).toBe('26.9.1')
  expect(versionOfImage('hashicorp/consul-k8s-control-plane:2.0.3@sha256:0123')).toBe('2.0.3')
  expect(versionOfImage('example.org/pilot@sha256:0123')).toBeUndefined()
})

describe('the charts of an installation', () => {
  const { provider } = findProvider('istio')
  const planned = (install: object) => {
    if (provider === undefined) throw new Error('no Istio')
    return plannedCharts(componentOf('meshes', 'istio', { provider: 'istio', version: '1.30.0', install }), provider)
  }

  test('are those of the provider, with the values of the design over theirs', () => {
    const charts = planned({ values: { pilot: { replicas: 2 } } })
    expect(charts.map(({ name, version }) => `${name} ${version}`)).toEqual(['base 1.30.0', 'istiod 1.30.0'])
    expect(charts[1]?.values).toMatchObject({ pilot: { replicas: 2 } })
  })

  test('or those the design names, which begin with what the provider knows of them', () => {
    const [own, istiod] = planned({
      charts: [
        { name: './charts/own.tgz' },
        { name: 'istiod', repository: 'oci://registry.istio.io/release/charts', version: '1.30.1', values: { a: 1 } },
      ],
    })
    expect(own).toMatchObject({ repository: undefined, release: 'own', namespace: 'istio-system' })
    expect(istiod).toMatchObject({ repository: 'oci://registry.istio.io/release/charts', version: '1.30.1', values: { a: 1 } })
  })

  test('values of the design leave what the provider says beside them', () => {
    const chartsOf = (name: string, values: object) => {
      const found = findProvider(name).provider
      if (found === undefined) throw new Error(`no ${name}`)
      const spec = { provider: name, version: '2.0.1', settings: { cni: true }, install: { values } }
      return plannedCharts(componentOf('meshes', name, spec as Parameters<typeof componentOf<'meshes'>>[2]), found)
    }
    expect(chartsOf('consul', { global: { datacenter: 'east' } })[0]?.values).toMatchObject({
      global: { name: 'consul', datacenter: 'east' },
    })
    expect(chartsOf('istio', { pilot: { replicaCount: 2 } })[1]?.values).toMatchObject({
      pilot: { cni: { enabled: true }, replicaCount: 2 },
    })
    expect(chartsOf('traefik', { controller: { image: { name: 'own' } } })[0]).toMatchObject({
      version: undefined,
      values: { controller: { image: { name: 'own', tag: 'v2.0.1' } } },
    })
  })

  test('with pods for the gateways of the design that name none', () => {
    const mesh = componentOf('meshes', 'istio', {
      provider: 'istio',
      version: '1.30.0',
      install: { values: { pilot: { replicaCount: 2 } } },
    })
    const gateway = (name: string, spec: object) =>
      componentOf('gateways', name, { mesh: 'istio', listeners: [{ port: 8443 }], ...spec } as Parameters<
        typeof componentOf<'gateways'>
      >[2])
    if (provider === undefined) throw new Error('no Istio')
    const charts = plannedCharts(mesh, provider, [
      gateway('web', { namespace: 'ingress', listeners: [{ port: 80 }, { port: 443 }] }),
      gateway('admin', { namespace: 'ingress' }),
      gateway('out', { direction: 'egress' }),
      gateway('own', { selector: { app: 'own' } }),
    ])
    const made = charts.slice(2).map(({ name, release, namespace, values }) => ({ name, release, namespace, values }))
    expect(made).toMatchObject([
      { name: 'gateway', release: 'istio-ingressgateway', namespace: 'ingress' },
      { name: 'gateway', release: 'istio-egressgateway', namespace: 'istio-system', values: { service: { type: 'ClusterIP' } } },
    ])
    // The chart refuses values of other charts.
    expect(Object.keys(made[0]?.values ?? {})).toEqual(['service'])
    expect(made[0]?.values).toMatchObject({ service: { ports: [{ port: 15021 }, { port: 80 }, { port: 443 }, { port: 8443 }] } })
  })

  test('none where manifests are given', () => {
    expect(planned({ manifests: ['istio.yaml'] })).toEqual([])
  })

  test('values are merged object by object; lists and scalars are replaced', () => {
    expect(mergeValues({ a: { b: 1, c: [1, 2] }, d: 1 }, { a: { c: [3] }, e: 2 })).toEqual({ a: { b: 1, c: [3] }, d: 1, e: 2 })
  })
})
