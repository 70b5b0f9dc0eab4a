import type { Component } from '../../design/component.ts'
import { isJsonObject, type JsonObject } from '../../plan/json.ts'
import { objectsIn, stringIn } from '../../providers/json-view.ts'
import type { Connection } from '../refresh.ts'

/** Groups that helm knows without being told: those of Kubernetes itself. */
const BUILT_IN = new Set([
  '',
  'admissionregistration.k8s.io',
  'apiextensions.k8s.io',
  'apiregistration.k8s.io',
  'apps',
  'authentication.k8s.io',
  'authorization.k8s.io',
  'autoscaling',
  'batch',
  'certificates.k8s.io',
  'coordination.k8s.io',
  'discovery.k8s.io',
  'events.k8s.io',
  'flowcontrol.apiserver.k8s.io',
  'internal.apiserver.k8s.io',
  'networking.k8s.io',
  'node.k8s.io',
  'policy',
  'rbac.authorization.k8s.io',
  'resource.k8s.io',
  'scheduling.k8s.io',
  'storage.k8s.io',
  'storagemigration.k8s.io',
])

/**
 * What a chart may ask for by `.Capabilities.APIVersions`, as helm is told of it: the kinds that the cluster serves beside those of
 * Kubernetes, and those that this design brings, sorted. Without it a chart believes that there is no Gateway API.
 */
export function chartCapabilities(
  connection: Connection | undefined,
  components: readonly Component[],
  cluster: string,
): readonly string[] {
  const known = new Set<string>()
  if (connection?.kind === 'connected') {
    for (const { group, version, kind } of connection.served.all) for (const api of apisOf(group, version, kind)) known.add(api)
  }
  for (const component of components) {
    if (component.cluster !== cluster) continue
    const written = component.section === 'resources' && isJsonObject(component.spec.manifest) ? [component.spec.manifest] : []
    for (const manifest of [...written, ...component.files.map((file) => file.manifest as JsonObject)]) {
      for (const api of definedApis(manifest)) known.add(api)
    }
  }
  return [...known].sort()
}

/** What a definition adds to the kinds that a chart may ask for; nothing for other objects. */
export function definedApis(manifest: JsonObject): readonly string[] {
  if (manifest.kind !== 'CustomResourceDefinition') return []
  const group = stringIn(manifest, 'spec', 'group') ?? ''
  const kind = stringIn(manifest, 'spec', 'names', 'kind') ?? ''
  return objectsIn(manifest, 'spec', 'versions').flatMap((version) =>
    version.served === true ? apisOf(group, stringIn(version, 'name') ?? '', kind) : [],
  )
}

function apisOf(group: string, version: string, kind: string): readonly string[] {
  return BUILT_IN.has(group) ? [] : [`${group}/${version}`, `${group}/${version}/${kind}`]
}
