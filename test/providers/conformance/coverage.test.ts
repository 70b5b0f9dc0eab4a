import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { meshProviders } from '../../../src/providers/registry.ts'

const SUITES = [...meshProviders.values()].flatMap((provider) => [
  provider.name,
  ...Object.keys(provider.modes ?? {}).map((mode) => `${provider.name}-${mode}`),
])

describe('every provider and mode runs the conformance suite', () => {
  test.each(SUITES)('%s', (suite) => {
    expect(existsSync(fileURLToPath(new URL(`./${suite}.test.ts`, import.meta.url)))).toBe(true)
  })
})
