import { readFileSync } from 'node:fs'
import { globSync } from 'tinyglobby'
import { expect, test } from 'vitest'
import { CODE_TABLES } from '../../scripts/generate/diagnostics-reference.ts'

const tables = new Set(CODE_TABLES.flatMap(({ codes }) => Object.keys(codes)))
const tableFiles = new Set([...globSync('src/**/codes.ts'), 'src/perf/check/check-problem.ts'])
const used = new Set(
  globSync('src/**/*.ts')
    .filter((file) => !tableFiles.has(file))
    .flatMap((file) => readFileSync(file, 'utf8').match(/MF\d{4}/g) ?? []),
)

test('every code that is used is explained', () => {
  expect([...used].filter((code) => !tables.has(code)).sort()).toEqual([])
})

test('every code that is explained is used', () => {
  expect([...tables].filter((code) => !used.has(code)).sort()).toEqual([])
})

test('no code is explained twice', () => {
  const all = CODE_TABLES.flatMap(({ codes }) => Object.keys(codes))
  expect(all.filter((code, index) => all.indexOf(code) !== index)).toEqual([])
})
