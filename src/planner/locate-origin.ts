import type { Component } from '../design/component.ts'
import type { SourceLocation, ValuePath } from '../plan/source.ts'

/** A path as a JSON pointer, RFC 6901. */
export function toPointer(path: ValuePath): string {
  return path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}

/**
 * Where the design says the value at a path of an object: the longest pointer among `origins` that leads to it, followed by the
 * rest of the path. Origins that begin with `files` and an index lead into that file of manifests.
 */
export function locateOrigin(
  component: Component,
  origins: { readonly [pointer: string]: ValuePath },
  path: ValuePath,
): SourceLocation | undefined {
  for (let length = path.length === 0 ? 0 : Math.min(path.length, longestOf(origins)); length >= 0; length--) {
    const base = origins[toPointer(path.slice(0, length))]
    if (base === undefined) continue
    const rest = path.slice(length)
    const [first, index, ...inside] = base
    if (first === 'files' && typeof index === 'number') {
      const file = component.files[index]
      return file?.locate([...inside, ...rest]) ?? component.location
    }
    return component.locate([...base, ...rest])
  }
  return component.location
}

const longest = new WeakMap<object, number>()

/** Steps of the longest pointer: of most objects there is one for the whole, and each of thousands of fields asks. */
function longestOf(origins: { readonly [pointer: string]: ValuePath }): number {
  let steps = longest.get(origins)
  if (steps === undefined) {
    steps = Math.max(0, ...Object.keys(origins).map((pointer) => pointer.split('/').length - 1))
    longest.set(origins, steps)
  }
  return steps
}
