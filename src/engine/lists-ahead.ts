import type { RecordedState } from '../plan/recorded-state.ts'
import { type Owner, ownerSelector } from '../planner/owner-labels.ts'
import type { Answer, LiveObject } from '../targets/contract.ts'
import { isLively, type ListForm } from './list-form.ts'
import type { Connection } from './refresh.ts'

/** Lists that were asked for before it was known what the design wants. */
export interface ListsAhead {
  /** The list of a kind that bears the owner's label, where it was asked for in this form. */
  take(cluster: string, apiVersion: string, kind: string, form: ListForm): Promise<Answer<readonly LiveObject[]>> | undefined
  /** Lets go of those that nobody took. */
  stop(): void
}

/**
 * Asks for the lists of all recorded kinds as they are most likely needed: as if nothing had changed. The servers answer while the
 * design is expanded, which takes about as long.
 */
export async function listsAhead(request: {
  readonly connections: ReadonlyMap<string, Connection>
  readonly state: RecordedState
  readonly owner: Owner
  readonly signal: AbortSignal
}): Promise<ListsAhead> {
  const unwanted = new AbortController()
  const signal = AbortSignal.any([request.signal, unwanted.signal])
  const lists = new Map<string, Promise<Answer<readonly LiveObject[]>>>()
  for (const { key, apiVersion } of request.state.objects.values()) {
    const { cluster, group, kind } = key
    const connection = request.connections.get(cluster)
    const form = isLively(key) ? 'whole' : 'metadata'
    const name = nameOf(cluster, apiVersion, kind, form)
    if (connection?.kind !== 'connected' || lists.has(name) || connection.served.find(group, kind) === undefined) continue
    const asked = { apiVersion, kind, labelSelector: ownerSelector(request.owner), metadataOnly: form === 'metadata' }
    const list = connection.target.list(asked, signal)
    // Whoever takes it sees why it failed; when nobody does, nobody needs to.
    list.catch(() => undefined)
    lists.set(name, list)
  }
  // Expansion does not give way: what is asked for leaves before it.
  if (lists.size > 0) await new Promise((resolve) => setImmediate(resolve))
  return {
    take: (cluster, apiVersion, kind, form) => {
      const name = nameOf(cluster, apiVersion, kind, form)
      const list = lists.get(name)
      // A second look at the same kind is for what has changed since.
      lists.delete(name)
      return list
    },
    stop: () => unwanted.abort(new Error('not needed')),
  }
}

function nameOf(cluster: string, apiVersion: string, kind: string, form: ListForm): string {
  return [cluster, apiVersion, kind, form].join('|')
}
