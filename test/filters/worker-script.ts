import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

let script: Promise<URL> | undefined

/** The filters' worker, bundled from source, as an address that a Worker can be started from. */
export function workerScript(): Promise<URL> {
  script ??= bundle()
  return script
}

async function bundle(): Promise<URL> {
  const entry = join(dirname(fileURLToPath(import.meta.url)), '../../src/filters/host/filter-worker.ts')
  const result = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    target: 'node20',
  })
  const code = result.outputFiles[0]?.contents ?? new Uint8Array(0)
  return new URL(`data:text/javascript;base64,${Buffer.from(code).toString('base64')}`)
}
