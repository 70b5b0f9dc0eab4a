import type { Component } from '../../design/component.ts'
import { isJsonObject, type JsonObject } from '../../plan/json.ts'
import { objectsIn, stringIn } from '../../providers/json-view.ts'
import { KUBERNETES_GROUPS } from '../../targets/kubernetes-groups.ts'
import type { Connection } from '../refresh.ts'

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
  return KUBERNETES_GROUPS.has(group) ? [] : [`${group}/${version}`, `${group}/${version}/${kind}`]
}
