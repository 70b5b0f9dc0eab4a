import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { isJsonObject, type JsonObject, type JsonValue } from '../../src/plan/json.ts'
import type { Sandbox } from '../../src/sandbox/sandbox.ts'
import { addLeaves, type Leaves, type ListKey, OwnershipModel, type Shape, schemaOf } from './ownership-model.ts'
import { openSandbox, request } from './sandbox-requests.ts'

type Pick = fc.GeneratorValue

const names = ['a', 'b', 'c']
const texts = ['x', 'y', 'z']
const managers = ['one', 'two', 'three']

function pickFields(pick: Pick, depth: number, allowed?: readonly string[]): { readonly [name: string]: Shape } {
  const count = pick(fc.integer, { min: 1, max: 3 })
  return Object.fromEntries(names.slice(0, count).map((name) => [name, pickShape(pick, depth - 1, allowed)]))
}

function pickKeys(pick: Pick): readonly ListKey[] {
  const first = { name: 'k', default: undefined }
  return pick(
    fc.constantFrom<(readonly ListKey[])[]>,
    [first],
    [first, { name: 'p', default: 'x' }],
    [first, { name: 'p', default: undefined }],
  )
}

/**
 * Values of maps are no structs or maps: who loses all that he owns below a map's key to another's force owns the key alone,
 * which structured-merge-diff takes for a map that used to be atomic, and gives him everything below it.
 */
const mapValues = ['scalar', 'set', 'keyed', 'atomicList', 'atomicMap']
/** What is owned as a whole is compared as a whole, so nothing in it may be filled in by defaults. */
const withoutDefaults = ['scalar', 'set', 'struct']

function pickShape(pick: Pick, depth: number, allowed?: readonly string[]): Shape {
  const all = ['scalar', 'set', ...(depth > 0 ? ['struct', 'map', 'keyed', 'atomicList', 'atomicMap'] : [])]
  const kinds = allowed === undefined ? all : all.filter((kind) => allowed.includes(kind))
  switch (pick(fc.constantFrom<string[]>, ...kinds)) {
    case 'struct':
      return { kind: 'struct', fields: pickFields(pick, depth, allowed === withoutDefaults ? withoutDefaults : undefined) }
    case 'map':
      return { kind: 'map', value: pickShape(pick, depth - 1, mapValues) }
    case 'keyed':
      return { kind: 'keyed', keys: pickKeys(pick), fields: pickFields(pick, depth) }
    case 'atomicList':
      return { kind: 'atomicList', item: pickShape(pick, depth - 1, withoutDefaults) }
    case 'atomicMap':
      return { kind: 'atomicMap', fields: pickFields(pick, depth, withoutDefaults) }
    case 'set':
      return { kind: 'set' }
    default:
      return { kind: 'scalar', type: pick(fc.constantFrom<('string' | 'integer' | 'boolean')[]>, 'string', 'integer', 'boolean') }
  }
}

function pickSome<Value>(pick: Pick, values: readonly Value[]): readonly Value[] {
  return values.filter(() => pick(fc.boolean))
}

/**
 * What is empty is left out of the game: an empty struct or map is owned though it may not be written, an empty list is
 * written though nobody owns it.
 */
function pickAtLeastOne<Value>(pick: Pick, values: readonly Value[]): readonly Value[] {
  const some = pickSome(pick, values)
  return some.length > 0 ? some : values.slice(0, 1)
}

function pickFieldValues(pick: Pick, fields: { readonly [name: string]: Shape }): JsonObject {
  return Object.fromEntries(pickAtLeastOne(pick, Object.entries(fields)).map(([name, shape]) => [name, pickValue(pick, shape)]))
}

function pickItems(pick: Pick, shape: Shape & { readonly kind: 'keyed' }): JsonValue {
  const items: JsonObject[] = []
  const seen = new Set<string>()
  for (let count = pick(fc.integer, { min: 1, max: 3 }); count > 0; count -= 1) {
    const item: { [name: string]: JsonValue } = { ...pickFieldValues(pick, shape.fields) }
    for (const key of shape.keys) {
      if (key.default === undefined || pick(fc.boolean)) item[key.name] = pick(fc.constantFrom<string[]>, ...texts)
    }
    const identity = JSON.stringify(shape.keys.map((key) => item[key.name] ?? key.default ?? null))
    if (!seen.has(identity)) items.push(item)
    seen.add(identity)
  }
  return items
}

function pickValue(pick: Pick, shape: Shape): JsonValue {
  switch (shape.kind) {
    case 'scalar':
      if (shape.type === 'string') return pick(fc.constantFrom<string[]>, ...texts)
      return shape.type === 'integer' ? pick(fc.integer, { min: 0, max: 2 }) : pick(fc.boolean)
    case 'struct':
    case 'atomicMap':
      return pickFieldValues(pick, shape.fields)
    case 'map':
      return Object.fromEntries(pickAtLeastOne(pick, names).map((name) => [name, pickValue(pick, shape.value)]))
    case 'set':
      return pickAtLeastOne(pick, texts)
    case 'keyed':
      return pickItems(pick, shape)
    case 'atomicList': {
      const count = pick(fc.integer, { min: 0, max: 2 })
      return Array.from({ length: count }, () => pickValue(pick, shape.item))
    }
  }
}

