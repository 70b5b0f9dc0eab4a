// Bundles the CLI into dist/: one entry, and a chunk for each command, so that a command loads only what it needs.
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const require = createRequire(import.meta.url)
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
rmSync(join(root, 'dist'), { recursive: true, force: true })
const workers = [
  'src/perf/load/generator-worker.ts',
  'src/perf/wire/practice-worker.ts',
  'src/filters/host/filter-worker.ts',
].filter((file) => existsSync(join(root, file)))
/**
 * Packages that only some runs need, written for CommonJS: each is a file of its own, read when the first of its names is used.
 * Packages that know each other's classes share a file.
 */
const late = new Map([
  ['yaml', 'yaml'],
  ['ajv', 'ajv'],
  ['ajv/dist/2020.js', 'ajv'],
  ['ajv-formats', 'ajv'],
])
const latePackages = {
  name: 'late-packages',
  setup: ({ onResolve, onLoad }) => {
    onResolve({ filter: /^(ajv|yaml)/ }, ({ path, importer }) =>
      late.has(path) && importer.startsWith(join(root, 'src')) ? { path, namespace: 'late' } : undefined,
    )
    onLoad({ filter: /./, namespace: 'late' }, ({ path }) => {
      const loaded = `require('#late/${late.get(path)}')['${path}']`
      const names = Object.keys(require(path)).map((name) => `get ${name}() { return ${loaded}.${name} }`)
      return { contents: `module.exports = { ${names.join(', ')} }`, resolveDir: root }
    })
  },
}
const undiciParts = {
  name: 'undici-parts',
  setup: ({ onResolve }) => onResolve({ filter: /^undici$/ }, () => ({ path: join(root, 'scripts/undici-parts.cjs') })),
}
const common = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node20',
  sourcemap: false,
  minifySyntax: true,
  logLevel: 'warning',
}
for (const file of new Set(late.values())) {
  const packages = [...late].filter(([, place]) => place === file).map(([name]) => `'${name}': require('${name}')`)
  const contents = `module.exports = { ${packages.join(', ')} }`
  await build({ ...common, stdin: { contents, resolveDir: root }, outfile: `dist/late/${file}.cjs`, format: 'cjs' })
}
await build({
  ...common,
  entryPoints: ['src/cli/main.ts', ...workers],
  entryNames: '[name]',
  outdir: 'dist',
  splitting: true,
  format: 'esm',
  chunkNames: 'chunks/[name]-[hash]',
  define: { __MESHFORM_VERSION__: JSON.stringify(version) },
  // Packages written for CommonJS call require even when they are bundled into a module.
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
  external: ['pg-native', '#late/*'],
  plugins: [undiciParts, latePackages],
})
chmodSync(join(root, 'bin/meshform.js'), 0o755)
// `npx meshform` in a clone finds the command here without asking a registry.
const binaries = join(root, 'node_modules/.bin')
mkdirSync(binaries, { recursive: true })
rmSync(join(binaries, 'meshform'), { force: true })
symlinkSync('../../bin/meshform.js', join(binaries, 'meshform'))
