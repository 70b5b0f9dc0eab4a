import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isJsonObject, type JsonObject } from '../../../src/plan/json.ts'
import type { Manifest, ObjectKey } from '../../../src/plan/manifest.ts'
import { openConsulTarget } from '../../../src/targets/consul/open.ts'
import type { Answer, Target, WatchEvent } from '../../../src/targets/contract.ts'
import { ownedFields } from '../../../src/targets/owned-fields.ts'
import { type FakeConsul, startFakeConsul } from './fake-consul.ts'
import { findConsul, type RealAgent, startAgent } from './real-agent.ts'

const MANAGER = 'meshform-shop'
const LABELS = { 'meshform.dev/design': 'shop' }
const never = new AbortController().signal

function entry(kind: string, name: string, spec: JsonObject): Manifest {
  return {
    apiVersion: 'consul/v1',
    kind,
    metadata: { name, labels: LABELS, annotations: { 'meshform.dev/address': `traffic.${name}` } },
    spec,
  }
}

function keyOf(kind: string, name: string): ObjectKey {
  return { cluster: 'vms', group: 'consul', kind, namespace: '', name }
}

async function value<Value>(answer: Promise<Answer<Value>>): Promise<Value> {
  const got = await answer
  if (!got.ok) throw new Error(`${got.error.kind}: ${got.error.message}`)
  return got.value
}

async function errorOf(answer: Promise<Answer<unknown>>) {
  const got = await answer
  return got.ok ? undefined : got.error
}

async function open(address: string, environment: Record<string, string> = {}): Promise<Target> {
  return value(openConsulTarget({ cluster: 'vms', spec: { address }, environment }))
}

const write = { fieldManager: MANAGER, force: false, dryRun: false, signal: never }

