// Compiles the example filters into examples/filters/build/, where their tests look for them.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { main } from 'assemblyscript/asc'

const folder = join(dirname(fileURLToPath(import.meta.url)), '../examples/filters')
const output = process.argv[2] ?? join(folder, 'build')
mkdirSync(output, { recursive: true })
const read = (path) => {
  try {
    return readFileSync(join(folder, path), 'utf8')
  } catch {
    return null
  }
}
for (const file of readdirSync(folder).filter((name) => name.endsWith('.ts'))) {
  const { error, stderr } = await main(
    [file, '--outFile', 'out.wasm', '-O2', '--noColors', '--exportStart', '_initialize', '--use', 'abort=sdk/abi/abortFilter'],
    {
      readFile: read,
      writeFile: (path, contents) => {
        if (path === 'out.wasm') writeFileSync(join(output, file.replace(/\.ts$/, '.wasm')), contents)
      },
      listFiles: () => [],
    },
  )
  if (error === null) continue
  console.error(`${file} does not compile:\n${stderr.toString()}`)
  process.exitCode = 1
}
