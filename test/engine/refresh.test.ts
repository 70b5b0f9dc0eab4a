import { expect, test } from 'vitest'
import { listsAhead } from '../../src/engine/lists-ahead.ts'
import { type Connection, ownedDigest, refresh } from '../../src/engine/refresh.ts'
import type { JsonObject } from '../../src/plan/json.ts'
import type { Manifest } from '../../src/plan/manifest.ts'
import { emptyState, type RecordedObject, type RecordedState } from '../../src/plan/recorded-state.ts'
import type { DesiredObject } from '../../src/planner/desired-object.ts'
import type { ListRequest, LiveObject, Target } from '../../src/targets/contract.ts'
import { needsStatus } from '../../src/targets/health/health.ts'

const MANAGER = 'meshform-shop'
const COUNT = 30

/** A ConfigMap or Deployment as a server holds it. */
function liveObject(kind: 'ConfigMap' | 'Deployment', index: number, changes: JsonObject = {}): LiveObject {
  const managedFields = [
    { manager: MANAGER, operation: 'Apply', apiVersion: 'v1', fieldsType: 'FieldsV1', fieldsV1: { 'f:data': { 'f:key': {} } } },
  ]
  const metadata = { name: `o${index}`, namespace: 'shop', uid: `uid-${index}`, resourceVersion: `${index}`, managedFields }
  return { apiVersion: kind === 'ConfigMap' ? 'v1' : 'apps/v1', kind, metadata, data: { key: 'value' }, ...changes }
}

function changedAt(kind: 'ConfigMap' | 'Deployment', changed: readonly number[]): LiveObject[] {
  return Array.from({ length: COUNT }, (_, index) => {
    const object = liveObject(kind, index)
    if (!changed.includes(index)) return object
    return { ...object, metadata: { ...(object.metadata as JsonObject), resourceVersion: '999' }, data: { key: 'other' } }
  })
}

/** Refreshes thirty recorded objects of one kind against these live ones. */
async function refreshed(options: {
  readonly kind?: 'ConfigMap' | 'Deployment'
  readonly live: readonly LiveObject[]
  /** How many are recorded; the rest is new. */
  readonly recorded?: number
  /** How many of the recorded the design changes. */
  readonly redesigned?: number
  readonly wholeObjects?: boolean
  readonly mayGet?: boolean
  /** Lists are asked for before it is known what is desired. */
  readonly early?: boolean
}) {
  const {
    kind = 'ConfigMap',
    live,
    recorded = COUNT,
    redesigned = 0,
    wholeObjects = false,
    mayGet = true,
    early = false,
  } = options
  const asked: string[] = []
  const signals: AbortSignal[] = []
  const group = kind === 'ConfigMap' ? '' : 'apps'
  const keyAt = (index: number) => ({ cluster: 'sandbox', group, kind, namespace: 'shop', name: `o${index}` })
  const idAt = (index: number) => `sandbox/${group}/${kind}/shop/o${index}`
  const objects = new Map<string, RecordedObject>()
  const desired: DesiredObject[] = []
  for (let index = 0; index < COUNT; index++) {
    const manifest = liveObject(kind, index) as Manifest
    const item = { id: idAt(index), key: keyAt(index), manifest, digest: index < redesigned ? 'new' : 'same', ignore: [] }
    desired.push(item as Partial<DesiredObject> as DesiredObject)
    if (index >= recorded) continue
    objects.set(idAt(index), {
      key: keyAt(index),
      apiVersion: manifest.apiVersion,
      address: `resources.o${index}`,
      desiredDigest: 'same',
      desired: manifest,
      ownedDigest: ownedDigest(manifest, MANAGER, []),
      resourceVersion: `${index}`,
      uid: `uid-${index}`,
      created: true,
      dependencies: [],
      protect: false,
    })
  }
  const target: Partial<Target> = {
    list: async (request: ListRequest, signal) => {
      signals.push(signal)
      asked.push(request.metadataOnly === true ? 'LIST metadata' : 'LIST')
      const bare = ({ apiVersion, kind: itsKind, metadata }: LiveObject): LiveObject => ({
        apiVersion: apiVersion ?? '',
        kind: itsKind ?? '',
        metadata: metadata ?? {},
      })
      return { ok: true, value: request.metadataOnly === true ? live.map(bare) : live, warnings: [] }
    },
    get: async (key) => {
      asked.push('GET')
      const found = live.find((object) => (object.metadata as JsonObject).name === key.name)
      if (!mayGet) return { ok: false, error: { kind: 'forbidden', message: 'no' } }
      return found === undefined
        ? { ok: false, error: { kind: 'not-found', message: 'no' } }
        : { ok: true, value: found, warnings: [] }
    },
  }
  const served = { group, version: 'v1', kind, plural: 'objects', namespaced: true, verbs: [] }
  const connection: Connection = {
    kind: 'connected',
    title: 'sandbox',
    target: target as Target,
    served: { find: () => served, all: [served] },
  }
  const state: RecordedState = { ...emptyState('shop'), objects }
  const places = {
    connections: new Map([['sandbox', connection]]),
    state,
    owner: { design: 'shop', workspace: 'default' },
    signal: new AbortController().signal,
  }
  const ahead = early ? await listsAhead(places) : undefined
  const askedAhead = asked.length
  const { live: view, diagnostics } = await refresh({
    ...places,
    ...(ahead === undefined ? {} : { ahead }),
    desired,
    managers: { usual: MANAGER, of: () => MANAGER, takeFrom: [] },
    wholeObjects,
    healthMatters: false,
    emit: () => {},
    now: () => 0,
  })
  expect(askedAhead).toBe(early && recorded > 0 ? 1 : 0)
  ahead?.stop()
  expect(signals.map(({ aborted }) => aborted)).toEqual(signals.map((_, index) => index < askedAhead))
  expect(diagnostics).toEqual([])
  const drifted = [...objects].filter(([id, { ownedDigest: digest }]) => view.ownedDigests.get(id) !== digest).length
  const whole = [...view.objects.values()].filter((object) => object.data !== undefined).length
  return { asked: tally(asked), found: view.objects.size, drifted, whole }
}

