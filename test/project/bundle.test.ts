import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { globSync } from 'tinyglobby'
import { expect, test } from 'vitest'

test('the bundle has every part of undici that the source imports', () => {
  const parts: object = createRequire(import.meta.url)('../../scripts/undici-parts.cjs')
  const imported = new Set(
    globSync('src/**/*.ts').flatMap((file) =>
      [...readFileSync(file, 'utf8').matchAll(/^import (type )?\{([^}]*)\} from 'undici'/gm)]
        .filter(([, typeOnly]) => typeOnly === undefined)
        .flatMap(([, , names]) => (names ?? '').split(','))
        .map((name) => name.trim())
        .filter((name) => name !== '' && !name.startsWith('type ')),
    ),
  )
  expect(imported.size).toBeGreaterThan(0)
  expect([...imported].filter((name) => !Object.hasOwn(parts, name))).toEqual([])
})
