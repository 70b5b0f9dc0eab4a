import type { ObjectChange } from '../plan/change.ts'

/** Kinds that run a control plane. */
const STARTED = new Set(['Deployment', 'StatefulSet', 'DaemonSet'])

/**
 * Lets namespaces that are there already, and only change their marks, wait for the control planes that this plan starts: a pod made
 * anew before that would ask for a proxy that nobody can give it yet. What a control plane itself waits for is left alone.
 */
export function relabelNamespaces(
  changes: readonly ObjectChange[],
  barriers: { readonly [name: string]: readonly string[] },
): readonly ObjectChange[] {
  const relabelled = changes.filter(
    ({ action, implicit, key }) => action === 'update' && implicit && key.group === '' && key.kind === 'Namespace',
  )
  const started = changes.filter(
    ({ action, address, key }) =>
      (action === 'create' || action === 'update' || action === 'replace') &&
      address.startsWith('meshes.') &&
      key.group === 'apps' &&
      STARTED.has(key.kind),
  )
  if (relabelled.length === 0 || started.length === 0) return changes
  const needed = neededBy(started, changes, barriers)
  const late = new Set(relabelled.filter(({ id }) => !needed.has(id)).map(({ id }) => id))
  return changes.map((change) => {
    if (!late.has(change.id)) return change
    const own = started.filter(({ key }) => key.cluster === change.key.cluster).map(({ id }) => id)
    return { ...change, dependencies: [...new Set([...change.dependencies, ...own])].sort() }
  })
}

/** All that these wait for, through other objects and barriers. */
function neededBy(
  starting: readonly ObjectChange[],
  changes: readonly ObjectChange[],
  barriers: { readonly [name: string]: readonly string[] },
): ReadonlySet<string> {
  const dependenciesOf = new Map(changes.map(({ id, dependencies }) => [id, dependencies]))
  const needed = new Set<string>()
  const waiting = starting.flatMap(({ dependencies }) => dependencies)
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (needed.has(next)) continue
    needed.add(next)
    waiting.push(...(dependenciesOf.get(next) ?? barriers[next] ?? []))
  }
  return needed
}
