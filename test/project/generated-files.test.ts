import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { generatedFiles } from '../../scripts/generate/generated-files.ts'

test('generated files are as the code says; `npm run generate` makes them so', async () => {
  const stale: string[] = []
  for (const [path, text] of await generatedFiles()) {
    let found = ''
    try {
      found = readFileSync(path, 'utf8')
    } catch {
      // A file that is missing is as stale as one that differs.
    }
    if (found !== text) stale.push(path)
  }
  expect(stale).toEqual([])
})
