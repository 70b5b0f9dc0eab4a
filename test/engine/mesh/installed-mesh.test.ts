import { chmod, readFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { makeWorkspace, type Workspace } from './run-command.ts'

const DESIGN = (install: string) => `apiVersion: meshform.dev/v1
kind: Design
metadata: {name: shop}
meshes:
  istio:
    provider: istio
    version: 1.30.0
    mtls: strict
    install: ${install}
workloads:
  web: {mesh: istio, namespace: shop, image: example.invalid/web:1, ports: [{name: http, port: 8080}]}
`

const DEFINITION = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: peerauthentications.security.istio.io}
spec:
  group: security.istio.io
  scope: Namespaced
  names: {kind: PeerAuthentication, plural: peerauthentications, singular: peerauthentication, listKind: PeerAuthenticationList}
  versions:
    - name: v1
      served: true
      storage: true
      schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
`

const CONTROL_PLANE = `apiVersion: apps/v1
kind: Deployment
metadata: {name: istiod, namespace: istio-system}
spec:
  selector: {matchLabels: {app: istiod}}
  template:
    metadata: {labels: {app: istiod}}
    spec: {containers: [{name: discovery, image: "registry.istio.io/release/pilot:1.30.0"}]}
`

/** Stands in for helm: writes down how it was called, and renders two charts. */
const HELM = `#!/bin/sh
echo "$@" >> "$HELM_LOG"
for last; do :; done
cat "$last" >> "$HELM_LOG"
echo >> "$HELM_LOG"
case "$2" in
  istio-base) cat "$HELM_CHARTS/base.yaml" ;;
  istiod) cat "$HELM_CHARTS/istiod.yaml" ;;
  gateway) cat "$HELM_CHARTS/gateway.yaml" ;;
  istiod-*) sed "s/name: istiod,/name: $2,/" "$HELM_CHARTS/istiod.yaml" ;;
  *) echo "Error: chart $3 not found in repository" >&2; exit 1 ;;
