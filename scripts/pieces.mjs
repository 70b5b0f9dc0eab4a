// Which parts of the command are pieces of their own, each read when the first of its names is used.
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'

const require = createRequire(import.meta.url)

/** Packages by the piece that has them. Packages that know each other's classes share one. */
const packages = {
  yaml: ['yaml'],
  ajv: ['ajv', 'ajv/dist/2020.js', 'ajv-formats'],
  undici: ['undici'],
  pg: ['pg'],
  tar: ['tar'],
  'hdr-histogram': ['hdr-histogram-js'],
}

/** Sources by the piece that begins with them. Elsewhere they are loaded with `import()` only. */
const sources = {
  command: ['src/cli/run.ts'],
  sandbox: [
    'src/sandbox/sandbox.ts',
    'src/sandbox/builtin/resource-types.ts',
    'src/cli/sandbox-server.ts',
    'src/cli/sandbox-status.ts',
  ],
  'kube-config': ['src/targets/kubernetes/kube-config.ts'],
  ask: ['src/cli/ask.ts'],
}

/** Modules of ours that may be in two pieces: they keep nothing in variables of their own, and nobody asks what class their values have. */
const copied = [
  'src/plan/json.ts',
  'src/plan/manifest.ts',
  'src/sandbox/failures/failure-table.ts',
  'src/sandbox/server/replace-file.ts',
  'src/sandbox/server/server-file.ts',
  'src/sandbox/store/damaged-store.ts',
  'src/sandbox/store/owner-lock.ts',
  'src/sandbox/store/read-store-file.ts',
]

/** Throws when a module of ours would be in two pieces that must be there once. `modules` are those of each piece, by its name. */
export function checkCopies(modules) {
  const pieceOf = new Map()
  for (const [name, files] of modules) {
    for (const file of files) {
      if (!file.startsWith('src/') || copied.some((start) => file.startsWith(start))) continue
      const other = pieceOf.get(file)
      if (other !== undefined) throw new Error(`${file} is in the pieces ${other} and ${name}: see scripts/pieces.mjs`)
      pieceOf.set(file, name)
    }
  }
}

/** What a package is bundled from, where that is not the package itself. */
const standIns = { undici: './scripts/undici-parts.cjs' }

const contentsOf = (inside, pathOf) =>
  `module.exports = { ${inside.map((item) => `'${item}': require('${pathOf(item)}')`).join(', ')} }`

/** Every piece: its name, and a module that exports what the piece has, by package or source. */
export const pieces = [
  ...Object.entries(sources).map(([name, inside]) => ({ name, contents: contentsOf(inside, (file) => `./${file}`) })),
  ...Object.entries(packages).map(([name, inside]) => ({ name, contents: contentsOf(inside, (item) => standIns[item] ?? item) })),
]

/** Puts the loading of a piece in the place of every import of what is in one. */
export function laterPieces(root) {
  const pieceOf = (table) => new Map(Object.entries(table).flatMap(([name, inside]) => inside.map((item) => [item, name])))
  const pieceOfPackage = pieceOf(packages)
  const pieceOfSource = pieceOf(sources)
  const load = (name, item) => `require('./load-piece.cjs').loadPiece('${name}')['${item}']`
  return {
    name: 'later-pieces',
    setup: ({ onResolve, onLoad }) => {
      onResolve({ filter: /./ }, ({ path, importer, kind }) => {
        if (!importer.startsWith(join(root, 'src'))) return undefined
        if (kind === 'dynamic-import') {
          const file = relative(root, join(dirname(importer), path))
          return pieceOfSource.has(file) ? { path: file, namespace: 'source-piece' } : undefined
        }
        return pieceOfPackage.has(path) ? { path, namespace: 'package-piece' } : undefined
      })
      onLoad({ filter: /./, namespace: 'source-piece' }, ({ path }) => ({
        contents: `module.exports = ${load(pieceOfSource.get(path), path)}`,
        resolveDir: root,
      }))
      onLoad({ filter: /./, namespace: 'package-piece' }, ({ path }) => {
        const names = Object.keys(require(path === 'undici' ? './undici-parts.cjs' : path))
        const getters = names.map((name) => `get ${name}() { return all().${name} }`)
        return {
          contents: `let loaded; const all = () => (loaded ??= ${load(pieceOfPackage.get(path), path)}); module.exports = { ${getters.join(', ')} }`,
          resolveDir: root,
        }
      })
    },
  }
}
