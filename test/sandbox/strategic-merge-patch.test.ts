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
})