esac
`

/** A chart of a namespace of its own: an object without a namespace, one that is kept, and a hook of an installation. */
const GATEWAY_CHART = `apiVersion: v1
kind: ServiceAccount
metadata: {name: ingress}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: keepsake, annotations: {helm.sh/resource-policy: keep}}
---
apiVersion: batch/v1
kind: Job
metadata: {name: prepare, annotations: {helm.sh/hook: "pre-install,pre-upgrade"}}
spec: {template: {spec: {restartPolicy: Never, containers: [{name: prepare, image: example.invalid/prepare}]}}}
`

const HOOK = `---
apiVersion: v1
kind: Pod
metadata: {name: check, namespace: istio-system, annotations: {helm.sh/hook: test}}
spec: {containers: [{name: check, image: example.invalid/check}]}
`

describe('a mesh that the design installs', () => {
  let workspace: Workspace
  let server: Server | undefined
  beforeEach(() => {
    workspace = makeWorkspace()
  })
  afterEach(async () => {
    workspace.remove()
    await new Promise((resolve) => (server === undefined ? resolve(undefined) : server.close(resolve)))
    server = undefined
  })

  const withHelm = async () => {
    await workspace.write('bin/helm', HELM)
    await chmod(join(workspace.directory, 'bin/helm'), 0o755)
    await workspace.write('charts/base.yaml', DEFINITION)
    await workspace.write('charts/istiod.yaml', CONTROL_PLANE + HOOK)
    await workspace.write('charts/gateway.yaml', GATEWAY_CHART)
    workspace.env.PATH = `${join(workspace.directory, 'bin')}:/usr/bin:/bin`
    workspace.env.HELM_LOG = join(workspace.directory, 'helm.log')
    workspace.env.HELM_CHARTS = join(workspace.directory, 'charts')
  }

  test('from its charts: definitions, then the control plane, then what needs it', async () => {
    await withHelm()
    await workspace.write('shop/design.yaml', DESIGN('{values: {global: {tag: special}}}'))
    const applied = await workspace.meshform('apply', '-f', 'shop', '--yes')
    expect(applied.exitCode, applied.stderr).toBe(0)
    const done = [...applied.stderr.matchAll(/✓ (\S+) (\S+)/g)].map((match) => `${match[1]} ${match[2]}`)
    const place = (text: string) => done.indexOf(text)
    expect(done).toContain('CustomResourceDefinition peerauthentications.security.istio.io')
    expect(place('Deployment istio-system/istiod')).toBeGreaterThan(
      place('CustomResourceDefinition peerauthentications.security.istio.io'),
    )
    expect(place('PeerAuthentication shop/default')).toBeGreaterThan(place('Deployment istio-system/istiod'))
    expect(place('Deployment shop/web')).toBeGreaterThan(place('Deployment istio-system/istiod'))
    expect(done.join()).not.toContain('check')
    const log = await readFile(workspace.env.HELM_LOG ?? '', 'utf8')
    expect(log).toContain(
      'template istiod istiod --repo https://istio-release.storage.googleapis.com/charts --version 1.30.0 --namespace istio-system --include-crds',
    )
    expect(log).toContain('"tag":"special"')
  })

  test('is upgraded by revision: the new one beside the old, workloads moved over, the old one gone last', async () => {
    await withHelm()
    const revised = (revision: string) => DESIGN('{}').replace('mtls: strict', `mtls: strict\n    revision: ${revision}`)
    await workspace.write('shop/design.yaml', revised('one'))
    expect((await workspace.meshform('apply', '-f', 'shop', '--yes')).exitCode).toBe(0)
    await workspace.write('shop/design.yaml', revised('two'))
    const applied = await workspace.meshform('apply', '-f', 'shop', '--yes')
    expect(applied.exitCode, applied.stderr).toBe(0)
    const place = (text: string) => {
      const index = applied.stderr.indexOf(text)
      expect(index, `${text} in ${applied.stderr}`).toBeGreaterThan(-1)
      return index
    }
    const order = [
      place('Deployment istio-system/istiod-two  created'),
      // Pods that are made anew meanwhile still ask the old one.
      place('Namespace shop  changed'),
      place('Deployment shop/web  changed'),
      place('Deployment istio-system/istiod-one  deleted'),
    ]
    expect(order).toEqual([...order].sort((left, right) => left - right))
    expect(applied.stdout).toContain('istio.io/rev')
    expect((await workspace.meshform('plan', '-f', 'shop', '--detailed-exitcode')).exitCode).toBe(0)
  })

  test('leaves its definitions when it is uninstalled', async () => {
    await withHelm()
    await workspace.write('shop/design.yaml', DESIGN('{}'))
    expect((await workspace.meshform('apply', '-f', 'shop', '--yes')).exitCode).toBe(0)
    const destroyed = await workspace.meshform('destroy', '-f', 'shop', '--yes')
    expect(destroyed.exitCode, destroyed.stderr).toBe(0)
    expect(destroyed.stdout).toContain('CustomResourceDefinition peerauthentications.security.istio.io  forgotten, not deleted')
    const again = await workspace.meshform('apply', '-f', 'shop', '--yes')
    expect(again.stdout).toContain('CustomResourceDefinition peerauthentications.security.istio.io')
    expect(again.exitCode, again.stderr).toBe(0)
  })

  test('puts a chart into the namespace it names, its hooks first, and leaves what the chart keeps', async () => {
    await withHelm()
    const charts = '{charts: [{name: base}, {name: istiod}, {name: gateway, version: 1.30.0, namespace: ingress}]}'
    await workspace.write('shop/design.yaml', DESIGN(charts))
    const applied = await workspace.meshform('apply', '-f', 'shop', '--yes')
    expect(applied.exitCode, applied.stderr).toBe(0)
    const place = (text: string) => applied.stderr.indexOf(text)
    expect(place('Job ingress/prepare')).toBeGreaterThan(place('Deployment istio-system/istiod'))
    expect(place('ServiceAccount ingress/ingress')).toBeGreaterThan(place('Job ingress/prepare'))
    const destroyed = await workspace.meshform('destroy', '-f', 'shop', '--yes')
    expect(destroyed.stdout).toContain('ConfigMap ingress/keepsake  forgotten, not deleted')
    // Its namespace stays with it; that of the control plane holds nothing any more.
    expect(destroyed.stdout).toContain('Namespace ingress  forgotten, not deleted')
    expect(destroyed.stderr).toContain('Namespace istio-system  deleted')
  })

  test('tells a chart of the kinds that it and those before it bring', async () => {
    await withHelm()
    // As helm prints them: above a file of a crds folder where it comes from, and not again above its second document.
    await workspace.write('charts/base.yaml', `---\n# Source: crds/all.yaml\n${DEFINITION}`)
    await workspace.write('shop/design.yaml', DESIGN('{}'))
    expect((await workspace.meshform('plan', '-f', 'shop')).exitCode).toBe(0)
    const log = await readFile(workspace.env.HELM_LOG ?? '', 'utf8')
    // Charts are rendered at once, so what one call writes may stand on the line of another.
    const told = (release: string) =>
      [...log.matchAll(new RegExp(`template ${release} [^\\n{]*`, 'g'))].map(([call]) =>
        call.includes('security.istio.io/v1/PeerAuthentication'),
      )
    expect(told('istio-base')).toEqual([false, true])
    expect(told('istiod')).toEqual([false, true])
  })

  test('takes its definitions along where the design says so', async () => {
    await withHelm()
    await workspace.write('shop/design.yaml', DESIGN('{keepCrds: false}'))
    expect((await workspace.meshform('apply', '-f', 'shop', '--yes')).exitCode).toBe(0)
    const destroyed = await workspace.meshform('destroy', '-f', 'shop', '--yes')
    expect(destroyed.stderr).toContain('CustomResourceDefinition peerauthentications.security.istio.io  deleted')
  })

  test('without helm: what is missing, and how to get it', async () => {
    await workspace.write('shop/design.yaml', DESIGN('{}'))
    const planned = await workspace.meshform('plan', '-f', 'shop')
    expect(planned.exitCode).toBe(1)
    expect(planned.stderr).toMatchSnapshot()
  })

  test('with a chart that does not render: what helm says', async () => {
    await withHelm()
    await workspace.write('shop/design.yaml', DESIGN('{charts: [{name: nonesuch, version: 1.0.0}]}'))
    const planned = await workspace.meshform('plan', '-f', 'shop')
    expect(planned.exitCode).toBe(1)
    expect(planned.stderr).toMatchSnapshot()
  })

  test('from charts whose version nobody says: a warning', async () => {
    await withHelm()
    await workspace.write('shop/design.yaml', DESIGN('{}').replace('    version: 1.30.0\n', ''))
    const planned = await workspace.meshform('plan', '-f', 'shop')
    expect(planned.exitCode, planned.stderr).toBe(0)
    expect(planned.stderr).toMatchSnapshot()
  })

  test('with definitions of another project missing: which, and where they are', async () => {
    await withHelm()
    await workspace.write('shop/design.yaml', DESIGN('{charts: [{name: istiod}]}').replace('mtls: strict', 'mode: ambient'))
    const planned = await workspace.meshform('plan', '-f', 'shop')
    expect(planned.stderr).toMatchSnapshot()
    const definition = DEFINITION.replaceAll('peerauthentications', 'httproutes')
      .replaceAll('security.istio.io', 'gateway.networking.k8s.io')
      .replaceAll('PeerAuthentication', 'HTTPRoute')
      .replaceAll('peerauthentication', 'httproute')
    await workspace.write('shop/routes.yaml', definition)
    const design = DESIGN('{charts: [{name: istiod}], manifests: [./routes.yaml]}').replace('mtls: strict', 'mode: ambient')
    await workspace.write('shop/design.yaml', design)
    expect((await workspace.meshform('plan', '-f', 'shop')).stderr).not.toContain('MF4106')
  })

  test('from manifests at an address', async () => {
    server = createServer((request, response) => {
      if (request.url === '/istio.yaml') response.end(`${DEFINITION}---\n${CONTROL_PLANE}`)
      else response.writeHead(404).end()
    })
    const port = await new Promise<number>((resolve) => {
      server?.listen(0, '127.0.0.1', () => {
        const address = server?.address()
        resolve(typeof address === 'object' && address !== null ? address.port : 0)
      })
    })
    await workspace.write('shop/design.yaml', DESIGN(`{manifests: ["http://127.0.0.1:${port}/istio.yaml"]}`))
    const applied = await workspace.meshform('apply', '-f', 'shop', '--yes')
    expect(applied.exitCode, applied.stderr).toBe(0)
    expect(applied.stdout).toContain('Deployment istio-system/istiod')
    const pinned = (digest: string) => DESIGN(`{manifests: ["http://127.0.0.1:${port}/istio.yaml#sha256=${digest}"]}`)
    await workspace.write('shop/design.yaml', pinned('0'.repeat(64)))
    const refused = await workspace.meshform('plan', '-f', 'shop')
    expect(refused.exitCode).toBe(1)
    const digest = /say `#sha256=(\w{64})`/.exec(refused.stderr)?.[1] ?? ''
    await workspace.write('shop/design.yaml', pinned(digest))
    expect((await workspace.meshform('plan', '-f', 'shop', '--detailed-exitcode')).exitCode).toBe(0)
    await workspace.write('shop/design.yaml', DESIGN(`{manifests: ["http://127.0.0.1:${port}/gone.yaml"]}`))
    const planned = await workspace.meshform('plan', '-f', 'shop')
    expect(planned.exitCode).toBe(1)
    expect(planned.stderr.replaceAll(String(port), '<port>')).toMatchSnapshot()
  })
})
