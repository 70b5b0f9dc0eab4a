import type { JsonObject } from '../../plan/json.ts'
import { numberAt, objectAt } from '../builtin/json-tree.ts'
import type { ControllerWorld } from './controller.ts'
import { labelsOf, nameOf, uidOf } from './object-cache.ts'
import { ownerReference } from './pod-template.ts'

const revisions = 'apps/ControllerRevision'

/** Keeps a template under a revision's name, where `kubectl rollout history` and `undo` look for it. A template that comes back becomes the newest. */
export function recordRevision(
  owner: JsonObject,
  kind: 'StatefulSet' | 'DaemonSet',
  name: string,
  template: JsonObject,
  world: ControllerWorld,
): void {
  const known = world.cache.ownedBy(revisions, uidOf(owner))
  const newest = Math.max(0, ...known.map((revision) => numberAt(revision, 'revision') ?? 0))
  const existing = known.find((revision) => nameOf(revision).name === name)
  if (existing !== undefined) {
    if ((numberAt(existing, 'revision') ?? 0) < newest) world.host.update(revisions, { ...existing, revision: newest + 1 })
    return
  }
  world.host.create(revisions, {
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: {
      name,
      namespace: nameOf(owner).namespace,
      labels: {
        ...labelsOf({ metadata: objectAt(template, 'metadata') ?? {} }),
        'controller.kubernetes.io/hash': name.slice(name.lastIndexOf('-') + 1),
      },
      ownerReferences: [ownerReference('apps/v1', kind, owner)],
    },
    data: { spec: { template: { ...template, $patch: 'replace' } } },
    revision: newest + 1,
  })
}
