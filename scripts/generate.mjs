// Writes the files that are made from the code: schemas and references. `npm test` says when one is out of date.
import { mkdtempSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const { version } = JSON.parse((await import('node:fs')).readFileSync(join(root, 'package.json'), 'utf8'))
const folder = mkdtempSync(join(root, 'node_modules/.generate-'))
try {
  const outfile = join(folder, 'generate.mjs')
  await build({
    absWorkingDir: root,
    entryPoints: ['scripts/generate/write-generated.ts'],
    outfile,
    bundle: true,
    packages: 'external',
    format: 'esm',
    platform: 'node',
    target: 'node20',
    define: { __MESHFORM_VERSION__: JSON.stringify(version) },
    logLevel: 'warning',
  })
  process.chdir(root)
  await import(pathToFileURL(outfile).href)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
