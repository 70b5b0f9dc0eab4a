import { isJsonObject, type JsonObject } from '../plan/json.ts'
import { groupOf, objectKeyText } from '../plan/manifest.ts'
import { isMadeByCluster } from '../planner/cluster-made.ts'
import { type Container, isInside, type Stranger } from '../planner/containers.ts'
import { type Owner, ownerOf } from '../planner/owner-labels.ts'
import type { ListRequest, ServedKind } from '../targets/contract.ts'
import type { Connection } from './refresh.ts'

/** Groups whose objects come and go by themselves. */
const PASSING_GROUPS: ReadonlySet<string> = new Set(['metrics.k8s.io', 'events.k8s.io'])

/** More namespaces than these are not listed one by one. */
const SINGLE_NAMESPACES = 5

/**
 * Looks into containers that go for what may be others': LISTs of metadata, by kind. What clusters make, and what goes with its owner,
 * is left out, and so is what is known to design or state by its id, even where somebody took our label off it. Kinds that may not be listed are passed over, and so are clusters that do not answer. By the container's id, sorted.
 */
export async function findStrangers(
  containers: readonly Container[],
  known: ReadonlySet<string>,
  owner: Owner,
  connections: ReadonlyMap<string, Connection>,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, readonly Stranger[]>> {
  const byContainer = new Map<string, readonly Stranger[]>()
  await Promise.all(
    [...connections].map(async ([cluster, connection]) => {
      const here = containers.filter(({ key }) => key.cluster === cluster)
      if (here.length === 0 || connection.kind !== 'connected') return
      const lists = await Promise.all(
        listsFor(here, connection.served.all).map(async (request) => {
          const answer = await connection.target.list(request, signal)
          return answer.ok ? answer.value.flatMap((object) => strangerOf(request, object, owner)) : []
        }),
      )
      // An object is served by several groups now and then: it counts once, by its uid, and may be known by either.
      const found = lists.flat()
      const ours = new Set(
        found.flatMap(({ uid, stranger }) => (known.has(objectKeyText({ ...stranger.key, cluster })) ? [uid] : [])),
      )
      const strange = found.filter(({ uid }) => !ours.has(uid))
      const strangers = [...new Map(strange.map((item) => [item.uid, item.stranger])).values()].sort(byName)
      for (const container of here) {
        const inside = strangers.filter(({ key }) => isInside(container, { ...key, cluster }))
        if (inside.length > 0) byContainer.set(container.id, inside)
      }
    }),
  )
  return byContainer
}

function listsFor(containers: readonly Container[], served: readonly ServedKind[]): readonly ListRequest[] {
  const kinds = [...new Map(served.map((kind) => [`${kind.group}/${kind.kind}`, kind] as const).reverse()).values()].filter(
    ({ verbs, group }) => verbs.includes('list') && !PASSING_GROUPS.has(group),
  )
  const namespaces = containers.flatMap(({ contents }) => (contents.by === 'namespace' ? [contents.namespace] : []))
  return kinds.flatMap(({ group, version, kind, namespaced }): readonly ListRequest[] => {
    const request = { apiVersion: group === '' ? version : `${group}/${version}`, kind, metadataOnly: true }
    const isOfDefinition = containers.some(
      ({ contents }) => contents.by === 'kind' && contents.group === group && contents.kind === kind,
    )
    if (isOfDefinition || (namespaced && namespaces.length > SINGLE_NAMESPACES)) return [request]
    return namespaced ? namespaces.map((namespace) => ({ ...request, namespace })) : []
  })
}

function strangerOf(
  { apiVersion, kind }: ListRequest,
  object: JsonObject,
  owner: Owner,
): readonly { readonly uid: string; readonly stranger: Stranger }[] {
  const metadata = isJsonObject(object.metadata) ? object.metadata : {}
  const its = ownerOf(object)
  // What controllers make bears the marks of what they make it for: the Endpoints of a Service.
  const isOurs = its?.design === owner.design && its.workspace === owner.workspace
  if ((its === undefined || isOurs) && (isMadeByCluster(kind, object) || hasOwner(metadata))) return []
  const key = { group: groupOf(apiVersion), kind, namespace: String(metadata.namespace ?? ''), name: String(metadata.name ?? '') }
  return [
    { uid: String(metadata.uid ?? `${kind}/${key.namespace}/${key.name}`), stranger: { key, owner: its, isForgotten: isOurs } },
  ]
}

/** It goes with whatever owns it, which is looked at itself. */
function hasOwner({ ownerReferences }: JsonObject): boolean {
  return Array.isArray(ownerReferences) && ownerReferences.length > 0
}

function byName({ key: left }: Stranger, { key: right }: Stranger): number {
  const [a, b] = [left, right].map(({ kind, namespace, name }) => `${kind}/${namespace}/${name}`)
  return (a ?? '') < (b ?? '') ? -1 : 1
}
