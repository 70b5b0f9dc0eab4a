import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { sandboxKubeconfig } from '../../src/sandbox/server/kubeconfig.ts'
import { findKubectl, runKubectl } from './find-kubectl.ts'
import { startTestServer, type TestServer } from './served.ts'

const kubectl = findKubectl()
if (kubectl === undefined) process.stderr.write('kubectl is not on the PATH: its tour of the sandbox is left out.\n')

const manifests = (image: string, replicas: number): string => `apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop, labels: {app: web}}
spec:
  replicas: ${replicas}
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: app, image: "${image}", ports: [{name: http, containerPort: 80}]}]}
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {type: LoadBalancer, selector: {app: web}, ports: [{name: http, port: 80, targetPort: http}]}
`

const definition = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: rockets.example.org}
spec:
  group: example.org
  scope: Namespaced
  names: {kind: Rocket, plural: rockets, singular: rocket, shortNames: [rk]}
  versions:
    - name: v1
      served: true
      storage: true
      additionalPrinterColumns: [{name: Stages, type: integer, jsonPath: .spec.stages}]
      schema:
        openAPIV3Schema:
          type: object
          properties:
            spec:
              type: object
              required: [stages]
              properties: {stages: {type: integer, minimum: 1, description: how many burn}}
`

describe.skipIf(kubectl === undefined)('a tour with kubectl', () => {
  let server: TestServer
  let folder = ''
  let isOld = false
  beforeAll(async () => {
    server = await startTestServer({ simulation: { namespaceEndDelayMs: 200 } })
    folder = await mkdtemp(join(tmpdir(), 'meshform-kubectl-'))
    await writeFile(join(folder, 'config'), sandboxKubeconfig(server.served), { mode: 0o600 })
    await writeFile(join(folder, 'shop.yaml'), manifests('app:1', 2))
    await writeFile(join(folder, 'shop2.yaml'), manifests('app:2', 2))
    await writeFile(join(folder, 'rocket-definition.yaml'), definition)
    const { clientVersion } = parse((await run('version', '--client', '-o', 'json')).out)
    // Up to 1.26 it validates by OpenAPI v2 in protobuf alone, which the sandbox does not speak.
    isOld = Number.parseInt(clientVersion.minor, 10) < 27
  })
  afterAll(async () => {
    await server.end()
    await rm(folder, { recursive: true, force: true })
  })

  const run = (...args: readonly string[]) => runKubectl(kubectl ?? '', join(folder, 'config'), folder, args)
  /** What a command that has to succeed prints. */
  const out = async (...args: readonly string[]): Promise<string> => {
    const { code, out: text, err } = await run(...args)
    expect(`${args.join(' ')}: ${code} ${code === 0 ? '' : err}`).toBe(`${args.join(' ')}: 0 `)
    return text.trimEnd()
  }
  const words = (text: string): readonly (readonly string[])[] => text.split('\n').map((line) => line.trim().split(/\s{2,}/))
  const unvalidated = (): readonly string[] => (isOld ? ['--validate=false'] : [])

  test('apply, rollout status, get in every form', async () => {
    expect(await out('apply', ...unvalidated(), '-f', join(folder, 'shop.yaml'))).toBe(
      'namespace/shop created\ndeployment.apps/web created\nservice/web created',
    )
    expect(await out('rollout', 'status', '-n', 'shop', 'deployment/web', '--timeout=20s')).toContain('successfully rolled out')
    expect(words(await out('get', 'deployments', '-n', 'shop')).map((row) => row.slice(0, 4))).toEqual([
      ['NAME', 'READY', 'UP-TO-DATE', 'AVAILABLE'],
      ['web', '2/2', '2', '2'],
    ])
    expect(words(await out('get', 'deploy', '-n', 'shop', '-o', 'wide'))[1]?.slice(5)).toEqual(['app', 'app:1', 'app=web'])
    expect(words(await out('get', 'pods', '-A', '-l', 'app=web', '--no-headers')).map((row) => row.slice(2, 5))).toEqual([
      ['1/1', 'Running', '0'],
      ['1/1', 'Running', '0'],
    ])
    expect(await out('get', 'pods', '-n', 'shop', '--field-selector', 'status.phase!=Running', '-o', 'name')).toBe('')
    expect(JSON.parse(await out('get', 'service', 'web', '-n', 'shop', '-o', 'json')).status.loadBalancer.ingress[0].ip).toMatch(
      /^172\./,
    )
    expect(parse(await out('get', 'namespace', 'shop', '-o', 'yaml')).status).toEqual({ phase: 'Active' })
    expect(await out('get', 'endpoints', 'web', '-n', 'shop', '--no-headers')).toMatch(/^web\s+10\.244\.\d+\.\d+:80,10\.244/)
    expect(await out('get', 'nodes', '-o', 'jsonpath={.items[*].metadata.name}')).toBe('sandbox')
  })

  test('diff tells what apply would change, and apply changes it', async () => {
    expect((await run('diff', '-f', join(folder, 'shop.yaml'))).code).toBe(0)
    const changed = await run('diff', '-f', join(folder, 'shop2.yaml'))
    expect(changed.code).toBe(1)
    expect(changed.out).toMatch(/^-\s+- image: app:1$/m)
    expect(changed.out).toMatch(/^\+\s+- image: app:2$/m)
    expect(await out('apply', ...unvalidated(), '-f', join(folder, 'shop2.yaml'))).toContain('deployment.apps/web configured')
    expect(await out('rollout', 'status', '-n', 'shop', 'deployment/web', '--timeout=20s')).toContain('successfully rolled out')
    expect((await out('rollout', 'history', '-n', 'shop', 'deployment/web')).split('\n')).toHaveLength(4)
    expect(await out('rollout', 'undo', '-n', 'shop', 'deployment/web')).toBe('deployment.apps/web rolled back')
  })

  test('apply on the server side, and the conflict of two managers', async () => {
    const file = join(folder, 'shop.yaml')
    const refused = await run(
      'apply',
      ...unvalidated(),
      '--server-side',
      '--field-manager=other',
      '-f',
      join(folder, 'shop2.yaml'),
    )
    expect(refused.code).toBe(1)
    expect(refused.err).toContain('conflict')
    expect(await out('apply', ...unvalidated(), '--server-side', '--force-conflicts', '-f', file)).toContain(
      'deployment.apps/web serverside-applied',
    )
  })

  test('scale, wait, patch, label, annotate, describe', async () => {
    expect(await out('scale', '-n', 'shop', 'deployment/web', '--replicas=3')).toBe('deployment.apps/web scaled')
    expect(await out('wait', '-n', 'shop', '--for=condition=Available', 'deployment/web', '--timeout=20s')).toBe(
      'deployment.apps/web condition met',
    )
    const strategic = JSON.stringify({
      spec: { template: { spec: { containers: [{ name: 'app', env: [{ name: 'A', value: 'b' }] }] } } },
    })
    expect(await out('patch', '-n', 'shop', 'deployment', 'web', '-p', strategic)).toBe('deployment.apps/web patched')
    const json = JSON.stringify([{ op: 'replace', path: '/spec/replicas', value: 1 }])
    expect(await out('patch', '-n', 'shop', 'deployment', 'web', '--type=json', '-p', json)).toBe('deployment.apps/web patched')
    expect(await out('label', '-n', 'shop', 'deployment/web', 'tier=front')).toBe('deployment.apps/web labeled')
    expect(await out('annotate', '-n', 'shop', 'deployment/web', 'note=hello')).toMatch(/^deployment.apps\/web annotated?$/)
    const described = await out('describe', '-n', 'shop', 'deployment', 'web')
    expect(described).toMatch(/^Labels:\s+app=web\n\s+tier=front$/m)
    expect(described).toMatch(/NewReplicaSetAvailable|ReplicaSetUpdated/)
    expect(await out('describe', 'pods', '-n', 'shop', '-l', 'app=web')).toMatch(/Controlled By:\s+ReplicaSet\/web-/)
  })

  test('definitions of new kinds are served at once, explained and validated', async () => {
    expect(await out('apply', ...unvalidated(), '-f', join(folder, 'rocket-definition.yaml'))).toContain('created')
    await out('wait', '--for=condition=Established', 'customresourcedefinition/rockets.example.org', '--timeout=20s')
    const rocket = (stages: number): string =>
      `apiVersion: example.org/v1\nkind: Rocket\nmetadata: {name: ariane, namespace: shop}\nspec: {stages: ${stages}}\n`
    await writeFile(join(folder, 'rocket.yaml'), rocket(2))
    await writeFile(join(folder, 'bad-rocket.yaml'), rocket(0))
    expect(await out('apply', ...unvalidated(), '-f', join(folder, 'rocket.yaml'))).toBe('rocket.example.org/ariane created')
    expect((await run('apply', ...unvalidated(), '-f', join(folder, 'bad-rocket.yaml'))).err).toContain(
      'spec.stages in body should be greater than or equal to 1',
    )
    expect(words(await out('get', 'rk', '-n', 'shop')).map((row) => row.slice(0, 2))).toEqual([
      ['NAME', 'STAGES'],
      ['ariane', '2'],
    ])
    expect(await out('api-resources', '--api-group=example.org', '-o', 'name')).toBe('rockets.example.org')
    if (isOld) return
    expect(await out('explain', 'rocket.spec.stages')).toContain('how many burn')
    expect(await out('explain', 'deployment.spec.replicas')).toMatch(/FIELD:\s+replicas <integer>/)
  })

  test('delete takes everything along and waits for it', async () => {
    expect(await out('delete', '-f', join(folder, 'shop.yaml'), '--timeout=20s')).toContain('namespace "shop" deleted')
    expect((await run('get', 'namespace', 'shop')).err).toContain('NotFound')
    expect(await out('get', 'pods,deployments,services', '-A', '-l', 'app=web', '-o', 'name')).toBe('')
    expect(await out('delete', 'customresourcedefinition', 'rockets.example.org', '--timeout=20s')).toContain('deleted')
  })
})
