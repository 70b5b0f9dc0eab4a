/** What a path under `/api` or `/apis` asks for. */
export interface ResourceTarget {
  readonly apiVersion: string
  readonly plural: string
  /** Undefined for all namespaces and for cluster-scoped resources. */
  readonly namespace: string | undefined
  /** Undefined for the collection. */
  readonly name: string | undefined
  readonly subresource: string | undefined
  /** The older `/watch/` spelling of a watch. */
  readonly watch: boolean
}

function decodeSegment(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment)
  } catch {
    return undefined
  }
}

/** Reads a resource path; undefined when it isn't one. */
export function resourceTargetOf(path: string): ResourceTarget | undefined {
  const raw = path.split('/').slice(1)
  if (raw[raw.length - 1] === '') raw.pop()
  const segments: string[] = []
  for (const segment of raw) {
    const decoded = decodeSegment(segment)
    if (decoded === undefined || decoded === '') return undefined
    segments.push(decoded)
  }
  const [root, ...rest] = segments
  if (root === 'api' && rest[0] === 'v1') return targetOf('v1', rest.slice(1))
  if (root === 'apis' && rest.length >= 2) return targetOf(`${rest[0]}/${rest[1]}`, rest.slice(2))
  return undefined
}

function targetOf(apiVersion: string, segments: readonly string[]): ResourceTarget | undefined {
  const watch = segments[0] === 'watch'
  const parts = watch ? segments.slice(1) : segments
  if (parts.length === 0) return undefined
  // A namespace's own subresources share the prefix with the namespaced resources in it.
  const inNamespace = parts[0] === 'namespaces' && parts.length >= 3 && !['status', 'finalize'].includes(parts[2] as string)
  const [plural, name, subresource, ...more] = inNamespace ? parts.slice(2) : parts
  if (plural === undefined || more.length > 0) return undefined
  return { apiVersion, plural, namespace: inNamespace ? parts[1] : undefined, name, subresource, watch }
}
