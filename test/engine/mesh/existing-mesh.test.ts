import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { makeWorkspace, type Workspace } from './run-command.ts'

const CONTROL_PLANE = (tag: string) => `apiVersion: meshform.dev/v1
kind: Design
metadata: {name: platform}
resources:
  istiod:
    manifest:
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: istiod, namespace: istio-system}
      spec:
        selector: {matchLabels: {app: istiod}}
        template:
          metadata: {labels: {app: istiod}}
          spec: {containers: [{name: discovery, image: "registry.istio.io/release/pilot:${tag}-distroless"}]}
`

const SHOP = (mesh: string, traffic = '') => `apiVersion: meshform.dev/v1
kind: Design
metadata: {name: shop}
meshes:
  istio: {provider: istio, existing: true${mesh}}
workloads:
  backend: {mesh: istio, namespace: shop, image: example.invalid/backend:1, ports: [{name: http, port: 8080}], versions: {v1: {}, v2: {}}}
${traffic}`

const BACKOFF = `traffic:
  backend:
    workload: backend
    routes: [{to: {v1: 100}, retries: {attempts: 2, backoff: {base: 1s}}}]
`

describe('a mesh that exists', () => {
  let workspace: Workspace
  beforeEach(() => {
    workspace = makeWorkspace()
  })
  afterEach(() => workspace.remove())

  const install = async (tag: string) => {
    await workspace.write('platform/design.yaml', CONTROL_PLANE(tag))
    const applied = await workspace.meshform('apply', '-f', 'platform', '--yes')
    expect(applied.exitCode, applied.stderr).toBe(0)
  }

  test('is looked for: a plan says where it is not', async () => {
    await workspace.write('shop/design.yaml', SHOP(''))
    const planned = await workspace.meshform('plan', '-f', 'shop')
    expect(planned.exitCode).toBe(1)
    expect(planned.stderr).toMatchSnapshot()
  })

  test('is found under the name that its release gave it', async () => {
    const part = (kind: string, name: string, container: string) => `  ${name}:
    wait: false
    manifest:
      apiVersion: apps/v1
      kind: ${kind}
      metadata: {name: consul-consul-${name}, namespace: consul}
      spec:
        serviceName: consul
        selector: {matchLabels: {app: ${name}}}
        template:
          metadata: {labels: {app: ${name}}}
          spec: {containers: [{name: ${container}, image: "hashicorp/consul:1.22.1"}]}
`
    const platform = `apiVersion: meshform.dev/v1
kind: Design
metadata: {name: platform}
resources:
${part('StatefulSet', 'server', 'consul')}${part('Deployment', 'connect-injector', 'sidecar-injector').replace('        serviceName: consul\n', '')}`
    await workspace.write('platform/design.yaml', platform)
    const applied = await workspace.meshform('apply', '-f', 'platform', '--yes')
    expect(applied.exitCode, applied.stderr).toBe(0)
    const shop = (settings: string) => `apiVersion: meshform.dev/v1
kind: Design
metadata: {name: shop}
meshes:
  consul: {provider: consul, existing: true, version: 1.23.0${settings}}
`
    await workspace.write('shop/design.yaml', shop(''))
    expect((await workspace.meshform('plan', '-f', 'shop')).stderr).toContain('MF4101')
    await workspace.write('shop/design.yaml', shop(', settings: {name: consul-consul}'))
    const { stderr } = await workspace.meshform('plan', '-f', 'shop')
    expect(stderr).toContain('Consul in cluster "sandbox" is 1.22.1, and the design asks for 1.23.0')
  })

  test('is found without what it runs without too: before 1.16 the Envoy of Cilium is inside its agent', async () => {
    const part = (kind: string, name: string, container: string) => `  ${name}:
    wait: false
    manifest:
      apiVersion: apps/v1
      kind: ${kind}
      metadata: {name: ${name}, namespace: kube-system}
      spec:
        selector: {matchLabels: {app: ${name}}}
        template:
          metadata: {labels: {app: ${name}}}
          spec: {containers: [{name: ${container}, image: "quay.io/cilium/cilium:v1.15.4"}]}
`
    await workspace.write(
      'platform/design.yaml',
      `apiVersion: meshform.dev/v1
kind: Design
metadata: {name: platform}
resources:
${part('DaemonSet', 'cilium', 'cilium-agent')}${part('Deployment', 'cilium-operator', 'cilium-operator')}`,
    )
    expect((await workspace.meshform('apply', '-f', 'platform', '--yes')).exitCode).toBe(0)
    await workspace.write('shop/design.yaml', SHOP('', BACKOFF).replace('provider: istio', 'provider: cilium'))
    const { stderr } = await workspace.meshform('plan', '-f', 'shop')
    expect(stderr).not.toContain('MF4101')
    expect(stderr).toContain('The version is 1.15.4.')
  })

  test('is found, and nothing of it is changed', async () => {
    await install('1.30.0')
    await workspace.write('shop/design.yaml', SHOP(', version: 1.29.0'))
    const planned = await workspace.meshform('plan', '-f', 'shop')
    expect(planned.stderr).not.toContain('MF41')
    expect(planned.exitCode).toBe(0)
    expect(planned.stdout).not.toContain('istiod')
  })

  test('is found by the tag of its revision too', async () => {
    const tag = `
  tag:
    manifest:
      apiVersion: admissionregistration.k8s.io/v1
      kind: MutatingWebhookConfiguration
      metadata: {name: istio-revision-tag-prod, labels: {istio.io/rev: 1-30}}
      webhooks: []
`
    await workspace.write('platform/design.yaml', CONTROL_PLANE('1.30.0').replace('name: istiod,', 'name: istiod-1-30,') + tag)
    expect((await workspace.meshform('apply', '-f', 'platform', '--yes')).exitCode).toBe(0)
    await workspace.write('shop/design.yaml', SHOP(', revision: prod, version: 1.29.0'))
    const planned = await workspace.meshform('plan', '-f', 'shop')
    expect(planned.exitCode, planned.stderr).toBe(0)
    expect(planned.stdout).toContain('istio.io/rev')
    await workspace.write('shop/design.yaml', SHOP(', revision: staging'))
    expect((await workspace.meshform('plan', '-f', 'shop')).stderr).toContain(
      'Deployment istio-system/istiod-staging is not there',
    )
  })

  test('is refused when it is older than the design asks for', async () => {
    await install('1.24.1')
    await workspace.write('shop/design.yaml', SHOP(', version: 1.30.0'))
    const planned = await workspace.meshform('plan', '-f', 'shop')
    expect(planned.exitCode).toBe(1)
    expect(planned.stderr).toMatchSnapshot()
  })

  test('decides by its own version what it can do', async () => {
    await install('1.24.1')
    await workspace.write('shop/design.yaml', SHOP('', BACKOFF))
    const planned = await workspace.meshform('plan', '-f', 'shop')
    expect(planned.exitCode).toBe(1)
    expect(planned.stderr).toContain('MF3003')
    expect(planned.stderr).toContain('only from version 1.26')
    expect(planned.stderr).toContain('The version is 1.24.1')
  })
})

