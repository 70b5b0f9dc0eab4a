import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { Script } from 'node:vm'
import { crc32 } from 'node:zlib'

/*
 * The built command lies in pieces: the command itself, and packages that only some runs need. Each is the text of one function, beside
 * a code cache: what V8 compiled of it while the build ran the everyday commands. Compiling takes longer than planning a small design.
 */

type PieceFunction = (exports: object, require: NodeJS.Require, module: { exports: unknown }, __dirname: string) => void

interface Piece {
  readonly source: Buffer
  readonly script: Script
  readonly exports: unknown
}

const loaded = new Map<string, Piece>()

const require = createRequire(import.meta.filename)

/** What a piece exports. It runs when it is first asked for. */
export function loadPiece(name: string): unknown {
  const known = loaded.get(name)
  if (known !== undefined) return known.exports
  const filename = join(import.meta.dirname, `pieces/${name}.cjs`)
  const source = readFileSync(filename)
  const script = new Script(source.toString('latin1'), { filename, cachedData: usableCache(filename, source) })
  const module = { exports: {} }
  const run: PieceFunction = script.runInThisContext()
  run(module.exports, require, module, import.meta.dirname)
  loaded.set(name, { source, script, exports: module.exports })
  return module.exports
}

/** What V8 has compiled so far of every piece that was loaded, as files to lie beside them. */
export function codeCaches(): ReadonlyMap<string, Buffer> {
  return new Map(
    [...loaded].map(([name, { source, script }]) => {
      const data = script.createCachedData()
      const sum = Buffer.alloc(SUM_BYTES)
      sum.writeUInt32LE(checksum(source, data))
      // Behind the data: V8 copies data that does not begin at the beginning.
      return [`${name}.cache`, Buffer.concat([data, sum])]
    }),
  )
}

/** The end of a piece: a digest of all before, written by the build, so that nobody need read megabytes to know the text. */
const MARK_BYTES = 64
const SUM_BYTES = 4

/**
 * The cache of a piece, unless it is missing, damaged, or made of another text or by another Node; then the piece is compiled as any
 * script is. V8 itself looks at no more than its own version, its flags, and lengths.
 */
function usableCache(filename: string, source: Buffer): Buffer | undefined {
  let file: Buffer
  try {
    file = readFileSync(filename.replace(/\.cjs$/, '.cache'))
  } catch {
    return undefined
  }
  const end = file.length - SUM_BYTES
  if (end <= 0) return undefined
  const data = file.subarray(0, end)
  return file.readUInt32LE(end) === checksum(source, data) ? data : undefined
}

function checksum(source: Buffer, data: Buffer): number {
  const made = `${process.version} ${process.platform} ${process.arch}`
  return crc32(data, crc32(source.subarray(-MARK_BYTES), crc32(made)))
}
