import { markdownMatrix, pageName } from '../../src/cli/meshes/markdown-matrix.ts'
import { markdownPage } from '../../src/cli/meshes/markdown-page.ts'
import { meshProviders } from '../../src/providers/registry.ts'

/** docs/meshes: the capability matrix, and a page for each mesh. */
export function meshPages(): readonly (readonly [path: string, text: string])[] {
  const providers = [...meshProviders.values()]
  return [
    ['docs/meshes/README.md', markdownMatrix(providers)],
    ...providers.map((provider) => [`docs/meshes/${pageName(provider)}`, markdownPage(provider)] as const),
  ]
}
