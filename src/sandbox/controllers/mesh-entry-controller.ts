import { objectAt, objectsAt } from '../builtin/json-tree.ts'
import { mergeConditions, writeStatus } from './conditions.ts'
import type { Controller } from './controller.ts'
import type { KindKey } from './controller-host.ts'
import { isTerminating, nameOf } from './object-cache.ts'

/** Kinds whose controllers of a mesh report by one condition that they took the object over, and that condition. */
const reports: readonly { readonly group: string; readonly condition: string; readonly kinds: readonly string[] }[] = [
  {
    group: 'consul.hashicorp.com',
    condition: 'Synced',
    kinds: [
      'ControlPlaneRequestLimit',
      'ExportedServices',
      'IngressGateway',
      'JWTProvider',
      'Mesh',
      'ProxyDefaults',
      'SamenessGroup',
      'ServiceDefaults',
      'ServiceIntentions',
      'ServiceResolver',
      'ServiceRouter',
      'ServiceSplitter',
      'TerminatingGateway',
    ],
  },
  { group: 'kuma.io', condition: 'Ready', kinds: ['MeshIdentity'] },
  { group: 'cilium.io', condition: 'Valid', kinds: ['CiliumNetworkPolicy', 'CiliumClusterwideNetworkPolicy'] },
]

const reportedKinds: ReadonlyMap<KindKey, string> = new Map(
  reports.flatMap(({ group, condition, kinds }) => kinds.map((kind) => [`${group}/${kind}`, condition] as const)),
)

/** Says of the configuration of meshes what their own controllers say once they have it. */
export function meshEntryController(): Controller {
  const kinds = [...reportedKinds.keys()]
  return {
    name: 'mesh entries',
    watches: kinds,
    concerned: (_kind, object) => [nameOf(object)],
    reconcile: (name, world) => {
      for (const [kind, type] of reportedKinds) {
        const object = world.cache.get(kind, name)
        if (object === undefined || isTerminating(object)) continue
        const before = objectAt(object, 'status')
        const conditions = mergeConditions(
          objectsAt(before, 'conditions'),
          [{ type, status: 'True', reason: type, message: '' }],
          world.host.now(),
        )
        writeStatus(world.host, kind, object, { ...before, conditions })
      }
    },
  }
}
