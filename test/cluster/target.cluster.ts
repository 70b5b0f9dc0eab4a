import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { JsonObject } from '../../src/plan/json.ts'
import type { Manifest } from '../../src/plan/manifest.ts'
import type { Answer, Target } from '../../src/targets/contract.ts'
import { openKubernetesTarget } from '../../src/targets/kubernetes/open.ts'
import { createWaiter } from '../../src/targets/wait-healthy.ts'
import { servesCore } from './real-cluster.ts'

const signal = new AbortController().signal
const namespace = `meshform-test-${process.pid}`
const group = `meshform-test-${process.pid}.example.org`
const options = { fieldManager: 'meshform-tests', force: false, dryRun: false, signal } as const

function must<Value>(answer: Answer<Value>): Value {
  if (!answer.ok) throw new Error(`${answer.error.kind}: ${answer.error.message}`)
  return answer.value
}

function configMap(name: string, data: { readonly [key: string]: string }): Manifest {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace, labels: { app: 'meshform-test' } }, data }
}

const definition: Manifest = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `rockets.${group}` },
  spec: {
    group,
    scope: 'Namespaced',
    names: { kind: 'Rocket', listKind: 'RocketList', plural: 'rockets', singular: 'rocket' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: { spec: { type: 'object', properties: { stages: { type: 'integer', minimum: 1 } } } },
          },
        },
      },
    ],
  },
}

describe.skipIf(!(await servesCore('the tests of the target')))('the target against a real API server', () => {
  let target: Target
  beforeAll(async () => {
    const opened = await openKubernetesTarget({
      cluster: 'real',
      kubeconfigPath: undefined,
      context: undefined,
      userAgent: 'meshform-tests',
      cacheDirectory: undefined,
      environment: process.env,
    })
    target = must(opened)
    must(await target.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }, options))
  })
  afterAll(async () => {
    const gone = { propagation: 'Background', signal } as const
    const key = (kind: string, name: string, ofGroup = '') => ({ cluster: 'real', group: ofGroup, kind, namespace: '', name })
    await target.delete(
      key('CustomResourceDefinition', `rockets.${group}`, 'apiextensions.k8s.io'),
      'apiextensions.k8s.io/v1',
      gone,
    )
    await target.delete(key('Namespace', namespace), 'v1', gone)
    await target.close()
  })

  test('names the server and its version', async () => {
    expect(must(await target.describe(signal)).version).toMatch(/^v1\.\d+/)
  })

  test('applies, lists in pages and deletes many objects', async () => {
    const names = Array.from({ length: 600 }, (_, index) => `c${String(index).padStart(4, '0')}`)
    await Promise.all(names.map(async (name) => must(await target.apply(configMap(name, { name }), options))))
    const request = { apiVersion: 'v1', kind: 'ConfigMap', namespace, labelSelector: 'app=meshform-test' }
    const listed = must(await target.list(request, signal))
    expect(listed.map((object) => (object.metadata as JsonObject).name)).toEqual(names)
    expect(must(await target.list({ ...request, metadataOnly: true }, signal))[0]?.data).toBeUndefined()
    const gone = { propagation: 'Background', signal } as const
    const outcomes = await Promise.all(
      names.map(async (name) =>
        must(await target.delete({ cluster: 'real', group: '', kind: 'ConfigMap', namespace, name }, 'v1', gone)),
      ),
    )
    expect(new Set(outcomes)).toEqual(new Set(['deleted']))
  })

  test('tries without doing, tells conflicts, and forces', async () => {
    const dry = must(await target.apply(configMap('shared', { a: '1' }), { ...options, dryRun: true }))
    expect(dry.data).toEqual({ a: '1' })
    must(await target.apply(configMap('shared', { a: '1' }), options))
    const other = { ...options, fieldManager: 'others' }
    expect(await target.apply(configMap('shared', { a: '2' }), other)).toMatchObject({
      ok: false,
      error: { kind: 'conflict', conflicts: [{ field: '.data.a', manager: 'meshform-tests' }] },
    })
    expect(must(await target.apply(configMap('shared', { a: '2' }), { ...other, force: true })).data).toEqual({ a: '2' })
  })

  test('knows a new kind as soon as its definition is there, and waits for it', async () => {
    const written = must(await target.apply(definition, options))
    const waiter = createWaiter(target, signal)
    const key = {
      cluster: 'real',
      group: 'apiextensions.k8s.io',
      kind: 'CustomResourceDefinition',
      namespace: '',
      name: `rockets.${group}`,
    }
    expect(await waiter.healthy(key, 'apiextensions.k8s.io/v1', { timeoutMs: 30_000, rules: [], written })).toMatchObject({
      healthy: true,
    })
    waiter.close()
    const rocket = (stages: number): Manifest => ({
      apiVersion: `${group}/v1`,
      kind: 'Rocket',
      metadata: { name: 'ariane', namespace },
      spec: { stages },
    })
    expect(must(await target.apply(rocket(2), options)).spec).toEqual({ stages: 2 })
    expect(await target.apply(rocket(0), options)).toMatchObject({
      ok: false,
      error: { kind: 'invalid', causes: [{ field: 'spec.stages' }] },
    })
  })
})
