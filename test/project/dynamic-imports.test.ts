import { readFileSync } from 'node:fs'
import { globSync } from 'tinyglobby'
import { expect, test } from 'vitest'

test('packages are loaded late through a module of ours: a bundle gives those written for CommonJS no names', () => {
  const found = globSync('src/**/*.ts').flatMap((file) => readFileSync(file, 'utf8').match(/import\('[^.'][^']*'\)/g) ?? [])
  expect(found.filter((text) => !text.includes("'node:"))).toEqual([])
})
