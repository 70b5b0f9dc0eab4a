// Which parts of the command are pieces of their own, each read when the first of its names is used.
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

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

/** Sources by the piece that begins with them. They are loaded with `import()`, and share no module with the command. */
const sources = {
  command: 'src/cli/run.ts',
  'kube-config': 'src/targets/kubernetes/kube-config.ts',
  ask: 'src/cli/ask.ts',
}

/** What a package is bundled from, where that is not the package itself. */
const standIns = { undici: './scripts/undici-parts.cjs' }

const entryOf = (name) => standIns[name] ?? name

/** Every piece: its name, and a module that exports what the piece does. */
export function piecesOf() {
  return [
    ...Object.entries(sources).map(([name, file]) => ({ name, contents: `module.exports = require('./${file}')` })),
    ...Object.entries(packages).map(([name, inside]) => ({
      name,
      contents: `module.exports = { ${inside.map((item) => `'${item}': require('${entryOf(item)}')`).join(', ')} }`,
    })),
  ]
}

/** Puts the loading of a piece in the place of every import of what is in one. */
export function laterPieces(root) {
  const pieceOfPackage = new Map(Object.entries(packages).flatMap(([name, inside]) => inside.map((item) => [item, name])))
  const pieceOfSource = new Map(Object.entries(sources).map(([name, file]) => [join(root, file), name]))
  const load = (name) => `require('./load-piece.cjs').loadPiece('${name}')`
  return {
    name: 'later-pieces',
    setup: ({ onResolve, onLoad }) => {
      onResolve({ filter: /./ }, ({ path, importer, kind }) => {
        if (!importer.startsWith(join(root, 'src'))) return undefined
        if (kind === 'dynamic-import') {
          const piece = pieceOfSource.get(join(dirname(importer), path))
          return piece === undefined ? undefined : { path: piece, namespace: 'source-piece' }
        }
        return pieceOfPackage.has(path) ? { path, namespace: 'package-piece' } : undefined
      })
      onLoad({ filter: /./, namespace: 'source-piece' }, ({ path }) => ({
        contents: `module.exports = ${load(path)}`,
        resolveDir: root,
      }))
      onLoad({ filter: /./, namespace: 'package-piece' }, ({ path }) => {
        const names = Object.keys(require(path === 'undici' ? './undici-parts.cjs' : path))
        const getters = names.map((name) => `get ${name}() { return all().${name} }`)
        return {
          contents: `let loaded; const all = () => (loaded ??= ${load(pieceOfPackage.get(path))}['${path}']); module.exports = { ${getters.join(', ')} }`,
          resolveDir: root,
        }
      })
    },
  }
}
