import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openSandboxTarget } from '../../src/cli/open-sandbox.ts'
import { jobCluster } from '../../src/cli/perf/distributed.ts'
import { jobManifests, RUN_LABEL } from '../../src/perf/distributed/job-manifests.ts'
import { podTroubles } from '../../src/perf/distributed/pod-troubles.ts'
import { distributedRunner, type JobCluster } from '../../src/perf/distributed/run-jobs.ts'
import { decodeTask, encodeTask } from '../../src/perf/distributed/spec-text.ts'
import { runWorker, type WorkerStore } from '../../src/perf/distributed/worker.ts'
import { completeLoadSpec } from '../../src/perf/load/load-spec.ts'
import { isJsonObject, type JsonObject } from '../../src/plan/json.ts'
import type { Manifest } from '../../src/plan/manifest.ts'
import { atRate } from './run-spec.ts'
import { serveHttp } from './servers.ts'

/** A cluster in memory: what a run applies is kept, and a Job's pods are workers in this process. */
class MemoryCluster implements JobCluster {
  readonly name: string
  readonly objects = new Map<string, Manifest>()
  readonly pods: Promise<void>[] = []
  startPods = true
  failedPods = 0
  waitingPods: readonly JsonObject[] = []

  constructor(name: string) {
    this.name = name
  }

  async apply(manifest: Manifest): Promise<undefined> {
    this.objects.set(`${manifest.kind}/${manifest.metadata.name}`, manifest)
    if (manifest.kind !== 'Job' || !this.startPods) return
    const count = isJsonObject(manifest.spec) ? Number(manifest.spec.completions) : 0
    const store = this.store()
    for (let index = 0; index < count; index += 1) {
      const run = manifest.metadata.name
      this.pods.push(runWorker({ run, index, store, now: Date.now, signal: new AbortController().signal }))
    }
  }

  async list(_apiVersion: string, kind: string, where: { labelSelector: string }) {
    if (kind === 'Pod') return { ok: true as const, objects: this.waitingPods }
    const [label = '', value] = where.labelSelector.split('=')
    const objects: JsonObject[] = [...this.objects.values()].filter(
      (object) => object.kind === kind && object.metadata.labels?.[label] === value,
    )
    const status = { failed: this.failedPods }
    return { ok: true as const, objects: kind === 'Job' ? objects.map((object) => ({ ...object, status })) : objects }
  }

  async delete(manifest: Manifest): Promise<undefined> {
    this.objects.delete(`${manifest.kind}/${manifest.metadata.name}`)
  }

  private store(): WorkerStore {
    const dataOf = (key: string): JsonObject => {
      const data = this.objects.get(key)?.data
      return isJsonObject(data) ? data : {}
    }
    return {
      readTask: async (name) => Buffer.from(String(dataOf(`Secret/${name}`).task), 'base64').toString('utf8'),
      readValue: async (name, key) => {
        const value = dataOf(`ConfigMap/${name}`)[key]
        return typeof value === 'string' ? value : undefined
      },
      write: async (name, data) => {
        const run = name.replace(/-(?:ready|report)-\d+$/, '')
        this.objects.set(`ConfigMap/${name}`, {
          apiVersion: 'v1',
          kind: 'ConfigMap',
          metadata: { name, labels: { [RUN_LABEL]: run } },
          data: { ...data },
        })
      },
    }
  }
}

const options = (clusters: readonly MemoryCluster[]) => ({
  clusters,
  namespace: 'load',
  image: 'example.org/meshform:1',
  command: ['meshform', 'perf', 'worker'],
  workers: 2,
  labels: { 'sidecar.istio.io/inject': 'true' },
  placement: {
    resources: { requests: { cpu: 2 } },
    nodeSelector: { pool: 'load' },
    tolerations: [{ key: 'load', operator: 'Exists' }],
  },
  readyTimeoutMs: 5_000,
  newRunName: () => 'run-1',
  now: Date.now,
  note: () => undefined,
})
const context = { signal: new AbortController().signal, name: 'web', environment: {}, onProgress: () => undefined }

