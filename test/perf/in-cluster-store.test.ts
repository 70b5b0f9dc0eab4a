import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { inClusterStore } from '../../src/perf/distributed/in-cluster-store.ts'
import type { WorkerStore } from '../../src/perf/distributed/worker.ts'
import { serveHttps, type TestServer, TLS_FILES } from './servers.ts'

let folder: string
let server: TestServer
let store: WorkerStore
const objects = new Map<string, object>()
const seen: { method: string | undefined; url: string | undefined; authorization: string | undefined; body: string }[] = []
let trouble = 0

beforeEach(async () => {
  objects.clear()
  seen.length = 0
  trouble = 0
  folder = await mkdtemp(join(tmpdir(), 'meshform-account-'))
  await writeFile(join(folder, 'ca.crt'), TLS_FILES.authority)
  await writeFile(join(folder, 'token'), 'token-1\n')
  server = await serveHttps(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += String(chunk)
    seen.push({ method: request.method, url: request.url, authorization: request.headers.authorization, body })
    if (trouble > 0) {
      trouble -= 1
      response.writeHead(500).end('{}')
      return
    }
    const found = objects.get(request.url ?? '')
    if (request.method === 'POST') response.writeHead(201).end('{}')
    else if (found === undefined) response.writeHead(404).end('{}')
    else response.end(JSON.stringify(found))
  })
  store = await inClusterStore({
    run: 'run-1',
    namespace: 'load',
    server: `https://127.0.0.1:${server.port}`,
    account: folder,
    serverName: 'server.perf.test',
    patienceMs: 500,
  })
})
afterEach(async () => {
  await server.close()
  await rm(folder, { recursive: true, force: true })
})

test('a worker reads its task and values with its account, over TLS with the cluster’s authority', async () => {
  objects.set('/api/v1/namespaces/load/secrets/run-1', { data: { task: Buffer.from('{"a": 1}').toString('base64') } })
  expect(await store.readTask('run-1')).toBe('{"a": 1}')
  expect(seen[0]?.authorization).toBe('Bearer token-1')
  expect(await store.readValue('run-1-start', 'startAt')).toBeUndefined()
  objects.set('/api/v1/namespaces/load/configmaps/run-1-start', { data: { startAt: '17' } })
  expect(await store.readValue('run-1-start', 'startAt')).toBe('17')
})

test('what it writes is labelled with the run, and passing troubles are overcome', async () => {
  trouble = 2
  await store.write('run-1-ready-0', { ready: 'true' })
  expect(seen).toHaveLength(3)
  expect(JSON.parse(seen[2]?.body ?? '')).toEqual({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'run-1-ready-0', labels: { 'meshform.dev/perf-run': 'run-1' } },
    data: { ready: 'true' },
  })
  trouble = 100
  await expect(store.write('run-1-ready-1', {})).rejects.toThrow(/can't be written \(500\)/)
})
