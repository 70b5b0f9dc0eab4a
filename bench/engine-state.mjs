// Runs bench/engine-state.ts: node bench/engine-state.mjs
import { mkdtempSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const folder = mkdtempSync(join(root, 'node_modules/.bench-'))
try {
  const outfile = join(folder, 'engine-state.mjs')
  await build({
    absWorkingDir: root,
    entryPoints: ['bench/engine-state.ts'],
    outfile,
    bundle: true,
    packages: 'external',
    format: 'esm',
    platform: 'node',
    target: 'node20',
    define: { __MESHFORM_VERSION__: '"bench"' },
    logLevel: 'warning',
  })
  await import(pathToFileURL(outfile).href)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
