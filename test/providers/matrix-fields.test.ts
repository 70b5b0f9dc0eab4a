import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { columnsOf } from '../../src/cli/meshes/mesh-column.ts'
import { isJsonObject, type JsonValue } from '../../src/plan/json.ts'
import type { Manifest } from '../../src/plan/manifest.ts'
import type { Feature } from '../../src/providers/features.ts'
import { meshProviders } from '../../src/providers/registry.ts'
import { runCase } from './conformance/conform.ts'
import { FEATURE_CASES } from './conformance/feature-cases.ts'

type Cell = 'none' | `as ${string}` | readonly string[] | `pending, ${string}`

const MATRIX = parse(readFileSync(fileURLToPath(new URL('../fixtures/meshes/matrix.yaml', import.meta.url)), 'utf8')) as {
  readonly [feature: string]: { readonly [column: string]: Cell }
}

const columns = new Map(
  [...meshProviders.values()].flatMap((provider) =>
    columnsOf(provider).map((column) => [column.name, { provider, column }] as const),
  ),
)

/** True when an object has the field; lists are looked through. */
function has(value: JsonValue | undefined, path: readonly string[]): boolean {
  const [step, ...rest] = path
  if (step === undefined) return value !== undefined
  if (Array.isArray(value)) return value.some((item: JsonValue) => has(item, path))
  return isJsonObject(value) && has(value[step], rest)
}

function says({ metadata, spec }: Manifest, field: string): boolean {
  if (!field.startsWith('@')) return has(spec, field.split('.'))
  const template = isJsonObject(spec) && isJsonObject(spec.template) ? spec.template.metadata : undefined
  const marks = [metadata, isJsonObject(template) ? template : {}].flatMap(({ annotations, labels }) => [annotations, labels])
  return marks.some((mark) => isJsonObject(mark) && mark[field.slice(1)] !== undefined)
}

/** What a cell says, or the one that it refers to. */
function cellOf(written: Cell, cells: { readonly [column: string]: Cell }): Cell | undefined {
  const other = typeof written === 'string' && written.startsWith('as ') ? cells[written.slice(3)] : written
  return typeof other === 'string' && other.startsWith('as ') ? undefined : other
}

describe.each(Object.entries(MATRIX))('%s', (feature, cells) => {
  test.each(Object.entries(cells))('%s', (name, written) => {
    const cell = cellOf(written, cells)
    const found = columns.get(name)
    if (found === undefined || cell === undefined) throw new Error(`there is no mesh ${name}`)
    const support = found.column.table[feature as Feature]
    if (cell === 'none' || typeof cell === 'string') {
      // What a mesh has no word for is refused with its reason and the way out, or is said to be done in part only.
      expect(support.level, support.note).toBe('no')
      return
    }
    expect(support.level, support.note).not.toBe('no')
    const [, mode] = name.split(' ')
    const { manifests } = runCase(
      { provider: found.provider.name, mesh: mode === undefined ? {} : { mode } },
      FEATURE_CASES[feature as Feature],
    )
    for (const text of cell) {
      const [kind = '', field = ''] = text.split(' ')
      const objects = manifests.filter((manifest) => manifest.kind === kind)
      expect(
        objects.some((object) => says(object, field)),
        `${text} among ${JSON.stringify(objects)}`,
      ).toBe(true)
    }
  })
})

test('every mesh and mode has a word in every row', () => {
  const missing = Object.entries(MATRIX).flatMap(([feature, cells]) =>
    [...columns.keys()].flatMap((name) => (cells[name] === undefined ? [`${feature} ${name}`] : [])),
  )
  expect(missing).toEqual([])
})