/** What any Consul must do, real or not. */
function behaves(
  title: string,
  version: RegExp,
  start: () => Promise<{ readonly address: string; stop(): Promise<void> }>,
): void {
  describe(title, () => {
    let address: string
    let stop: () => Promise<void>
    let target: Target
    beforeAll(async () => {
      const server = await start()
      address = server.address
      stop = server.stop
      target = await open(address)
    }, 60_000)
    afterAll(async () => {
      await target.close()
      await stop()
    })

    test('says what it is', async () => {
      const description = await value(target.describe(never))
      expect(description).toMatchObject({ kind: 'consul', server: address })
      expect(description.version).toMatch(version)
      expect((await value(target.served(never))).find('consul', 'service-router')?.namespaced).toBe(false)
      expect((await value(target.served(never))).find('apps', 'Deployment')).toBeUndefined()
    })

    test('an entry is written, read, listed by its owner and deleted', async () => {
      const made = entry('service-defaults', 'web', { Protocol: 'http' })
      const predicted = await value(target.apply(made, { ...write, dryRun: true }))
      expect(predicted).toMatchObject({ spec: { Protocol: 'http' }, metadata: { resourceVersion: '' } })
      expect((await errorOf(target.get(keyOf('service-defaults', 'web'), 'consul/v1', never)))?.kind).toBe('not-found')

      const live = await value(target.apply(made, write))
      expect(live).toMatchObject({
        kind: 'service-defaults',
        metadata: { name: 'web', labels: LABELS },
        spec: { Protocol: 'http' },
      })
      expect(ownedFields(live, MANAGER, [])).toEqual({ spec: { Protocol: 'http' } })
      expect(await value(target.apply(made, { ...write, dryRun: true }))).toEqual(live)
      // Writing the same again changes nothing, not even its index.
      expect(await value(target.apply(made, write))).toEqual(live)

      const list = (labelSelector: string) =>
        value(target.list({ apiVersion: 'consul/v1', kind: 'service-defaults', labelSelector }, never))
      expect(await list('meshform.dev/design=shop,!meshform.dev/workspace')).toEqual([live])
      expect(await list('meshform.dev/design=other')).toEqual([])

      const options = { propagation: 'Background', signal: never } as const
      expect(await value(target.delete(keyOf('service-defaults', 'web'), 'consul/v1', { ...options, uid: 'another' }))).toBe(
        'absent',
      )
      expect(await value(target.delete(keyOf('service-defaults', 'web'), 'consul/v1', options))).toBe('deleted')
      expect(await value(target.delete(keyOf('service-defaults', 'web'), 'consul/v1', options))).toBe('absent')
    })

    test('what the server rewrites is no change: lengths of time, empty parts', async () => {
      await value(target.apply(entry('service-defaults', 'api', { Protocol: 'http' }), write))
      const resolver = entry('service-resolver', 'api', {
        ConnectTimeout: '90s',
        Subsets: { v1: { Filter: 'Service.Meta.version == v1', OnlyPassing: true }, v2: { Filter: '', OnlyPassing: false } },
      })
      const live = await value(target.apply(resolver, write))
      expect(live.spec).toEqual({
        ConnectTimeout: '1m30s',
        Subsets: { v1: { Filter: 'Service.Meta.version == v1', OnlyPassing: true } },
      })
      expect(await value(target.apply(resolver, { ...write, dryRun: true }))).toEqual(live)
      const options = { propagation: 'Background', signal: never } as const
      await value(target.delete(keyOf('service-resolver', 'api'), 'consul/v1', options))
      await value(target.delete(keyOf('service-defaults', 'api'), 'consul/v1', options))
    })

    test('a field that the server does not know is named', async () => {
      const error = await errorOf(target.apply(entry('service-defaults', 'odd', { Protocoll: 'http' }), write))
      expect(error).toMatchObject({ kind: 'invalid', causes: [{ field: 'spec.Protocoll' }] })
      expect((await errorOf(target.apply(entry('no-such-kind', 'odd', {}), write)))?.kind).toBe('not-served')
    })

    test('intentions for a service are one object, whatever the server keeps them as', async () => {
      const wanted = (...names: readonly string[]) =>
        entry('service-intentions', 'backend', {
          Sources: [...names.map((Name) => ({ Name, Action: 'allow' })), { Name: '*', Action: 'deny' }],
        })
      const live = await value(target.apply(wanted('frontend', 'worker'), write))
      expect(live.spec).toEqual({
        Sources: [
          { Name: 'frontend', Action: 'allow' },
          { Name: 'worker', Action: 'allow' },
          { Name: '*', Action: 'deny' },
        ],
      })
      expect(await value(target.apply(wanted('frontend', 'worker'), { ...write, dryRun: true }))).toEqual(live)
      const fewer = await value(target.apply(wanted('frontend'), write))
      expect(fewer.spec).toEqual({
        Sources: [
          { Name: 'frontend', Action: 'allow' },
          { Name: '*', Action: 'deny' },
        ],
      })
      const listed = await value(
        target.list({ apiVersion: 'consul/v1', kind: 'service-intentions', labelSelector: 'meshform.dev/design=shop' }, never),
      )
      expect(listed).toEqual([fewer])
      const options = { propagation: 'Background', signal: never } as const
      expect(await value(target.delete(keyOf('service-intentions', 'backend'), 'consul/v1', options))).toBe('deleted')
      expect((await errorOf(target.get(keyOf('service-intentions', 'backend'), 'consul/v1', never)))?.kind).toBe('not-found')
    })

    test('a service is registered with its sidecar and taken off again', async () => {
      const service: Manifest = {
        ...entry('service', 'backend-v1', {
          Name: 'backend',
          Port: 8080,
          Meta: { version: 'v1' },
          Connect: { SidecarService: {} },
        }),
      }
      const live = await value(target.apply(service, write))
      expect(live).toMatchObject({
        metadata: { name: 'backend-v1', labels: LABELS, annotations: { 'meshform.dev/address': 'traffic.backend-v1' } },
        spec: { Name: 'backend', Port: 8080, Meta: { version: 'v1' }, Connect: { SidecarService: {} } },
      })
      expect(await value(target.apply(service, { ...write, dryRun: true }))).toEqual(live)
      const options = { propagation: 'Background', signal: never } as const
      expect(await value(target.delete(keyOf('service', 'backend-v1'), 'consul/v1', options))).toBe('deleted')
      expect((await errorOf(target.get(keyOf('service', 'backend-v1'), 'consul/v1', never)))?.kind).toBe('not-found')
    })

    test('a service on a node without agent is kept in the catalog', async () => {
      const service = entry('node-service', 'legacy-1', {
        Node: 'legacy',
        Address: '10.0.0.7',
        Service: { Service: 'legacy', Port: 9090, Meta: { version: 'v1' } },
      })
      const live = await value(target.apply(service, write))
      expect(live).toMatchObject({
        metadata: { name: 'legacy-1', labels: LABELS },
        spec: { Node: 'legacy', Address: '10.0.0.7', Service: { Service: 'legacy', Port: 9090, Meta: { version: 'v1' } } },
      })
      expect(await value(target.apply(service, { ...write, dryRun: true }))).toEqual(live)
      const options = { propagation: 'Background', signal: never } as const
      expect(await value(target.delete(keyOf('node-service', 'legacy-1'), 'consul/v1', options))).toBe('deleted')
      expect(await value(target.list({ apiVersion: 'consul/v1', kind: 'node-service' }, never))).toEqual([])
    })

    test('somebody else wrote: the object is no longer as we left it, and giving it up takes our marks off', async () => {
      const made = entry('service-defaults', 'drift', { Protocol: 'http' })
      const live = await value(target.apply(made, write))
      await fetch(`${address}/v1/config`, {
        method: 'PUT',
        body: JSON.stringify({ Kind: 'service-defaults', Name: 'drift', Protocol: 'grpc', Meta: LABELS }),
      })
      const drifted = await value(target.get(keyOf('service-defaults', 'drift'), 'consul/v1', never))
      expect(drifted).toMatchObject({ spec: { Protocol: 'grpc' } })
      expect(isJsonObject(drifted.metadata) && isJsonObject(live.metadata)).toBe(true)
      expect(ownedFields(drifted, MANAGER, [])).not.toEqual(ownedFields(live, MANAGER, []))
      await value(target.apply(made, write))
      const given: Manifest = { apiVersion: 'consul/v1', kind: 'service-defaults', metadata: { name: 'drift' } }
      const released = await value(target.apply(given, write))
      expect(released).toMatchObject({ spec: { Protocol: 'http' } })
      expect(released.metadata).not.toHaveProperty('labels')
      await value(target.delete(keyOf('service-defaults', 'drift'), 'consul/v1', { propagation: 'Background', signal: never }))
    })

    test('a watch tells what there is, then each change', async () => {
      const events: string[] = []
      const stopped = new AbortController()
      await value(target.apply(entry('service-defaults', 'seen', { Protocol: 'http' }), write))
      const reached = (text: string) => expect.poll(() => events, { timeout: 5000, interval: 20 }).toContain(text)
      const note = (event: WatchEvent) => {
        if (event.type === 'bookmark') return void events.push('bookmark')
        const { metadata, spec } = event.object
        const name = isJsonObject(metadata) ? metadata.name : ''
        events.push(`${event.type} ${name} ${isJsonObject(spec) ? spec.Protocol : ''}`)
      }
      const request = { apiVersion: 'consul/v1', kind: 'service-defaults', labelSelector: 'meshform.dev/design=shop' }
      const watching = target.watch(request, note, stopped.signal)
      await reached('bookmark')
      expect(events).toEqual(['added seen http', 'bookmark'])
      await value(target.apply(entry('service-defaults', 'seen', { Protocol: 'grpc' }), write))
      await reached('modified seen grpc')
      await value(target.delete(keyOf('service-defaults', 'seen'), 'consul/v1', { propagation: 'Background', signal: never }))
      await reached('deleted seen grpc')
      stopped.abort()
      expect((await watching).ok).toBe(true)
    })
  })
}