test('workers of two clusters start together, send the planned requests between them, and leave nothing behind', async () => {
  const arrivals: number[] = []
  const server = await serveHttp((_request, response) => {
    arrivals.push(Date.now())
    response.end('ok')
  })
  const spec = completeLoadSpec({
    requests: [{ url: `http://127.0.0.1:${server.port}/`, method: 'POST', body: Buffer.from([0, 255, 1]) }],
    mode: atRate(100, 1),
    connections: 8,
    pacing: 'thread',
  })
  const clusters = [new MemoryCluster('east'), new MemoryCluster('west')]
  const result = await distributedRunner(options(clusters))(spec, context)
  await server.close()
  expect(result.requests).toBe(100)
  expect(arrivals.length).toBe(100)
  expect(result.latency.count).toBe(100)
  expect(result.load).toMatchObject({ rate: 100, threads: 4, connections: 8 })
  for (const cluster of clusters) expect([...cluster.objects.keys()]).toEqual([])
})

test('a task goes there and back with its bytes', () => {
  const spec = completeLoadSpec({ requests: [{ url: 'tcp://a:1', body: new Uint8Array([0, 1, 255]) }], mode: atRate(1, 1) })
  const read = decodeTask(encodeTask({ spec, count: 3, offset: 1 }))
  expect([...(read.spec.requests[0]?.body ?? [])]).toEqual([0, 1, 255])
  expect({ ...read, spec: { ...read.spec, requests: [] } }).toEqual({
    ...JSON.parse(JSON.stringify({ spec: { ...spec, requests: [] }, count: 3, offset: 1 })),
  })
  expect(() => decodeTask('{}')).toThrow(SyntaxError)
})

test('the Job is indexed, runs without rights it does not need, and holds no task in the open', () => {
  const [account, secret, role, binding, job] = jobManifests('run-1', '{"key": "private"}', {
    ...options([]),
    deadlineSeconds: 60,
  })
  expect([account, secret, role, binding, job].map((manifest) => manifest?.kind)).toEqual([
    'ServiceAccount',
    'Secret',
    'Role',
    'RoleBinding',
    'Job',
  ])
  expect(job?.spec).toMatchObject({
    completionMode: 'Indexed',
    completions: 2,
    parallelism: 2,
    backoffLimit: 0,
    template: {
      metadata: { labels: { 'sidecar.istio.io/inject': 'true' } },
      spec: {
        nodeSelector: { pool: 'load' },
        tolerations: [{ key: 'load', operator: 'Exists' }],
        containers: [
          {
            image: 'example.org/meshform:1',
            command: ['meshform', 'perf', 'worker'],
            resources: { requests: { cpu: 2 } },
          },
        ],
      },
    },
  })
  expect(JSON.stringify(job)).not.toContain('private')
  expect(role?.rules).toEqual([
    { apiGroups: [''], resources: ['secrets'], resourceNames: ['run-1'], verbs: ['get'] },
    { apiGroups: [''], resources: ['configmaps'], resourceNames: ['run-1-start'], verbs: ['get'] },
    { apiGroups: [''], resources: ['configmaps'], verbs: ['create'] },
  ])
})

test('pods that never come, or fail, are a problem in words, and nothing is left behind', async () => {
  const spec = completeLoadSpec({ requests: [{ url: 'http://127.0.0.1:1/' }], mode: atRate(10, 1) })
  const cluster = new MemoryCluster('east')
  cluster.startPods = false
  const patience = { ...options([cluster]), readyTimeoutMs: 100 }
  await expect(distributedRunner(patience)(spec, context)).rejects.toThrow(/Only 0 of 2 workers were ready/)
  cluster.failedPods = 1
  await expect(distributedRunner(patience)(spec, context)).rejects.toThrow(/1 of 2 workers failed on east/)
  cluster.failedPods = 0
  cluster.waitingPods = [waitingPod('ImagePullBackOff', 'Back-off pulling image "example.org/meshform:1"')]
  await expect(distributedRunner({ ...patience, readyTimeoutMs: 60_000 })(spec, context)).rejects.toThrow(
    'On east, pod run-1-0: ImagePullBackOff, Back-off pulling image "example.org/meshform:1"',
  )
  expect([...cluster.objects.keys()]).toEqual([])
})

function waitingPod(reason: string, message: string): JsonObject {
  return {
    metadata: { name: 'run-1-0' },
    status: { containerStatuses: [{ name: 'load', state: { waiting: { reason, message } } }] },
  }
}