function tally(asked: readonly string[]): { readonly [request: string]: number } {
  const counts: { [request: string]: number } = {}
  for (const request of asked) counts[request] = (counts[request] ?? 0) + 1
  return counts
}

test('what is as it was recorded is told by its metadata alone', async () => {
  const live = changedAt('ConfigMap', [])
  expect(await refreshed({ live })).toEqual({ asked: { 'LIST metadata': 1 }, found: 30, drifted: 0, whole: 0 })
})

test('the few that changed since are read one by one, and their drift is seen', async () => {
  const live = changedAt('ConfigMap', [2, 5, 29])
  expect(await refreshed({ live })).toEqual({ asked: { 'LIST metadata': 1, GET: 3 }, found: 30, drifted: 3, whole: 3 })
})

test('where much changed the kind is listed whole', async () => {
  const live = changedAt(
    'ConfigMap',
    Array.from({ length: 25 }, (_, index) => index),
  )
  expect(await refreshed({ live })).toEqual({ asked: { 'LIST metadata': 1, LIST: 1 }, found: 30, drifted: 25, whole: 30 })
})

test('what the design changes is read whole: a few one by one, many by one list', async () => {
  const live = changedAt('ConfigMap', [])
  expect(await refreshed({ live, redesigned: 3 })).toMatchObject({ asked: { 'LIST metadata': 1, GET: 3 }, whole: 3 })
  expect(await refreshed({ live, redesigned: 25 })).toMatchObject({ asked: { LIST: 1 }, whole: 30 })
  expect(await refreshed({ live, recorded: 0 })).toMatchObject({ asked: { LIST: 1 }, whole: 30 })
  expect(await refreshed({ live, wholeObjects: true })).toMatchObject({ asked: { LIST: 1 }, whole: 30 })
})

test('kinds that their controllers write all the time are listed whole at once', async () => {
  const live = changedAt('Deployment', [])
  expect(await refreshed({ kind: 'Deployment', live })).toMatchObject({ asked: { LIST: 1 }, whole: 30 })
})

test('lists that were asked for early are taken where they are what is needed, and nothing is told otherwise', async () => {
  const live = changedAt('ConfigMap', [2, 5, 29])
  expect(await refreshed({ live, early: true })).toEqual(await refreshed({ live }))
  const many = changedAt(
    'ConfigMap',
    Array.from({ length: 25 }, (_, index) => index),
  )
  expect(await refreshed({ live: many, early: true })).toEqual(await refreshed({ live: many }))
  const pods = changedAt('Deployment', [4])
  expect(await refreshed({ kind: 'Deployment', live: pods, early: true })).toEqual(
    await refreshed({ kind: 'Deployment', live: pods }),
  )
  const redesigned = await refreshed({ live, redesigned: 25, early: true })
  expect(redesigned).toEqual({ ...(await refreshed({ live, redesigned: 25 })), asked: { 'LIST metadata': 1, LIST: 1 } })
  expect(await refreshed({ live, recorded: 0, early: true })).toEqual(await refreshed({ live, recorded: 0 }))
})

test('where an apply follows, kinds whose health stands in their status are read whole', () => {
  const rule = { group: 'networking.istio.io', kinds: ['*'], condition: 'Reconciled', status: 'True' } as const
  expect(needsStatus('', 'ConfigMap', [])).toBe(false)
  expect(needsStatus('networking.k8s.io', 'Ingress', [])).toBe(false)
  expect(needsStatus('networking.istio.io', 'VirtualService', [{ ...rule, optional: true }])).toBe(false)
  expect(needsStatus('networking.istio.io', 'VirtualService', [rule])).toBe(true)
  expect(needsStatus('apiextensions.k8s.io', 'CustomResourceDefinition', [])).toBe(true)
})

test('who may list and not get is answered by a list', async () => {
  const live = changedAt('ConfigMap', [4])
  const asked = { 'LIST metadata': 1, GET: 1, LIST: 1 }
  expect(await refreshed({ live, mayGet: false })).toEqual({ asked, found: 30, drifted: 1, whole: 30 })
})

test('an object of a cluster made anew is another, even at the same resourceVersion', async () => {
  const live = changedAt('ConfigMap', []).map((object, index) =>
    index === 7
      ? { ...object, metadata: { ...(object.metadata as JsonObject), uid: 'another' }, data: { key: 'theirs' } }
      : object,
  )
  expect(await refreshed({ live })).toEqual({ asked: { 'LIST metadata': 1, GET: 1 }, found: 30, drifted: 1, whole: 1 })
})
