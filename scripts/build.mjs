// Builds the command into dist/: `main.cjs`, the pieces that it loads with their code caches, and the scripts of its threads.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { checkCopies, laterPieces, pieces } from './pieces.mjs'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const require = createRequire(import.meta.url)
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
rmSync(join(root, 'dist'), { recursive: true, force: true })
const common = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node20',
  sourcemap: false,
  minifySyntax: true,
  logLevel: 'warning',
  define: { __MESHFORM_VERSION__: JSON.stringify(version) },
  external: ['pg-native', './load-piece.cjs'],
  plugins: [laterPieces(root)],
  // Node warns of its own, which the kubeconfig library still asks for.
  alias: { punycode: require.resolve('punycode/punycode.js') },
}
const commonJs = {
  ...common,
  format: 'cjs',
  supported: { 'dynamic-import': false },
  define: {
    ...common.define,
    'import.meta.dirname': '__dirname',
    'import.meta.filename': '__filename',
    'import.meta.url': '__url',
  },
}
await build({
  ...commonJs,
  entryPoints: { main: 'src/cli/main.ts', 'load-piece': 'src/cli/load-piece.ts' },
  outdir: 'dist',
  outExtension: { '.js': '.cjs' },
})
const modules = new Map()
for (const { name, contents } of pieces) {
  const { outputFiles, metafile } = await build({
    ...commonJs,
    metafile: true,
    stdin: { contents, resolveDir: root },
    outfile: `dist/pieces/${name}.cjs`,
    write: false,
  })
  mkdirSync(join(root, 'dist/pieces'), { recursive: true })
  modules.set(name, Object.keys(metafile.inputs))
  for (const { path, text } of outputFiles) writeFileSync(path, asFunction(text))
}
checkCopies(modules)
await build({
  ...common,
  entryPoints: ['src/perf/load/generator-worker.ts', 'src/perf/wire/practice-worker.ts', 'src/filters/host/filter-worker.ts'],
  outdir: 'dist',
  entryNames: '[name]',
  chunkNames: 'worker-[hash]',
  splitting: true,
  format: 'esm',
  // Packages written for CommonJS call require even when they are bundled into a module.
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
})
chmodSync(join(root, 'bin/meshform.js'), 0o755)
// `npx meshform` in a clone finds the command here without asking a registry.
const binaries = join(root, 'node_modules/.bin')
mkdirSync(binaries, { recursive: true })
rmSync(join(binaries, 'meshform'), { force: true })
symlinkSync('../../bin/meshform.js', join(binaries, 'meshform'))
const { status } = spawnSync(process.execPath, [join(root, 'scripts/warm-up.mjs')], { stdio: 'inherit' })
if (status !== 0) console.error('The code caches are missing: the command works without them, and starts more slowly.')

/**
 * A script that is one function, as `load-piece.ts` runs it. It is read as Latin-1, so whatever is not ASCII is escaped: what the
 * bundler leaves of it stands in regular expressions and comments. Its last line tells it from every other text.
 */
function asFunction(text) {
  const ascii = text.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
  const url = 'require("node:url").pathToFileURL(__dirname + "/").href'
  const whole = `(function (exports, require, module, __dirname) { "use strict"; const __url = ${url};\n${ascii}\n})\n`
  return `${whole}//# ${createHash('sha256').update(whole).digest('hex')}\n`
}