behaves('a fake of the HTTP API', /^2\.0\.3$/, async () => {
  const fake = await startFakeConsul({ version: '2.0.3' })
  return { address: fake.address, stop: () => fake.close() }
})

const binary = findConsul()
if (binary === undefined) {
  process.stderr.write('No consul binary: the tests with a real agent do not run; scripts/fetch-consul.sh unpacks one.\n')
} else {
  behaves('a real agent', /^\d+\.\d+\.\d+/, async (): Promise<RealAgent> => startAgent(binary))
}

describe('a server that knows who asks', () => {
  let fake: FakeConsul
  beforeAll(async () => {
    fake = await startFakeConsul({ version: '2.0.3', token: 'sesame' })
  })
  afterAll(() => fake.close())

  test('the token comes from the environment, and no error repeats it', async () => {
    const without = await open(fake.address)
    expect((await errorOf(without.list({ apiVersion: 'consul/v1', kind: 'service-defaults' }, never)))?.kind).toBe('forbidden')
    const wrong = await open(fake.address, { CONSUL_HTTP_TOKEN: 'open-barley' })
    const refused = await errorOf(wrong.apply(entry('service-defaults', 'web', {}), write))
    expect(JSON.stringify(refused)).not.toContain('open-barley')
    const right = await value(
      openConsulTarget({
        cluster: 'vms',
        spec: { address: fake.address, tokenFrom: 'SHOP_TOKEN' },
        environment: { SHOP_TOKEN: 'sesame' },
      }),
    )
    expect(await value(right.list({ apiVersion: 'consul/v1', kind: 'service-defaults' }, never))).toEqual([])
    const missing = await errorOf(
      openConsulTarget({ cluster: 'vms', spec: { address: fake.address, tokenFrom: 'NONE' }, environment: {} }),
    )
    expect(missing).toMatchObject({ kind: 'credentials', hint: expect.stringContaining('NONE') })
    await Promise.all([without.close(), wrong.close(), right.close()])
  })

  test('an address that leads nowhere is told as such', async () => {
    const target = await open('http://127.0.0.1:1')
    expect((await errorOf(target.describe(never)))?.kind).toBe('unreachable')
    await target.close()
    expect((await errorOf(openConsulTarget({ cluster: 'vms', spec: { address: 'ftp://x' }, environment: {} })))?.kind).toBe(
      'invalid',
    )
  })
})

