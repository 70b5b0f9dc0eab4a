import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { markdownMatrix, pageName } from '../../src/cli/meshes/markdown-matrix.ts'
import { markdownPage } from '../../src/cli/meshes/markdown-page.ts'
import { meshProviders } from '../../src/providers/registry.ts'

const GUIDES = new URL('../../docs/mesh-guides/', import.meta.url)

/** docs/meshes: the capability matrix, and a page for each mesh, which ends with its guide of docs/mesh-guides. */
export function meshPages(): readonly (readonly [path: string, text: string])[] {
  const providers = [...meshProviders.values()]
  return [
    ['docs/meshes/README.md', markdownMatrix(providers)],
    ...providers.map(
      (provider) => [`docs/meshes/${pageName(provider)}`, markdownPage(provider) + guideOf(provider.name)] as const,
    ),
  ]
}

/** What people wrote of a mesh; nothing where nobody has. */
function guideOf(name: string): string {
  const path = fileURLToPath(new URL(`${name}.md`, GUIDES))
  return existsSync(path) ? `\n${readFileSync(path, 'utf8')}` : ''
}
