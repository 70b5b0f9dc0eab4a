/** What a walk over dependencies gives: an order in which every node comes after what it needs, or one cycle, first node repeated at the end. */
export type TopologicalOrder = { readonly order: readonly string[] } | { readonly cycle: readonly string[] }

/**
 * Kahn's algorithm over indexed arrays: linear in nodes and edges, no recursion, stable (ready nodes go in the order given).
 * Dependencies on unknown nodes are taken as done.
 */
export function topologicalOrder(
  nodes: readonly string[],
  dependenciesOf: (node: string) => readonly string[],
): TopologicalOrder {
  const index = new Map<string, number>()
  nodes.forEach((node, position) => {
    index.set(node, position)
  })
  const waiting = new Int32Array(nodes.length)
  // By position of what they need. Most nodes of a large plan need nothing and are needed by nobody: no list is made for those.
  const dependants = new Map<number, number[]>()
  nodes.forEach((node, position) => {
    const dependencies = dependenciesOf(node)
    for (const dependency of dependencies.length < 2 ? dependencies : new Set(dependencies)) {
      const on = index.get(dependency)
      if (on === undefined) continue
      waiting[position] = (waiting[position] ?? 0) + 1
      const known = dependants.get(on)
      if (known === undefined) dependants.set(on, [position])
      else known.push(position)
    }
  })
  const ready: number[] = []
  for (let position = 0; position < nodes.length; position++) if (waiting[position] === 0) ready.push(position)
  for (let next = 0; next < ready.length; next++) {
    for (const dependant of dependants.get(ready[next] ?? 0) ?? []) {
      const left = (waiting[dependant] ?? 0) - 1
      waiting[dependant] = left
      if (left === 0) ready.push(dependant)
    }
  }
  if (ready.length === nodes.length) return { order: ready.map((position) => nodes[position] ?? '') }
  return { cycle: findCycle(nodes, index, waiting, dependenciesOf) }
}

/** Follows unfinished dependencies until a node comes twice: what lies between is a cycle. */
function findCycle(
  nodes: readonly string[],
  index: ReadonlyMap<string, number>,
  waiting: Int32Array,
  dependenciesOf: (node: string) => readonly string[],
): readonly string[] {
  const start = nodes.find((_, position) => (waiting[position] ?? 0) > 0)
  const path: string[] = []
  const seen = new Map<string, number>()
  let node = start
  while (node !== undefined && !seen.has(node)) {
    seen.set(node, path.length)
    path.push(node)
    node = dependenciesOf(node).find((dependency) => (waiting[index.get(dependency) ?? -1] ?? 0) > 0)
  }
  return node === undefined ? path : [...path.slice(seen.get(node)), node]
}
