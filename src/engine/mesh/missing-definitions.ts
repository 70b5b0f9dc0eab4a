import type { ComponentOf } from '../../design/component.ts'
import type { Design } from '../../design/design.ts'
import type { Diagnostic } from '../../plan/diagnostic.ts'
import { isJsonObject } from '../../plan/json.ts'
import type { MeshProvider } from '../../providers/contract.ts'
import type { Connection } from '../refresh.ts'
import { meshMistake } from './mesh-mistake.ts'

/** Warnings about definitions that a mesh takes from another project and that are neither served nor in the design. */
export function missingDefinitions(
  design: Design,
  providers: ReadonlyMap<string, MeshProvider>,
  connections: ReadonlyMap<string, Connection>,
): readonly Diagnostic[] {
  const brought = definitionsIn(design)
  return design.components.flatMap((component) => {
    if (component.section !== 'meshes') return []
    const connection = connections.get(component.cluster)
    if (connection?.kind !== 'connected') return []
    const served = new Set(connection.served.all.map((kind) => `${kind.plural}.${kind.group}`))
    const needed = providers.get(component.spec.provider)?.install(component).requires ?? []
    return needed
      .filter(({ crd }) => !served.has(crd) && !brought.has(`${component.cluster}/${crd}`))
      .map(({ crd, get }) => missing(component, crd, get))
  })
}

function missing(mesh: ComponentOf<'meshes'>, crd: string, get: string): Diagnostic {
  return meshMistake(mesh, ['provider'], 'MF4106', {
    severity: 'warning',
    summary: `${crd} is not served by cluster "${mesh.cluster}", and ${mesh.address} needs it`,
    detail: 'It belongs to another project, so the mesh does not bring it.',
    hint: /^https?:\/\//.test(get)
      ? `Add it: \`install: {manifests: [${get}]}\`, or the same under \`resources\`.`
      : `It comes with ${get}.`,
  })
}

/** Names of the definitions that the design's own objects bring, by cluster. */
function definitionsIn(design: Design): ReadonlySet<string> {
  const names = new Set<string>()
  for (const component of design.components) {
    const written = component.section === 'resources' && isJsonObject(component.spec.manifest) ? [component.spec.manifest] : []
    for (const manifest of [...written, ...component.files.map((file) => file.manifest)]) {
      if (manifest.kind !== 'CustomResourceDefinition' || !isJsonObject(manifest.metadata)) continue
      names.add(`${component.cluster}/${String(manifest.metadata.name)}`)
    }
  }
  return names
}
