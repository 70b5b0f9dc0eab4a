import { existsSync } from 'node:fs'

/** A script of ours that runs in a thread: beside this file in a bundle, above it from a chunk, in `dist` from the sources. */
export function findWorkerScript(name: string): URL | undefined {
  const places = [`./${name}.js`, `../${name}.js`, `../../../dist/${name}.js`]
  return places.map((place) => new URL(place, import.meta.url)).find((url) => existsSync(url))
}
