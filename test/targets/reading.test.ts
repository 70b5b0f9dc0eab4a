import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { JsonObject } from '../../src/plan/json.ts'
import { discover } from '../../src/targets/kubernetes/discovery.ts'
import { discoveryCache } from '../../src/targets/kubernetes/discovery-cache.ts'
import { readKubeContext } from '../../src/targets/kubernetes/kubeconfig.ts'
import { KubernetesTarget } from '../../src/targets/kubernetes/kubernetes-target.ts'
import { listObjects } from '../../src/targets/kubernetes/list.ts'
import { DEFAULT_RETRY_POLICY } from '../../src/targets/kubernetes/retry.ts'
import type { Transport } from '../../src/targets/kubernetes/transport.ts'
import { answer, fakeClock, fakeTransport, senderFor } from './fake-transport.ts'

const { signal } = new AbortController()
const configMaps = { group: '', version: 'v1', kind: 'ConfigMap', plural: 'configmaps', namespaced: true, verbs: ['list'] }
const request = { apiVersion: 'v1', kind: 'ConfigMap', labelSelector: 'app=x' }

function page(names: readonly string[], next?: string): JsonObject {
  const metadata = { resourceVersion: '7', ...(next === undefined ? {} : { continue: next }) }
  return { kind: 'ConfigMapList', apiVersion: 'v1', metadata, items: names.map((name) => ({ metadata: { name } })) }
}

describe('lists', () => {
  test('come in pages, each item with its kind', async () => {
    const transport = fakeTransport(({ query }) => {
      const token = query?.find(([name]) => name === 'continue')?.[1]
      return answer(200, token === undefined ? page(['a', 'b'], 'more') : page(['c']))
    })
    const listed = await listObjects(senderFor(transport, fakeClock()), configMaps, request, signal)
    expect(listed).toMatchObject({ ok: true, value: { resourceVersion: '7' } })
    expect(listed.ok && listed.value.items).toEqual(
      ['a', 'b', 'c'].map((name) => ({ metadata: { name }, apiVersion: 'v1', kind: 'ConfigMap' })),
    )
    expect(transport.asked).toEqual([
      'GET /api/v1/configmaps?limit=500&labelSelector=app=x',
      'GET /api/v1/configmaps?limit=500&continue=more&labelSelector=app=x',
    ])
  })

  test('of metadata alone come in longer pages, by the same rules', async () => {
    const transport = fakeTransport(({ query }) => {
      const token = query?.find(([name]) => name === 'continue')?.[1]
      return answer(200, token === undefined ? page(['a', 'b'], 'more') : page(['c']))
    })
    const asked = { ...request, metadataOnly: true }
    const listed = await listObjects(senderFor(transport, fakeClock()), configMaps, asked, signal)
    expect(listed.ok && listed.value.items.map(({ metadata }) => metadata)).toEqual(['a', 'b', 'c'].map((name) => ({ name })))
    expect(transport.asked).toEqual([
      'GET /api/v1/configmaps?limit=2500&labelSelector=app=x',
      'GET /api/v1/configmaps?limit=2500&continue=more&labelSelector=app=x',
    ])
  })

  test('that expire while they are read begin anew, at last without pages', async () => {
    const transport = fakeTransport(({ query }) => {
      if (query?.some(([name]) => name === 'continue')) return answer(410, { kind: 'Status', reason: 'Expired' })
      return answer(200, query?.some(([name]) => name === 'limit') ? page(['a'], 'more') : page(['a', 'b']))
    })
    const listed = await listObjects(senderFor(transport, fakeClock()), configMaps, request, signal)
    expect(listed.ok && listed.value.items).toHaveLength(2)
    expect(transport.asked).toHaveLength(5)
  })
})

test('a list of nothing may have null for its items, one without items is none', async () => {
  const metadata = { resourceVersion: '7' }
  const list = (body: JsonObject) =>
    listObjects(
      senderFor(
        fakeTransport(() => answer(200, body)),
        fakeClock(),
      ),
      configMaps,
      request,
      signal,
    )
  expect(await list({ kind: 'PartialObjectMetadataList', apiVersion: 'meta.k8s.io/v1', metadata, items: null })).toMatchObject({
    ok: true,
    value: { items: [], resourceVersion: '7' },
  })
  expect(await list({ kind: 'ConfigMap', apiVersion: 'v1', metadata })).toMatchObject({ ok: false, error: { kind: 'other' } })
})

