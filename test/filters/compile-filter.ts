import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { main } from 'assemblyscript/asc'

/** The folder of the example filters. */
export const examplesFolder = join(dirname(fileURLToPath(import.meta.url)), '../../examples/filters')

const compiled = new Map<string, Promise<Uint8Array>>()

/** Compiles an example filter from source, once a test file. Throws with the compiler's words when it doesn't compile. */
export function compileExample(name: string): Promise<Uint8Array> {
  let bytes = compiled.get(name)
  if (bytes === undefined) {
    bytes = compile(`${name}.ts`, (path) => readOrNull(join(examplesFolder, path)), ['--use', 'abort=sdk/abi/abortFilter'])
    compiled.set(name, bytes)
  }
  return bytes
}

/** Compiles AssemblyScript given as text; `exportStart` is the name its top-level code goes by. */
export function compileSource(source: string, options: readonly string[] = []): Promise<Uint8Array> {
  return compile('filter.ts', (path) => (path === 'filter.ts' ? source : readOrNull(join(examplesFolder, path))), options)
}

async function compile(entry: string, read: (path: string) => string | null, options: readonly string[]): Promise<Uint8Array> {
  let output: Uint8Array | undefined
  const { error, stderr } = await main(
    [entry, '--outFile', 'out.wasm', '-O2', '--noColors', '--exportStart', '_initialize', ...options],
    {
      readFile: (path) => read(path),
      writeFile: (path, contents) => {
        if (path === 'out.wasm' && typeof contents !== 'string') output = contents
      },
      listFiles: () => [],
    },
  )
  if (error !== null || output === undefined) throw new Error(`${entry} does not compile:\n${stderr.toString()}`)
  return output
}

function readOrNull(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null
  }
}
