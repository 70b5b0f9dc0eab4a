import { isJsonObject, type JsonObject } from '../plan/json.ts'
import { objectKeyText } from '../plan/manifest.ts'
import type { RecordedObject, RecordedState } from '../plan/recorded-state.ts'
import { isMadeByCluster } from '../planner/cluster-made.ts'
import type { DesiredObject } from '../planner/desired-object.ts'
import { isKept } from '../planner/owner-labels.ts'
import type { ServedKind, Target } from '../targets/contract.ts'
import type { Connection } from './refresh.ts'

/** Kinds whose objects come and go by themselves with what else is in a namespace. By `group/kind`. */
const BY_THE_WAY: ReadonlySet<string> = new Set([
  '/Endpoints',
  '/Event',
  '/PodTemplate',
  'coordination.k8s.io/Lease',
  'discovery.k8s.io/EndpointSlice',
  'events.k8s.io/Event',
  'metrics.k8s.io/PodMetrics',
])

/** Objects that clusters and meshes put into every namespace, by `kind/name`. */
const EVERYWHERE: ReadonlySet<string> = new Set([
  'ConfigMap/istio-ca-crl',
  'ConfigMap/istio-ca-root-cert',
  'ConfigMap/kube-root-ca.crt',
  'ConfigMap/openshift-service-ca.crt',
  'ServiceAccount/default',
])

/** What tells who lives in a namespace. */
export interface InhabitantsRequest {
  readonly connections: ReadonlyMap<string, Connection>
  readonly desired: readonly DesiredObject[]
  readonly state: RecordedState
  readonly signal: AbortSignal
}

/**
 * Who else lives in the namespaces that the design made for its objects, without being told to, and wants no more: by id of the
 * Namespace, `Kind name` of each object there that is not the design's own, or that stays when the design goes. Only such namespaces
 * are looked into; kinds that may not be listed count as empty.
 */
export async function inhabitants(request: InhabitantsRequest): Promise<ReadonlyMap<string, readonly string[]>> {
  const wanted = new Set(request.desired.map(({ id }) => id))
  const leaving = [...request.state.objects].filter(([id, recorded]) => !wanted.has(id) && isImplicitNamespace(recorded))
  const found = await Promise.all(
    leaving.map(async ([id, { key }]): Promise<readonly [string, readonly string[]]> => {
      const connection = request.connections.get(key.cluster)
      if (connection?.kind !== 'connected') return [id, []]
      const kinds = connection.served.all.filter(mayLive)
      const lists = await Promise.all(kinds.map((kind) => othersOf(kind, key.cluster, key.name, connection.target, request)))
      return [id, lists.flat().sort()]
    }),
  )
  return new Map(found)
}

/** Made because objects of the design live in it, not because the design says so: its address is in no section. */
function isImplicitNamespace({ key, address, created }: RecordedObject): boolean {
  return created && key.group === '' && key.kind === 'Namespace' && address.startsWith('namespaces.')
}

function mayLive({ group, kind, namespaced, verbs }: ServedKind): boolean {
  return namespaced && verbs.includes('list') && !BY_THE_WAY.has(`${group}/${kind}`)
}

async function othersOf(
  { group, version, kind }: ServedKind,
  cluster: string,
  namespace: string,
  target: Target,
  { state, signal }: InhabitantsRequest,
): Promise<readonly string[]> {
  const apiVersion = group === '' ? version : `${group}/${version}`
  const answer = await target.list({ apiVersion, kind, namespace, metadataOnly: true }, signal)
  if (!answer.ok) return []
  return answer.value.flatMap((object) => {
    const metadata: JsonObject = isJsonObject(object.metadata) ? object.metadata : {}
    const name = String(metadata.name)
    const recorded = state.objects.get(objectKeyText({ cluster, group, kind, namespace, name }))
    const goes = recorded !== undefined && !isKept(recorded.desired)
    return goes || isMadeByCluster(kind, object) || EVERYWHERE.has(`${kind}/${name}`) || hasOwner(metadata)
      ? []
      : [`${kind} ${name}`]
  })
}

/** It goes with whatever owns it, which is looked at itself. */
function hasOwner({ ownerReferences }: JsonObject): boolean {
  return Array.isArray(ownerReferences) && ownerReferences.length > 0
}
