import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { markdownMatrix, pageName } from '../../src/cli/meshes/markdown-matrix.ts'
import { markdownPage } from '../../src/cli/meshes/markdown-page.ts'
import { meshProviders } from '../../src/providers/registry.ts'

const FOLDER = fileURLToPath(new URL('../../docs/meshes/', import.meta.url))
const PROVIDERS = [...meshProviders.values()]

// `npx vitest run test/providers/docs.test.ts -u` writes the pages anew.
describe('docs/meshes says what the tables say', () => {
  test('README.md', async () => {
    await expect(markdownMatrix(PROVIDERS)).toMatchFileSnapshot(`${FOLDER}README.md`)
  })

  test.each(PROVIDERS.map((provider) => [pageName(provider), provider] as const))('%s', async (file, provider) => {
    await expect(markdownPage(provider)).toMatchFileSnapshot(`${FOLDER}${file}`)
  })

  test('no page of a mesh that is gone', () => {
    expect(readdirSync(FOLDER).sort()).toEqual(['README.md', ...PROVIDERS.map(pageName)].sort())
  })
})
