import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { JsonObject } from '../../src/plan/json.ts'
import type { Manifest } from '../../src/plan/manifest.ts'
import { jsonAnswer } from '../../src/sandbox/api/exchange.ts'
import { serveSandbox } from '../../src/sandbox/server/serve-sandbox.ts'
import type { Answer, LiveObject, Target, WatchEvent } from '../../src/targets/contract.ts'
import { openKubernetesTarget } from '../../src/targets/kubernetes/open.ts'
import { DEFAULT_RETRY_POLICY } from '../../src/targets/kubernetes/retry.ts'
import { openServedSandbox } from '../../src/targets/kubernetes/served-sandbox.ts'
import { createWaiter } from '../../src/targets/wait-healthy.ts'
import { startTestServer, type TestServer } from '../sandbox/served.ts'

const signal = new AbortController().signal
const apply = { fieldManager: 'tests', force: false, dryRun: false, signal } as const

function configMap(name: string, data: { readonly [key: string]: string } = {}): Manifest {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default', labels: { app: 'tests' } }, data }
}

function deployment(name: string, annotations: { readonly [key: string]: string } = {}): Manifest {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'default' },
    spec: {
      replicas: 2,
      selector: { matchLabels: { app: name } },
      template: { metadata: { labels: { app: name }, annotations }, spec: { containers: [{ name: 'app', image: 'app:1' }] } },
    },
  }
}

function key(kind: string, name: string, group = '') {
  return { cluster: 'sandbox', group, kind, namespace: 'default', name }
}

function must<Value>(answer: Answer<Value>): Value {
  if (!answer.ok) throw new Error(`${answer.error.kind}: ${answer.error.message}`)
  return answer.value
}

function open(server: TestServer): Target {
  const { url, token } = server.served
  // Pauses a hundred times as short: the order of events is what is tested.
  const retry = { ...DEFAULT_RETRY_POLICY, firstDelayMs: 3, longestDelayMs: 100, attempts: 12 }
  return must(openServedSandbox({ cluster: 'sandbox', url, token, userAgent: 'tests', retry }))
}