const aggregated = (groups: readonly JsonObject[]): JsonObject => ({
  kind: 'APIGroupDiscoveryList',
  apiVersion: 'apidiscovery.k8s.io/v2',
  items: groups,
})
const group = (name: string, kind: string, plural: string): JsonObject => ({
  metadata: { name },
  versions: [{ version: 'v1', resources: [{ resource: plural, responseKind: { kind }, scope: 'Namespaced', verbs: ['get'] }] }],
})

function serving(
  marks: { readonly [path: string]: string },
  groups: readonly JsonObject[],
): Transport & { readonly asked: string[] } {
  return fakeTransport(({ path, headers }) => {
    const etag = marks[path] ?? ''
    if (headers?.['if-none-match'] === etag) return answer(304, '', { etag })
    return answer(200, aggregated(path === '/api' ? [group('', 'Pod', 'pods')] : groups), { etag })
  })
}

describe('discovery', () => {
  test('is two requests, kept on disk, and believed only as long as the server says so', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'meshform-discovery-'))
    try {
      const cache = discoveryCache(directory, 'https://fake')
      const deployments = [group('apps', 'Deployment', 'deployments')]
      const first = serving({ '/api': '"1"', '/apis': '"1"' }, deployments)
      const found = await discover(senderFor(first, fakeClock()), undefined, signal)
      if (!found.ok) throw new Error(found.error.message)
      await cache.write(found.value)
      expect(found.value.kinds.map((kind) => kind.plural)).toEqual(['pods', 'deployments'])
      const [file = ''] = await readdir(join(directory, 'discovery'))
      expect((await stat(join(directory, 'discovery', file))).mode & 0o077).toBe(0)
      const known = await cache.read()
      const same = await discover(senderFor(first, fakeClock()), known, signal)
      expect(same.ok && same.value).toBe(known)
      const changed = serving({ '/api': '"1"', '/apis': '"2"' }, [...deployments, group('batch', 'Job', 'jobs')])
      const again = await discover(senderFor(changed, fakeClock()), known, signal)
      expect(again.ok && again.value.kinds.map((kind) => kind.plural)).toEqual(['pods', 'deployments', 'jobs'])
      expect(await discoveryCache(directory, 'https://another').read()).toBeUndefined()
      await writeFile(join(directory, 'discovery', file), '{"format":1')
      expect(await cache.read()).toBeUndefined()
    } finally {
      await rm(directory, { recursive: true, force: true })
    }
  })

  test('of servers before aggregated discovery asks each group once', async () => {
    const transport = fakeTransport(({ path }) => {
      switch (path) {
        case '/api':
          return answer(200, { kind: 'APIVersions', versions: ['v1'] })
        case '/apis': {
          const versions = [{ version: 'v1beta1' }, { version: 'v1' }]
          return answer(200, { kind: 'APIGroupList', groups: [{ name: 'apps', versions, preferredVersion: { version: 'v1' } }] })
        }
        case '/api/v1':
          return answer(200, {
            resources: [
              { name: 'pods', kind: 'Pod', namespaced: true, verbs: [] },
              { name: 'pods/log', kind: 'Pod' },
            ],
          })
        default:
          return answer(200, { resources: [{ name: 'deployments', kind: 'Deployment', namespaced: true, verbs: [] }] })
      }
    })
    const found = await discover(senderFor(transport, fakeClock()), undefined, signal)
    expect(found.ok && found.value.kinds.map(({ version, plural }) => `${version} ${plural}`)).toEqual([
      'v1 pods',
      'v1 deployments',
      'v1beta1 deployments',
    ])
  })

  const classic = (down: string) =>
    fakeTransport(({ path }) => {
      switch (path) {
        case '/api':
          return answer(200, { kind: 'APIVersions', versions: ['v1'] })
        case '/apis': {
          const groups = ['metrics.k8s.io', 'apps'].map((name) => ({ name, versions: [{ version: 'v1' }] }))
          return answer(200, { kind: 'APIGroupList', groups })
        }
        case down:
          return answer(503, 'service unavailable')
        default:
          return answer(200, { resources: [{ name: 'deployments', kind: 'Deployment', namespaced: true, verbs: [] }] })
      }
    })

  test('of such servers only groups that definitions can not change are kept, as long as the version is the same', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'meshform-discovery-'))
    try {
      const cache = discoveryCache(directory, 'https://fake')
      const ask = async (version: string | undefined, known = cache.read()) => {
        const transport = classic('none')
        const found = await discover(senderFor(transport, fakeClock()), await known, signal, async () => version)
        if (!found.ok) throw new Error(found.error.message)
        await cache.write(found.value)
        return { found: found.value, asked: transport.asked.map((asked) => asked.replace('GET ', '')).sort() }
      }
      const all = ['/api', '/api/v1', '/apis', '/apis/apps/v1', '/apis/metrics.k8s.io/v1']
      const first = await ask('1.20.2')
      expect(first.asked).toEqual(all)
      const second = await ask('1.20.2')
      expect(second.asked).toEqual(['/api', '/apis', '/apis/metrics.k8s.io/v1'])
      expect(second.found.kinds).toEqual(first.found.kinds)
      expect((await ask('1.20.3')).asked).toEqual(all)
      expect((await ask(undefined)).asked).toEqual(all)
      expect((await ask('1.20.3')).asked).toEqual(second.asked)
    } finally {
      await rm(directory, { recursive: true, force: true })
    }
  })

  test('of such servers everything is asked again for whoever misses something', async () => {
    const transport = classic('none')
    const target = targetOf(transport)
    const timesAsked = () => transport.asked.filter((asked) => asked.endsWith('/apis/apps/v1')).length
    await target.served(signal)
    await target.served(signal)
    expect(timesAsked()).toBe(1)
    await target.served(signal, true)
    expect(timesAsked()).toBe(2)
  })

  test('a group whose own server is down is known to be there, and holds nothing up', async () => {
    const transport = classic('/apis/metrics.k8s.io/v1')
    const found = await discover(senderFor(transport, fakeClock()), undefined, signal)
    expect(found.ok && found.value.silent).toEqual([{ group: 'metrics.k8s.io', version: 'v1' }])
    expect(found.ok && found.value.kinds.map(({ group }) => group)).toEqual(['', 'apps'])
    expect(transport.asked.filter((asked) => asked.includes('metrics'))).toHaveLength(2)
  })

  test('so it is in aggregated discovery, which is not kept then', async () => {
    const list = (items: readonly JsonObject[]) =>
      answer(200, { kind: 'APIGroupDiscoveryList', items: [...items] }, { etag: '"1"' })
    const stale = { version: 'v1beta1', freshness: 'Stale', resources: [] }
    const transport = fakeTransport(({ path }) =>
      path === '/api' ? list([]) : list([{ metadata: { name: 'metrics.k8s.io' }, versions: [stale] }]),
    )
    const found = await discover(senderFor(transport, fakeClock()), undefined, signal)
    expect(found.ok && found.value).toEqual({
      kinds: [],
      silent: [{ group: 'metrics.k8s.io', version: 'v1beta1' }],
      etags: {},
    })
  })

  test('what is there of a silent group is unknown, not absent', async () => {
    const target = targetOf(classic('/apis/metrics.k8s.io/v1'))
    const asked = { apiVersion: 'metrics.k8s.io/v1', kind: 'NodeMetrics' }
    const error = { kind: 'group-silent', group: 'metrics.k8s.io/v1' }
    expect(await target.list(asked, signal)).toMatchObject({ ok: false, error })
    const key = { cluster: 'fake', group: 'metrics.k8s.io', kind: 'NodeMetrics', namespace: '', name: 'a' }
    const deleted = await target.delete(key, 'metrics.k8s.io/v1', { propagation: 'Background', signal })
    expect(deleted).toMatchObject({ ok: false, error })
  })

  test.each([
    ['a login page', answer(200, '<html><title>Log in</title></html>', { 'content-type': 'text/html' }), /else than JSON/],
    ['another server', answer(404, 'page not found'), /no Kubernetes API answers there/],
    [
      'a redirect',
      answer(302, '', { location: 'https://login.example.org/a?token=secret' }),
      /on to https:\/\/login.example.org\/a$/,
    ],
  ])('%s is told apart from a Kubernetes API', async (_what, exchange, message) => {
    const found = await discover(
      senderFor(
        fakeTransport(() => exchange),
        fakeClock(),
      ),
      undefined,
      signal,
    )
    expect(found).toMatchObject({ ok: false, error: { kind: 'other', message: expect.stringMatching(message) } })
  })
})