function ownedPaths(fields: JsonObject, path: string, owned: Set<string>): Set<string> {
  for (const [name, inner] of Object.entries(fields)) {
    if (name === '.') continue
    const at = path === '' ? name : `${path} / ${name}`
    const below = isJsonObject(inner) ? inner : {}
    if (Object.keys(below).length === 0 || Object.hasOwn(below, '.')) owned.add(at)
    ownedPaths(below, at, owned)
  }
  return owned
}

function ownersOf(object: JsonObject): ReadonlyMap<string, ReadonlySet<string>> {
  const metadata = isJsonObject(object.metadata) ? object.metadata : {}
  const entries = Array.isArray(metadata.managedFields) ? metadata.managedFields.filter(isJsonObject) : []
  return new Map(
    entries.map((entry) => [
      String(entry.manager),
      ownedPaths(isJsonObject(entry.fieldsV1) ? entry.fieldsV1 : {}, '', new Set()),
    ]),
  )
}

/** Without presence that the object shows by what lies below, and without keys that were only defaulted. */
function shown(leaves: Leaves, owned: ReadonlySet<string>): readonly string[] {
  const paths = [...leaves.keys()]
  return paths
    .filter((path) => leaves.get(path) !== true || /[kv]:/.test(path.slice(path.lastIndexOf(' / ') + 1)) || owned.has(path))
    .filter((path) => owned.has(path) || !/ \/ f:[kp]$/.test(path))
    .filter((path) => !isEmptyShow(leaves, path))
    .map((path) => `${path} = ${JSON.stringify(leaves.get(path))}`)
    .sort()
}

/** An owned but empty struct or map: whether it is still written is not a matter of ownership. */
function isEmptyShow(leaves: Leaves, path: string): boolean {
  if (leaves.get(path) !== true) return false
  return !/(^| \/ )[kv]:[^/]*$/.test(path)
}

const root = '/apis/random.example.org/v1'
let sandbox: Sandbox
let kinds = 0

beforeAll(async () => {
  sandbox = await openSandbox()
})
afterAll(() => sandbox.close())

async function define(shape: Shape): Promise<string> {
  kinds += 1
  const plural = `randoms${kinds}`
  const { body, status } = await request(sandbox, 'POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.random.example.org` },
    spec: {
      group: 'random.example.org',
      scope: 'Cluster',
      names: { kind: `Random${kinds}`, plural },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: 'object', properties: { spec: schemaOf(shape) } } },
        },
      ],
    },
  })
  expect(body.message ?? status).toBe(201)
  return plural
}

function describePath(path: string): string {
  return path
    .split(' / ')
    .map((element) => {
      const text = element.slice(2)
      if (element.startsWith('f:')) return `.${text}`
      if (element.startsWith('v:')) return `[=${text}]`
      const keys = Object.entries(JSON.parse(text) as JsonObject)
      return `[${keys.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(',')}]`
    })
    .join('')
}

test('owned fields are exactly those that some manager applied and still applies', async () => {
  const scenario = fc.gen().map((pick) => {
    const shape: Shape = { kind: 'struct', fields: pickFields(pick, 3) }
    const count = pick(fc.integer, { min: 2, max: 8 })
    const steps = Array.from({ length: count }, () => ({
      manager: pick(fc.constantFrom<string[]>, ...managers),
      spec: pickValue(pick, shape),
      force: pick(fc.boolean),
    }))
    return { shape, steps }
  })
  await fc.assert(
    fc.asyncProperty(scenario, async ({ shape, steps }) => {
      const plural = await define(shape)
      const kind = `Random${kinds}`
      const model = new OwnershipModel()
      for (const { manager, spec, force } of steps) {
        const wanted: Leaves = new Map()
        addLeaves(spec, shape, 'f:spec', wanted)
        const conflicts = model.apply(manager, wanted, force)
        const path = `${root}/${plural}/x?fieldManager=${manager}${force ? '&force=true' : ''}`
        const object = { apiVersion: 'random.example.org/v1', kind, metadata: { name: 'x' }, spec }
        const type = { 'content-type': 'application/apply-patch+yaml' }
        const { status, body } = await request(sandbox, 'PATCH', path, object, type)
        if (conflicts.length > 0) {
          expect(status).toBe(409)
          const details = isJsonObject(body.details) ? body.details : {}
          const causes = (details.causes as readonly JsonObject[]).map(
            ({ field, message }) => `${String(message)} ${String(field)}`,
          )
          const told = conflicts.map((each) => `conflict with "${each.manager}" ${describePath(each.path)}`)
          expect([...causes].sort()).toEqual([...told].sort())
          continue
        }
        expect(body.message ?? Math.floor(status / 100)).toBe(2)
        const owners = ownersOf(body)
        const sorted = (paths: Iterable<string>): readonly string[] => [...paths].sort()
        const told = [...owners].map(([name, paths]) => [name, sorted(paths)])
        const expected = [...model.owners].map(([name, paths]) => [name, sorted(paths)])
        expect(Object.fromEntries(told)).toEqual(Object.fromEntries(expected))
        const live: Leaves = new Map()
        if (isJsonObject(body.spec)) addLeaves(body.spec, shape, 'f:spec', live)
        const owned = new Set([...owners.values()].flatMap((paths) => [...paths]))
        expect(shown(live, owned)).toEqual(shown(model.leaves, owned))
      }
      await request(sandbox, 'DELETE', `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${plural}.random.example.org`)
    }),
    { numRuns: 80 },
  )
})
