import type { ServedKind } from '../contract.ts'

/** Path of a kind's collection, in a namespace or ('') everywhere, or of one object in it. */
export function resourcePath(served: ServedKind, namespace: string, name?: string): string {
  const root = served.group === '' ? `/api/${served.version}` : `/apis/${served.group}/${served.version}`
  const scope = served.namespaced && namespace !== '' ? `/namespaces/${encodeURIComponent(namespace)}` : ''
  return `${root}${scope}/${served.plural}${name === undefined ? '' : `/${encodeURIComponent(name)}`}`
}
