import { describe, expect, test } from 'vitest'
import type { JsonObject } from '../../src/plan/json.ts'
import { schemaMistakes } from '../../src/planner/schema-mistakes.ts'
import { newProject } from './command-runner.ts'

/** A design that defines a kind and makes an object of it. */
function design(fields: string, spec: string, more = ''): string {
  return `apiVersion: meshform.dev/v1
kind: Design
metadata: {name: shop}
resources:
  kind:
    manifest:
      apiVersion: apiextensions.k8s.io/v1
      kind: CustomResourceDefinition
      metadata: {name: widgets.example.org}
      spec:
        group: example.org
        scope: Namespaced
        names: {plural: widgets, singular: widget, kind: Widget}
        versions:
          - name: v1
            served: true
            storage: true
            schema: {openAPIV3Schema: {type: object, required: [spec], properties: {spec: {type: object, properties: {${fields}}${more}}}}}
  w:
    manifest: {apiVersion: example.org/v1, kind: Widget, metadata: {name: w, namespace: default}, spec: {${spec}}}
`
}

const COLOUR = 'colour: {type: string}'
const SHAPE = `${COLOUR}, shape: {type: string, enum: [round, square]}`

test('a kind gets a field and an object uses it, in one plan', async () => {
  const project = await newProject({ 'shop.yaml': design(COLOUR, 'colour: red') })
  expect(await project.meshform('apply', '--yes')).toMatchObject({ code: 0 })
  await project.write('shop.yaml', design(SHAPE, 'colour: red, shape: round'))
  const plan = await project.meshform('plan', '--out', 'plan.json')
  expect(plan).toMatchObject({ code: 0 })
  expect(plan.out).toContain('~ Widget default/w  (approximate: its kind changes with this plan)')
  expect(plan.out).toContain('spec.shape: round')
  expect(await project.meshform('apply', 'plan.json')).toMatchObject({ code: 0 })
  expect(await project.meshform('plan', '--detailed-exitcode')).toMatchObject({ code: 0 })
})

test.each([
  ['new', undefined],
  ['changed', design(COLOUR, 'colour: red')],
])(
  'an object that does not fit the definition of the same plan is refused by the plan, at its line: a %s kind',
  async (_, before) => {
    const project = await newProject({ 'shop.yaml': before ?? '' })
    if (before !== undefined) await project.meshform('apply', '--yes')
    await project.write('shop.yaml', design(SHAPE, 'colur: red, shape: oval', ', required: [colour]'))
    for (const argv of [['plan'], ['plan', '--offline'], ['apply', '--yes']]) {
      const run = await project.meshform(...argv)
      expect(run).toMatchObject({ code: 1 })
      expect(run.err).toMatchInlineSnapshot(`
      "error Widget default/w does not fit the definition of its kind [MF2037]
      │ shop.yaml:20:113  resources.w
      │ 20 │     manifest: {apiVersion: example.org/v1, kind: Widget, metadata: {name: w, namespace: default}, spec: {colur: red, shape: oval}}
      │    │                                                                                                                 ^
      │ spec.colur is no field of the kind.
      │ spec.shape must be one of "round", "square".
      │ spec.colour is required.
      │ → Did you mean "colour"?

      "
    `)
    }
    const other = design(COLOUR, 'colour: red').replace('example.org/v1, kind: Widget', 'example.org/v2, kind: Widget')
    await project.write('shop.yaml', other)
    const { err } = await project.meshform('plan', '--offline')
    expect(err).toContain('names version v2, which its definition does not serve')
    expect(err).toMatchInlineSnapshot(`
      "error Widget default/w does not fit the definition of its kind [MF2037]
      │ shop.yaml:20:28  resources.w
      │ 20 │     manifest: {apiVersion: example.org/v2, kind: Widget, metadata: {name: w, namespace: default}, spec: {colour: red}}
      │    │                            ^
      │ apiVersion names version v2, which its definition does not serve.
      │ → It has v1.

      "
    `)
  },
)

/** A schema, a value and what is wrong with it. */
const VALUES: readonly (readonly [what: string, schema: JsonObject, value: JsonObject, wrong: readonly string[]])[] = [
  [
    'numbers',
    { a: { type: 'integer', minimum: 1, maximum: 5 }, b: { type: 'number' } },
    { a: 9, b: 1.5 },
    ['a must be at most 5'],
  ],
  ['open bounds', { a: { type: 'integer', minimum: 1, exclusiveMinimum: true } }, { a: 1 }, ['a must be more than 1']],
  ['whole numbers', { a: { type: 'integer' } }, { a: 1.5 }, ['a must be a whole number']],
  ['either', { a: { 'x-kubernetes-int-or-string': true }, b: { 'x-kubernetes-int-or-string': true } }, { a: '5%', b: 5 }, []],
  [
    'lists',
    { a: { type: 'array', maxItems: 1, items: { type: 'string' } } },
    { a: ['x', 1] },
    ['a may have at most 1 items', 'a,1 must be a text'],
  ],
  ['lengths', { a: { type: 'string', minLength: 2 } }, { a: '🎉' }, ['a must have at least 2 characters']],
  [
    'maps',
    { a: { type: 'object', additionalProperties: { type: 'boolean' } } },
    { a: { x: true, y: 'no' } },
    ['a,y must be true or false'],
  ],
  ['what is kept', { a: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } }, { a: { x: 1 } }, []],
  [
    'objects',
    { a: { type: 'object', 'x-kubernetes-embedded-resource': true, 'x-kubernetes-preserve-unknown-fields': true } },
    { a: { kind: 'X' } },
    [],
  ],
  ['nothing', { a: { type: 'string' } }, { a: null }, []],
]

describe('a structural schema', () => {
  test.each(VALUES)('%s', (_, properties, value, wrong) => {
    const schema = { type: 'object', properties, required: ['apiVersion'] }
    expect(schemaMistakes(schema, value).map(({ path, problem }) => `${path.join(',')} ${problem}`)).toEqual(wrong)
  })

  test('wants what is required, unless it has a default', () => {
    const schema = {
      type: 'object',
      required: ['a', 'b'],
      properties: { a: { type: 'string' }, b: { type: 'string', default: 'x' } },
    }
    expect(schemaMistakes(schema, {})).toEqual([{ path: ['a'], problem: 'is required', hint: undefined }])
  })
})
