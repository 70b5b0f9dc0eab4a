import type { ServedKind } from '../contract.ts'

/** Path of a kind's collection, in a namespace or ('') everywhere, or of one object in it. */
export function resourcePath(served: ServedKind, namespace: string, name?: string): string {
  const root = served.group === '' ? `/api/${served.version}` : `/apis/${served.group}/${served.version}`
  const scope = served.namespaced && namespace !== '' ? `/namespaces/${encodeURIComponent(namespace)}` : ''
  return `${root}${scope}/${served.plural}${name === undefined ? '' : `/${encodeURIComponent(name)}`}`
}

/**
 * Why a name can't stand in a path; undefined when it can. An empty one would name the whole collection, and `.` and `..` another
 * path: a DELETE there would take everything.
 */
export function unusablePath(namespace: string, name: string): string | undefined {
  if (name === '') return 'the object has no name'
  const wrong = [name, namespace].find((text) => text === '.' || text === '..' || /[/%]/.test(text))
  return wrong === undefined ? undefined : `"${wrong}" is no name: it may not be '.' or '..' or contain '/' or '%'`
}