function targetOf(transport: Transport): KubernetesTarget {
  return new KubernetesTarget({
    cluster: 'fake',
    kind: 'kubernetes',
    context: undefined,
    transport,
    cache: undefined,
    clock: fakeClock(),
    concurrency: 4,
    retry: DEFAULT_RETRY_POLICY,
    random: Math.random,
  })
}

describe('names that would lead elsewhere', () => {
  test.each(['', '.', '..', 'a/b', 'a%2fb'])('%j is never sent', async (name) => {
    const transport = serving({}, [])
    const target = targetOf(transport)
    const key = { cluster: 'fake', group: '', kind: 'Pod', namespace: 'shop', name }
    const manifest = { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'shop' } }
    const options = { fieldManager: 'x', force: false, dryRun: false, signal }
    expect(await target.delete(key, 'v1', { propagation: 'Background', signal })).toMatchObject({
      ok: false,
      error: { kind: 'invalid' },
    })
    expect(await target.get(key, 'v1', signal)).toMatchObject({ ok: false, error: { kind: 'invalid' } })
    expect(await target.apply(manifest, options)).toMatchObject({ ok: false, error: { kind: 'invalid' } })
    expect(transport.asked).toEqual([])
  })
})

describe('kubeconfigs', () => {
  test('are read by context, several files as one, with paths beside their file', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'meshform-kubeconfig-'))
    try {
      const first = join(directory, 'first')
      const second = join(directory, 'second')
      await writeFile(
        first,
        'contexts: [{name: a, context: {cluster: one, user: me, namespace: shop}}]\nclusters: [{name: one, cluster: {server: "https://one", certificate-authority: ca.pem}}]\n',
      )
      await writeFile(
        second,
        'current-context: a\nusers: [{name: me, user: {token: secret}}]\nclusters: [{name: one, cluster: {server: "https://two"}}]\n',
      )
      const read = await readKubeContext(`${first}:${second}`, undefined)
      expect(read).toEqual({
        ok: true,
        value: {
          name: 'a',
          namespace: 'shop',
          cluster: { server: 'https://one', 'certificate-authority': join(directory, 'ca.pem') },
          user: { token: 'secret' },
          userName: 'me',
          clusterPlace: `${first}:2`,
          userPlace: `${second}:2`,
        },
        warnings: [],
      })
      expect(await readKubeContext(first, undefined)).toMatchObject({
        ok: false,
        error: { problem: 'no-current-context', contexts: ['a'] },
      })
      expect(await readKubeContext(`${first}:${second}`, 'b')).toMatchObject({ ok: false, error: { problem: 'no-context' } })
      expect(await readKubeContext(join(directory, 'none'), 'a')).toMatchObject({ ok: false, error: { problem: 'unreadable' } })
      await writeFile(second, 'token: "very secret\n')
      const broken = await readKubeContext(second, 'a')
      expect(JSON.stringify(broken)).not.toContain('very secret')
    } finally {
      await rm(directory, { recursive: true, force: true })
    }
  })

  const sound = {
    contexts: '[{name: a, context: {cluster: c, user: u}}]',
    clusters: '[{name: c, cluster: {server: https://one}}]',
    users: '[{name: u, user: {token: very secret}}]',
  }

  test.each([
    ['nothing', '', 'FILE is empty'],
    ['a list', '- a', 'FILE is no kubeconfig'],
    ['no YAML', 'users:\n  - name: a\n   user: {\n token: very secret', /^FILE:\d+:\d+ is no YAML: [a-z ]+$/],
    ['a context without cluster', { contexts: '[{name: a, context: {user: u}}]' }, 'FILE:1: context "a" names no cluster'],
    [
      'an unknown cluster',
      { clusters: '[{name: d, cluster: {server: https://one}}]' },
      /^FILE:1: .* "c", which is not there \(there: d\)$/,
    ],
    ['an unknown user', { users: '[]' }, /^FILE:1: .* "u", who is not there \(there are no users\)$/],
    ['no server', { clusters: '[{name: c, cluster: {}}]' }, 'FILE:2: cluster "c" has no server'],
    ['a number for a token', { users: '[{name: u, user: {token: 12345}}]' }, 'FILE:3: `token` must be text: put it in quotes'],
    [
      'a text for a flag',
      { clusters: '[{name: c, cluster: {server: https://one, insecure-skip-tls-verify: "yes"}}]' },
      'FILE:2: `insecure-skip-tls-verify` must be true or false',
    ],
    ['a text for a user', { users: '[{name: u, user: very secret}]' }, 'FILE:3: its `user` is no map'],
  ])('with %s are refused with file and line, and no secret', async (_what, given, message) => {
    const directory = await mkdtemp(join(tmpdir(), 'meshform-kubeconfig-'))
    try {
      const file = join(directory, 'config')
      const parts = { ...sound, ...(typeof given === 'string' ? {} : given) }
      const text = Object.entries(parts).map(([name, value]) => `${name}: ${value}\n`)
      await writeFile(file, typeof given === 'string' ? given : text.join(''))
      const read = await readKubeContext(`${join(directory, 'none')}:${file}`, 'a')
      const said = read.ok ? '' : read.error.message.replaceAll(file, 'FILE')
      if (typeof message === 'string') expect(said).toBe(message)
      else expect(said).toMatch(message)
      expect(JSON.stringify(read)).not.toContain('very secret')
    } finally {
      await rm(directory, { recursive: true, force: true })
    }
  })
})
