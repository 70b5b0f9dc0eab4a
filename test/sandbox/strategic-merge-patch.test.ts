import { describe, expect, test } from 'vitest'
import type { JsonObject } from '../../src/plan/json.ts'
import { schemaOfModel } from '../../src/sandbox/builtin/model-schema.ts'
import { strategicMergePatch as patchStrategically } from '../../src/sandbox/patch/strategic-merge-patch.ts'

const schema = schemaOfModel('Deployment')

function strategicMergePatch(object: JsonObject, patch: JsonObject): JsonObject {
  return patchStrategically(object, patch, schema).value
}

function withContainers(...names: readonly string[]): JsonObject {
  return { spec: { template: { spec: { containers: names.map((name) => ({ name, image: `${name}:1` })) } } } }
}

function containersOf(object: JsonObject): readonly JsonObject[] {
  const { template } = object.spec as { readonly template: { readonly spec: { readonly containers: readonly JsonObject[] } } }
  return template.spec.containers
}

function patched(object: JsonObject, podSpec: JsonObject): JsonObject {
  return strategicMergePatch(object, { spec: { template: { spec: podSpec } } })
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
    const next = strategicMergePatch(object, { metadata: { '$deleteFromPrimitiveList/finalizers': ['b'] } })
    expect(next).toEqual({ metadata: { finalizers: ['a', 'c'] } })
  })

  test('only named fields are kept where a patch says so', () => {
    const object = { spec: { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } } } }
    const next = strategicMergePatch(object, { spec: { strategy: { $retainKeys: ['type'], type: 'Recreate' } } })
    expect(next).toEqual({ spec: { strategy: { type: 'Recreate' } } })
  })

  /** As the patch library of Kubernetes 1.36 answers. */
  test('new items take the room of deleted ones before the list is ordered', () => {
    const next = patched(withContainers('a', 'b', 'c'), {
      '$setElementOrder/containers': [{ name: 'b' }, { name: 'z' }, { name: 'a' }],
      containers: [{ name: 'a', $patch: 'delete' }, { name: 'z' }, { name: 'b', $patch: 'delete' }],
    })
    expect(containersOf(next).map(({ name }) => name)).toEqual(['c', 'z'])
  })

  test('what asks to be replaced or deleted is not added', () => {
    const labels = { a: '1', b: { $patch: 'replace' } }
    const next = strategicMergePatch({ metadata: {} }, { metadata: { labels, annotations: { $patch: 'delete' } } })
    expect(next).toEqual({ metadata: { labels: { a: '1' } } })
  })

  test('what is carried out of a patch is not shown any more', () => {
    const spec = { '$setElementOrder/containers': [{ name: 'a' }], containers: [{ name: 'a' }], nodeSelector: { a: null } }
    const patch = { spec: { template: { spec: { ...spec, $retainKeys: ['containers', 'nodeSelector'] } } } }
    expect(patchStrategically(withContainers('a'), patch, schema).rest).toEqual({
      spec: { template: { spec: { nodeSelector: {} } } },
    })
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
    ['an order of what is no list', { '$setElementOrder/nodeSelector': ['a'] }, 'expected slice or array type, but got: struct'],
    [
      'an order within a map',
      { nodeSelector: { '$setElementOrder/a': ['a'] } },
      'merging an object in json but data type is not struct, instead is: map',
    ],
    [
      'an order of an unknown field',
      { '$setElementOrder/containerz': ['a'] },
      'unable to find api field in struct PodSpec for the json field "containerz"',
    ],
    [
      'a directive that is no text',
      { containers: [{ name: 'a', $patch: 1 }] },
      'unknown patch type: %!s(int64=1) in map: map[$patch:1 name:a]',
    ],
    [
      'values to be taken out of a list of maps',
      { '$deleteFromPrimitiveList/containers': ['a'] },
      'list element types are not identical: [[map[image:a:1 name:a] map[image:b:1 name:b]] [a]]',
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
    const object = withContainers('a', 'b')
    const given = strategicMergePatch(object, { spec: { template: { spec: { nodeSelector: { disk: 'fast' } } } } })
    expect(() => patched(podSpec.nodeSelector === undefined ? object : given, podSpec)).toThrow(message)
  })

  test('fields beside those to be kept are refused', () => {
    const strategy = { $retainKeys: ['type'], type: 'Recreate', rollingUpdate: { maxSurge: 1 } }
    expect(() => strategicMergePatch({ spec: { strategy: { type: 'x' } } }, { spec: { strategy } })).toThrow(
      'invalid patch format of retainKeys',
    )
  })

  test('null fields of what is added are left out', () => {
    expect(strategicMergePatch({}, { metadata: { labels: { a: null, b: 'c' } } })).toEqual({
      metadata: { labels: { b: 'c' } },
    })
  })
})
