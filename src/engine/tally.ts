import type { WorkNode } from './run-graph.ts'

/** How an apply ended on one cluster. */
export interface ClusterResult {
  readonly summary: { readonly [action: string]: number }
  readonly failed: number
  /** How many of the failed ones were written, and did not get healthy. */
  readonly unhealthy: number
  readonly skipped: number
  /** False for a cluster that could not be reached. */
  readonly reached: boolean
}

/** The same, while it is counted. */
export interface ClusterTally extends ClusterResult {
  readonly summary: { [action: string]: number }
  failed: number
  unhealthy: number
  skipped: number
}

/** The count of a cluster, begun when it is first asked for. */
export function clusterTally(clusters: Map<string, ClusterTally>, cluster: string, reached: boolean): ClusterTally {
  const known = clusters.get(cluster)
  if (known !== undefined) return known
  const fresh: ClusterTally = { summary: {}, failed: 0, unhealthy: 0, skipped: 0, reached }
  clusters.set(cluster, fresh)
  return fresh
}

/** Counts what happens to changes; barriers stand for nothing of their own. */
export function tallied(
  node: WorkNode,
  barriers: ReadonlySet<string>,
  tally: { done: number; failed: number; skipped: number },
  unfinished: Set<string>,
): WorkNode {
  if (barriers.has(node.id)) return { ...node, skip: () => void unfinished.add(node.id) }
  return {
    ...node,
    run: async (turn) => {
      const outcome = await node.run(turn)
      tally[outcome]++
      if (outcome === 'failed') unfinished.add(node.id)
      return outcome
    },
    skip: (needs, because) => {
      // What needs nothing was not kept from anything.
      if (node.occupies) tally.skipped++
      unfinished.add(node.id)
      node.skip(needs, because)
    },
  }
}
