import { describe, expect, test } from 'vitest'
import type { JsonObject } from '../../src/plan/json.ts'
import { schemaOfModel } from '../../src/sandbox/builtin/model-schema.ts'
import { strategicMergePatch } from '../../src/sandbox/patch/strategic-merge-patch.ts'

const schema = schemaOfModel('Deployment')

function withContainers(...names: readonly string[]): JsonObject {
  return { spec: { template: { spec: { containers: names.map((name) => ({ name, image: `${name}:1` })) } } } }
}

function containersOf(object: JsonObject): readonly JsonObject[] {
  const { template } = object.spec as { readonly template: { readonly spec: { readonly containers: readonly JsonObject[] } } }
  return template.spec.containers
}

function patched(object: JsonObject, podSpec: JsonObject): JsonObject {
  return strategicMergePatch(object, { spec: { template: { spec: podSpec } } }, schema)
}

describe('strategic merge patches', () => {
  test('items merge by their key, and new ones come last', () => {
    const next = patched(withContainers('a', 'b'), { containers: [{ name: 'b', image: 'b:2' }, { name: 'c' }] })
    expect(containersOf(next)).toEqual([{ name: 'a', image: 'a:1' }, { name: 'b', image: 'b:2' }, { name: 'c' }])
  })

  test('a directive deletes an item', () => {
    const next = patched(withContainers('a', 'b'), { containers: [{ name: 'a', $patch: 'delete' }] })
    expect(containersOf(next)).toEqual([{ name: 'b', image: 'b:1' }])
  })

  test('a directive replaces the whole list', () => {
    const next = patched(withContainers('a', 'b'), { containers: [{ name: 'c' }, { $patch: 'replace' }] })
    expect(containersOf(next)).toEqual([{ name: 'c' }])
  })

  test('an order is followed, and items that it does not name keep to their neighbours', () => {
    const next = patched(withContainers('sidecar', 'a', 'b'), {
      '$setElementOrder/containers': [{ name: 'b' }, { name: 'a' }],
      containers: [{ name: 'a', image: 'a:2' }],
    })
    expect(containersOf(next).map(({ name }) => name)).toEqual(['sidecar', 'b', 'a'])
  })

  test('values are taken out of a list of texts', () => {
    const object = { metadata: { finalizers: ['a', 'b', 'c'] } }
    const next = strategicMergePatch(object, { metadata: { '$deleteFromPrimitiveList/finalizers': ['b'] } }, schema)
    expect(next).toEqual({ metadata: { finalizers: ['a', 'c'] } })
  })

  test('only named fields are kept where a patch says so', () => {
    const object = { spec: { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } } } }
    const next = strategicMergePatch(object, { spec: { strategy: { $retainKeys: ['type'], type: 'Recreate' } } }, schema)
    expect(next).toEqual({ spec: { strategy: { type: 'Recreate' } } })
  })

  test('an item without its key is refused in the words of the server', () => {
    expect(() => patched(withContainers('a'), { containers: [{ image: 'x' }] })).toThrow(
      'map: map[image:x] does not contain declared merge key: name',
    )
  })

  /** In the words of a real kube-apiserver. */
  test.each<readonly [string, JsonObject, string]>([
    [
      'an order that does not name an item',
      { '$setElementOrder/containers': [{ name: 'b' }], containers: [{ name: 'a', image: 'q' }] },
      "The order in patch list:\n[map[image:q name:a]]\n doesn't match $setElementOrder list:\n[map[name:b]]\n",
    ],
    [
      'an order of another order',
      { '$setElementOrder/containers': [{ name: 'b' }, { name: 'a' }], containers: [{ name: 'a' }, { name: 'b' }] },
      "The order in patch list:\n[map[name:a] map[name:b]]\n doesn't match $setElementOrder list:\n[map[name:b] map[name:a]]\n",
    ],
    ['an order of texts', { '$setElementOrder/containers': ['a'] }, 'value for key 0 is not a map'],
    ['an order that is a text', { '$setElementOrder/containers': 'a' }, 'expected a []interface {}, but received a string'],
    [
      'an item that is to be merged',
      { containers: [{ name: 'a', $patch: 'merge' }] },
      'merging lists cannot yet be specified in the patch',
    ],
    ['an unknown directive', { containers: [{ name: 'a', $patch: 'x' }] }, 'unknown patch type: x in map: map[$patch:x name:a]'],
    [
      'texts among maps',
      { containers: ['a'] },
      'list element types are not identical: [[map[image:a:1 name:a] map[image:b:1 name:b]] [a]]',
    ],
  ])('%s is refused', (_what, podSpec, message) => {
    expect(() => patched(withContainers('a', 'b'), podSpec)).toThrow(message)
  })

  test('fields beside those to be kept are refused', () => {
    const strategy = { $retainKeys: ['type'], type: 'Recreate', rollingUpdate: { maxSurge: 1 } }
    expect(() => strategicMergePatch({ spec: { strategy: { type: 'x' } } }, { spec: { strategy } }, schema)).toThrow(
      'invalid patch format of retainKeys',
    )
  })

  test('null fields of what is added are left out', () => {
    expect(strategicMergePatch({}, { metadata: { labels: { a: null, b: 'c' } } }, schema)).toEqual({
      metadata: { labels: { b: 'c' } },
    })
  })
})