describe('somebody else writes at the same time', () => {
  let fake: FakeConsul
  let target: Target
  beforeAll(async () => {
    fake = await startFakeConsul({ version: '2.0.3' })
    target = await open(fake.address)
  })
  afterAll(async () => {
    await target.close()
    await fake.close()
  })
  const other = (Protocol: string): JsonObject => ({ Kind: 'service-defaults', Name: 'web', Protocol })

  test('the write is made again upon what is there then', async () => {
    fake.interfere(other('tcp'), other('grpc'))
    const live = await value(target.apply(entry('service-defaults', 'web', { Protocol: 'http' }), write))
    expect(live).toMatchObject({ spec: { Protocol: 'http' }, metadata: { labels: LABELS } })
  })

  test('again and again is no chance any more', async () => {
    fake.interfere(...Array.from({ length: 5 }, (_, index) => other(index % 2 === 0 ? 'tcp' : 'grpc')))
    expect(await errorOf(target.apply(entry('service-defaults', 'web', { Protocol: 'http2' }), write))).toMatchObject({
      kind: 'conflict',
    })
  })
})

describe('a server with TLS that asks for a certificate', () => {
  const file = (name: string) => fileURLToPath(new URL(`../../fixtures/perf/tls/${name}.pem`, import.meta.url))
  let fake: FakeConsul
  beforeAll(async () => {
    fake = await startFakeConsul({
      version: '2.0.3',
      tls: {
        key: readFileSync(file('server-key')),
        cert: readFileSync(file('server')),
        ca: readFileSync(file('ca')),
        requestCert: true,
        rejectUnauthorized: true,
      },
    })
  })
  afterAll(() => fake.close())

  const asked = async (more: object, environment: Record<string, string> = {}) => {
    const opened = await value(openConsulTarget({ cluster: 'vms', spec: { address: fake.address, ...more }, environment }))
    const answer = await opened.describe(never)
    await opened.close()
    return answer
  }

  test('is reached with the files of the design or of the environment, and not without', async () => {
    const files = { caFile: file('ca'), certFile: file('client'), keyFile: file('client-key'), serverName: 'server.perf.test' }
    expect(await asked(files)).toMatchObject({ ok: true, value: { version: '2.0.3' } })
    const environment = {
      CONSUL_CACERT: files.caFile,
      CONSUL_CLIENT_CERT: files.certFile,
      CONSUL_CLIENT_KEY: files.keyFile,
      CONSUL_TLS_SERVER_NAME: files.serverName,
    }
    expect(await asked({}, environment)).toMatchObject({ ok: true })
    const { caFile: _authority, ...unknown } = files
    expect(await asked(unknown)).toMatchObject({ ok: false, error: { kind: 'unreachable' } })
    expect(await asked({ ...files, serverName: 'elsewhere.test' })).toMatchObject({
      ok: false,
      error: { kind: 'unreachable', hint: expect.stringContaining('serverName') },
    })
    const { certFile: _certificate, keyFile: _key, ...anonymous } = files
    expect(await asked(anonymous)).toMatchObject({ ok: false, error: { kind: 'unreachable' } })
  })
})