describe('objects written by hand beside the neutral ones', () => {
  test('are looked at too, and a finding leads to their line', async () => {
    const workspace = makeWorkspace()
    try {
      await workspace.write(
        'design.yaml',
        `apiVersion: meshform.dev/v1
kind: Design
metadata: {name: shop}
meshes:
  istio: {provider: istio}
resources:
  routes:
    manifest:
      apiVersion: networking.istio.io/v1
      kind: VirtualService
      metadata: {name: backend, namespace: shop}
      spec:
        hosts: [backend]
        http:
          - route: [{destination: {host: backend}}]
          - match: [{uri: {prefix: /never}}]
            route: [{destination: {host: backend}}]
`,
      )
      const planned = await workspace.meshform('plan', '--offline')
      expect(planned.exitCode, planned.stderr).toBe(0)
      expect(planned.stderr).toContain('MF3033')
      expect(planned.stderr).toContain('design.yaml:16:')
    } finally {
      workspace.remove()
    }
  })
})

describe('the Gateway API of the cluster', () => {
  let workspace: Workspace
  beforeEach(() => {
    workspace = makeWorkspace()
  })
  afterEach(() => workspace.remove())

  const routes = (channel: string, version: string) => `apiVersion: meshform.dev/v1
kind: Design
metadata: {name: platform}
resources:
  routes:
    manifest:
      apiVersion: apiextensions.k8s.io/v1
      kind: CustomResourceDefinition
      metadata:
        name: httproutes.gateway.networking.k8s.io
        annotations:
          api-approved.kubernetes.io: https://github.com/kubernetes-sigs/gateway-api/pull/1
          gateway.networking.k8s.io/bundle-version: ${version}
          gateway.networking.k8s.io/channel: ${channel}
      spec:
        group: gateway.networking.k8s.io
        scope: Namespaced
        names: {kind: HTTPRoute, plural: httproutes, singular: httproute, listKind: HTTPRouteList}
        versions:
          - name: v1
            served: true
            storage: true
            schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
`
  const retrying = (provider: string) => `apiVersion: meshform.dev/v1
kind: Design
metadata: {name: shop}
meshes:
  mesh: {${provider}}
workloads:
  backend: {mesh: mesh, namespace: shop, image: example.invalid/backend:1, ports: [{name: http, port: 8080}]}
  data: {mesh: mesh, namespace: shop, image: example.invalid/data:1, ports: [{name: tcp-data, port: 5432, protocol: tcp}]}
traffic:
  backend: {workload: backend, routes: [{to: {workloads.backend: 100}, retries: {attempts: 2}}]}
  data: {workload: data, routes: [{to: {workloads.data: 100}}]}
`
  const planned = async (provider: string, channel: string, version: string) => {
    await workspace.write('platform/design.yaml', routes(channel, version))
    expect((await workspace.meshform('apply', '-f', 'platform', '--yes')).exitCode).toBe(0)
    await workspace.write('shop/design.yaml', retrying(provider))
    return workspace.meshform('plan', '-f', 'shop')
  }

  test('in its standard channel has no retries: a plan says so at the line that asks', async () => {
    const refused = await planned('provider: istio, mode: ambient', 'standard', 'v1.6.1')
    expect(refused.exitCode).toBe(1)
    expect(refused.stderr).toContain('The cluster has the standard channel of the Gateway API')
    expect(refused.stderr).toContain('shop/design.yaml:10:')
    expect((await planned('provider: istio, mode: ambient', 'experimental', 'v1.6.1')).exitCode).toBe(0)
  })

  test('decides by its bundle under which version routes are written', async () => {
    const kinds = async (version: string) => {
      const { stdout } = await planned('provider: linkerd', 'standard', version)
      return /TCPRoute \(gateway\.networking\.k8s\.io\/(\w+)\)/.exec(stdout)?.[1]
    }
    expect([await kinds('v1.5.1'), await kinds('v1.6.1-rc.2')]).toEqual(['v1alpha2', 'v1'])
  })
})
