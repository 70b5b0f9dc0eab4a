import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { isJsonObject } from '../../src/plan/json.ts'
import { Project } from '../cli/project.ts'
import { openRealCluster, type RealCluster, servesCore } from './real-cluster.ts'

const namespace = `meshform-tool-${process.pid}`
const group = `${namespace}.example.org`
const config = process.env.KUBECONFIG ?? ''

const definition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `routes.${group}` },
  spec: {
    group,
    scope: 'Namespaced',
    names: { kind: 'Route', listKind: 'RouteList', plural: 'routes', singular: 'route' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              spec: {
                type: 'object',
                properties: { weight: { type: 'integer', maximum: 100 }, mode: { type: 'string', default: 'strict' } },
              },
            },
          },
        },
      },
    ],
  },
}

/** What servers write defaults into, objects of every scope, and one whose kind comes with the design. No pods: nobody may run any. */
function design(weight: number): string {
  const inside = { namespace, labels: { app: 'web' } }
  const selector = { app: 'web' }
  const object = (apiVersion: string, kind: string, rest: object) => ({
    manifest: { apiVersion, kind, metadata: { name: 'web', ...inside }, ...rest },
  })
  const pod = { containers: [{ name: 'app', image: 'example.org/app:1', ports: [{ containerPort: 80, protocol: 'TCP' }] }] }
  const port = { name: 'http', port: 80, protocol: 'TCP' }
  const resources = {
    definition: { manifest: definition },
    route: { ...object(`${group}/v1`, 'Route', { spec: { weight } }), dependsOn: ['resources.definition'] },
    config: object('v1', 'ConfigMap', { data: { weight: String(weight) } }),
    secret: object('v1', 'Secret', { stringData: { password: 'hunter2' } }),
    account: object('v1', 'ServiceAccount', {}),
    service: object('v1', 'Service', { spec: { selector, ports: [port] } }),
    deployment: object('apps/v1', 'Deployment', {
      spec: { replicas: 0, selector: { matchLabels: selector }, template: { metadata: { labels: selector }, spec: pod } },
    }),
    role: object('rbac.authorization.k8s.io/v1', 'Role', {
      rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }],
    }),
    policy: object('networking.k8s.io/v1', 'NetworkPolicy', { spec: { podSelector: { matchLabels: selector } } }),
  }
  return JSON.stringify({
    apiVersion: 'meshform.dev/v1',
    kind: 'Design',
    metadata: { name: 'whole-tool', version: '1.0.0' },
    state: { address: `kubernetes:///${namespace}-state?context=${context()}` },
    resources,
  })
}

function context(): string {
  const parsed: unknown = parse(readFileSync(config, 'utf8'))
  return isJsonObject(parsed) && typeof parsed['current-context'] === 'string' ? parsed['current-context'] : ''
}

describe.skipIf(!(await servesCore('the tests of the whole tool')))('the command against a real API server', () => {
  let cluster: RealCluster
  let project: Project
  const run = (...args: readonly string[]) =>
    project.run([...args, '-f', 'design.json', '--context', context()], { KUBECONFIG: config })
  const patch = (path: string, body: object, contentType = 'application/merge-patch+json') =>
    cluster.handle({ method: 'PATCH', path, body: JSON.stringify(body), headers: { 'content-type': contentType } })

  beforeAll(async () => {
    cluster = await openRealCluster()
    project = new Project({ 'design.json': design(10) })
    const state = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: `${namespace}-state` } }
    await cluster.handle({ method: 'POST', path: '/api/v1/namespaces', body: state })
  })
  afterAll(async () => {
    for (const name of [namespace, `${namespace}-state`])
      await cluster.handle({ method: 'DELETE', path: `/api/v1/namespaces/${name}` })
    await cluster.handle({ method: 'DELETE', path: `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/routes.${group}` })
    project.dispose()
    await cluster.close()
  })

  test('applies, and has nothing to do afterwards: what the server defaults is no drift', async () => {
    const applied = await run('apply', '--yes')
    expect(applied.stderr).not.toContain('✗')
    expect(applied.code).toBe(0)
    expect((await run('plan', '--detailed-exitcode')).stdout).toBe('No changes. 10 objects as designed.\n')
    expect((await run('plan', '--refresh-only')).stdout).toContain('No drift')
  })

  test('changes what is changed and nothing else', async () => {
    project.write({ 'design.json': design(30) })
    const plan = await run('plan')
    expect(plan.stdout).toContain('spec.weight: 10 → 30')
    expect(plan.stdout).toContain('Plan: 2 to change; 8 unchanged.')
    expect((await run('apply', '--yes')).code).toBe(0)
  })

  test('tells what others changed, whether they own it now or it is gone', async () => {
    await patch(`/api/v1/namespaces/${namespace}/configmaps/web?fieldManager=others`, { data: { weight: '99', theirs: 'x' } })
    await cluster.handle({ method: 'DELETE', path: `/api/v1/namespaces/${namespace}/serviceaccounts/web` })
    const conflict = await run('plan')
    expect(conflict.code).toBe(1)
    expect(conflict.stderr).toContain('data.weight of ConfigMap')
    expect(conflict.stderr).toContain('"others"')
    await patch(`/api/v1/namespaces/${namespace}/configmaps/web?fieldManager=others`, { data: { weight: '30' } })
    const plan = await run('plan')
    expect(plan.stdout).toContain('+ ServiceAccount')
    expect(plan.stdout).not.toContain('theirs')
    expect((await run('apply', '--yes')).code).toBe(0)
  })

  test('destroys everything, waits until it is gone, and leaves what is not ours', async () => {
    const destroyed = await run('destroy', '--yes')
    expect(destroyed.stderr).not.toContain('✗')
    expect(destroyed.code).toBe(0)
    for (const path of [
      `/api/v1/namespaces/${namespace}`,
      `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/routes.${group}`,
    ])
      expect((await cluster.handle({ method: 'GET', path })).status).toBe(404)
    expect((await cluster.handle({ method: 'GET', path: `/api/v1/namespaces/${namespace}-state` })).status).toBe(200)
  })
})