test('what the cluster says of a pod is told, and whether it is worth waiting', () => {
  const ended = { exitCode: 1, reason: 'Error', message: 'one\ntwo\nthree\nerror the task can not be read (403)\n' }
  const status = (value: JsonObject): JsonObject => ({ metadata: { name: 'p' }, status: value })
  expect(
    podTroubles([
      status({ phase: 'Running', containerStatuses: [{ state: { running: {} } }] }),
      status({ containerStatuses: [{ state: { waiting: { reason: 'ContainerCreating' } } }] }),
      waitingPod('ErrImagePull', 'not found'),
      status({ containerStatuses: [{ name: 'load', state: { terminated: { exitCode: 0 } } }] }),
      status({ containerStatuses: [{ name: 'load', state: { terminated: ended } }] }),
      status({ conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/3 nodes' }] }),
    ]),
  ).toEqual([
    { words: 'pod run-1-0: ErrImagePull, not found', hopeless: false },
    {
      words: 'container load of pod p ended with 1: Error, two three error the task can not be read (403)',
      hopeless: true,
    },
    { words: 'pod p: Unschedulable, 0/3 nodes', hopeless: false },
  ])
})

test('an API server with schemas takes what a run makes, and nothing is left in it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'meshform-distributed-'))
  const opened = await openSandboxTarget('sandbox', folder, 'test', new AbortController().signal)
  if (!opened.ok) throw new Error(opened.error.message)
  const target = opened.value
  const server = await serveHttp((_request, response) => response.end('ok'))
  const { signal } = new AbortController()
  const keyOf = (kind: string, name: string) => ({ cluster: 'sandbox', group: '', kind, namespace: 'default', name })
  const dataOf = async (kind: string, name: string): Promise<JsonObject> => {
    const answer = await target.get(keyOf(kind, name), 'v1', signal)
    return answer.ok && isJsonObject(answer.value.data) ? answer.value.data : {}
  }
  const store: WorkerStore = {
    readTask: async (name) => Buffer.from(String((await dataOf('Secret', name)).task), 'base64').toString('utf8'),
    readValue: async (name, key) => {
      const value = (await dataOf('ConfigMap', name))[key]
      return typeof value === 'string' ? value : undefined
    },
    write: async (name, data) => {
      const metadata = { name, namespace: 'default', labels: { [RUN_LABEL]: 'run-1' } }
      const manifest = { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { ...data } }
      await target.apply(manifest, { fieldManager: 'worker', force: true, dryRun: false, signal })
    },
  }
  const inner = jobCluster(target)
  const refused: string[] = []
  const pods: Promise<void>[] = []
  const cluster: JobCluster = {
    ...inner,
    name: 'sandbox',
    apply: async (manifest, stop) => {
      const problem = await inner.apply(manifest, stop)
      if (problem !== undefined) refused.push(`${manifest.kind}: ${problem}`)
      if (manifest.kind === 'Job') {
        for (const index of [0, 1]) pods.push(runWorker({ run: 'run-1', index, store, now: Date.now, signal }))
      }
      return problem
    },
  }
  const spec = completeLoadSpec({
    requests: [{ url: `http://127.0.0.1:${server.port}/` }],
    mode: atRate(40, 0.5),
    connections: 2,
    pacing: 'thread',
  })
  const run = distributedRunner({ ...options([]), clusters: [cluster], namespace: 'default', readyTimeoutMs: 20_000 })
  const result = await run(spec, context)
  await Promise.all(pods)
  expect(refused).toEqual([])
  expect(result.requests).toBe(20)
  const where = { namespace: 'default', labelSelector: `${RUN_LABEL}=run-1` }
  for (const [apiVersion, kind] of [
    ['v1', 'ConfigMap'],
    ['v1', 'Secret'],
    ['v1', 'ServiceAccount'],
    ['batch/v1', 'Job'],
    ['rbac.authorization.k8s.io/v1', 'Role'],
    ['rbac.authorization.k8s.io/v1', 'RoleBinding'],
  ] as const) {
    const listed = await inner.list(apiVersion, kind, where, signal)
    expect(listed.ok && listed.objects.length, kind).toBe(0)
  }
  await server.close()
  await target.close()
  await rm(folder, { recursive: true, force: true })
})
