// Bundles the CLI into dist/: one entry, and a chunk for each command, so that a command loads only what it needs.
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
rmSync(join(root, 'dist'), { recursive: true, force: true })
const workers = [
  'src/perf/load/generator-worker.ts',
  'src/perf/wire/practice-worker.ts',
  'src/filters/host/filter-worker.ts',
].filter((file) => existsSync(join(root, file)))
await build({
  absWorkingDir: root,
  entryPoints: ['src/cli/main.ts', ...workers],
  entryNames: '[name]',
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  sourcemap: false,
  minifySyntax: true,
  chunkNames: 'chunks/[name]-[hash]',
  define: { __MESHFORM_VERSION__: JSON.stringify(version) },
  // Packages written for CommonJS call require even when they are bundled into a module.
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
  external: ['pg-native'],
  logLevel: 'warning',
})
chmodSync(join(root, 'bin/meshform.js'), 0o755)
// `npx meshform` in a clone finds the command here without asking a registry.
const binaries = join(root, 'node_modules/.bin')
mkdirSync(binaries, { recursive: true })
rmSync(join(binaries, 'meshform'), { force: true })
symlinkSync('../../bin/meshform.js', join(binaries, 'meshform'))
