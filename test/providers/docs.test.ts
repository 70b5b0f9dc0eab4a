import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { pageName } from '../../src/cli/meshes/markdown-matrix.ts'
import { meshProviders } from '../../src/providers/registry.ts'

const FOLDER = fileURLToPath(new URL('../../docs/meshes/', import.meta.url))

test('docs/meshes has a page for every mesh, and none of a mesh that is gone', () => {
  expect(readdirSync(FOLDER).sort()).toEqual(['README.md', ...[...meshProviders.values()].map(pageName)].sort())
})
