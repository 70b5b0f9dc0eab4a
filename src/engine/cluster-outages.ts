import type { ObjectChange } from '../plan/change.ts'
import type { Diagnostic } from '../plan/diagnostic.ts'
import type { Connection } from './refresh.ts'
import type { WorkNode } from './run-graph.ts'

/** The node that stands for a cluster that can't be reached: what is to be done there waits for it in vain. */
export function outageNode(cluster: string): string {
  return `cluster:${cluster}`
}

/** A cluster that can't be reached. */
interface Outage {
  readonly title: string
  readonly reason: string
}

/** The clusters of these changes that can't be reached, by name. */
export function outagesOf(
  changes: readonly ObjectChange[],
  connections: ReadonlyMap<string, Connection>,
): ReadonlyMap<string, Outage> {
  const outages = new Map<string, Outage>()
  for (const change of changes) {
    const { cluster } = change.key
    if (change.action === 'no-op' || outages.has(cluster)) continue
    const connection = connections.get(cluster)
    if (connection === undefined) outages.set(cluster, { title: cluster, reason: 'It is not connected.' })
    else if (connection.kind === 'unavailable') outages.set(cluster, connection)
  }
  return outages
}

/** A node for each cluster that is down: it fails once, whatever waits for it is skipped, and the other clusters go on. */
export function outageNodes(outages: ReadonlyMap<string, Outage>, diagnostics: Diagnostic[]): readonly WorkNode[] {
  return [...outages].map(([cluster, { title, reason }]) => ({
    id: outageNode(cluster),
    dependencies: [],
    occupies: false,
    contained: true,
    run: async () => {
      diagnostics.push({
        severity: 'error',
        code: 'MF4001',
        summary: `Cluster "${title}" can't be reached`,
        detail: /[.!?]$/.test(reason) ? reason : `${reason}.`,
        hint: 'Bring the cluster back and run apply again: what is done stays done.',
      })
      return 'failed'
    },
    skip: () => undefined,
  }))
}