describe('the target against a served sandbox', () => {
  let server: TestServer
  let target: Target
  beforeEach(async () => {
    server = await startTestServer()
    target = open(server)
  })
  afterEach(async () => {
    await target.close()
    await server.end()
  })

  test('applies with one PATCH each, lists in pages, and sees what others changed', async () => {
    const requests: string[] = []
    const { handle } = server.sandbox
    server.sandbox.handle = (request) => {
      requests.push(`${request.method} ${request.path}`)
      return handle.call(server.sandbox, request)
    }
    const names = Array.from({ length: 1200 }, (_, index) => `c${String(index).padStart(4, '0')}`)
    await Promise.all(names.map(async (name) => must(await target.apply(configMap(name, { name }), apply))))
    expect(requests.filter((request) => request.startsWith('PATCH'))).toHaveLength(1200)
    const request = { apiVersion: 'v1', kind: 'ConfigMap', labelSelector: 'app=tests' }
    const listed = must(await target.list(request, signal))
    expect(listed.map((object) => (object.metadata as JsonObject).name)).toEqual(names)
    expect(requests.filter((each) => each.startsWith('GET /api/v1/configmaps'))).toHaveLength(3)
    const metadata = must(await target.list({ ...request, metadataOnly: true }, signal))
    expect(metadata).toHaveLength(1200)
    expect(metadata[0]?.data).toBeUndefined()
    // Discovery is two requests, once.
    expect(requests.filter((each) => /^GET \/apis?$/.test(each))).toHaveLength(2)
  })

  test('a storm of 429 and 500 costs time and nothing else', async () => {
    const { requests } = server.sandbox.failures
    const retryAfter = requests.fail({ kind: 'throttle', amount: 100, times: 3 })
    const errors = requests.fail({ kind: 'server-error', amount: 40 })
    const names = Array.from({ length: 60 }, (_, index) => `c${index}`)
    await Promise.all(names.map(async (name) => must(await target.apply(configMap(name), apply))))
    retryAfter()
    errors()
    expect(must(await target.list({ apiVersion: 'v1', kind: 'ConfigMap', labelSelector: 'app=tests' }, signal))).toHaveLength(60)
  })

  test('a server that fails for good is reported, not waited for without end', async () => {
    must(await target.served(signal))
    server.sandbox.failures.requests.fail({ kind: 'server-error', amount: 100 })
    const answer = await target.apply(configMap('never'), apply)
    expect(answer).toMatchObject({ ok: false, error: { kind: 'other', status: 500 } })
  })

  test('a server that goes away in the middle and comes back is waited for', async () => {
    must(await target.served(signal))
    const names = Array.from({ length: 200 }, (_, index) => `c${index}`)
    const applied = Promise.all(names.map(async (name) => must(await target.apply(configMap(name), apply))))
    await server.served.close()
    await new Promise((resolve) => setTimeout(resolve, 30))
    const again = await serveSandbox(server.sandbox, { directory: server.directory, now: new Date() })
    expect(again.url).toBe(server.served.url)
    await applied
    expect(must(await target.list({ apiVersion: 'v1', kind: 'ConfigMap', labelSelector: 'app=tests' }, signal))).toHaveLength(200)
    await again.close()
  })

  test('stops at once when it is asked to, however slow the server', async () => {
    must(await target.served(signal))
    server.sandbox.failures.requests.fail({ kind: 'slow', amount: 60_000 })
    const stop = new AbortController()
    const pending = target.apply(configMap('slow'), { ...apply, signal: stop.signal })
    setTimeout(() => stop.abort(), 20)
    expect(await pending).toMatchObject({ ok: false, error: { kind: 'aborted' } })
  })

  test('watches go on over every cut, with each change once', async () => {
    server.sandbox.failures.requests.fail({ kind: 'drop-watches', amount: 15 })
    const seen: string[] = []
    const stop = new AbortController()
    let wanted: () => void = () => undefined
    const all = new Promise<void>((resolve) => {
      wanted = resolve
    })
    const onEvent = (event: WatchEvent): void => {
      if (event.type === 'bookmark') return
      seen.push(`${event.type} ${String((event.object.metadata as JsonObject).name)}`)
      if (seen.length === 20) wanted()
    }
    const watching = target.watch({ apiVersion: 'v1', kind: 'ConfigMap', labelSelector: 'app=tests' }, onEvent, stop.signal)
    for (let index = 0; index < 20; index += 1) {
      must(await target.apply(configMap(`c${index}`), apply))
      await new Promise((resolve) => setTimeout(resolve, 4))
    }
    await all
    stop.abort()
    expect((await watching).ok).toBe(true)
    expect(seen).toEqual(Array.from({ length: 20 }, (_, index) => `added c${index}`))
  })

  test('waits for workloads by one watch a kind, and says why one does not start', async () => {
    const waiter = createWaiter(target, signal)
    const written = new Map<string, LiveObject>()
    for (const name of ['a', 'b', 'c']) written.set(name, must(await target.apply(deployment(name), apply)))
    const watches: string[] = []
    const { handle } = server.sandbox
    server.sandbox.handle = (request) => {
      if (request.path.includes('watch=1')) watches.push(request.path.replace(/\?.*/, ''))
      return handle.call(server.sandbox, request)
    }
    const wait = (name: string, timeoutMs: number) => {
      const object = written.get(name)
      const options = { timeoutMs, rules: [], ...(object === undefined ? {} : { written: object }) }
      return waiter.healthy(key('Deployment', name, 'apps'), 'apps/v1', options)
    }
    for (const result of await Promise.all(['a', 'b', 'c'].map((name) => wait(name, 20_000)))) {
      expect(result).toMatchObject({ healthy: true, timedOut: false, reason: '' })
    }
    expect(watches).toEqual(['/apis/apps/v1/namespaces/default/deployments'])
    must(await target.apply(deployment('d', { 'sandbox.meshform.dev/fail': 'image-pull' }), apply))
    const failed = await wait('d', 300)
    expect(failed).toMatchObject({ healthy: false, timedOut: true })
    expect(failed.reason).toContain('ImagePullBackOff')
    waiter.close()
  })

  test('waits by a list now and then where no watch lives, and while the server is away', async () => {
    const waiter = createWaiter(target, signal)
    const { handle } = server.sandbox
    let lists = 0
    server.sandbox.handle = async (request) => {
      const { path } = request
      if (path.includes('watch=1')) return jsonAnswer(502, { message: 'no streams here' })
      if (path.includes('/deployments?')) {
        lists += 1
        if (lists === 2) return jsonAnswer(503, { message: 'restarting' })
      }
      return handle.call(server.sandbox, request)
    }
    const written = must(await target.apply(deployment('a'), apply))
    const options = { timeoutMs: 30_000, rules: [], written }
    expect(await waiter.healthy(key('Deployment', 'a', 'apps'), 'apps/v1', options)).toMatchObject({ healthy: true })
    waiter.close()
    expect(lists).toBeGreaterThan(1)
  })

  test('waits by a list now and then where the kind may not be watched', async () => {
    const waiter = createWaiter(target, signal)
    const { handle } = server.sandbox
    const refused: string[] = []
    server.sandbox.handle = async (request) => {
      if (!request.path.includes('watch=1')) return handle.call(server.sandbox, request)
      refused.push(request.path.replace(/\?.*/, ''))
      const message = 'deployments.apps is forbidden: User "ci" cannot watch resource "deployments" in API group "apps"'
      return jsonAnswer(403, { kind: 'Status', apiVersion: 'v1', status: 'Failure', reason: 'Forbidden', code: 403, message })
    }
    const written = must(await target.apply(deployment('a'), apply))
    const options = { timeoutMs: 30_000, rules: [], written }
    expect(await waiter.healthy(key('Deployment', 'a', 'apps'), 'apps/v1', options)).toMatchObject({ healthy: true })
    expect(refused[0]).toBe('/apis/apps/v1/namespaces/default/deployments')
    waiter.close()
  })

  test('large objects come and go whole', async () => {
    const data = { text: 'x'.repeat(900_000), more: 'ü'.repeat(50_000) }
    const live = must(await target.apply(configMap('large', data), apply))
    expect(live.data).toEqual(data)
    expect(must(await target.get(key('ConfigMap', 'large'), 'v1', signal)).data).toEqual(data)
    const refused = await target.apply(configMap('larger', { text: 'x'.repeat(1_200_000) }), apply)
    expect(refused).toMatchObject({ ok: false, error: { kind: 'invalid' } })
  })

  test('is reached from inside a pod by its service account, whose token is replaced now and then', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'meshform-account-'))
    const { secureUrl, token, certificate } = server.served
    await writeFile(join(folder, 'ca.crt'), certificate)
    await writeFile(join(folder, 'token'), `${token}\n`)
    const { hostname, port } = new URL(secureUrl)
    const environment = { KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: port, KUBECONFIG: join(folder, 'none') }
    const options = { cluster: 'around', kubeconfigPath: undefined, userAgent: 'tests', cacheDirectory: undefined }
    const pod = must(await openKubernetesTarget({ ...options, context: 'in-cluster', environment, serviceAccount: folder }))
    must(await pod.apply(configMap('inside'), apply))
    // The old one is refused: the file is read anew.
    await writeFile(join(folder, 'token'), 'wrong')
    const other = must(await openKubernetesTarget({ ...options, context: 'in-cluster', environment, serviceAccount: folder }))
    expect(await other.get(key('ConfigMap', 'inside'), 'v1', signal)).toMatchObject({ error: { kind: 'unauthorized' } })
    await writeFile(join(folder, 'token'), token)
    must(await other.get(key('ConfigMap', 'inside'), 'v1', signal))
    const elsewhere = await openKubernetesTarget({ ...options, context: 'in-cluster', environment: { KUBECONFIG: '/none' } })
    expect(elsewhere).toMatchObject({ ok: false, error: { kind: 'kubeconfig' } })
    await Promise.all([pod.close(), other.close()])
    await rm(folder, { recursive: true })
  })

  test('tells a conflict from a lost race, and an absent object from a deleted one', async () => {
    must(await target.apply(configMap('shared', { a: '1' }), apply))
    const conflict = await target.apply(configMap('shared', { a: '2' }), { ...apply, fieldManager: 'others' })
    expect(conflict).toMatchObject({
      ok: false,
      error: { kind: 'conflict', conflicts: [{ field: '.data.a', manager: 'tests' }] },
    })
    const forced = must(await target.apply(configMap('shared', { a: '2' }), { ...apply, fieldManager: 'others', force: true }))
    expect(forced.data).toEqual({ a: '2' })
    const options = { propagation: 'Background', signal } as const
    expect(must(await target.delete(key('ConfigMap', 'shared'), 'v1', { ...options, uid: 'another' }))).toBe('absent')
    expect(must(await target.delete(key('ConfigMap', 'shared'), 'v1', options))).toBe('deleted')
    expect(must(await target.delete(key('ConfigMap', 'shared'), 'v1', options))).toBe('absent')
  })
})
