import { readFileSync } from 'node:fs'
import { globSync } from 'tinyglobby'
import { describe, expect, test } from 'vitest'
import { providerCatalog } from '../../src/cli/provider-catalog.ts'
import { expandDesign } from '../../src/planner/expand.ts'
import { HEAD, loadText } from '../design/load-text.ts'

/** YAML blocks of a page that are whole designs, with the line they begin at. */
function designsIn(page: string): readonly { readonly line: number; readonly text: string }[] {
  return [...page.matchAll(/^```yaml\n([\s\S]*?)^```/gm)].flatMap((match) => {
    const text = match[1] ?? ''
    return /^kind: Design$/m.test(text) ? [{ line: page.slice(0, match.index).split('\n').length + 1, text }] : []
  })
}

describe('designs that the documentation shows are valid', () => {
  for (const file of [...globSync('docs/**/*.md'), 'README.md'].sort()) {
    for (const { line, text } of designsIn(readFileSync(file, 'utf8'))) {
      test(`${file}:${line}`, async () => {
        // Inputs without defaults get a value; files that a design names are not there.
        const inputs = Object.fromEntries(
          [...text.matchAll(/^ {2}(\w+): \{type: string, sensitive: true\}/gm)].map((found) => [found[1] ?? '', 'a-value']),
        )
        const loaded = await loadText(
          { 'design.yaml': text, 'pattern/design.yaml': HEAD },
          { paths: ['design.yaml'], inputs: { cli: inputs, files: [], environment: {} } },
        )
        expect(loaded.diagnostics.filter(({ severity, code }) => severity === 'error' && code !== 'MF1011')).toEqual([])
        if (loaded.design === undefined) throw new Error('no design')
        const { diagnostics } = expandDesign({
          ...providerCatalog,
          design: loaded.design,
          owner: { design: loaded.design.name, workspace: 'default' },
          served: () => undefined,
        })
        expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([])
      })
    }
  }
})
